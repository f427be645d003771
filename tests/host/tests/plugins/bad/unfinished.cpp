// Breaks destroy-while-working (crashed): a node that was asked and never cooked must not go.
#include "sound.h"

#include <cstdlib>

namespace
{

class Bad final : public bad::Sound
{
public:
	bool getOutputInfo(TD::CHOP_OutputInfo* info, const TD::OP_Inputs* inputs, void* reserved) override
	{
		pending = true;
		return Sound::getOutputInfo(info, inputs, reserved);
	}

	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		pending = false;
	}

	~Bad() override
	{
		if (pending)
			std::abort();
	}

private:
	bool pending = false;
};

} // namespace

PLUGIN(Bad)
