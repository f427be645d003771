// Breaks ordinary-cook in generation 9 (crashed): it reads a field of 10/2, which an older host never wrote.
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
		if (input != nullptr && input->parms != nullptr)
			sum += *reinterpret_cast<const volatile char*>(input->parms);
	}

private:
	int sum = 0;
};

} // namespace

PLUGIN(Bad)
