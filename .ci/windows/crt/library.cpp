// What the loader calls when a DLL comes and goes.
#include "startup.h"

extern "C" int __stdcall _DllMainCRTStartup(void*, unsigned long reason, void*)
{
	constexpr unsigned long DETACH = 0, ATTACH = 1;
	if (reason == ATTACH)
		return startup_begin();
	if (reason == DETACH)
		startup_end();
	return 1;
}
