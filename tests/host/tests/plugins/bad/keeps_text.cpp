// Breaks kept-memory (crashed): the text is gone once it is asked for again.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		const char* text = inputs->getParString("Text");
		if (kept != nullptr)
			sum += *static_cast<const volatile char*>(kept);
		kept = text;
	}

private:
	const char* kept = nullptr;
	int sum = 0;
};

} // namespace

PLUGIN(Bad)
