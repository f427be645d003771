// Variables inside functions that are initialised by whichever thread comes first: the compiler calls these.
#include <windows.h>

extern "C"
{

constexpr int UNTOUCHED = 0, BEING_INITIALIZED = -1, EARLIEST = -2147483647 - 1;

// A guard that is initialised holds the epoch of that; a thread that has seen it need not ask again.
int _Init_global_epoch = EARLIEST;
__declspec(thread) int _Init_thread_epoch = EARLIEST;

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;

// Leaves the guard at BEING_INITIALIZED when it is the caller's turn.
void _Init_thread_header(int* guard)
{
	AcquireSRWLockExclusive(&lock);
	while (*guard == BEING_INITIALIZED)
		SleepConditionVariableSRW(&changed, &lock, INFINITE, 0);
	if (*guard == UNTOUCHED)
		*guard = BEING_INITIALIZED;
	else
		_Init_thread_epoch = _Init_global_epoch;
	ReleaseSRWLockExclusive(&lock);
}

static void settle(int* guard, bool done)
{
	AcquireSRWLockExclusive(&lock);
	if (done)
		_Init_thread_epoch = *guard = ++_Init_global_epoch;
	else
		*guard = UNTOUCHED;
	ReleaseSRWLockExclusive(&lock);
	WakeAllConditionVariable(&changed);
}

void _Init_thread_footer(int* guard)
{
	settle(guard, true);
}

// The initialiser threw.
void _Init_thread_abort(int* guard)
{
	settle(guard, false);
}

} // extern "C"
