// Breaks kept-memory (crashed): the samples are gone when the cook is over.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void getGeneralInfo(TD::CHOP_GeneralInfo* info, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::getGeneralInfo(info, inputs, reserved);
		if (kept != nullptr)
			sum += *static_cast<const volatile float*>(kept);
	}

	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		const TD::OP_CHOPInput* input = inputs->getInputCHOP(0);
		// Only of slices that are small and of the first channel: their memory stays the host's for some time.
		const bool there = input != nullptr && input->numChannels == 2 && input->numSamples == 800;
		kept = there ? input->channelData[0] : nullptr;
	}

private:
	const float* kept = nullptr;
	float sum = 0.0f;
};

} // namespace

PLUGIN(Bad)
