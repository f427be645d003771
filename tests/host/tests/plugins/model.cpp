// A model plugin for the host's own tests: passes its input through, declares a parameter of every kind, and
// misbehaves when it is told to.
//
// What it does wrong while it runs is chosen with the menu Conduct; what must be wrong from the start with a macro.
#include "touchdesigner/chop.h"

#include <cstring>
#include <stdexcept>
#include <string>

namespace
{

int32_t chosenWord = TD::CHOP_GENERATION_9;

int32_t
chooseWord(const TD::CHOP_PluginInfo& info)
{
#if defined(BAD_WORD)
	static_cast<void>(info);
	return TD::versionWord(11, 3);
#else
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
#endif
}

const char* const CONDUCTS[] = {"good", "pastend", "beforestart", "unwritten", "partial", "writeinput", "unknownpar",
	"keepinputs", "newmethod", "throws", "stale", "twice"};
constexpr int32_t CONDUCT_COUNT = sizeof CONDUCTS / sizeof CONDUCTS[0];

enum Conduct : int32_t
{
	Good,
	PastEnd,
	BeforeStart,
	Unwritten,
	Partial,
	WriteInput,
	UnknownPar,
	KeepInputs,
	NewMethod,
	Throws,
	Stale,
	Twice,
};

class Model final : public TD::CHOP_CPlusPlusBase
{
public:
	~Model() override = default;

	void getGeneralInfo(TD::CHOP_GeneralInfo* info, const TD::OP_Inputs* inputs, void*) override
	{
		info->cookEveryFrame = true;
		info->timeslice = inputs->getParInt("Slice") != 0;
	}

	bool getOutputInfo(TD::CHOP_OutputInfo* info, const TD::OP_Inputs* inputs, void*) override
	{
		if (inputs->getParInt("Answer") == 0)
			return false;
		const TD::OP_CHOPInput* input = inputs->getInputCHOP(0);
		info->numChannels = input == nullptr ? 0 : input->numChannels;
		info->sampleRate = static_cast<float>(inputs->getParDouble("Rate"));
		return true;
	}

	void getChannelName(int32_t index, TD::OP_String* name, const TD::OP_Inputs*, void*) override
	{
		name->setString(("out" + std::to_string(index + 1)).c_str());
	}

	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void*) override
	{
		++executions;
		samples = output->numSamples;
		const int32_t conduct = inputs->getParInt("Conduct");
		const TD::OP_CHOPInput* input = inputs->getInputCHOP(0);
		for (int32_t c = 0; c < output->numChannels && !(conduct == Unwritten && c == 1); ++c)
		{
			for (int32_t s = 0; s < output->numSamples - (conduct == Partial ? 1 : 0); ++s)
				output->channels[c][s] =
					input != nullptr && s < input->numSamples ? input->channelData[c][s] : 0.0f;
		}
		misbehave(conduct, output, inputs, input);
		read(inputs);
	}

	int32_t getNumInfoCHOPChans(void*) override
	{
		if (kept != nullptr)
			kept->getNumInputs();
		return 4;
	}

	void getInfoCHOPChan(int32_t index, TD::OP_InfoCHOPChan* channel, void*) override
	{
		const char* const names[] = {"executions", "samples", "pulses", "loaded"};
		const float values[] = {static_cast<float>(executions), static_cast<float>(samples),
			static_cast<float>(pulses), static_cast<float>(loaded)};
		channel->name->setString(names[index]);
		channel->value = values[index];
	}

	bool getInfoDATSize(TD::OP_InfoDATSize* size, void*) override
	{
		size->rows = 6;
		size->cols = 2;
		return true;
	}

	void getInfoDATEntries(int32_t index, int32_t, TD::OP_InfoDATEntries* entries, void*) override
	{
		const char* const keys[] = {"text", "path", "menu", "table", "frames", "stale"};
		const std::string values[] = {text, path, menu, table, frames, stale == nullptr ? "" : stale};
		entries->values[0]->setString(keys[index]);
		entries->values[1]->setString(values[index].c_str());
	}

	void getWarningString(TD::OP_String* warning, void*) override { warning->setString("careful"); }
	void getErrorString(TD::OP_String* error, void*) override { error->setString(""); }
	void getInfoPopupString(TD::OP_String* popup, void*) override { popup->setString("popup"); }

	void setupParameters(TD::OP_ParameterManager* manager, void*) override;
	void pulsePressed(const char* name, void*) override { pulses += std::strcmp(name, "Press") == 0 ? 1 : 0; }

	void buildDynamicMenu(const TD::OP_Inputs*, TD::OP_BuildDynamicMenuInfo* info, void*) override
	{
		info->addMenuEntry("one", info->name);
		info->addMenuEntry("two", nullptr);
	}

	void saveData(TD::OP_NodeSaveState* state, void*) override { state->saveEntry("count", &executions, 4); }
	void loadData(const TD::OP_NodeLoadState* state, void*) override
	{
		int64_t size = 0;
		const void* data = state->loadEntry("count", &size);
		loaded = -1;
		if (data != nullptr && size == 4)
			std::memcpy(&loaded, data, 4);
	}
	void inputConnectorLabel(int index, TD::OP_InputLabel* label, void*) override
	{
		label->label->setString(index == 0 ? "Audio" : "?");
	}

private:
	void misbehave(
		int32_t conduct, TD::CHOP_Output* output, const TD::OP_Inputs* inputs, const TD::OP_CHOPInput* input)
	{
		switch (conduct)
		{
		case PastEnd:
			output->channels[0][output->numSamples] = 1.0f;
			break;
		case BeforeStart:
			output->channels[0][-1] = 1.0f;
			break;
		case WriteInput:
			const_cast<float*>(input->channelData[0])[0] = 99.0f;
			break;
		case UnknownPar:
			inputs->enablePar("Nosuch", false);
			break;
		case KeepInputs:
			kept = inputs;
			break;
		case NewMethod:
			inputs->getPOP("/none");
			break;
		case Throws:
			throw std::runtime_error("on purpose");
		case Stale:
			if (stale == nullptr)
				stale = inputs->getParString("Text");
			break;
		case Twice:
			stale = inputs->getParString("Text");
			break;
		default:
			break;
		}
	}

	void read(const TD::OP_Inputs* inputs)
	{
		const auto copy = [](const char* given) { return given == nullptr ? std::string("(null)") : std::string(given); };
		text = copy(inputs->getParString("Text"));
		path = copy(inputs->getParFilePath("File"));
		menu = copy(inputs->getParString("Menu")) + " " + std::to_string(inputs->getParInt("Menu"));
		frames = std::to_string(inputs->getTimeInfo()->deltaFrames);
		table = "(null)";
		if (const TD::OP_DATInput* dat = inputs->getParDAT("Dat"))
		{
			table = dat->isTable ? "table" : "text";
			for (int32_t i = 0; i < dat->numRows * dat->numCols; ++i)
				table += std::string("|") + dat->cellData[i];
		}
		inputs->enablePar("Float", inputs->getParInt("Toggle") != 0);
	}

	int32_t executions = 0;
	int32_t samples = -1;
	int32_t pulses = 0;
	int32_t loaded = -2;
	const TD::OP_Inputs* kept = nullptr;
	const char* stale = nullptr;
	std::string text, path, menu, table, frames;
};

TD::OP_NumericParameter
numeric(const char* name, double value, const char* page = "Numbers")
{
	TD::OP_NumericParameter par(name);
	par.label = name;
	par.page = page;
	par.help = "a number";
	for (double& field : par.defaultValues)
		field = value;
	return par;
}

TD::OP_StringParameter
stringy(const char* name, const char* value)
{
	TD::OP_StringParameter par(name);
	par.label = name;
	par.page = "Texts";
	par.defaultValue = value;
	return par;
}

void
Model::setupParameters(TD::OP_ParameterManager* manager, void*)
{
	TD::OP_StringParameter conduct = stringy("Conduct", "good");
	manager->appendMenu(conduct, CONDUCT_COUNT, const_cast<const char**>(CONDUCTS), const_cast<const char**>(CONDUCTS));
	manager->appendToggle(numeric("Slice", 1));
	manager->appendToggle(numeric("Answer", 0));
	manager->appendFloat(numeric("Rate", 48000));

	TD::OP_NumericParameter clamped = numeric("Float", 0.5);
	clamped.clampMins[0] = clamped.clampMaxes[0] = true;
	clamped.section = true;
	manager->appendFloat(clamped);
	manager->appendInt(numeric("Int", 3));
	manager->appendXY(numeric("Xy", 0));
	manager->appendXYZ(numeric("Xyz", 0));
	manager->appendUV(numeric("Uv", 0));
	manager->appendUVW(numeric("Uvw", 0));
	manager->appendWH(numeric("Wh", 0));
	manager->appendRGB(numeric("Rgb", 0));
	manager->appendRGBA(numeric("Rgba", 0));
	manager->appendToggle(numeric("Toggle", 0));
	manager->appendPulse(numeric("Press", 0));
	manager->appendMomentary(numeric("Momentary", 0));
	manager->appendDynamicMenu(numeric("Dynmenu", 0));

	const char* names[] = {"first", "second"};
	const char* labels[] = {"First", "Second"};
	manager->appendString(stringy("Text", "text"));
	manager->appendFile(stringy("File", "take.wav"));
	manager->appendFolder(stringy("Folder", ""));
	manager->appendDAT(stringy("Dat", ""));
	manager->appendCHOP(stringy("Chop", ""));
	manager->appendTOP(stringy("Top", ""));
	manager->appendObject(stringy("Object", ""));
	manager->appendSOP(stringy("Sop", ""));
	manager->appendPython(stringy("Python", "1 + 1"));
	manager->appendOP(stringy("Op", ""));
	manager->appendCOMP(stringy("Comp", ""));
	manager->appendMAT(stringy("Mat", ""));
	manager->appendPanelCOMP(stringy("Panel", ""));
	manager->appendHeader(stringy("Header", "Header"));
	manager->appendMenu(stringy("Menu", "second"), 2, names, labels);
	manager->appendStringMenu(stringy("Strmenu", "free"), 2, names, labels);
	manager->appendDynamicStringMenu(stringy("Dynstr", ""));

	if (TD::versionCommon(chosenWord) >= 1)
		manager->appendXYZW(numeric("Xyzw", 0));
	if (TD::versionCommon(chosenWord) >= 2)
	{
		manager->appendFileSave(stringy("Filesave", "take.wav"));
		manager->appendPOP(stringy("Pop", ""));
	}

#if defined(BAD_SETUP)
	manager->appendToggle(numeric("Toggle", 0));
	manager->appendToggle(numeric("lower", 0));
	manager->appendFloat(numeric("Many", 0), 5);
	manager->appendMenu(stringy("Nodefault", "third"), 2, names, labels);
	manager->appendFileSave(stringy("Early", ""));
#endif
}

} // namespace

TD_PLUGIN_EXPORT void
FillCHOPPluginInfo(TD::CHOP_PluginInfo* info)
{
	info->apiVersion = chosenWord = chooseWord(*info);
	TD::OP_CustomOPInfo& op = info->customOPInfo;
#if defined(BAD_TYPE)
	op.opType->setString("Bad type");
#else
	op.opType->setString("Model");
#endif
#if defined(BAD_ICON)
	op.opIcon->setString("M01");
#else
	op.opIcon->setString("Mod");
#endif
	op.opLabel->setString("Model");
	op.authorName->setString("Nobody");
	op.authorEmail->setString("nobody@example.org");
	op.minInputs = 0;
	op.maxInputs = 1;
	op.majorVersion = 2;
	op.minorVersion = 7;
	op.cookOnStart = true;
	if (op.opHelpURL != nullptr)
		op.opHelpURL->setString("https://example.org");
}

#if !defined(NO_CREATE)
TD_PLUGIN_EXPORT TD::CHOP_CPlusPlusBase*
CreateCHOPInstance(const TD::OP_NodeInfo*)
{
	return new Model;
}
#endif

TD_PLUGIN_EXPORT void
DestroyCHOPInstance(TD::CHOP_CPlusPlusBase* instance)
{
	delete static_cast<Model*>(instance);
}
