// The class that TouchDesigner sees. Every method translates, calls Rust and translates back; what to do is
// decided there. No exception leaves a method: the host is not made for it.

#include <array>
#include <string>
#include <tuple>
#include <vector>

#include "audiofileoutplus/python.h"
#include "audiofileoutplus/rust/bridge.rs.h"
#include "audiofileoutplus/views.h"
#include "touchdesigner/chop.h"
#include "touchdesigner/layout.h"

namespace afop
{

namespace
{

// Only memory can run out here, and then there is nobody to tell: the call has no effect.
template <typename Body> void contained(Body body) noexcept
{
	try
	{
		body();
	}
	catch (...)
	{
	}
}

std::string text(rust::Str string)
{
	return std::string(string.data(), string.size());
}

void set(TD::OP_String* target, rust::Str value)
{
	if (target)
		target->setString(text(value).c_str());
}

TD::OP_ParAppendResult append_number(TD::OP_ParameterManager& manager, const ParRow& row)
{
	const std::string name = text(row.name), label = text(row.label), page = text(row.page), help = text(row.help);
	TD::OP_NumericParameter par(name.c_str());
	par.label = label.c_str();
	par.page = page.c_str();
	par.help = help.c_str();
	par.section = row.section;
	par.defaultValues[0] = row.default_number;
	par.minValues[0] = row.min;
	par.maxValues[0] = row.max;
	par.minSliders[0] = row.min;
	par.maxSliders[0] = row.slider;
	par.clampMins[0] = row.clamp_min;
	par.clampMaxes[0] = row.clamp_max;
	switch (row.kind)
	{
	case ParKind::Int:
		return manager.appendInt(par);
	case ParKind::Float:
		return manager.appendFloat(par);
	case ParKind::Pulse:
		return manager.appendPulse(par);
	default:
		return manager.appendToggle(par);
	}
}

TD::OP_ParAppendResult append_text(TD::OP_ParameterManager& manager, const ParRow& row)
{
	const std::string name = text(row.name), label = text(row.label), page = text(row.page), help = text(row.help),
					  value = text(row.default_text);
	TD::OP_StringParameter par(name.c_str());
	par.label = label.c_str();
	par.page = page.c_str();
	par.help = help.c_str();
	par.section = row.section;
	par.defaultValue = value.c_str();
	switch (row.kind)
	{
	case ParKind::File:
		return manager.appendFile(par);
	case ParKind::FileSave:
		return manager.appendFileSave(par);
	case ParKind::Dat:
		return manager.appendDAT(par);
	case ParKind::Text:
		return manager.appendString(par);
	default:
		break;
	}
	std::vector<std::string> items, labels;
	std::vector<const char*> item_pointers, label_pointers;
	for (const rust::String& item : row.items)
		items.push_back(text(item));
	for (const rust::String& item_label : row.item_labels)
		labels.push_back(text(item_label));
	for (std::size_t i = 0; i < items.size(); ++i)
	{
		item_pointers.push_back(items[i].c_str());
		label_pointers.push_back(labels[i].c_str());
	}
	return manager.appendMenu(
		par, static_cast<std::int32_t>(items.size()), item_pointers.data(), label_pointers.data());
}

// Names of the parameters of `Cook::pars`.
using Watched = std::array<std::string, std::tuple_size<decltype(Cook::pars)>::value>;

// Where the addresses of channels are.
template <typename Sample> std::size_t address(Sample** channels)
{
	static_assert(sizeof(Sample*) == sizeof(std::size_t), "an address is as large as a size");
	return reinterpret_cast<std::size_t>(channels);
}

// What stands for what the host does not have.
const TD::OP_CHOPInput no_input;
const TD::OP_TimeInfo no_time;

Cook gather(const TD::OP_Inputs& host, const Watched& watched, const Inputs& inputs, const TD::CHOP_Output& output)
{
	decltype(Cook::pars) pars;
	for (std::size_t i = 0; i < watched.size(); ++i)
		pars[i] = host.getParInt(watched[i].c_str());
	const TD::OP_TimeInfo* const told = host.getTimeInfo();
	const TD::OP_TimeInfo& time = told ? *told : no_time;
	const bool wired = inputs.wired();
	const TD::OP_CHOPInput& input = wired ? *inputs.wired() : no_input;
	return Cook{
		pars,
		wired,
		input.opId,
		count(input.numSamples),
		input.sampleRate,
		input.startIndex,
		input.totalCooks,
		inputs.channels(),
		address(input.channelData),
		output.channels ? count(output.numChannels) : 0,
		address(output.channels),
		count(output.numSamples),
		time.deltaFrames,
		time.rate,
	};
}

class Shim final : public TD::CHOP_CPlusPlusBase
{
public:
	explicit Shim(const TD::OP_NodeInfo* info) : info_(info), operator_(new_operator(path(info)))
	{
		std::size_t i = 0;
		for (const rust::String& name : afop::watched())
			watched_.at(i++) = text(name);
	}
	virtual ~Shim() = default;

	void setupParameters(TD::OP_ParameterManager* manager, void*) override
	{
		contained([&] {
			for (const ParRow& row : parameters(*operator_))
			{
				const bool number = row.kind == ParKind::Toggle || row.kind == ParKind::Int ||
					row.kind == ParKind::Float || row.kind == ParKind::Pulse;
				const TD::OP_ParAppendResult result = number ? append_number(*manager, row) : append_text(*manager, row);
				if (result != TD::OP_ParAppendResult::Success)
					parameter_rejected(*operator_, row.name);
			}
		});
	}

	void getGeneralInfo(TD::CHOP_GeneralInfo* info, const TD::OP_Inputs*, void*) override
	{
		info->cookEveryFrame = true;
		info->timeslice = true;
		info->inputMatchIndex = 0;
	}

	bool getOutputInfo(TD::CHOP_OutputInfo* info, const TD::OP_Inputs* host, void*) override
	{
		bool own_shape = false;
		contained([&] {
			OutputShape shape{};
			own_shape = output_shape(*operator_, Inputs(*host, info_), shape);
			if (own_shape)
			{
				info->numChannels = shape.channels;
				info->sampleRate = shape.sample_rate;
			}
		});
		return own_shape;
	}

	void getChannelName(std::int32_t, TD::OP_String* name, const TD::OP_Inputs*, void*) override
	{
		contained([&] { set(name, output_channel_name(*operator_)); });
	}

	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* host, void*) override
	{
		contained([&] {
			const Inputs inputs(*host, info_);
			afop::execute(*operator_, gather(*host, watched_, inputs, *output), inputs);
		});
	}

	std::int32_t getNumInfoCHOPChans(void*) override { return info_channel_count(*operator_); }

	void getInfoCHOPChan(std::int32_t index, TD::OP_InfoCHOPChan* channel, void*) override
	{
		contained([&] {
			const InfoChannel info = info_channel(*operator_, index);
			set(channel->name, info.name);
			channel->value = info.value;
		});
	}

	bool getInfoDATSize(TD::OP_InfoDATSize* size, void*) override
	{
		size->rows = info_row_count(*operator_);
		size->cols = 2;
		size->byColumn = false;
		return true;
	}

	void getInfoDATEntries(std::int32_t index, std::int32_t entries, TD::OP_InfoDATEntries* row, void*) override
	{
		contained([&] {
			const InfoRow info = info_row(*operator_, index);
			if (entries > 0)
				set(row->values[0], info.key);
			if (entries > 1)
				set(row->values[1], info.value);
		});
	}

	void getWarningString(TD::OP_String* target, void*) override
	{
		contained([&] { set(target, warning(*operator_)); });
	}

	void getErrorString(TD::OP_String* target, void*) override
	{
		contained([&] { set(target, error(*operator_)); });
	}

	void getInfoPopupString(TD::OP_String* target, void*) override
	{
		contained([&] { set(target, popup(*operator_)); });
	}

	void pulsePressed(const char* name, void*) override
	{
		contained([&] {
			if (name)
				pulse_pressed(*operator_, name);
		});
	}

	void inputConnectorLabel(int, TD::OP_InputLabel* label, void*) override
	{
		contained([&] { set(label->label, input_label(*operator_)); });
	}

	const Operator* node() const { return &*operator_; }

private:
	static rust::Slice<const std::uint8_t> path(const TD::OP_NodeInfo* info)
	{
		if (!info || !info->opPath)
			return {};
		return {reinterpret_cast<const std::uint8_t*>(info->opPath), std::char_traits<char>::length(info->opPath)};
	}

	// Lives as long as the node.
	const TD::OP_NodeInfo* info_;
	rust::Box<Operator> operator_;
	Watched watched_;
};

} // namespace

const Operator* node_of(TD::PY_Struct* object) noexcept
{
	const Operator* node = nullptr;
	contained([&] {
		void* instance = object && object->context ? object->context->getNodeInstance(TD::PY_GetInfo(), nullptr) : nullptr;
		if (instance)
			node = static_cast<Shim*>(static_cast<TD::CHOP_CPlusPlusBase*>(instance))->node();
	});
	return node;
}

} // namespace afop

// Called by the exported Rust functions of the same purpose.
extern "C"
{

void afop_fill_plugin_info(TD::CHOP_PluginInfo* info) noexcept
{
	using namespace afop;
	contained([&] {
		const Agreement agreement = agree(info->MinAPIVersion, info->MaxAPIVersion);
		info->apiVersion = agreement.version_word;
		if (!agreement.supported)
			return;
		const Identity self = identity();
		TD::OP_CustomOPInfo& op = info->customOPInfo;
		set(op.opType, self.op_type);
		set(op.opLabel, self.label);
		set(op.opIcon, self.icon);
		set(op.authorName, self.author);
		if (agreement.has_help_url && !self.help_url.empty())
			set(op.opHelpURL, self.help_url);
		op.minInputs = self.inputs;
		op.maxInputs = self.inputs;
		op.majorVersion = self.major_version;
		op.minorVersion = self.minor_version;
		op.cookOnStart = true;
		const PythonOffer python = python_offer();
		if (python.get_sets)
		{
			set(op.pythonVersion, python.version);
			op.pythonGetSets = reinterpret_cast<PyGetSetDef*>(python.get_sets);
			op.pythonDoc = reinterpret_cast<const char*>(python.doc);
		}
	});
}

TD::CHOP_CPlusPlusBase* afop_create_instance(const TD::OP_NodeInfo* info) noexcept
{
	TD::CHOP_CPlusPlusBase* instance = nullptr;
	afop::contained([&] { instance = new afop::Shim(info); });
	return instance;
}

void afop_destroy_instance(TD::CHOP_CPlusPlusBase* instance) noexcept
{
	delete static_cast<afop::Shim*>(instance);
}

} // extern "C"
