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
	if (row >= rows() || column >= columns())
		return {};
	return bytes(dat_.cellData[row * count(dat_.numCols) + column]);
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

rust::Slice<const std::uint8_t> Inputs::channel_name(std::size_t index) const
{
	if (index >= channels() || !input_->nameData)
		return {};
	return bytes(input_->nameData[index]);
}

rust::Slice<const std::uint8_t> Inputs::node_path() const
{
	return bytes(node_ ? node_->opPath : nullptr);
}

} // namespace afop
