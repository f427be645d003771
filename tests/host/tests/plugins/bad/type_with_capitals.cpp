// Breaks operator-type (failed): only the first letter may be a capital.
#include "sound.h"

FILL
{
	bad::describe(info);
	info->customOPInfo.opType->setString("BadType");
}

INSTANCES(bad::Sound)
