// Breaks ordinary-cook (crashed): the process ends without a signal, and without a word.
#include "sound.h"

#include <cstdlib>

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		std::exit(0);
	}
};

} // namespace

PLUGIN(Bad)
