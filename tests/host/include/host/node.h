// One node: calls the plugin in TouchDesigner's order and watches what it does.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "host/blocks.h"
#include "host/context.h"
#include "host/faults.h"
#include "host/inputs.h"
#include "host/parameters.h"
#include "host/python.h"
#include "rust/cxx.h"
#include "touchdesigner/chop.h"

namespace tdhost
{

struct RawChannel;
struct RawEntry;
struct RawFault;
struct RawInfo;
struct RawItem;
struct RawPar;
struct RawRow;
struct RawSetup;
struct RawShape;
struct RawInput;
struct RawTime;

class NodeHost
{
public:
	NodeHost(const RawSetup& setup, const rust::Vec<RawEntry>& saved);
	~NodeHost();
	NodeHost(const NodeHost&) = delete;
	NodeHost& operator=(const NodeHost&) = delete;

	bool alive() const { return instance != nullptr; }

	rust::Vec<RawPar> pars() const;
	void setNumber(size_t par, size_t component, double value);
	void setText(size_t par, rust::Str text, rust::Str path);
	// Throw what Python says when it fails at once; later a failed expression is an empty text.
	void setExpression(size_t par, rust::Str code);
	rust::String evaluate(rust::Str code);
	void setTable(size_t par, rust::Str path, const rust::Vec<RawRow>& rows, bool isTable);
	void clearTable(size_t par);
	void setNull(size_t par, bool null);
	bool enabled(size_t par) const;
	uint64_t enableCalls() const { return inputs.enableCalls; }
	void pulse(size_t par);
	void rename(rust::Str path);
	rust::Vec<RawItem> dynamicMenu(size_t par);

	void beginInput(const RawInput& raw);
	void inputChannel(size_t index, rust::Str name, rust::Slice<const float> samples);
	void sealInput();
	void disconnect();
	void setNullInput(bool null) { inputs.nullInput = null; }
	// For measuring, between prepare and the last execute.
	rust::Slice<float> samplesInPlace(size_t channel);
	void advanceInput() { input.advance(); }
	double timeExecute();

	// The cook, in the order of the calls.
	RawShape ask(const RawTime& time);
	void allocate(size_t channels, size_t samples, uint32_t startIndex, float rate, bool answered);
	void execute();
	void inspect();

	size_t channelCount() const { return block.channelCount(); }
	rust::String channelName(size_t channel) const;
	rust::Slice<const float> channelData(size_t channel) const;

	// Also called from other threads than the one that cooks: they change nothing here but the faults.
	rust::Vec<RawChannel> infoChop() const;
	rust::Vec<RawRow> infoTable() const;
	rust::String popup() const;
	rust::String warning() const;
	rust::String error() const;
	rust::String inputLabel(int32_t index);
	rust::Vec<RawEntry> save();

	rust::Vec<RawFault> faultList() const;

private:
	void warm();
	template <typename Call> void guarded(const char* method, Call&& call) const;
	template <typename Call> void guardedWithInputs(const char* method, Call&& call);
	bool speaksTwo() const;
	NodeObject& me();

	mutable Faults faults;
	Generation generation;
	int32_t word;
	bool fenced;
	DestroyCHOPInstanceFunction destroy;
	std::string opPath;
	std::string pluginPath;
	HostContext context;
	TD::OP_NodeInfo nodeInfo;
	Parameters parameters;
	InputBlock input;
	OutputBlock block;
	HostInputs inputs;
	std::optional<TD::CHOP_Output> output;
	TD::CHOP_CPlusPlusBase* instance = nullptr;
	PyGetSetDef* getSets;
	PyMethodDef* methods;
	std::unique_ptr<NodeObject> object;
};

template <typename Call>
void
NodeHost::guarded(const char* method, Call&& call) const
{
	if (instance == nullptr)
		return;
	try
	{
		call();
	}
	catch (const std::exception& thrown)
	{
		faults.add(FaultKind::Threw, std::string("the plugin threw out of ") + method + ": " + thrown.what());
	}
	catch (...)
	{
		faults.add(FaultKind::Threw, std::string("the plugin threw out of ") + method);
	}
}

// `setup` holds the addresses of the plugin's own CreateCHOPInstance and DestroyCHOPInstance, in a library that stays
// loaded as long as the node lives.
std::unique_ptr<NodeHost> createNode(const RawSetup& setup, const rust::Vec<RawEntry>& saved);

// `address` is that of the plugin's own FillCHOPPluginInfo. `garbage` fills what a generation-9 host leaves
// uninitialised.
RawInfo describePlugin(size_t address, uint8_t generation, uint8_t garbage);

// What the plugin says to a host that supports the version words from `min` to `max`.
RawInfo answerTo(size_t address, int32_t min, int32_t max);

} // namespace tdhost
