// Breaks threads-left (failed): its thread outlives everything, and the library with it.
#include "sound.h"

#include <chrono>
#include <thread>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace
{

void
stay()
{
#ifdef _WIN32
	HMODULE self = nullptr;
	GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
		reinterpret_cast<const char*>(&stay), &self);
#else
	// Never closed, so that the thread always has code to run.
	Dl_info self;
	if (dladdr(reinterpret_cast<void*>(&stay), &self) != 0)
		dlopen(self.dli_fname, RTLD_NOW);
#endif
}

class Bad final : public bad::Sound
{
public:
	Bad()
	{
		stay();
		std::thread([] { std::this_thread::sleep_for(std::chrono::hours(1)); }).detach();
	}
};

} // namespace

PLUGIN(Bad)
