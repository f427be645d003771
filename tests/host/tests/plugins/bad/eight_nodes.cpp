// Breaks many-instances (failed): there is room for eight.
#include "sound.h"

#include <stdexcept>

namespace
{

int nodes = 0;

class Bad final : public bad::Sound
{
public:
	Bad()
	{
		if (nodes == 8)
			throw std::runtime_error("no room");
		++nodes;
	}
	~Bad() override { --nodes; }
};

} // namespace

PLUGIN(Bad)
