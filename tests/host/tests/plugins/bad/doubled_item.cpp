// Breaks parameter-menus (failed): an item that nobody can choose.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void setupParameters(TD::OP_ParameterManager* manager, void* reserved) override
	{
		Sound::setupParameters(manager, reserved);
		TD::OP_StringParameter menu("Mode");
		menu.defaultValue = "first";
		const char* items[] = {"first", "first"};
		manager->appendMenu(menu, 2, items, items);
	}
};

} // namespace

PLUGIN(Bad)
