// Breaks newer-methods in generation 9 (failed): it calls a method of 10/2, where such a host has none.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		inputs->getPOP("/project1/pop1");
	}
};

} // namespace

PLUGIN(Bad)
