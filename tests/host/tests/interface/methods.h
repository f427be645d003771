// The virtual methods of the interface, in the order of their slots: X(class, result, name, parameters, arguments,
// qualifier), where the arguments are what the probe calls them with.
//
// A list for each class, and another for each generation that added to it.
#pragma once

// clang-format off

#define OP_String_9(X) \
	X(OP_String, void, setString, (const char*), (""), )

#define OP_Inputs_9(X) \
	X(OP_Inputs, int32_t, getNumInputs, (), (), const) \
	X(OP_Inputs, const OP_TOPInputOpenGL*, getInputTOPOpenGL, (int32_t), (0), const) \
	X(OP_Inputs, const OP_CHOPInput*, getInputCHOP, (int32_t), (0), const) \
	X(OP_Inputs, const OP_DATInput*, getParDAT, (const char*), (""), const) \
	X(OP_Inputs, const OP_TOPInputOpenGL*, getParTOPOpenGL, (const char*), (""), const) \
	X(OP_Inputs, const OP_CHOPInput*, getParCHOP, (const char*), (""), const) \
	X(OP_Inputs, const OP_ObjectInput*, getParObject, (const char*), (""), const) \
	X(OP_Inputs, double, getParDouble, (const char*, int32_t), ("", 0), const) \
	X(OP_Inputs, bool, getParDouble2, (const char*, double&, double&), ("", d, d), const) \
	X(OP_Inputs, bool, getParDouble3, (const char*, double&, double&, double&), ("", d, d, d), const) \
	X(OP_Inputs, bool, getParDouble4, (const char*, double&, double&, double&, double&), ("", d, d, d, d), const) \
	X(OP_Inputs, int32_t, getParInt, (const char*, int32_t), ("", 0), const) \
	X(OP_Inputs, bool, getParInt2, (const char*, int32_t&, int32_t&), ("", i, i), const) \
	X(OP_Inputs, bool, getParInt3, (const char*, int32_t&, int32_t&, int32_t&), ("", i, i, i), const) \
	X(OP_Inputs, bool, getParInt4, (const char*, int32_t&, int32_t&, int32_t&, int32_t&), ("", i, i, i, i), const) \
	X(OP_Inputs, const char*, getParString, (const char*), (""), const) \
	X(OP_Inputs, const char*, getParFilePath, (const char*), (""), const) \
	X(OP_Inputs, bool, getRelativeTransform, (const char*, const char*, double (*)[4]), ("", "", matrix), const) \
	X(OP_Inputs, void, enablePar, (const char*, bool), ("", true), const) \
	X(OP_Inputs, const OP_DATInput*, getDAT, (const char*), (""), const) \
	X(OP_Inputs, const OP_TOPInputOpenGL*, getTOPOpenGL, (const char*), (""), const) \
	X(OP_Inputs, const OP_CHOPInput*, getCHOP, (const char*), (""), const) \
	X(OP_Inputs, const OP_ObjectInput*, getObject, (const char*), (""), const) \
	X(OP_Inputs, void*, getTOPDataInCPUMemory, (const OP_TOPInputOpenGL*, const OP_TOPInputDownloadOptionsOpenGL*), (nullptr, nullptr), const) \
	X(OP_Inputs, const OP_SOPInput*, getParSOP, (const char*), (""), const) \
	X(OP_Inputs, const OP_SOPInput*, getInputSOP, (int32_t), (0), const) \
	X(OP_Inputs, const OP_SOPInput*, getSOP, (const char*), (""), const) \
	X(OP_Inputs, const OP_DATInput*, getInputDAT, (int32_t), (0), const) \
	X(OP_Inputs, PyObject*, getParPython, (const char*), (""), const) \
	X(OP_Inputs, const OP_TimeInfo*, getTimeInfo, (), (), const) \
	X(OP_Inputs, const OP_TOPInput*, getTOP, (const char*), (""), const) \
	X(OP_Inputs, const OP_TOPInput*, getInputTOP, (int32_t), (0), const) \
	X(OP_Inputs, const OP_TOPInput*, getParTOP, (const char*), (""), const)

#define OP_Inputs_10_1(X) \
	X(OP_Inputs, const OP_POPInput*, getInputPOP, (int32_t), (0), const) \
	X(OP_Inputs, const OP_POPInput*, getParPOP, (const char*), (""), const) \
	X(OP_Inputs, bool, getParRGB, (const char*, double&, double&, double&), ("", d, d, d), const) \
	X(OP_Inputs, bool, getParRGBA, (const char*, double&, double&, double&, double&), ("", d, d, d, d), const)

#define OP_Inputs_10_2(X) \
	X(OP_Inputs, const OP_POPInput*, getPOP, (const char*), (""), const)

#define OP_ParameterManager_9(X) \
	X(OP_ParameterManager, OP_ParAppendResult, appendFloat, (const OP_NumericParameter&, int32_t), (numeric, 1), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendInt, (const OP_NumericParameter&, int32_t), (numeric, 1), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendXY, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendXYZ, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendUV, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendUVW, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendRGB, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendRGBA, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendToggle, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendPulse, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendString, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendFile, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendFolder, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendDAT, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendCHOP, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendTOP, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendObject, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendMenu, (const OP_StringParameter&, int32_t, const char**, const char**), (text, 0, nullptr, nullptr), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendStringMenu, (const OP_StringParameter&, int32_t, const char**, const char**), (text, 0, nullptr, nullptr), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendSOP, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendPython, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendOP, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendCOMP, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendMAT, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendPanelCOMP, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendHeader, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendMomentary, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendWH, (const OP_NumericParameter&), (numeric), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendDynamicStringMenu, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendDynamicMenu, (const OP_NumericParameter&), (numeric), )

#define OP_ParameterManager_10_1(X) \
	X(OP_ParameterManager, OP_ParAppendResult, appendXYZW, (const OP_NumericParameter&), (numeric), )

#define OP_ParameterManager_10_2(X) \
	X(OP_ParameterManager, OP_ParAppendResult, appendFileSave, (const OP_StringParameter&), (text), ) \
	X(OP_ParameterManager, OP_ParAppendResult, appendPOP, (const OP_StringParameter&), (text), )

#define OP_BuildDynamicMenuInfo_9(X) \
	X(OP_BuildDynamicMenuInfo, bool, addMenuEntry, (const char*, const char*), ("", ""), )

#define OP_Context_9(X) \
	X(OP_Context, PyObject*, createArgumentsTuple, (int, void*), (0, nullptr), ) \
	X(OP_Context, PyObject*, callPythonCallback, (const char*, PyObject*, PyObject*, void*), ("", nullptr, nullptr, nullptr), ) \
	X(OP_Context, bool, beginCUDAOperations, (void*), (nullptr), ) \
	X(OP_Context, void, endCUDAOperations, (void*), (nullptr), )

#define PY_Context_9(X) \
	X(PY_Context, void*, getNodeInstance, (const PY_GetInfo&, void*), (info, nullptr), ) \
	X(PY_Context, void, makeNodeDirty, (void*), (nullptr), )

#define OP_NodeSaveState_10_2(X) \
	X(OP_NodeSaveState, void, saveEntry, (const char*, const void*, int64_t), ("", nullptr, 0), )

#define OP_NodeLoadState_10_2(X) \
	X(OP_NodeLoadState, const void*, loadEntry, (const char*, int64_t*), ("", nullptr), const) \
	X(OP_NodeLoadState, int, getKeyCount, (), (), const) \
	X(OP_NodeLoadState, const char*, getKey, (int), (0), const)

#define CHOP_CPlusPlusBase_9(X) \
	X(CHOP_CPlusPlusBase, void, getGeneralInfo, (CHOP_GeneralInfo*, const OP_Inputs*, void*), (nullptr, nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, bool, getOutputInfo, (CHOP_OutputInfo*, const OP_Inputs*, void*), (nullptr, nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, getChannelName, (int32_t, OP_String*, const OP_Inputs*, void*), (0, nullptr, nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, execute, (CHOP_Output*, const OP_Inputs*, void*), (nullptr, nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, int32_t, getNumInfoCHOPChans, (void*), (nullptr), ) \
	X(CHOP_CPlusPlusBase, void, getInfoCHOPChan, (int32_t, OP_InfoCHOPChan*, void*), (0, nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, bool, getInfoDATSize, (OP_InfoDATSize*, void*), (nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, getInfoDATEntries, (int32_t, int32_t, OP_InfoDATEntries*, void*), (0, 0, nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, getWarningString, (OP_String*, void*), (nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, getErrorString, (OP_String*, void*), (nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, getInfoPopupString, (OP_String*, void*), (nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, setupParameters, (OP_ParameterManager*, void*), (nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, pulsePressed, (const char*, void*), ("", nullptr), ) \
	X(CHOP_CPlusPlusBase, void, buildDynamicMenu, (const OP_Inputs*, OP_BuildDynamicMenuInfo*, void*), (nullptr, nullptr, nullptr), )

#define CHOP_CPlusPlusBase_10_2(X) \
	X(CHOP_CPlusPlusBase, void, saveData, (OP_NodeSaveState*, void*), (nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, loadData, (const OP_NodeLoadState*, void*), (nullptr, nullptr), ) \
	X(CHOP_CPlusPlusBase, void, inputConnectorLabel, (int, OP_InputLabel*, void*), (0, nullptr, nullptr), )

#define METHODS_9(X) \
	OP_String_9(X) OP_Inputs_9(X) OP_ParameterManager_9(X) OP_BuildDynamicMenuInfo_9(X) OP_Context_9(X) PY_Context_9(X) CHOP_CPlusPlusBase_9(X)
#define METHODS_10_1(X) \
	OP_Inputs_10_1(X) OP_ParameterManager_10_1(X)
#define METHODS_10_2(X) \
	OP_Inputs_10_2(X) OP_ParameterManager_10_2(X) OP_NodeSaveState_10_2(X) OP_NodeLoadState_10_2(X) CHOP_CPlusPlusBase_10_2(X)

// Classes whose number of slots is the same in every generation: one more method of a derived class lands in the
// same place.
#define CLOSED(X) \
	X(OP_String) X(OP_BuildDynamicMenuInfo) X(OP_Context) X(PY_Context) X(CHOP_CPlusPlusBase)
