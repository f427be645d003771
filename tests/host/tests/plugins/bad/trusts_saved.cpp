// Breaks saved-data (failed): it takes what comes back for what it saved.
#include "sound.h"

#include <stdexcept>

namespace
{

class Bad final : public bad::Sound
{
public:
	void saveData(TD::OP_NodeSaveState* state, void*) override { state->saveEntry("count", &count, sizeof count); }

	void loadData(const TD::OP_NodeLoadState* state, void*) override
	{
		int64_t size = 0;
		const void* data = state->loadEntry("count", &size);
		if (data != nullptr && size != sizeof count)
			throw std::runtime_error("half a number");
	}

private:
	int32_t count = 1;
};

} // namespace

PLUGIN(Bad)
