// The host's strings: those that a plugin sets, and those that go to Rust.
#pragma once

#include <string>

#include "rust/cxx.h"
#include "touchdesigner/op.h"

namespace tdhost
{

class HostString final : public TD::OP_String
{
public:
	void setString(const char* text) override { value = text == nullptr ? std::string() : std::string(text); }

	std::string value;
};

inline rust::String
toRust(const std::string& text)
{
	return rust::String::lossy(text);
}

} // namespace tdhost
