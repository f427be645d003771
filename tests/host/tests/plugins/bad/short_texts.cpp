// Breaks odd-texts (failed): a user can type more than that.
#include "sound.h"

#include <array>

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		const char* text = inputs->getParString("Text");
		for (std::size_t i = 0; text != nullptr && text[i] != 0; ++i)
			copy.at(i) = text[i];
	}

private:
	std::array<char, 256> copy;
};

} // namespace

PLUGIN(Bad)
