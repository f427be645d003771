// Breaks operator-label (failed): nobody can find it among the operators.
#include "sound.h"

FILL
{
	bad::describe(info);
	info->customOPInfo.opLabel->setString("");
}

INSTANCES(bad::Sound)
