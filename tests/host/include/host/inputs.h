// The host's side of a cook, as the plugin sees it.
//
// Everything here can run inside execute: no allocation, no lock, no system call, except to record a fault and to
// evaluate an expression.
#pragma once

#include <atomic>
#include <cstdint>

#include "host/blocks.h"
#include "host/faults.h"
#include "host/parameters.h"
#include "touchdesigner/op.h"

namespace tdhost
{

class HostInputs final : public TD::OP_Inputs
{
public:
	HostInputs(Generation spoken, Parameters& declared, const InputBlock& wired, Faults& found)
		: generation(spoken), parameters(declared), input(wired), faults(found)
	{
	}

	// Set while a call runs that was handed this object: a plugin must not keep the pointer.
	std::atomic<bool> open{false};
	// An input that is counted but not there, as while its source is being made.
	bool nullInput = false;
	TD::OP_TimeInfo time;
	mutable uint64_t enableCalls = 0;

	int32_t getNumInputs() const override;
	const TD::OP_TOPInputOpenGL* getInputTOPOpenGL(int32_t index) const override;
	const TD::OP_CHOPInput* getInputCHOP(int32_t index) const override;
	const TD::OP_DATInput* getParDAT(const char* name) const override;
	const TD::OP_TOPInputOpenGL* getParTOPOpenGL(const char* name) const override;
	const TD::OP_CHOPInput* getParCHOP(const char* name) const override;
	const TD::OP_ObjectInput* getParObject(const char* name) const override;
	double getParDouble(const char* name, int32_t index) const override;
	bool getParDouble2(const char* name, double& v0, double& v1) const override;
	bool getParDouble3(const char* name, double& v0, double& v1, double& v2) const override;
	bool getParDouble4(const char* name, double& v0, double& v1, double& v2, double& v3) const override;
	int32_t getParInt(const char* name, int32_t index) const override;
	bool getParInt2(const char* name, int32_t& v0, int32_t& v1) const override;
	bool getParInt3(const char* name, int32_t& v0, int32_t& v1, int32_t& v2) const override;
	bool getParInt4(const char* name, int32_t& v0, int32_t& v1, int32_t& v2, int32_t& v3) const override;
	const char* getParString(const char* name) const override;
	const char* getParFilePath(const char* name) const override;
	bool getRelativeTransform(const char* from, const char* to, double matrix[4][4]) const override;
	void enablePar(const char* name, bool enabled) const override;
	const TD::OP_DATInput* getDAT(const char* path) const override;
	const TD::OP_TOPInputOpenGL* getTOPOpenGL(const char* path) const override;
	const TD::OP_CHOPInput* getCHOP(const char* path) const override;
	const TD::OP_ObjectInput* getObject(const char* path) const override;
	void* getTOPDataInCPUMemory(
		const TD::OP_TOPInputOpenGL* top, const TD::OP_TOPInputDownloadOptionsOpenGL* options) const override;
	const TD::OP_SOPInput* getParSOP(const char* name) const override;
	const TD::OP_SOPInput* getInputSOP(int32_t index) const override;
	const TD::OP_SOPInput* getSOP(const char* path) const override;
	const TD::OP_DATInput* getInputDAT(int32_t index) const override;
	PyObject* getParPython(const char* name) const override;
	const TD::OP_TimeInfo* getTimeInfo() const override;
	const TD::OP_TOPInput* getTOP(const char* path) const override;
	const TD::OP_TOPInput* getInputTOP(int32_t index) const override;
	const TD::OP_TOPInput* getParTOP(const char* name) const override;
	const TD::OP_POPInput* getInputPOP(int32_t index) const override;
	const TD::OP_POPInput* getParPOP(const char* name) const override;
	bool getParRGB(const char* name, double& r, double& g, double& b) const override;
	bool getParRGBA(const char* name, double& r, double& g, double& b, double& a) const override;
	const TD::OP_POPInput* getPOP(const char* path) const override;

	// Slots behind the last that this host knows, where an older host has whatever lies behind its table: a plugin
	// that calls there was made for a newer interface than was agreed on.
	// clang-format off
	virtual int64_t beyond0() const { return beyond(); }
	virtual int64_t beyond1() const { return beyond(); }
	virtual int64_t beyond2() const { return beyond(); }
	virtual int64_t beyond3() const { return beyond(); }
	virtual int64_t beyond4() const { return beyond(); }
	virtual int64_t beyond5() const { return beyond(); }
	virtual int64_t beyond6() const { return beyond(); }
	virtual int64_t beyond7() const { return beyond(); }
	// clang-format on

private:
	int64_t beyond() const;
	void check(const char* method, Generation needed = Generation::G9) const;
	Parameter* parameter(const char* method, const char* name, Generation needed = Generation::G9) const;
	const char* lend(Parameter* par, std::string Parameter::*text) const;

	Generation generation;
	Parameters& parameters;
	const InputBlock& input;
	Faults& faults;
};

} // namespace tdhost
