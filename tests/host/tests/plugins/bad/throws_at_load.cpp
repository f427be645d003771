// Breaks version-word (failed): an exception leaves FillCHOPPluginInfo.
#include "sound.h"

FILL
{
	bad::describe(info);
	throw 1;
}

INSTANCES(bad::Sound)
