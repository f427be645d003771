// Breaks newer-methods in generation 10.1 (failed): it declares a parameter by a method of 10/2.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void setupParameters(TD::OP_ParameterManager* manager, void* reserved) override
	{
		Sound::setupParameters(manager, reserved);
		TD::OP_StringParameter par("File");
		manager->appendFileSave(par);
	}
};

} // namespace

PLUGIN(Bad)
