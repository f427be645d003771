#include "host/inputs.h"

namespace tdhost
{

namespace
{

// As std::lround does, which is a call into another library.
int32_t
whole(double value)
{
	return static_cast<int32_t>(static_cast<int64_t>(value < 0.0 ? value - 0.5 : value + 0.5));
}

} // namespace

void
HostInputs::check(const char* method, Generation needed) const
{
	if (generation < needed)
		faults.add(FaultKind::NewerMethod,
			std::string("OP_Inputs::") + method + " does not exist in generation " + generationName(generation));
	if (!open.load(std::memory_order_relaxed))
		faults.add(FaultKind::KeptInputs,
			std::string("OP_Inputs::") + method + " was called outside of a call that hands OP_Inputs over");
}

int64_t
HostInputs::beyond() const
{
	faults.add(FaultKind::NewerMethod,
		std::string("a method of OP_Inputs was called that no host of generation ") + generationName(generation) +
			" has");
	return 0;
}

Parameter*
HostInputs::parameter(const char* method, const char* name, Generation needed) const
{
	check(method, needed);
	Parameter* par = parameters.find(name);
	if (par == nullptr)
		faults.add(FaultKind::UnknownParameter,
			std::string("OP_Inputs::") + method + " was asked for '" +
				(name == nullptr ? "(null)" : name) + "', which is no parameter");
	return par;
}

int32_t
HostInputs::getNumInputs() const
{
	check("getNumInputs");
	return input.isWired() || nullInput ? 1 : 0;
}

const TD::OP_CHOPInput*
HostInputs::getInputCHOP(int32_t index) const
{
	check("getInputCHOP");
	return index == 0 && !nullInput ? input.get() : nullptr;
}

const TD::OP_DATInput*
HostInputs::getParDAT(const char* name) const
{
	Parameter* par = parameter("getParDAT", name);
	return par == nullptr || par->null || !par->table ? nullptr : par->table->lend();
}

const TD::OP_CHOPInput*
HostInputs::getParCHOP(const char* name) const
{
	parameter("getParCHOP", name);
	return nullptr;
}

double
HostInputs::getParDouble(const char* name, int32_t index) const
{
	const Parameter* par = parameter("getParDouble", name);
	return par == nullptr || index < 0 || index > 3 ? 0.0 : par->values[static_cast<size_t>(index)];
}

bool
HostInputs::getParDouble2(const char* name, double& v0, double& v1) const
{
	const Parameter* par = parameter("getParDouble2", name);
	if (par == nullptr)
		return false;
	v0 = par->values[0];
	v1 = par->values[1];
	return true;
}

bool
HostInputs::getParDouble3(const char* name, double& v0, double& v1, double& v2) const
{
	const Parameter* par = parameter("getParDouble3", name);
	if (par == nullptr)
		return false;
	v0 = par->values[0];
	v1 = par->values[1];
	v2 = par->values[2];
	return true;
}

bool
HostInputs::getParDouble4(const char* name, double& v0, double& v1, double& v2, double& v3) const
{
	const Parameter* par = parameter("getParDouble4", name);
	if (par == nullptr)
		return false;
	v0 = par->values[0];
	v1 = par->values[1];
	v2 = par->values[2];
	v3 = par->values[3];
	return true;
}

int32_t
HostInputs::getParInt(const char* name, int32_t index) const
{
	const Parameter* par = parameter("getParInt", name);
	return par == nullptr || index < 0 || index > 3 ? 0 : whole(par->values[static_cast<size_t>(index)]);
}

bool
HostInputs::getParInt2(const char* name, int32_t& v0, int32_t& v1) const
{
	const Parameter* par = parameter("getParInt2", name);
	if (par == nullptr)
		return false;
	v0 = whole(par->values[0]);
	v1 = whole(par->values[1]);
	return true;
}

bool
HostInputs::getParInt3(const char* name, int32_t& v0, int32_t& v1, int32_t& v2) const
{
	const Parameter* par = parameter("getParInt3", name);
	if (par == nullptr)
		return false;
	v0 = whole(par->values[0]);
	v1 = whole(par->values[1]);
	v2 = whole(par->values[2]);
	return true;
}

bool
HostInputs::getParInt4(const char* name, int32_t& v0, int32_t& v1, int32_t& v2, int32_t& v3) const
{
	const Parameter* par = parameter("getParInt4", name);
	if (par == nullptr)
		return false;
	v0 = whole(par->values[0]);
	v1 = whole(par->values[1]);
	v2 = whole(par->values[2]);
	v3 = whole(par->values[3]);
	return true;
}

const char*
HostInputs::lend(Parameter* par, std::string Parameter::*text) const
{
	if (par == nullptr || par->null)
		return nullptr;
	if (par->expression)
		parameters.evaluate(*par);
	return par->lentText.lend(par->*text);
}

const char*
HostInputs::getParString(const char* name) const
{
	return lend(parameter("getParString", name), &Parameter::text);
}

const char*
HostInputs::getParFilePath(const char* name) const
{
	return lend(parameter("getParFilePath", name), &Parameter::path);
}

void
HostInputs::enablePar(const char* name, bool enabled) const
{
	Parameter* par = parameter("enablePar", name);
	++enableCalls;
	if (par != nullptr)
		par->enabled = enabled;
}

PyObject*
HostInputs::getParPython(const char* name) const
{
	parameter("getParPython", name);
	return nullptr;
}

const TD::OP_TimeInfo*
HostInputs::getTimeInfo() const
{
	check("getTimeInfo");
	return &time;
}

bool
HostInputs::getParRGB(const char* name, double& r, double& g, double& b) const
{
	check("getParRGB", Generation::G10_1);
	return getParDouble3(name, r, g, b);
}

bool
HostInputs::getParRGBA(const char* name, double& r, double& g, double& b, double& a) const
{
	check("getParRGBA", Generation::G10_1);
	return getParDouble4(name, r, g, b, a);
}

bool
HostInputs::getRelativeTransform(const char*, const char*, double[4][4]) const
{
	check("getRelativeTransform");
	return false;
}

// A project of one CHOP has no operators of other families, and nothing at any path.
// clang-format off
const TD::OP_TOPInputOpenGL* HostInputs::getInputTOPOpenGL(int32_t) const { check("getInputTOPOpenGL"); return nullptr; }
const TD::OP_TOPInputOpenGL* HostInputs::getParTOPOpenGL(const char*) const { check("getParTOPOpenGL"); return nullptr; }
const TD::OP_ObjectInput* HostInputs::getParObject(const char*) const { check("getParObject"); return nullptr; }
const TD::OP_DATInput* HostInputs::getDAT(const char*) const { check("getDAT"); return nullptr; }
const TD::OP_TOPInputOpenGL* HostInputs::getTOPOpenGL(const char*) const { check("getTOPOpenGL"); return nullptr; }
const TD::OP_CHOPInput* HostInputs::getCHOP(const char*) const { check("getCHOP"); return nullptr; }
const TD::OP_ObjectInput* HostInputs::getObject(const char*) const { check("getObject"); return nullptr; }
void* HostInputs::getTOPDataInCPUMemory(const TD::OP_TOPInputOpenGL*, const TD::OP_TOPInputDownloadOptionsOpenGL*) const { check("getTOPDataInCPUMemory"); return nullptr; }
const TD::OP_SOPInput* HostInputs::getParSOP(const char*) const { check("getParSOP"); return nullptr; }
const TD::OP_SOPInput* HostInputs::getInputSOP(int32_t) const { check("getInputSOP"); return nullptr; }
const TD::OP_SOPInput* HostInputs::getSOP(const char*) const { check("getSOP"); return nullptr; }
const TD::OP_DATInput* HostInputs::getInputDAT(int32_t) const { check("getInputDAT"); return nullptr; }
const TD::OP_TOPInput* HostInputs::getTOP(const char*) const { check("getTOP"); return nullptr; }
const TD::OP_TOPInput* HostInputs::getInputTOP(int32_t) const { check("getInputTOP"); return nullptr; }
const TD::OP_TOPInput* HostInputs::getParTOP(const char*) const { check("getParTOP"); return nullptr; }
const TD::OP_POPInput* HostInputs::getInputPOP(int32_t) const { check("getInputPOP", Generation::G10_1); return nullptr; }
const TD::OP_POPInput* HostInputs::getParPOP(const char*) const { check("getParPOP", Generation::G10_1); return nullptr; }
const TD::OP_POPInput* HostInputs::getPOP(const char*) const { check("getPOP", Generation::G10_2); return nullptr; }
// clang-format on

} // namespace tdhost
