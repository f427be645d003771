// What the host noticed a plugin do wrong.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace tdhost
{

// The interface generations, in the order of their appearance.
enum class Generation : unsigned char
{
	G9 = 0,
	G10_1 = 1,
	G10_2 = 2,
};

const char* generationName(Generation generation);

// Takes a lock, because a plugin that misuses a pointer may do so on its own thread. A sound plugin never gets here,
// so the lock costs a sound cook nothing.
class Faults
{
public:
	// The same sentence is kept once: a fault that comes back at every cook must not bury the others.
	void add(std::string fault);
	std::vector<std::string> list() const;

private:
	mutable std::mutex mutex;
	std::vector<std::string> faults;
};

} // namespace tdhost
