// What a node reaches through OP_NodeInfo::context. There is no Python and no CUDA in this host.
#pragma once

#include "host/faults.h"
#include "touchdesigner/op.h"

namespace tdhost
{

class HostContext final : public TD::OP_Context
{
public:
	explicit HostContext(Faults& found) : faults(found) {}

	PyObject* createArgumentsTuple(int, void*) override { return nullptr; }
	PyObject* callPythonCallback(const char*, PyObject*, PyObject*, void*) override { return nullptr; }
	bool beginCUDAOperations(void*) override { return false; }
	void endCUDAOperations(void*) override {}
	void* reservedFunc0() override { return reservedCall(); }
	void* reservedFunc1() override { return reservedCall(); }
	void* reservedFunc2() override { return reservedCall(); }
	void* reservedFunc3() override { return reservedCall(); }
	void* reservedFunc4() override { return reservedCall(); }
	void* reservedFunc5() override { return reservedCall(); }
	void* reservedFunc6() override { return reservedCall(); }
	void* reservedFunc7() override { return reservedCall(); }
	void* reservedFunc8() override { return reservedCall(); }
	void* reservedFunc9() override { return reservedCall(); }
	void* reservedFunc10() override { return reservedCall(); }
	void* reservedFunc11() override { return reservedCall(); }
	void* reservedFunc12() override { return reservedCall(); }
	void* reservedFunc13() override { return reservedCall(); }
	void* reservedFunc14() override { return reservedCall(); }

private:
	void* reservedCall()
	{
		faults.add(FaultKind::NewerMethod, "a reserved method of OP_Context was called");
		return nullptr;
	}

	Faults& faults;
};

} // namespace tdhost
