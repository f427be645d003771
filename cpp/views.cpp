#include "audiofileoutplus/views.h"

#include <cstring>

#include "audiofileoutplus/rust/bridge.rs.h"

namespace afop
{

namespace
{

// Parameter names come from Rust without a NUL; the host wants one. They are short, so no memory is asked for.
class Name
{
public:
	explicit Name(rust::Str name)
	{
		const std::size_t length = name.size() < sizeof text_ ? name.size() : sizeof text_ - 1;
		std::memcpy(text_, name.data(), length);
		text_[length] = '\0';
	}

	operator const char*() const { return text_; }

private:
	char text_[64];
};

rust::Slice<const std::uint8_t> bytes(const char* text)
{
	if (!text)
		return {};
	return {reinterpret_cast<const std::uint8_t*>(text), std::strlen(text)};
}

std::size_t count(std::int32_t number)
{
	return number > 0 ? static_cast<std::size_t>(number) : 0;
}

} // namespace

std::size_t Table::rows() const
{
	return dat_.cellData ? count(dat_.numRows) : 0;
}

std::size_t Table::columns() const
{
	return dat_.isTable && dat_.cellData ? count(dat_.numCols) : 0;
}

rust::Slice<const std::uint8_t> Table::cell(std::size_t row, std::size_t column) const
{
	return bytes(dat_.cellData[row * count(dat_.numCols) + column]);
}

Inputs::Inputs(const TD::OP_Inputs& host)
	: host_(host), input_(host.getNumInputs() > 0 ? host.getInputCHOP(0) : nullptr),
	  channels_(input_ && input_->channelData ? count(input_->numChannels) : 0),
	  samples_(input_ && input_->channelData ? count(input_->numSamples) : 0)
{
}

std::int32_t Inputs::par_int(rust::Str name) const
{
	return host_.getParInt(Name(name));
}

double Inputs::par_double(rust::Str name) const
{
	return host_.getParDouble(Name(name));
}

rust::Slice<const std::uint8_t> Inputs::par_string(rust::Str name) const
{
	return bytes(host_.getParString(Name(name)));
}

rust::Slice<const std::uint8_t> Inputs::par_file_path(rust::Str name) const
{
	return bytes(host_.getParFilePath(Name(name)));
}

void Inputs::enable_par(rust::Str name, bool enabled) const
{
	host_.enablePar(Name(name), enabled);
}

std::unique_ptr<Table> Inputs::par_table(rust::Str name) const
{
	const TD::OP_DATInput* dat = host_.getParDAT(Name(name));
	return dat ? std::make_unique<Table>(*dat) : nullptr;
}

CookTime Inputs::time() const
{
	const TD::OP_TimeInfo* time = host_.getTimeInfo();
	return time ? CookTime{time->deltaFrames, time->rate} : CookTime{0.0, 0.0};
}

rust::Slice<const float> Inputs::channel(std::size_t index) const
{
	if (index >= channels() || !input_->channelData[index])
		return {};
	return {input_->channelData[index], samples()};
}

rust::Slice<const std::uint8_t> Inputs::channel_name(std::size_t index) const
{
	if (index >= channels() || !input_->nameData)
		return {};
	return bytes(input_->nameData[index]);
}

std::size_t Output::channels() const
{
	return host_.channels ? count(host_.numChannels) : 0;
}

rust::Slice<float> Output::channel(std::size_t index)
{
	if (index >= channels() || !host_.channels[index])
		return {};
	return {host_.channels[index], count(host_.numSamples)};
}

} // namespace afop
