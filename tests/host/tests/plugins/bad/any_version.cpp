// Breaks unknown-host (failed): it was made for whatever the host says.
#include "sound.h"

FILL
{
	bad::describe(info);
	info->apiVersion = info->MaxAPIVersion;
}

INSTANCES(bad::Sound)
