// Breaks version-word in generation 10.1 (failed): it needs a newer host, which is refused politely here.
#include "sound.h"

FILL
{
	bad::describe(info);
	info->apiVersion = TD::CHOP_GENERATION_10_2;
}

INSTANCES(bad::Sound)
