// Breaks call-order (failed): it takes every question for the beginning of a cook.
#include "sound.h"

#include <stdexcept>

namespace
{

class Bad final : public bad::Sound
{
public:
	void getGeneralInfo(TD::CHOP_GeneralInfo* info, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::getGeneralInfo(info, inputs, reserved);
		if (asked)
			throw std::logic_error("the cook before was never executed");
		asked = true;
	}

	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		asked = false;
	}

private:
	bool asked = false;
};

} // namespace

PLUGIN(Bad)
