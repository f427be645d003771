// Breaks input-unchanged (failed): other nodes read these samples too.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		const TD::OP_CHOPInput* input = inputs->getInputCHOP(0);
		if (input != nullptr && input->numChannels > 0 && input->numSamples > 0)
			const_cast<float*>(input->channelData[0])[0] += 1.0f;
	}
};

} // namespace

PLUGIN(Bad)
