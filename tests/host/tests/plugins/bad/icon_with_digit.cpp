// Breaks operator-icon (failed): TouchDesigner refuses digits.
#include "sound.h"

FILL
{
	bad::describe(info);
	info->customOPInfo.opIcon->setString("Ba1");
}

INSTANCES(bad::Sound)
