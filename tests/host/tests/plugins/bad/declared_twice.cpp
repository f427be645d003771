// Breaks parameter-names (failed): the second one is never made.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void setupParameters(TD::OP_ParameterManager* manager, void* reserved) override
	{
		Sound::setupParameters(manager, reserved);
		TD::OP_NumericParameter par("Number");
		manager->appendInt(par);
	}
};

} // namespace

PLUGIN(Bad)
