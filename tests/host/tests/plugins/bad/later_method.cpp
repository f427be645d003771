// Breaks newer-methods (failed): it calls a method that is newer than every host that this one can play.
#include "sound.h"

namespace
{

class LaterInputs : public TD::OP_Inputs
{
public:
	virtual const void* getLater(const char* name) const = 0;

protected:
	~LaterInputs() = default;
};

class Bad final : public bad::Sound
{
public:
	void execute(TD::CHOP_Output* output, const TD::OP_Inputs* inputs, void* reserved) override
	{
		Sound::execute(output, inputs, reserved);
		static_cast<const LaterInputs*>(inputs)->getLater("Number");
	}
};

} // namespace

PLUGIN(Bad)
