// Breaks parameter-menus (failed): the default is a label, not an item.
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
		menu.defaultValue = "Second";
		const char* items[] = {"first", "second"};
		manager->appendMenu(menu, 2, items, items);
	}
};

} // namespace

PLUGIN(Bad)
