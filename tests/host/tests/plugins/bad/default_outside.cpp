// Breaks parameter-ranges (failed): the default is beyond the limit that it sets.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void setupParameters(TD::OP_ParameterManager* manager, void* reserved) override
	{
		Sound::setupParameters(manager, reserved);
		TD::OP_NumericParameter par("Gain");
		par.defaultValues[0] = 2.0;
		par.clampMaxes[0] = true;
		manager->appendFloat(par);
	}
};

} // namespace

PLUGIN(Bad)
