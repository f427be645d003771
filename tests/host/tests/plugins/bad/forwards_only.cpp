// Breaks odd-times (failed): time can stand still, and jump back.
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
		if (!(inputs->getTimeInfo()->deltaFrames >= 0.0))
			throw std::domain_error("time runs backwards");
	}
};

} // namespace

PLUGIN(Bad)
