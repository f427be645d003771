// Breaks zero-samples (failed): a slice can be empty.
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
		const TD::OP_CHOPInput* input = inputs->getInputCHOP(0);
		if (input != nullptr && input->numSamples == 0)
			throw std::invalid_argument("an empty block");
	}
};

} // namespace

PLUGIN(Bad)
