// Breaks null-getters (crashed): a getter of a text can return null.
#include "sound.h"

#include <cstring>

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		length = std::strlen(inputs->getParString("Text"));
	}

private:
	volatile std::size_t length = 0;
};

} // namespace

PLUGIN(Bad)
