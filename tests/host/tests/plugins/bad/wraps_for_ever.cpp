// Breaks wild-samples (hangs): it subtracts until infinity is small.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		for (int32_t c = 0; c < output->numChannels; ++c)
		{
			for (int32_t s = 0; s < output->numSamples; ++s)
			{
				while (output->channels[c][s] > 1.0f)
					output->channels[c][s] -= 1.0f;
			}
		}
	}
};

} // namespace

PLUGIN(Bad)
