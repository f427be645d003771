// Safe views of the host's objects for the Rust core: pointers become slices, nulls become empty.
//
// A view lives on the stack of one call and keeps nothing. What it lends is valid as long as the host's own
// memory: until the call that got it returns, or the same name is asked for again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "rust/cxx.h"
#include "touchdesigner/chop.h"

namespace afop
{

inline std::size_t count(std::int32_t number)
{
	return number > 0 ? static_cast<std::size_t>(number) : 0;
}

// A DAT's table.
class Table
{
public:
	explicit Table(const TD::OP_DATInput& dat) : dat_(dat) {}

	std::size_t rows() const;
	std::size_t columns() const;
	rust::Slice<const std::uint8_t> cell(std::size_t row, std::size_t column) const;

private:
	const TD::OP_DATInput& dat_;
};

// The host's parameters and first input, and what the node is called.
class Inputs
{
public:
	Inputs(const TD::OP_Inputs& host, const TD::OP_NodeInfo* node)
		: host_(host), node_(node), input_(host.getNumInputs() > 0 ? host.getInputCHOP(0) : nullptr),
		  channels_(input_ && input_->channelData ? count(input_->numChannels) : 0)
	{
	}

	std::int32_t par_int(rust::Str name) const;
	double par_double(rust::Str name) const;
	rust::Slice<const std::uint8_t> par_string(rust::Str name) const;
	rust::Slice<const std::uint8_t> par_file_path(rust::Str name) const;
	void enable_par(rust::Str name, bool enabled) const;
	std::unique_ptr<Table> par_table(rust::Str name) const;
	// Null when nothing is wired.
	const TD::OP_CHOPInput* wired() const { return input_; }
	std::size_t channels() const { return channels_; }
	double sample_rate() const { return input_ ? input_->sampleRate : 0.0; }
	rust::Slice<const std::uint8_t> channel_name(std::size_t index) const;
	// Of this node, as it is called now. Empty when the host does not say.
	rust::Slice<const std::uint8_t> node_path() const;

private:
	const TD::OP_Inputs& host_;
	const TD::OP_NodeInfo* node_;
	const TD::OP_CHOPInput* input_;
	std::size_t channels_;
};

} // namespace afop
