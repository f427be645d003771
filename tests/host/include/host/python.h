// A real Python, looked up at run time, and the object that stands for a node in it, as in TouchDesigner.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "host/faults.h"
#include "rust/cxx.h"
#include "touchdesigner/chop.h"

namespace tdhost
{

// Starts the Python whose library python_symbol looks into; returns its version. Once in a process, before a plugin is
// loaded that is to find it. `home` is the folder of its own modules where it cannot find that itself.
rust::String startPython(rust::Slice<const std::uint16_t> home);

// A node's object, `me` in its expressions: its members are those of the plugin's tables. Only after startPython.
class NodeObject final : public TD::PY_Context
{
public:
	// `inCook` is set while the node cooks.
	NodeObject(PyGetSetDef* getSets, PyMethodDef* methods, TD::CHOP_CPlusPlusBase* const& plugin,
		const std::atomic<bool>& inCook, Faults& found);
	~NodeObject() override;

	// The value of an expression as text, or what Python says is wrong with it.
	std::string evaluate(const std::string& code) const;

	void* getNodeInstance(const TD::PY_GetInfo& info, void*) override;
	void makeNodeDirty(void*) override {}

private:
	TD::CHOP_CPlusPlusBase* const& instance;
	const std::atomic<bool>& cooking;
	Faults& faults;
	PyObject* type = nullptr;
	PyObject* me = nullptr;
	PyObject* globals = nullptr;
};

} // namespace tdhost
