// What all operator families share: strings, inputs, parameters, information, Python.
//
// This is an ABI, not an API: every offset, size and virtual slot is agreed with hosts that are already compiled.
// layout.h checks the offsets and sizes. Virtual methods may only be added where a comment allows it, because their
// order is their address. A method or field marked "10/1" or "10/2" exists only in hosts of that generation and
// later; calling an absent method jumps through whatever lies behind the host's table.
//
// Classes without a virtual destructor get a protected one: it adds no slot and forbids deleting through the base.
#pragma once

#include "python.h"
#include "version.h"

#include <cstdint>

#ifdef _WIN32
struct HWND__;
struct HINSTANCE__;
#endif

#pragma pack(push, 8)

namespace TD
{

class CHOP_CPlusPlusBase;
class DAT_CPlusPlusBase;
class OP_Parameters;
class OP_TOPInput;
class OP_SOPInput;
class OP_POPInput;
class OP_ObjectInput;
class OP_TOPInputOpenGL;
class OP_TOPInputDownloadOptionsOpenGL;

template <typename Base> class OP_CustomOPInstance;

// Opaque: its values are the host's, a CHOP has no use for them.
enum class OP_WorkingColorSpace : int32_t;

enum class OP_ParAppendResult : int32_t
{
	Success = 0,
	InvalidName = 1,
	InvalidSize = 2,
};

// A string that the host owns and the plugin sets. Copies what it is given.
class OP_String
{
protected:
	OP_String() = default;
	virtual ~OP_String() = default;

public:
	OP_String(const OP_String&) = delete;
	OP_String& operator=(const OP_String&) = delete;

	virtual void setString(const char* text) = 0;

	int32_t reserved[20] = {};
};

// What the plugin says about itself. The host makes the strings.
class OP_CustomOPInfo
{
public:
	OP_String* opType = nullptr;
	OP_String* opLabel = nullptr;
	OP_String* opIcon = nullptr;
	int32_t minInputs = 0;
	int32_t maxInputs = 0;
	OP_String* authorName = nullptr;
	OP_String* authorEmail = nullptr;
	int32_t majorVersion = 0;
	int32_t minorVersion = 0;
	// Equal to the version of the host's Python when there are Python members, else left unset.
	OP_String* pythonVersion = nullptr;
	bool cookOnStart = false;
	// Arrays that end with a zeroed entry and outlive the library's use.
	PyGetSetDef* pythonGetSets = nullptr;
	PyMethodDef* pythonMethods = nullptr;
	const char* pythonDoc = nullptr;
	const char* pythonCallbacksDAT = nullptr;
	// 10/1; null in older hosts.
	OP_String* opHelpURL = nullptr;
	int32_t reserved[85] = {};
};

// Reached through OP_NodeInfo::context.
class OP_Context
{
public:
	OP_Context() = default;
	virtual ~OP_Context() = default;
	OP_Context(const OP_Context&) = delete;
	OP_Context& operator=(const OP_Context&) = delete;

	virtual PyObject* createArgumentsTuple(int count, void* reserved1) = 0;
	virtual PyObject* callPythonCallback(const char* name, PyObject* args, PyObject* kwargs, void* reserved1) = 0;
	virtual bool beginCUDAOperations(void* reserved1) = 0;
	virtual void endCUDAOperations(void* reserved1) = 0;
	virtual void* reservedFunc0() = 0;
	virtual void* reservedFunc1() = 0;
	virtual void* reservedFunc2() = 0;
	virtual void* reservedFunc3() = 0;
	virtual void* reservedFunc4() = 0;
	virtual void* reservedFunc5() = 0;
	virtual void* reservedFunc6() = 0;
	virtual void* reservedFunc7() = 0;
	virtual void* reservedFunc8() = 0;
	virtual void* reservedFunc9() = 0;
	virtual void* reservedFunc10() = 0;
	virtual void* reservedFunc11() = 0;
	virtual void* reservedFunc12() = 0;
	virtual void* reservedFunc13() = 0;
	virtual void* reservedFunc14() = 0;

	int32_t reserved[50] = {};
};

// One for each node; lives as long as the node.
class OP_NodeInfo
{
public:
	// Can be empty in builds before 2025.32460.
	const char* opPath = nullptr;
	uint32_t opId = 0;
#ifdef _WIN32
	HWND__* mainWindowHandle = nullptr;
#endif
	const char* pluginPath = nullptr;
	OP_Context* context = nullptr;
	uint32_t cookCount = 0;
#ifdef _WIN32
	HINSTANCE__* processHInstance = nullptr;
#endif
	// 10/1
	OP_WorkingColorSpace workingColorSpace = OP_WorkingColorSpace{};
#ifdef _WIN32
	int32_t reserved[11] = {};
#else
	int32_t reserved[13] = {};
#endif
};

// The samples of a wired CHOP: channelData[channel][sample].
class OP_CHOPInput
{
public:
	const char* opPath = nullptr;
	uint32_t opId = 0;
	int32_t numChannels = 0;
	int32_t numSamples = 0;
	double sampleRate = 0.0;
	// In samples of the source's own time.
	double startIndex = 0.0;
	const float** channelData = nullptr;
	const char** nameData = nullptr;
	// Unmoved since the last look: the same samples are being shown again.
	int64_t totalCooks = 0;
	const OP_CustomOPInstance<CHOP_CPlusPlusBase>* customOP = nullptr;
	// 10/2
	const OP_Parameters* parms = nullptr;
	int32_t reserved[14] = {};
};

// A table, row by row; a text is one cell with isTable unset.
class OP_DATInput
{
public:
	const char* opPath = nullptr;
	uint32_t opId = 0;
	int32_t numRows = 0;
	int32_t numCols = 0;
	bool isTable = false;
	const char** cellData = nullptr;
	int64_t totalCooks = 0;
	const OP_CustomOPInstance<DAT_CPlusPlusBase>* customOP = nullptr;
	// 10/2
	const OP_Parameters* parms = nullptr;
	int32_t reserved[14] = {};

	const char* getCell(int32_t row, int32_t column) const { return cellData[row * numCols + column]; }
};

class OP_TimeInfo
{
public:
	int64_t absFrame = 0;
	double frame = 0.0;
	double rate = 0.0;
	double rootFrame = 0.0;
	double rootRate = 0.0;
	// Frames since the last cook: above 1 after dropped frames.
	double deltaFrames = 0.0;
	double deltaMS = 0.0;
	int32_t reserved[40] = {};
};

// The host's side of a cook. Valid only during the call that hands it over. What it returns belongs to the host and
// is valid until parameters are rebuilt or the same name is asked for again; any pointer can be null.
class OP_Inputs
{
public:
	OP_Inputs() = default;
	OP_Inputs(const OP_Inputs&) = delete;
	OP_Inputs& operator=(const OP_Inputs&) = delete;

	virtual int32_t getNumInputs() const = 0;
	virtual const OP_TOPInputOpenGL* getInputTOPOpenGL(int32_t index) const = 0;
	virtual const OP_CHOPInput* getInputCHOP(int32_t index) const = 0;
	virtual const OP_DATInput* getParDAT(const char* name) const = 0;
	virtual const OP_TOPInputOpenGL* getParTOPOpenGL(const char* name) const = 0;
	virtual const OP_CHOPInput* getParCHOP(const char* name) const = 0;
	virtual const OP_ObjectInput* getParObject(const char* name) const = 0;
	virtual double getParDouble(const char* name, int32_t index = 0) const = 0;
	virtual bool getParDouble2(const char* name, double& v0, double& v1) const = 0;
	virtual bool getParDouble3(const char* name, double& v0, double& v1, double& v2) const = 0;
	virtual bool getParDouble4(const char* name, double& v0, double& v1, double& v2, double& v3) const = 0;
	// The index, for a menu.
	virtual int32_t getParInt(const char* name, int32_t index = 0) const = 0;
	virtual bool getParInt2(const char* name, int32_t& v0, int32_t& v1) const = 0;
	virtual bool getParInt3(const char* name, int32_t& v0, int32_t& v1, int32_t& v2) const = 0;
	virtual bool getParInt4(const char* name, int32_t& v0, int32_t& v1, int32_t& v2, int32_t& v3) const = 0;
	// The text as typed, or the item's name for a menu.
	virtual const char* getParString(const char* name) const = 0;
	// Absolute, with the operating system's separators.
	virtual const char* getParFilePath(const char* name) const = 0;
	virtual bool getRelativeTransform(const char* from, const char* to, double matrix[4][4]) const = 0;
	virtual void enablePar(const char* name, bool enabled) const = 0;
	virtual const OP_DATInput* getDAT(const char* path) const = 0;
	virtual const OP_TOPInputOpenGL* getTOPOpenGL(const char* path) const = 0;
	virtual const OP_CHOPInput* getCHOP(const char* path) const = 0;
	virtual const OP_ObjectInput* getObject(const char* path) const = 0;
	virtual void* getTOPDataInCPUMemory(
		const OP_TOPInputOpenGL* top, const OP_TOPInputDownloadOptionsOpenGL* options) const = 0;
	virtual const OP_SOPInput* getParSOP(const char* name) const = 0;
	virtual const OP_SOPInput* getInputSOP(int32_t index) const = 0;
	virtual const OP_SOPInput* getSOP(const char* path) const = 0;
	virtual const OP_DATInput* getInputDAT(int32_t index) const = 0;
	// A borrowed reference.
	virtual PyObject* getParPython(const char* name) const = 0;
	virtual const OP_TimeInfo* getTimeInfo() const = 0;
	virtual const OP_TOPInput* getTOP(const char* path) const = 0;
	virtual const OP_TOPInput* getInputTOP(int32_t index) const = 0;
	virtual const OP_TOPInput* getParTOP(const char* name) const = 0;

	// 10/1
	virtual const OP_POPInput* getInputPOP(int32_t index) const = 0;
	virtual const OP_POPInput* getParPOP(const char* name) const = 0;
	virtual bool getParRGB(const char* name, double& r, double& g, double& b) const = 0;
	virtual bool getParRGBA(const char* name, double& r, double& g, double& b, double& a) const = 0;

	// 10/2
	virtual const OP_POPInput* getPOP(const char* path) const = 0;

protected:
	~OP_Inputs() = default;
};

// Four values, because some kinds have up to four fields.
class OP_NumericParameter
{
public:
	explicit OP_NumericParameter(const char* parameterName = nullptr) : name(parameterName) {}

	const char* name;
	const char* label = nullptr;
	const char* page = nullptr;
	double defaultValues[4] = {0.0, 0.0, 0.0, 0.0};
	double minValues[4] = {0.0, 0.0, 0.0, 0.0};
	double maxValues[4] = {1.0, 1.0, 1.0, 1.0};
	bool clampMins[4] = {false, false, false, false};
	bool clampMaxes[4] = {false, false, false, false};
	double minSliders[4] = {0.0, 0.0, 0.0, 0.0};
	double maxSliders[4] = {1.0, 1.0, 1.0, 1.0};
	// 10/2. Such a host reads the three also when the plugin speaks an older generation: never leave them unset.
	int32_t size = 1;
	bool section = false;
	const char* help = nullptr;
	int32_t reserved[16] = {};
};

// Strings, files, operators and menus.
class OP_StringParameter
{
public:
	explicit OP_StringParameter(const char* parameterName = nullptr) : name(parameterName) {}

	const char* name;
	const char* label = nullptr;
	const char* page = nullptr;
	// The item's name, for a menu.
	const char* defaultValue = nullptr;
	// 10/2, as in OP_NumericParameter.
	int32_t size = 1;
	bool section = false;
	const char* help = nullptr;
	int32_t reserved[16] = {};
};

// The host's side of setupParameters. Copies what it is given.
class OP_ParameterManager
{
public:
	OP_ParameterManager() = default;
	OP_ParameterManager(const OP_ParameterManager&) = delete;
	OP_ParameterManager& operator=(const OP_ParameterManager&) = delete;

	virtual OP_ParAppendResult appendFloat(const OP_NumericParameter& par, int32_t size = 1) = 0;
	virtual OP_ParAppendResult appendInt(const OP_NumericParameter& par, int32_t size = 1) = 0;
	virtual OP_ParAppendResult appendXY(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendXYZ(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendUV(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendUVW(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendRGB(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendRGBA(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendToggle(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendPulse(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendString(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendFile(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendFolder(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendDAT(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendCHOP(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendTOP(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendObject(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendMenu(
		const OP_StringParameter& par, int32_t count, const char** names, const char** labels) = 0;
	virtual OP_ParAppendResult appendStringMenu(
		const OP_StringParameter& par, int32_t count, const char** names, const char** labels) = 0;
	virtual OP_ParAppendResult appendSOP(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendPython(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendOP(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendCOMP(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendMAT(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendPanelCOMP(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendHeader(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendMomentary(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendWH(const OP_NumericParameter& par) = 0;
	virtual OP_ParAppendResult appendDynamicStringMenu(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendDynamicMenu(const OP_NumericParameter& par) = 0;

	// 10/1
	virtual OP_ParAppendResult appendXYZW(const OP_NumericParameter& par) = 0;

	// 10/2
	virtual OP_ParAppendResult appendFileSave(const OP_StringParameter& par) = 0;
	virtual OP_ParAppendResult appendPOP(const OP_StringParameter& par) = 0;

protected:
	~OP_ParameterManager() = default;
};

class OP_InfoCHOPChan
{
public:
	OP_String* name = nullptr;
	float value = 0.0f;
	int32_t reserved[10] = {};
};

class OP_InfoDATSize
{
public:
	int32_t rows = 0;
	int32_t cols = 0;
	bool byColumn = false;
	int32_t reserved[10] = {};
};

class OP_InfoDATEntries
{
public:
	OP_String** values = nullptr;
	int32_t reserved[10] = {};
};

class OP_BuildDynamicMenuInfo
{
public:
	OP_BuildDynamicMenuInfo() = default;
	OP_BuildDynamicMenuInfo(const OP_BuildDynamicMenuInfo&) = delete;
	OP_BuildDynamicMenuInfo& operator=(const OP_BuildDynamicMenuInfo&) = delete;

	void* instance = nullptr;
	const char* name = nullptr;
	int reserved[20] = {};

	virtual bool addMenuEntry(const char* itemName, const char* itemLabel) = 0;

protected:
	~OP_BuildDynamicMenuInfo() = default;
};

// 10/2
class OP_InputLabel
{
public:
	OP_String* label = nullptr;
	int32_t reserved[10] = {};
};

// 10/2
class OP_NodeSaveState
{
public:
	OP_NodeSaveState() = default;
	OP_NodeSaveState(const OP_NodeSaveState&) = delete;
	OP_NodeSaveState& operator=(const OP_NodeSaveState&) = delete;

	virtual void saveEntry(const char* key, const void* data, int64_t size) = 0;

	int32_t reserved[20] = {};

protected:
	~OP_NodeSaveState() = default;
};

// 10/2
class OP_NodeLoadState
{
public:
	OP_NodeLoadState() = default;
	OP_NodeLoadState(const OP_NodeLoadState&) = delete;
	OP_NodeLoadState& operator=(const OP_NodeLoadState&) = delete;

	virtual const void* loadEntry(const char* key, int64_t* size) const = 0;
	virtual int getKeyCount() const = 0;
	virtual const char* getKey(int index) const = 0;

	int32_t reserved[20] = {};

protected:
	~OP_NodeLoadState() = default;
};

class PY_GetInfo
{
public:
	// Asks the host to cook the node first.
	bool autoCook = false;
	int32_t reserved[50] = {};
};

class PY_Context
{
public:
	PY_Context() = default;
	virtual ~PY_Context() = default;
	PY_Context(const PY_Context&) = delete;
	PY_Context& operator=(const PY_Context&) = delete;

	// What CreateCHOPInstance returned for this node: a CHOP_CPlusPlusBase*.
	virtual void* getNodeInstance(const PY_GetInfo& info, void* reserved1) = 0;
	virtual void makeNodeDirty(void* reserved1) = 0;

	int32_t reserved[50] = {};
};

// The `self` of a Python getter. The header is the Python object itself.
class PY_Struct
{
public:
	int32_t OP_PY_STRUCT_HEADER[256] = {};
	PY_Context* context = nullptr;
	int32_t reserved2[1024] = {};
};

} // namespace TD

#pragma pack(pop)
