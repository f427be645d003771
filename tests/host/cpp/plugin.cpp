#include "host/node.h"
#include "host/strings.h"
#include "tdhost/src/ffi.rs.h"
#include "touchdesigner/layout.h"

#include <cstring>

namespace tdhost
{

namespace
{

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

RawInfo
describe(size_t address, TD::CHOP_PluginInfo& info, bool knowsHelpUrl)
{
	HostString opType, opLabel, opIcon, authorName, authorEmail, pythonVersion, opHelpURL;
	TD::OP_CustomOPInfo& op = info.customOPInfo;
	op.opType = &opType;
	op.opLabel = &opLabel;
	op.opIcon = &opIcon;
	op.authorName = &authorName;
	op.authorEmail = &authorEmail;
	op.pythonVersion = &pythonVersion;
	op.opHelpURL = knowsHelpUrl ? &opHelpURL : nullptr;

	// Braces: cxx gives members no value of their own where a compiler does not claim C++14 or newer, as Microsoft's.
	RawInfo raw{};
	try
	{
		reinterpret_cast<FillCHOPPluginInfoFunction>(address)(&info);
	}
	catch (...)
	{
		raw.threw = true;
	}
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
	raw.get_sets = reinterpret_cast<size_t>(op.pythonGetSets);
	raw.methods = reinterpret_cast<size_t>(op.pythonMethods);
	for (size_t i = 0; op.pythonGetSets != nullptr && i < MOST_MEMBERS && op.pythonGetSets[i].name != nullptr; ++i)
		raw.python_members.push_back(rust::String::lossy(op.pythonGetSets[i].name));
	for (size_t i = 0; op.pythonMethods != nullptr && i < MOST_MEMBERS && op.pythonMethods[i].ml_name != nullptr; ++i)
		raw.python_members.push_back(rust::String::lossy(op.pythonMethods[i].ml_name));
	return raw;
}

} // namespace

RawInfo
describePlugin(size_t address, uint8_t number, uint8_t garbage)
{
	const auto generation = static_cast<Generation>(number);
	if (generation >= Generation::G10_1)
		// Such a host still loads plugins of generation 9.
		return answerTo(address, TD::CHOP_GENERATION_9, newestWord(generation));
	const int32_t word = static_cast<int32_t>(0x01010101u * garbage);
	TD::CHOP_PluginInfo info(word, word);
	std::memset(info.reserved, garbage, sizeof info.reserved);
	std::memset(info.reserved2, garbage, sizeof info.reserved2);
	RawInfo raw = describe(address, info, false);
	raw.supported = info.apiVersion == TD::CHOP_GENERATION_9;
	return raw;
}

RawInfo
answerTo(size_t address, int32_t min, int32_t max)
{
	TD::CHOP_PluginInfo info(min, max);
	RawInfo raw = describe(address, info, true);
	raw.supported = TD::versionSupported(info.apiVersion, min, max);
	return raw;
}

} // namespace tdhost
