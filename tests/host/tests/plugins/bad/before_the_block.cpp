// Breaks block-bounds (failed): one sample too early.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		if (output->numChannels > 0)
			output->channels[0][-1] = 0.0f;
	}
};

} // namespace

PLUGIN(Bad)
