// Breaks parameter-names (failed): custom parameters begin with a capital.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void setupParameters(TD::OP_ParameterManager* manager, void* reserved) override
	{
		Sound::setupParameters(manager, reserved);
		TD::OP_NumericParameter par("gain");
		manager->appendFloat(par);
	}
};

} // namespace

PLUGIN(Bad)
