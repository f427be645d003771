// What stands between the loader and a program or DLL: thread-local storage, initialisers, functions to run at exit.
// Microsoft's libcmt.lib has the real ones; this stand-in is for tests only.
#include "startup.h"

// As Microsoft's names the other two parts of the static runtime. Here they are imported from DLLs.
#pragma comment(lib, "libucrt")
#pragma comment(lib, "libvcruntime")
#pragma comment(lib, "kernel32")

extern "C"
{

// The linker sorts the parts of a section by what follows the dollar sign; these are the first and the last ones.
#pragma section(".tls", long, read, write)
#pragma section(".tls$ZZZ", long, read, write)
#pragma section(".CRT$XLA", long, read)
#pragma section(".CRT$XLZ", long, read)
#pragma section(".CRT$XIA", long, read)
#pragma section(".CRT$XIZ", long, read)
#pragma section(".CRT$XCA", long, read)
#pragma section(".CRT$XCZ", long, read)
#pragma section(".rdata$T", long, read)

typedef int (*CInitializer)();
typedef void (*CppInitializer)();
typedef void(__stdcall* ThreadCallback)(void* module, unsigned long reason, void* reserved);

__declspec(allocate(".tls")) char _tls_start = 0;
__declspec(allocate(".tls$ZZZ")) char _tls_end = 0;
__declspec(allocate(".CRT$XLA")) ThreadCallback __xl_a = nullptr;
__declspec(allocate(".CRT$XLZ")) ThreadCallback __xl_z = nullptr;
__declspec(allocate(".CRT$XIA")) CInitializer __xi_a = nullptr;
__declspec(allocate(".CRT$XIZ")) CInitializer __xi_z = nullptr;
__declspec(allocate(".CRT$XCA")) CppInitializer __xc_a = nullptr;
__declspec(allocate(".CRT$XCZ")) CppInitializer __xc_z = nullptr;

unsigned _tls_index = 0;

struct ThreadLocalDirectory
{
	void* start;
	void* end;
	unsigned* index;
	void* callbacks;
	unsigned zero_fill;
	unsigned characteristics;
};
// The linker puts the symbol of this name into the header of the image.
extern const ThreadLocalDirectory _tls_used;
__declspec(allocate(".rdata$T")) const ThreadLocalDirectory _tls_used = {
	&_tls_start, &_tls_end, &_tls_index, &__xl_a + 1, 0, 0};

// Referred to by whatever calculates with floating point.
int _fltused = 0x9875;

// From the Universal C Runtime, which Windows has.
struct ExitTable
{
	void* first;
	void* last;
	void* end;
};
__declspec(dllimport) int _initialize_onexit_table(ExitTable*);
__declspec(dllimport) int _register_onexit_function(ExitTable*, CInitializer);
__declspec(dllimport) int _execute_onexit_table(ExitTable*);
__declspec(dllimport) void _initterm(CppInitializer*, CppInitializer*);
__declspec(dllimport) int _initterm_e(CInitializer*, CInitializer*);
__declspec(dllimport) __declspec(noreturn) void abort();

// Of this image alone, so that a DLL's functions run before it is unloaded.
static ExitTable at_exit;

int atexit(CppInitializer function)
{
	return _register_onexit_function(&at_exit, reinterpret_cast<CInitializer>(function));
}

bool startup_begin()
{
	_initialize_onexit_table(&at_exit);
	if (_initterm_e(&__xi_a, &__xi_z) != 0)
		return false;
	_initterm(&__xc_a, &__xc_z);
	return true;
}

void startup_end()
{
	_execute_onexit_table(&at_exit);
}

// The virtual table of std::type_info, which the description of every exception type refers to.
extern const void* const type_info_table[2] __asm__("??_7type_info@@6B@");
const void* const type_info_table[2] = {reinterpret_cast<const void*>(abort), nullptr};

} // extern "C"
