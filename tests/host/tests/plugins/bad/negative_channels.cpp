// Breaks ordinary-cook (failed): no host can make that.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	bool getOutputInfo(TD::CHOP_OutputInfo* info, const TD::OP_Inputs*, void*) override
	{
		info->numChannels = -1;
		return true;
	}
};

} // namespace

PLUGIN(Bad)
