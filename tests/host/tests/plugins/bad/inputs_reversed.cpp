// Breaks input-counts (failed): at least two inputs and at most one.
#include "sound.h"

FILL
{
	bad::describe(info);
	info->customOPInfo.minInputs = 2;
}

INSTANCES(bad::Sound)
