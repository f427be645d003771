// Breaks exceptions (failed): the host is not made for them.
#include "sound.h"

#include <stdexcept>

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		throw std::runtime_error("on purpose");
	}
};

} // namespace

PLUGIN(Bad)
