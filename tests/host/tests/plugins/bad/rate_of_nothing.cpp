// Breaks no-input (failed): nothing wired gives a rate of 0, which TouchDesigner keeps as an error.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	bool getOutputInfo(TD::CHOP_OutputInfo* info, const TD::OP_Inputs* inputs, void* reserved) override
	{
		const bool own = Sound::getOutputInfo(info, inputs, reserved);
		if (inputs->getNumInputs() == 0)
			info->sampleRate = 0.0f;
		return own;
	}
};

} // namespace

PLUGIN(Bad)
