// From the node's Python object to the node.
#pragma once

#include "touchdesigner/op.h"

namespace afop
{

struct Operator;

// Null when the host has no instance for the object. Asks for no cook: Python also asks in the middle of one.
const Operator* node_of(TD::PY_Struct* object) noexcept;

} // namespace afop
