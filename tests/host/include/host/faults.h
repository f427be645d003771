// What the host noticed a plugin do wrong.
#pragma once

#include <cstdint>
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

// What a fault is about. The numbers are those of `FaultKind` in src/faults.rs.
enum class FaultKind : unsigned char
{
	ParameterName,
	ParameterMenu,
	ParameterRange,
	NewerMethod,
	UnknownParameter,
	KeptInputs,
	Threw,
	Shape,
	Information,
	BlockBounds,
	ChannelCount,
	Unwritten,
	WroteInput,
	CookInACook,
};

struct Fault
{
	FaultKind kind;
	std::string text;
};

// Takes a lock, because a plugin that misuses a pointer may do so on its own thread. A sound plugin never gets here,
// so the lock costs a sound cook nothing.
class Faults
{
public:
	// The same sentence is kept once, and only so many of a kind: a fault that comes back at every cook or channel
	// must not bury the others.
	void add(FaultKind kind, std::string text);
	std::vector<Fault> list() const;

private:
	mutable std::mutex mutex;
	std::vector<Fault> faults;
};

} // namespace tdhost
