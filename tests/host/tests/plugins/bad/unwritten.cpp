// Breaks output-written (failed): the last channel keeps what lay in its memory.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs*, void*) override
	{
		for (int32_t c = 0; c + 1 < output->numChannels; ++c)
		{
			for (int32_t s = 0; s < output->numSamples; ++s)
				output->channels[c][s] = 0.0f;
		}
	}
};

} // namespace

PLUGIN(Bad)
