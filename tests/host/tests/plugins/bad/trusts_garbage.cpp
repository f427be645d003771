// Breaks version-word in generation 9 (failed): it believes bytes that such a host never wrote.
#include "sound.h"

FILL
{
	bad::describe(info);
	if (info->MaxAPIVersion != 0)
		info->apiVersion = TD::CHOP_GENERATION_10_2;
}

INSTANCES(bad::Sound)
