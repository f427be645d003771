// Breaks channel-count (failed): it writes a channel that it never asked for.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		for (int32_t s = 0; s < output->numSamples; ++s)
			output->channels[output->numChannels][s] = 0.0f;
	}
};

} // namespace

PLUGIN(Bad)
