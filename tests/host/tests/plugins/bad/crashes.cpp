// Breaks ordinary-cook (crashed): a null pointer that is not the host's.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		int32_t* volatile nowhere = nullptr;
		*nowhere = 1;
	}
};

} // namespace

PLUGIN(Bad)
