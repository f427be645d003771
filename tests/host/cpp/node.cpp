#include "host/node.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "host/states.h"
#include "host/strings.h"
#include "tdhost/src/ffi.rs.h"

namespace tdhost
{

namespace
{

// Beyond this it is a mistake, and allocating it would take the machine down instead of failing a test.
constexpr int32_t MOST_CHANNELS = 65536;

// In fields that are newer than the host.
constexpr int32_t GARBAGE = static_cast<int32_t>(0xCDCDCDCD);

std::atomic<uint32_t> nextOpId{100};

std::string
fromRust(rust::Str text)
{
	return std::string(text.data(), text.size());
}

} // namespace

template <typename Call>
void
NodeHost::guardedWithInputs(const char* method, Call&& call)
{
	inputs.open.store(true, std::memory_order_relaxed);
	guarded(method, call);
	inputs.open.store(false, std::memory_order_relaxed);
}

NodeHost::NodeHost(const RawSetup& setup, const rust::Vec<RawEntry>& saved)
	: generation(static_cast<Generation>(setup.generation)), word(setup.word), fenced(setup.fenced),
	  destroy(reinterpret_cast<DestroyCHOPInstanceFunction>(setup.destroy)), opPath(setup.op_path),
	  pluginPath(setup.plugin_path), context(faults), parameters(generation, setup.fenced, faults),
	  input(generation, setup.fenced), inputs(generation, parameters, input, faults),
	  getSets(reinterpret_cast<PyGetSetDef*>(setup.get_sets)), methods(reinterpret_cast<PyMethodDef*>(setup.methods))
{
	nodeInfo.opPath = opPath.c_str();
	nodeInfo.opId = nextOpId.fetch_add(1);
	nodeInfo.pluginPath = pluginPath.c_str();
	nodeInfo.context = &context;
	if (generation < Generation::G10_1)
		nodeInfo.workingColorSpace = static_cast<TD::OP_WorkingColorSpace>(GARBAGE);
	try
	{
		instance = reinterpret_cast<CreateCHOPInstanceFunction>(setup.create)(&nodeInfo);
	}
	catch (...)
	{
		faults.add(FaultKind::Threw, "the plugin threw out of CreateCHOPInstance");
	}
	if (speaksTwo())
	{
		Entries entries;
		for (const auto& entry : saved)
			entries.emplace_back(
				std::string(entry.key), std::vector<uint8_t>(entry.data.begin(), entry.data.end()));
		const LoadState state(std::move(entries));
		guarded("loadData", [&] { instance->loadData(&state, nullptr); });
	}
	// A test orders it in the node's path, as it orders the plugin's faults.
	const std::string order = "?refuse=";
	if (const auto at = opPath.find(order); at != std::string::npos)
		parameters.refuse(opPath.substr(at + order.size()));
	guarded("setupParameters", [&] { instance->setupParameters(&parameters, nullptr); });
}

NodeHost::~NodeHost()
{
	object.reset();
	guarded("DestroyCHOPInstance", [&] { destroy(instance); });
}

// In an older plugin the slots of the 10/2 methods are reserved: not to be called, whatever the host speaks.
bool
NodeHost::speaksTwo() const
{
	return generation >= Generation::G10_2 && TD::versionSupported(word, TD::CHOP_GENERATION_10_2, TD::CHOP_GENERATION_10_2);
}

rust::Vec<RawPar>
NodeHost::pars() const
{
	rust::Vec<RawPar> list;
	for (const auto& par : parameters.all())
	{
		RawPar raw{};
		raw.name = toRust(par->name);
		raw.label = toRust(par->label);
		raw.page = toRust(par->page);
		raw.kind = static_cast<uint8_t>(par->kind);
		raw.textual = par->textual;
		raw.default_text = toRust(par->defaultText);
		raw.default_number = par->range.defaultValues[0];
		raw.min = par->range.minValues[0];
		raw.max = par->range.maxValues[0];
		raw.clamp_min = par->range.clampMins[0];
		raw.clamp_max = par->range.clampMaxes[0];
		raw.slider_min = par->range.minSliders[0];
		raw.slider_max = par->range.maxSliders[0];
		for (size_t i = 0; i < par->itemNames.size(); ++i)
			raw.menu.push_back({toRust(par->itemNames[i]), toRust(par->itemLabels[i])});
		raw.section = par->section;
		raw.has_help = par->help.has_value();
		raw.help = toRust(par->help.value_or(std::string()));
		raw.result = static_cast<int32_t>(par->result);
		list.push_back(std::move(raw));
	}
	return list;
}

void
NodeHost::setNumber(size_t par, size_t component, double value)
{
	parameters.setNumber(parameters.at(par), component, value);
}

void
NodeHost::setText(size_t par, rust::Str text, rust::Str path)
{
	parameters.at(par).expression = nullptr;
	parameters.setText(parameters.at(par), fromRust(text), fromRust(path));
}

void
NodeHost::setTable(size_t par, rust::Str path, const rust::Vec<RawRow>& rows, bool isTable)
{
	size_t columns = 0;
	for (const auto& row : rows)
		columns = std::max(columns, row.cells.size());
	std::vector<std::string> cells;
	for (const auto& row : rows)
	{
		for (size_t i = 0; i < columns; ++i)
			cells.push_back(i < row.cells.size() ? std::string(row.cells[i]) : std::string());
	}
	TD::OP_DATInput shape;
	shape.opId = 2;
	shape.numRows = static_cast<int32_t>(rows.size());
	shape.numCols = static_cast<int32_t>(columns);
	shape.isTable = isTable;
	shape.totalCooks = 1;
	shape.parms = newerField<TD::OP_Parameters>(generation, Generation::G10_2);
	parameters.setTable(
		parameters.at(par), std::make_unique<LentTable>(fromRust(path), std::move(cells), shape, fenced));
}

void
NodeHost::clearTable(size_t par)
{
	parameters.setTable(parameters.at(par), nullptr);
}

void
NodeHost::setNull(size_t par, bool null)
{
	parameters.at(par).null = null;
}

bool
NodeHost::enabled(size_t par) const
{
	return parameters.all().at(par)->enabled;
}

void
NodeHost::pulse(size_t par)
{
	// A copy: what the plugin is given must not be the host's own memory.
	const std::string name = parameters.at(par).name;
	guarded("pulsePressed", [&] { instance->pulsePressed(name.c_str(), nullptr); });
}

void
NodeHost::rename(rust::Str path)
{
	opPath = std::string(path);
	nodeInfo.opPath = opPath.c_str();
}

rust::Vec<RawItem>
NodeHost::dynamicMenu(size_t par)
{
	const std::string name = parameters.at(par).name;
	MenuItems menu;
	menu.instance = instance;
	menu.name = name.c_str();
	guardedWithInputs("buildDynamicMenu", [&] { instance->buildDynamicMenu(&inputs, &menu, nullptr); });
	rust::Vec<RawItem> items;
	for (const auto& [itemName, itemLabel] : menu.items)
		items.push_back({toRust(itemName), toRust(itemLabel)});
	return items;
}

void
NodeHost::beginInput(const RawInput& raw)
{
	input.begin(fromRust(raw.path), raw.op_id, raw.channels, raw.samples, raw.rate, raw.start_index, raw.cooks);
}

void
NodeHost::inputChannel(size_t index, rust::Str name, rust::Slice<const float> samples)
{
	input.channel(index, fromRust(name), samples.data());
}

void
NodeHost::sealInput()
{
	input.seal();
}

void
NodeHost::disconnect()
{
	input.disconnect();
}

rust::Slice<float>
NodeHost::samplesInPlace(size_t channel)
{
	const TD::OP_CHOPInput* wired = input.get();
	if (wired == nullptr || channel >= static_cast<size_t>(wired->numChannels))
		return {};
	return {input.samplesInPlace(channel), static_cast<size_t>(wired->numSamples)};
}

// What a host has in its caches when it calls: its own parameters and getters, and what it filled in for the call, but
// no sample.
void
NodeHost::warm()
{
	inputs.open.store(true, std::memory_order_relaxed);
	for (const auto& par : parameters.all())
		inputs.getParInt(par->name.c_str(), 0);
	inputs.getNumInputs();
	inputs.getTimeInfo();
	const TD::OP_CHOPInput* wired = inputs.getInputCHOP(0);
	inputs.open.store(false, std::memory_order_relaxed);
	uintptr_t touched = 0;
	for (int32_t i = 0; wired != nullptr && i < wired->numChannels; ++i)
		touched += reinterpret_cast<uintptr_t>(wired->channelData[i]);
	for (int32_t i = 0; output.has_value() && i < output->numChannels; ++i)
		touched += reinterpret_cast<uintptr_t>(output->channels[i]);
	volatile uintptr_t kept = touched;
	static_cast<void>(kept);
}

double
NodeHost::timeExecute()
{
	using Clock = std::chrono::steady_clock;
	double nanoseconds = 0.0;
	if (!output.has_value())
		return nanoseconds;
	warm();
	guardedWithInputs("execute", [&] {
		// The clock is not what is measured: it comes into the caches first.
		static_cast<void>(Clock::now());
		const auto start = Clock::now();
		instance->execute(&*output, &inputs, nullptr);
		nanoseconds = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
	});
	return nanoseconds;
}

RawShape
NodeHost::ask(const RawTime& time)
{
	++nodeInfo.cookCount;
	inputs.time.absFrame = time.abs_frame;
	inputs.time.frame = time.frame;
	inputs.time.rate = time.rate;
	inputs.time.rootFrame = time.root_frame;
	inputs.time.rootRate = time.root_rate;
	inputs.time.deltaFrames = time.delta_frames;
	inputs.time.deltaMS = time.delta_ms;

	TD::CHOP_GeneralInfo general;
	guardedWithInputs("getGeneralInfo", [&] { instance->getGeneralInfo(&general, &inputs, nullptr); });

	// Filled in beforehand with the matched input, so that a plugin may change a little of it and return true.
	TD::CHOP_OutputInfo info;
	info.sampleRate = static_cast<float>(time.rate);
	const TD::OP_CHOPInput* matched = general.inputMatchIndex == 0 ? input.get() : nullptr;
	if (matched != nullptr)
	{
		info.numChannels = matched->numChannels;
		info.numSamples = matched->numSamples;
		info.startIndex = matched->startIndex > 0.0 ? static_cast<uint32_t>(matched->startIndex) : 0;
		info.sampleRate = static_cast<float>(matched->sampleRate);
	}
	const TD::CHOP_OutputInfo before = info;
	bool answered = false;
	guardedWithInputs(
		"getOutputInfo", [&] { answered = instance->getOutputInfo(&info, &inputs, nullptr); });
	if (!answered)
		info = before;
	if (info.numChannels < 0 || info.numChannels > MOST_CHANNELS || info.numSamples < 0)
	{
		faults.add(FaultKind::Shape,
			"getOutputInfo asked for " + std::to_string(info.numChannels) + " channels of " +
				std::to_string(info.numSamples) + " samples");
		info.numChannels = 0;
		info.numSamples = 0;
	}
	return {general.cookEveryFrame, general.cookEveryFrameIfAsked, general.timeslice, general.inputMatchIndex, answered,
		info.numChannels, info.numSamples, info.startIndex, info.sampleRate};
}

void
NodeHost::allocate(size_t channels, size_t samples, uint32_t startIndex, float rate, bool answered)
{
	block.allocate(channels, samples);
	const TD::OP_CHOPInput* matched = input.get();
	for (size_t i = 0; i < channels; ++i)
	{
		HostString name;
		name.value = "chan" + std::to_string(i + 1);
		const auto index = static_cast<int32_t>(i);
		if (answered)
			guardedWithInputs(
				"getChannelName", [&] { instance->getChannelName(index, &name, &inputs, nullptr); });
		else if (matched != nullptr && index < matched->numChannels)
			name.value = matched->nameData[i];
		block.name(i, name.value);
	}
	output.emplace(static_cast<int32_t>(channels), static_cast<int32_t>(samples), rate, startIndex,
		block.namePointerArray(), block.channelPointers());
}

void
NodeHost::execute()
{
	if (output.has_value())
		guardedWithInputs("execute", [&] { instance->execute(&*output, &inputs, nullptr); });
}

void
NodeHost::inspect()
{
	if (!output.has_value())
		return;
	block.inspect(faults);
	input.expire(faults);
	output.reset();
}

rust::String
NodeHost::channelName(size_t channel) const
{
	return toRust(block.nameOf(channel));
}

rust::Slice<const float>
NodeHost::channelData(size_t channel) const
{
	return {block.data(channel), block.sampleCount()};
}

std::unique_ptr<NodeHost>
createNode(const RawSetup& setup, const rust::Vec<RawEntry>& saved)
{
	return std::make_unique<NodeHost>(setup, saved);
}

} // namespace tdhost
