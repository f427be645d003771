// Breaks known-parameters (failed): a name that it has never declared.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		inputs->getParDouble("Volume");
	}
};

} // namespace

PLUGIN(Bad)
