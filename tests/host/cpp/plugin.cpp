#include "host/node.h"
#include "host/strings.h"
#include "tdhost/src/ffi.rs.h"
#include "touchdesigner/layout.h"

#include <cstring>

namespace tdhost
{

namespace
{

// What a generation-9 host leaves in bytes that it does not know: the same garbage in every run.
constexpr int GARBAGE = 0xCD;
constexpr int32_t GARBAGE_WORD = static_cast<int32_t>(0xCDCDCDCD);

constexpr size_t MOST_MEMBERS = 1024;

int32_t
newestWord(Generation generation)
{
	switch (generation)
	{
	case Generation::G9:
		return TD::CHOP_GENERATION_9;
	case Generation::G10_1:
		return TD::CHOP_GENERATION_10_1;
	case Generation::G10_2:
		return TD::CHOP_GENERATION_10_2;
	}
	return 0;
}

} // namespace

RawInfo
describePlugin(size_t address, uint8_t number)
{
	const auto generation = static_cast<Generation>(number);
	const bool negotiates = generation >= Generation::G10_1;
	// A 10/x host still loads plugins of generation 9.
	TD::CHOP_PluginInfo info(
		negotiates ? TD::CHOP_GENERATION_9 : GARBAGE_WORD, negotiates ? newestWord(generation) : GARBAGE_WORD);
	if (!negotiates)
	{
		std::memset(info.reserved, GARBAGE, sizeof info.reserved);
		std::memset(info.reserved2, GARBAGE, sizeof info.reserved2);
	}

	HostString opType, opLabel, opIcon, authorName, authorEmail, pythonVersion, opHelpURL;
	TD::OP_CustomOPInfo& op = info.customOPInfo;
	op.opType = &opType;
	op.opLabel = &opLabel;
	op.opIcon = &opIcon;
	op.authorName = &authorName;
	op.authorEmail = &authorEmail;
	op.pythonVersion = &pythonVersion;
	op.opHelpURL = negotiates ? &opHelpURL : nullptr;

	RawInfo raw;
	try
	{
		reinterpret_cast<FillCHOPPluginInfoFunction>(address)(&info);
	}
	catch (...)
	{
		raw.threw = true;
	}
	const int32_t newest = newestWord(generation);
	raw.supported = negotiates ? TD::versionSupported(info.apiVersion, TD::CHOP_GENERATION_9, newest)
							   : info.apiVersion == newest;
	raw.api_version = info.apiVersion;
	raw.op_type = rust::String::lossy(opType.value);
	raw.op_label = rust::String::lossy(opLabel.value);
	raw.op_icon = rust::String::lossy(opIcon.value);
	raw.min_inputs = op.minInputs;
	raw.max_inputs = op.maxInputs;
	raw.author_name = rust::String::lossy(authorName.value);
	raw.author_email = rust::String::lossy(authorEmail.value);
	raw.major_version = op.majorVersion;
	raw.minor_version = op.minorVersion;
	raw.python_version = rust::String::lossy(pythonVersion.value);
	raw.cook_on_start = op.cookOnStart;
	raw.op_help_url = rust::String::lossy(opHelpURL.value);
	for (size_t i = 0; op.pythonGetSets != nullptr && i < MOST_MEMBERS && op.pythonGetSets[i].name != nullptr; ++i)
		raw.python_members.push_back(rust::String::lossy(op.pythonGetSets[i].name));
	for (size_t i = 0; op.pythonMethods != nullptr && i < MOST_MEMBERS && op.pythonMethods[i].ml_name != nullptr; ++i)
		raw.python_members.push_back(rust::String::lossy(op.pythonMethods[i].ml_name));
	return raw;
}

} // namespace tdhost
