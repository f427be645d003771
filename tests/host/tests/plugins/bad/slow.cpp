// Breaks cook-cost (warning): it works on the thread that the whole picture waits for.
#include "sound.h"

#include <chrono>
#include <thread>

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		std::this_thread::sleep_for(std::chrono::milliseconds(2));
	}
};

} // namespace

PLUGIN(Bad)
