// Breaks zero-rate (failed): it passes a rate of 0 on.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	bool getOutputInfo(TD::CHOP_OutputInfo*, const TD::OP_Inputs*, void*) override { return false; }
};

} // namespace

PLUGIN(Bad)
