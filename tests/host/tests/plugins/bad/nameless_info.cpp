// Breaks information (failed): a channel without a name.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	void getInfoCHOPChan(int32_t, TD::OP_InfoCHOPChan* channel, void*) override { channel->value = 1.0f; }
};

} // namespace

PLUGIN(Bad)
