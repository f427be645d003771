// Proof that the declarations have the layout that hosts were compiled with.
//
// Included by one .cpp of every library that speaks the interface, so that no build can miss a change. A failing line
// is never corrected here: the declaration is wrong.
#pragma once

#include "chop.h"

#include <cstddef>

#ifdef _WIN32
#define TD_SIZE(type, windows, others) static_assert(sizeof(TD::type) == (windows), "size of " #type)
#define TD_OFFSET(type, field, windows, others) \
	static_assert(offsetof(TD::type, field) == (windows), "offset of " #type "::" #field)
#define TD_OFFSET_WINDOWS(type, field, windows) TD_OFFSET(type, field, windows, 0)
#else
#define TD_SIZE(type, windows, others) static_assert(sizeof(TD::type) == (others), "size of " #type)
#define TD_OFFSET(type, field, windows, others) \
	static_assert(offsetof(TD::type, field) == (others), "offset of " #type "::" #field)
#define TD_OFFSET_WINDOWS(type, field, windows) static_assert(true, "")
#endif

// offsetof of a class with virtual methods is conditionally supported; every compiler in use supports it.
#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

static_assert(sizeof(void*) == 8, "the interface is defined for 64-bit processes");
static_assert(sizeof(bool) == 1, "bool is one byte in the interface");
static_assert(sizeof(TD::OP_ParAppendResult) == 4, "enumerations are 32 bits wide in the interface");
static_assert(sizeof(TD::OP_WorkingColorSpace) == 4, "enumerations are 32 bits wide in the interface");

// Interfaces without fields consist of their table pointer.
static_assert(sizeof(TD::OP_Inputs) == 8, "size of OP_Inputs");
static_assert(sizeof(TD::OP_ParameterManager) == 8, "size of OP_ParameterManager");

// CPython's tables.
static_assert(sizeof(PyGetSetDef) == 40, "size of PyGetSetDef");
static_assert(sizeof(PyMethodDef) == 32, "size of PyMethodDef");

TD_SIZE(CHOP_PluginInfo, 944, 944);
TD_OFFSET(CHOP_PluginInfo, apiVersion, 0, 0);
TD_OFFSET(CHOP_PluginInfo, reserved, 4, 4);
TD_OFFSET(CHOP_PluginInfo, customOPInfo, 408, 408);
TD_OFFSET(CHOP_PluginInfo, reserved2, 864, 864);
TD_OFFSET(CHOP_PluginInfo, MinAPIVersion, 936, 936);
TD_OFFSET(CHOP_PluginInfo, MaxAPIVersion, 940, 940);

TD_SIZE(OP_CustomOPInfo, 456, 456);
TD_OFFSET(OP_CustomOPInfo, opType, 0, 0);
TD_OFFSET(OP_CustomOPInfo, opLabel, 8, 8);
TD_OFFSET(OP_CustomOPInfo, opIcon, 16, 16);
TD_OFFSET(OP_CustomOPInfo, minInputs, 24, 24);
TD_OFFSET(OP_CustomOPInfo, maxInputs, 28, 28);
TD_OFFSET(OP_CustomOPInfo, authorName, 32, 32);
TD_OFFSET(OP_CustomOPInfo, authorEmail, 40, 40);
TD_OFFSET(OP_CustomOPInfo, majorVersion, 48, 48);
TD_OFFSET(OP_CustomOPInfo, minorVersion, 52, 52);
TD_OFFSET(OP_CustomOPInfo, pythonVersion, 56, 56);
TD_OFFSET(OP_CustomOPInfo, cookOnStart, 64, 64);
TD_OFFSET(OP_CustomOPInfo, pythonGetSets, 72, 72);
TD_OFFSET(OP_CustomOPInfo, pythonMethods, 80, 80);
TD_OFFSET(OP_CustomOPInfo, pythonDoc, 88, 88);
TD_OFFSET(OP_CustomOPInfo, pythonCallbacksDAT, 96, 96);
TD_OFFSET(OP_CustomOPInfo, opHelpURL, 104, 104);
TD_OFFSET(OP_CustomOPInfo, reserved, 112, 112);

TD_SIZE(OP_NodeInfo, 104, 96);
TD_OFFSET(OP_NodeInfo, opPath, 0, 0);
TD_OFFSET(OP_NodeInfo, opId, 8, 8);
TD_OFFSET_WINDOWS(OP_NodeInfo, mainWindowHandle, 16);
TD_OFFSET(OP_NodeInfo, pluginPath, 24, 16);
TD_OFFSET(OP_NodeInfo, context, 32, 24);
TD_OFFSET(OP_NodeInfo, cookCount, 40, 32);
TD_OFFSET_WINDOWS(OP_NodeInfo, processHInstance, 48);
TD_OFFSET(OP_NodeInfo, workingColorSpace, 56, 36);
TD_OFFSET(OP_NodeInfo, reserved, 60, 40);

TD_SIZE(CHOP_GeneralInfo, 88, 88);
TD_OFFSET(CHOP_GeneralInfo, cookEveryFrame, 0, 0);
TD_OFFSET(CHOP_GeneralInfo, cookEveryFrameIfAsked, 1, 1);
TD_OFFSET(CHOP_GeneralInfo, timeslice, 2, 2);
TD_OFFSET(CHOP_GeneralInfo, inputMatchIndex, 4, 4);
TD_OFFSET(CHOP_GeneralInfo, reserved, 8, 8);

TD_SIZE(CHOP_OutputInfo, 104, 104);
TD_OFFSET(CHOP_OutputInfo, numChannels, 0, 0);
TD_OFFSET(CHOP_OutputInfo, numSamples, 4, 4);
TD_OFFSET(CHOP_OutputInfo, startIndex, 8, 8);
TD_OFFSET(CHOP_OutputInfo, sampleRate, 12, 12);
TD_OFFSET(CHOP_OutputInfo, reserved1, 16, 16);
TD_OFFSET(CHOP_OutputInfo, reserved, 24, 24);

TD_SIZE(CHOP_Output, 112, 112);
TD_OFFSET(CHOP_Output, numChannels, 0, 0);
TD_OFFSET(CHOP_Output, numSamples, 4, 4);
TD_OFFSET(CHOP_Output, sampleRate, 8, 8);
TD_OFFSET(CHOP_Output, startIndex, 12, 12);
TD_OFFSET(CHOP_Output, names, 16, 16);
TD_OFFSET(CHOP_Output, channels, 24, 24);
TD_OFFSET(CHOP_Output, reserved, 32, 32);

TD_SIZE(CHOP_CPlusPlusBase, 1608, 1608);
TD_OFFSET(CHOP_CPlusPlusBase, reserved, 8, 8);

TD_SIZE(OP_CHOPInput, 136, 136);
TD_OFFSET(OP_CHOPInput, opPath, 0, 0);
TD_OFFSET(OP_CHOPInput, opId, 8, 8);
TD_OFFSET(OP_CHOPInput, numChannels, 12, 12);
TD_OFFSET(OP_CHOPInput, numSamples, 16, 16);
TD_OFFSET(OP_CHOPInput, sampleRate, 24, 24);
TD_OFFSET(OP_CHOPInput, startIndex, 32, 32);
TD_OFFSET(OP_CHOPInput, channelData, 40, 40);
TD_OFFSET(OP_CHOPInput, nameData, 48, 48);
TD_OFFSET(OP_CHOPInput, totalCooks, 56, 56);
TD_OFFSET(OP_CHOPInput, customOP, 64, 64);
TD_OFFSET(OP_CHOPInput, parms, 72, 72);
TD_OFFSET(OP_CHOPInput, reserved, 80, 80);

TD_SIZE(OP_DATInput, 112, 112);
TD_OFFSET(OP_DATInput, opPath, 0, 0);
TD_OFFSET(OP_DATInput, opId, 8, 8);
TD_OFFSET(OP_DATInput, numRows, 12, 12);
TD_OFFSET(OP_DATInput, numCols, 16, 16);
TD_OFFSET(OP_DATInput, isTable, 20, 20);
TD_OFFSET(OP_DATInput, cellData, 24, 24);
TD_OFFSET(OP_DATInput, totalCooks, 32, 32);
TD_OFFSET(OP_DATInput, customOP, 40, 40);
TD_OFFSET(OP_DATInput, parms, 48, 48);
TD_OFFSET(OP_DATInput, reserved, 56, 56);

TD_SIZE(OP_TimeInfo, 216, 216);
TD_OFFSET(OP_TimeInfo, absFrame, 0, 0);
TD_OFFSET(OP_TimeInfo, frame, 8, 8);
TD_OFFSET(OP_TimeInfo, rate, 16, 16);
TD_OFFSET(OP_TimeInfo, rootFrame, 24, 24);
TD_OFFSET(OP_TimeInfo, rootRate, 32, 32);
TD_OFFSET(OP_TimeInfo, deltaFrames, 40, 40);
TD_OFFSET(OP_TimeInfo, deltaMS, 48, 48);
TD_OFFSET(OP_TimeInfo, reserved, 56, 56);

TD_SIZE(OP_NumericParameter, 272, 272);
TD_OFFSET(OP_NumericParameter, name, 0, 0);
TD_OFFSET(OP_NumericParameter, label, 8, 8);
TD_OFFSET(OP_NumericParameter, page, 16, 16);
TD_OFFSET(OP_NumericParameter, defaultValues, 24, 24);
TD_OFFSET(OP_NumericParameter, minValues, 56, 56);
TD_OFFSET(OP_NumericParameter, maxValues, 88, 88);
TD_OFFSET(OP_NumericParameter, clampMins, 120, 120);
TD_OFFSET(OP_NumericParameter, clampMaxes, 124, 124);
TD_OFFSET(OP_NumericParameter, minSliders, 128, 128);
TD_OFFSET(OP_NumericParameter, maxSliders, 160, 160);
TD_OFFSET(OP_NumericParameter, size, 192, 192);
TD_OFFSET(OP_NumericParameter, section, 196, 196);
TD_OFFSET(OP_NumericParameter, help, 200, 200);
TD_OFFSET(OP_NumericParameter, reserved, 208, 208);

TD_SIZE(OP_StringParameter, 112, 112);
TD_OFFSET(OP_StringParameter, name, 0, 0);
TD_OFFSET(OP_StringParameter, label, 8, 8);
TD_OFFSET(OP_StringParameter, page, 16, 16);
TD_OFFSET(OP_StringParameter, defaultValue, 24, 24);
TD_OFFSET(OP_StringParameter, size, 32, 32);
TD_OFFSET(OP_StringParameter, section, 36, 36);
TD_OFFSET(OP_StringParameter, help, 40, 40);
TD_OFFSET(OP_StringParameter, reserved, 48, 48);

TD_SIZE(OP_String, 88, 88);
TD_OFFSET(OP_String, reserved, 8, 8);

TD_SIZE(OP_InfoCHOPChan, 56, 56);
TD_OFFSET(OP_InfoCHOPChan, name, 0, 0);
TD_OFFSET(OP_InfoCHOPChan, value, 8, 8);
TD_OFFSET(OP_InfoCHOPChan, reserved, 12, 12);

TD_SIZE(OP_InfoDATSize, 52, 52);
TD_OFFSET(OP_InfoDATSize, rows, 0, 0);
TD_OFFSET(OP_InfoDATSize, cols, 4, 4);
TD_OFFSET(OP_InfoDATSize, byColumn, 8, 8);
TD_OFFSET(OP_InfoDATSize, reserved, 12, 12);

TD_SIZE(OP_InfoDATEntries, 48, 48);
TD_OFFSET(OP_InfoDATEntries, values, 0, 0);
TD_OFFSET(OP_InfoDATEntries, reserved, 8, 8);

TD_SIZE(OP_BuildDynamicMenuInfo, 104, 104);
TD_OFFSET(OP_BuildDynamicMenuInfo, instance, 8, 8);
TD_OFFSET(OP_BuildDynamicMenuInfo, name, 16, 16);
TD_OFFSET(OP_BuildDynamicMenuInfo, reserved, 24, 24);

TD_SIZE(OP_InputLabel, 48, 48);
TD_OFFSET(OP_InputLabel, label, 0, 0);
TD_OFFSET(OP_InputLabel, reserved, 8, 8);

TD_SIZE(OP_NodeSaveState, 88, 88);
TD_OFFSET(OP_NodeSaveState, reserved, 8, 8);

TD_SIZE(OP_NodeLoadState, 88, 88);
TD_OFFSET(OP_NodeLoadState, reserved, 8, 8);

TD_SIZE(OP_Context, 208, 208);
TD_OFFSET(OP_Context, reserved, 8, 8);

TD_SIZE(PY_Context, 208, 208);
TD_OFFSET(PY_Context, reserved, 8, 8);

TD_SIZE(PY_GetInfo, 204, 204);
TD_OFFSET(PY_GetInfo, autoCook, 0, 0);
TD_OFFSET(PY_GetInfo, reserved, 4, 4);

TD_SIZE(PY_Struct, 5128, 5128);
TD_OFFSET(PY_Struct, OP_PY_STRUCT_HEADER, 0, 0);
TD_OFFSET(PY_Struct, context, 1024, 1024);
TD_OFFSET(PY_Struct, reserved2, 1032, 1032);

#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic pop
#endif

#undef TD_SIZE
#undef TD_OFFSET
#undef TD_OFFSET_WINDOWS
