#pragma once

extern "C"
{

// Runs the initialisers of this image; false when one of them failed.
bool startup_begin();
// Runs what was registered with atexit.
void startup_end();

} // extern "C"
