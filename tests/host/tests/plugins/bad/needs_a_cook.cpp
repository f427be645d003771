// Breaks early-getters (crashed): what it shows is made by the first cook.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		if (shown == nullptr)
			shown = new float(1.0f);
	}

	~Bad() override { delete shown; }

	void getInfoCHOPChan(int32_t index, TD::OP_InfoCHOPChan* channel, void* reserved) override
	{
		Sound::getInfoCHOPChan(index, channel, reserved);
		channel->value = *static_cast<const volatile float*>(shown);
	}

private:
	float* shown = nullptr;
};

} // namespace

PLUGIN(Bad)
