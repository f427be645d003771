// Breaks huge-slices (failed): its buffer was made for slices of a usual size.
#include "sound.h"

#include <array>

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		for (int32_t s = 0; s < output->numSamples; ++s)
			scratch.at(static_cast<std::size_t>(s)) = 0.0f;
	}

private:
	std::array<float, 16384> scratch;
};

} // namespace

PLUGIN(Bad)
