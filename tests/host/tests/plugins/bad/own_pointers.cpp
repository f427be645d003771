// Breaks channel-count (failed): it hangs its own memory into the host's array.
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
			output->channels[0] = own;
	}

private:
	float own[1] = {};
};

} // namespace

PLUGIN(Bad)
