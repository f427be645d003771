// The classes of the interface and their public fields: S(class), F(class, field), a list for each generation.
#pragma once

// clang-format off

#define FIELDS_9(S, F) \
	S(CHOP_PluginInfo) F(CHOP_PluginInfo, apiVersion) F(CHOP_PluginInfo, customOPInfo) \
	S(OP_CustomOPInfo) F(OP_CustomOPInfo, opType) F(OP_CustomOPInfo, opLabel) F(OP_CustomOPInfo, opIcon) F(OP_CustomOPInfo, minInputs) F(OP_CustomOPInfo, maxInputs) F(OP_CustomOPInfo, authorName) F(OP_CustomOPInfo, authorEmail) F(OP_CustomOPInfo, majorVersion) F(OP_CustomOPInfo, minorVersion) F(OP_CustomOPInfo, pythonVersion) F(OP_CustomOPInfo, cookOnStart) F(OP_CustomOPInfo, pythonGetSets) F(OP_CustomOPInfo, pythonMethods) F(OP_CustomOPInfo, pythonDoc) F(OP_CustomOPInfo, pythonCallbacksDAT) \
	S(OP_NodeInfo) F(OP_NodeInfo, opPath) F(OP_NodeInfo, opId) F(OP_NodeInfo, pluginPath) F(OP_NodeInfo, context) F(OP_NodeInfo, cookCount) \
	S(CHOP_GeneralInfo) F(CHOP_GeneralInfo, cookEveryFrame) F(CHOP_GeneralInfo, cookEveryFrameIfAsked) F(CHOP_GeneralInfo, timeslice) F(CHOP_GeneralInfo, inputMatchIndex) \
	S(CHOP_OutputInfo) F(CHOP_OutputInfo, numChannels) F(CHOP_OutputInfo, numSamples) F(CHOP_OutputInfo, startIndex) F(CHOP_OutputInfo, sampleRate) \
	S(CHOP_Output) F(CHOP_Output, numChannels) F(CHOP_Output, numSamples) F(CHOP_Output, sampleRate) F(CHOP_Output, startIndex) F(CHOP_Output, names) F(CHOP_Output, channels) \
	S(CHOP_CPlusPlusBase) \
	S(OP_Inputs) \
	S(OP_ParameterManager) \
	S(OP_String) \
	S(OP_CHOPInput) F(OP_CHOPInput, opPath) F(OP_CHOPInput, opId) F(OP_CHOPInput, numChannels) F(OP_CHOPInput, numSamples) F(OP_CHOPInput, sampleRate) F(OP_CHOPInput, startIndex) F(OP_CHOPInput, channelData) F(OP_CHOPInput, nameData) F(OP_CHOPInput, totalCooks) F(OP_CHOPInput, customOP) \
	S(OP_DATInput) F(OP_DATInput, opPath) F(OP_DATInput, opId) F(OP_DATInput, numRows) F(OP_DATInput, numCols) F(OP_DATInput, isTable) F(OP_DATInput, cellData) F(OP_DATInput, totalCooks) F(OP_DATInput, customOP) \
	S(OP_TimeInfo) F(OP_TimeInfo, absFrame) F(OP_TimeInfo, frame) F(OP_TimeInfo, rate) F(OP_TimeInfo, rootFrame) F(OP_TimeInfo, rootRate) F(OP_TimeInfo, deltaFrames) F(OP_TimeInfo, deltaMS) \
	S(OP_NumericParameter) F(OP_NumericParameter, name) F(OP_NumericParameter, label) F(OP_NumericParameter, page) F(OP_NumericParameter, defaultValues) F(OP_NumericParameter, minValues) F(OP_NumericParameter, maxValues) F(OP_NumericParameter, clampMins) F(OP_NumericParameter, clampMaxes) F(OP_NumericParameter, minSliders) F(OP_NumericParameter, maxSliders) \
	S(OP_StringParameter) F(OP_StringParameter, name) F(OP_StringParameter, label) F(OP_StringParameter, page) F(OP_StringParameter, defaultValue) \
	S(OP_InfoCHOPChan) F(OP_InfoCHOPChan, name) F(OP_InfoCHOPChan, value) \
	S(OP_InfoDATSize) F(OP_InfoDATSize, rows) F(OP_InfoDATSize, cols) F(OP_InfoDATSize, byColumn) \
	S(OP_InfoDATEntries) F(OP_InfoDATEntries, values) \
	S(OP_BuildDynamicMenuInfo) F(OP_BuildDynamicMenuInfo, instance) F(OP_BuildDynamicMenuInfo, name) \
	S(OP_Context) \
	S(PY_Context) \
	S(PY_GetInfo) F(PY_GetInfo, autoCook) \
	S(PY_Struct) F(PY_Struct, OP_PY_STRUCT_HEADER) F(PY_Struct, context)

#define FIELDS_10_1(S, F) \
	F(CHOP_PluginInfo, MinAPIVersion) F(CHOP_PluginInfo, MaxAPIVersion) \
	F(OP_CustomOPInfo, opHelpURL) \
	F(OP_NodeInfo, workingColorSpace)

#define FIELDS_10_2(S, F) \
	F(OP_NumericParameter, size) F(OP_NumericParameter, section) F(OP_NumericParameter, help) \
	F(OP_StringParameter, size) F(OP_StringParameter, section) F(OP_StringParameter, help) \
	F(OP_CHOPInput, parms) \
	F(OP_DATInput, parms) \
	S(OP_InputLabel) F(OP_InputLabel, label) \
	S(OP_NodeSaveState) \
	S(OP_NodeLoadState)
