// Breaks kept-inputs (failed): it asks for parameters when nobody has lent it OP_Inputs.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		kept = inputs;
	}

	int32_t getNumInfoCHOPChans(void*) override { return kept != nullptr && kept->getNumInputs() > 9 ? 2 : 1; }

private:
	const TD::OP_Inputs* kept = nullptr;
};

} // namespace

PLUGIN(Bad)
