// A CHOP plugin: what it fills in, what it derives from, what it exports.
#pragma once

#include "op.h"

#pragma pack(push, 8)

namespace TD
{

// Filled in FillCHOPPluginInfo. A generation-9 host leaves the last two fields uninitialised.
class CHOP_PluginInfo
{
public:
	CHOP_PluginInfo() : CHOP_PluginInfo(0, 0) {}
	CHOP_PluginInfo(int32_t min, int32_t max) : MinAPIVersion(min), MaxAPIVersion(max) {}

	int32_t apiVersion = 0;
	int32_t reserved[100] = {};
	OP_CustomOPInfo customOPInfo;
	int32_t reserved2[18] = {};
	// 10/1
	const int32_t MinAPIVersion;
	const int32_t MaxAPIVersion;
};

class CHOP_GeneralInfo
{
public:
	// Cooks although nobody looks; customOPInfo.cookOnStart starts it off.
	bool cookEveryFrame = false;
	bool cookEveryFrameIfAsked = false;
	// The host decides the number of samples.
	bool timeslice = false;
	// The input that the output matches when getOutputInfo returns false.
	int32_t inputMatchIndex = 0;
	int32_t reserved[20] = {};
};

class CHOP_OutputInfo
{
public:
	int32_t numChannels = 0;
	int32_t numSamples = 0;
	uint32_t startIndex = 0;
	float sampleRate = 0.0f;
	void* reserved1 = nullptr;
	int32_t reserved[20] = {};
};

// Buffers that the host allocated: channels[channel][sample].
class CHOP_Output
{
public:
	CHOP_Output(int32_t channelCount, int32_t sampleCount, float rate, uint32_t start, const char** channelNames,
		float** channelBuffers)
		: numChannels(channelCount), numSamples(sampleCount), sampleRate(rate), startIndex(start),
		  names(channelNames), channels(channelBuffers)
	{
	}

	const int32_t numChannels;
	const int32_t numSamples;
	const float sampleRate;
	const uint32_t startIndex;
	const char** const names;
	float** const channels;
	int32_t reserved[20] = {};
};

// One instance for each node.
class CHOP_CPlusPlusBase
{
protected:
	CHOP_CPlusPlusBase() = default;
	// Only the plugin deletes an instance, in DestroyCHOPInstance.
	virtual ~CHOP_CPlusPlusBase() = default;

public:
	CHOP_CPlusPlusBase(const CHOP_CPlusPlusBase&) = delete;
	CHOP_CPlusPlusBase& operator=(const CHOP_CPlusPlusBase&) = delete;

	virtual void getGeneralInfo(CHOP_GeneralInfo*, const OP_Inputs*, void* /*reserved1*/) {}
	virtual bool getOutputInfo(CHOP_OutputInfo*, const OP_Inputs*, void* /*reserved1*/) { return false; }
	virtual void getChannelName(int32_t /*index*/, OP_String*, const OP_Inputs*, void* /*reserved1*/) {}
	virtual void execute(CHOP_Output*, const OP_Inputs*, void* reserved1) = 0;
	virtual int32_t getNumInfoCHOPChans(void* /*reserved1*/) { return 0; }
	virtual void getInfoCHOPChan(int32_t /*index*/, OP_InfoCHOPChan*, void* /*reserved1*/) {}
	virtual bool getInfoDATSize(OP_InfoDATSize*, void* /*reserved1*/) { return false; }
	virtual void getInfoDATEntries(
		int32_t /*index*/, int32_t /*count*/, OP_InfoDATEntries*, void* /*reserved1*/)
	{
	}
	virtual void getWarningString(OP_String*, void* /*reserved1*/) {}
	virtual void getErrorString(OP_String*, void* /*reserved1*/) {}
	virtual void getInfoPopupString(OP_String*, void* /*reserved1*/) {}
	virtual void setupParameters(OP_ParameterManager*, void* /*reserved1*/) {}
	virtual void pulsePressed(const char* /*name*/, void* /*reserved1*/) {}
	virtual void buildDynamicMenu(const OP_Inputs*, OP_BuildDynamicMenuInfo*, void* /*reserved1*/) {}

	// 10/2, in slots that older generations reserve: a new method goes into the next reserved slot, and the
	// number of slots stays the same.
	virtual void saveData(OP_NodeSaveState*, void* /*reserved1*/) {}
	virtual void loadData(const OP_NodeLoadState*, void* /*reserved1*/) {}
	virtual void inputConnectorLabel(int /*index*/, OP_InputLabel*, void* /*reserved1*/) {}

	virtual int32_t reservedFunc9() { return 0; }
	virtual int32_t reservedFunc10() { return 0; }
	virtual int32_t reservedFunc11() { return 0; }
	virtual int32_t reservedFunc12() { return 0; }
	virtual int32_t reservedFunc13() { return 0; }
	virtual int32_t reservedFunc14() { return 0; }
	virtual int32_t reservedFunc15() { return 0; }
	virtual int32_t reservedFunc16() { return 0; }
	virtual int32_t reservedFunc17() { return 0; }
	virtual int32_t reservedFunc18() { return 0; }
	virtual int32_t reservedFunc19() { return 0; }
	virtual int32_t reservedFunc20() { return 0; }

	int32_t reserved[400] = {};
};

} // namespace TD

#pragma pack(pop)

// The three functions that a host looks up by these plain names. Only types here: a plugin may export them from
// another language.
extern "C"
{
	typedef void (*FillCHOPPluginInfoFunction)(TD::CHOP_PluginInfo*);
	typedef TD::CHOP_CPlusPlusBase* (*CreateCHOPInstanceFunction)(const TD::OP_NodeInfo*);
	typedef void (*DestroyCHOPInstanceFunction)(TD::CHOP_CPlusPlusBase*);
}

// For a plugin that exports them from C++.
#ifdef _WIN32
#define TD_PLUGIN_EXPORT extern "C" __declspec(dllexport)
#else
#define TD_PLUGIN_EXPORT extern "C" __attribute__((visibility("default")))
#endif
