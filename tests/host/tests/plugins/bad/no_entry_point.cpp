// Breaks entry-points (failed): there is no way to make a node.
#include "sound.h"

FILL { bad::describe(info); }
