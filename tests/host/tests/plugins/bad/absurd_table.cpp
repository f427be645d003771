// Breaks information (failed): a table that no memory holds.
#include "sound.h"

namespace
{

class Bad final : public bad::Sound
{
public:
	bool getInfoDATSize(TD::OP_InfoDATSize* size, void*) override
	{
		size->rows = 1 << 30;
		size->cols = 2;
		return true;
	}
};

} // namespace

PLUGIN(Bad)
