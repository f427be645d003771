// Breaks other-threads (failed): it insists on the thread that made it.
#include "sound.h"

#include <stdexcept>
#include <thread>

namespace
{

class Bad final : public bad::Sound
{
public:
	void getWarningString(TD::OP_String*, void*) override
	{
		if (std::this_thread::get_id() != maker)
			throw std::runtime_error("another thread");
	}

private:
	const std::thread::id maker = std::this_thread::get_id();
};

} // namespace

PLUGIN(Bad)
