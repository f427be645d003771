// Breaks reload (failed): it leaves a mark in the process and takes it for another copy of itself.
#include "sound.h"

#include <cstdlib>

FILL
{
	if (std::getenv("TDHOST_BAD_PLUGIN") != nullptr)
		throw 1;
#ifdef _WIN32
	_putenv_s("TDHOST_BAD_PLUGIN", "1");
#else
	setenv("TDHOST_BAD_PLUGIN", "1", 1);
#endif
	bad::describe(info);
}

INSTANCES(bad::Sound)
