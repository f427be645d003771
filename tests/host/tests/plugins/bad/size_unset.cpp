// Breaks parameter-ranges (failed): a 10/2 host reads the size that older interfaces do not have.
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
		par.size = 0;
		manager->appendFloat(par);
	}
};

} // namespace

PLUGIN(Bad)
