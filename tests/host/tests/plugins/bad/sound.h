// A plugin that is beyond reproach, for the bad ones to derive from: each breaks one rule in a few lines.
//
// It passes its input through, speaks the newest version that the host supports, and declares a parameter of each
// common kind.
#pragma once

#include "touchdesigner/chop.h"

#include <initializer_list>

namespace bad
{

inline bool
usable(const TD::OP_CHOPInput* input)
{
	return input != nullptr && input->sampleRate > 0.0 && input->sampleRate < 1.0e9;
}

inline int32_t
chooseWord(const TD::CHOP_PluginInfo& info)
{
	const int32_t min = info.MinAPIVersion;
	const int32_t max = info.MaxAPIVersion;
	const bool announced = TD::versionFamily(max) >= 10 && TD::versionFamily(max) <= 255 &&
						   TD::versionCommon(max) >= 1 && TD::versionCommon(max) <= 255 &&
						   TD::versionFamily(min) <= TD::versionFamily(max) &&
						   TD::versionCommon(min) <= TD::versionCommon(max);
	if (!announced)
		return TD::CHOP_GENERATION_9;
	for (const int32_t word : {TD::CHOP_GENERATION_10_2, TD::CHOP_GENERATION_10_1, TD::CHOP_GENERATION_9})
	{
		if (TD::versionSupported(word, min, max))
			return word;
	}
	return TD::CHOP_GENERATION_10_2;
}

class Sound : public TD::CHOP_CPlusPlusBase
{
public:
	~Sound() override = default;

	void getGeneralInfo(TD::CHOP_GeneralInfo* info, const TD::OP_Inputs*, void*) override
	{
		info->cookEveryFrame = true;
		info->timeslice = true;
	}

	bool getOutputInfo(TD::CHOP_OutputInfo* info, const TD::OP_Inputs* inputs, void*) override
	{
		if (usable(inputs->getInputCHOP(0)))
			return false;
		info->numChannels = 1;
		info->sampleRate = 44100.0f;
		return true;
	}

	void getChannelName(int32_t, TD::OP_String* name, const TD::OP_Inputs*, void*) override
	{
		name->setString("chan1");
	}

	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void*) override
	{
		const TD::OP_CHOPInput* input = inputs->getInputCHOP(0);
		for (int32_t c = 0; c < output->numChannels; ++c)
		{
			for (int32_t s = 0; s < output->numSamples; ++s)
				output->channels[c][s] =
					usable(input) && c < input->numChannels && s < input->numSamples ? input->channelData[c][s] : 0.0f;
		}
	}

	int32_t getNumInfoCHOPChans(void*) override { return 1; }

	void getInfoCHOPChan(int32_t, TD::OP_InfoCHOPChan* channel, void*) override
	{
		channel->name->setString("info");
		channel->value = 1.0f;
	}

	void setupParameters(TD::OP_ParameterManager* manager, void*) override
	{
		TD::OP_NumericParameter toggle("Switch");
		manager->appendToggle(toggle);
		TD::OP_NumericParameter number("Number");
		number.clampMins[0] = number.clampMaxes[0] = true;
		manager->appendFloat(number);
		TD::OP_StringParameter text("Text");
		text.defaultValue = "text";
		manager->appendString(text);
		TD::OP_StringParameter menu("Menu");
		menu.defaultValue = "second";
		const char* items[] = {"first", "second"};
		manager->appendMenu(menu, 2, items, items);
	}
};

inline void
describe(TD::CHOP_PluginInfo* info)
{
	info->apiVersion = chooseWord(*info);
	TD::OP_CustomOPInfo& op = info->customOPInfo;
	op.opType->setString("Bad");
	op.opLabel->setString("Bad");
	op.opIcon->setString("Bad");
	op.minInputs = 0;
	op.maxInputs = 1;
}

} // namespace bad

#define FILL TD_PLUGIN_EXPORT void FillCHOPPluginInfo(TD::CHOP_PluginInfo* info)

#define INSTANCES(Plugin) \
	TD_PLUGIN_EXPORT TD::CHOP_CPlusPlusBase* CreateCHOPInstance(const TD::OP_NodeInfo*) { return new Plugin; } \
	TD_PLUGIN_EXPORT void DestroyCHOPInstance(TD::CHOP_CPlusPlusBase* instance) \
	{ \
		delete static_cast<Plugin*>(instance); \
	}

#define PLUGIN(Plugin) \
	FILL { bad::describe(info); } \
	INSTANCES(Plugin)
