// Breaks changing-input (failed): it takes the first rate for the only one.
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
		if (!bad::usable(input))
			return;
		if (rate != 0.0 && input->sampleRate != rate)
			throw std::runtime_error("another rate");
		rate = input->sampleRate;
	}

private:
	double rate = 0.0;
};

} // namespace

PLUGIN(Bad)
