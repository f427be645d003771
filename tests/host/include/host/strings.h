// The host's strings that a plugin sets.
#pragma once

#include <string>

#include "touchdesigner/op.h"

namespace tdhost
{

class HostString final : public TD::OP_String
{
public:
	void setString(const char* text) override { value = text == nullptr ? std::string() : std::string(text); }

	std::string value;
};

} // namespace tdhost
