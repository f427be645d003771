// Where a program starts.
#include "startup.h"

extern "C"
{

__declspec(dllimport) int _configure_narrow_argv(int mode);
__declspec(dllimport) int _initialize_narrow_environment();
__declspec(dllimport) int* __p___argc();
__declspec(dllimport) char*** __p___argv();
__declspec(dllimport) __declspec(noreturn) void exit(int);

int main(int, char**);

int mainCRTStartup()
{
	_configure_narrow_argv(1);
	_initialize_narrow_environment();
	if (!startup_begin())
		return 255;
	const int code = main(*__p___argc(), *__p___argv());
	startup_end();
	exit(code);
}

} // extern "C"
