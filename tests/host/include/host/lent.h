// Memory that the host lends to a plugin and spoils when its time is over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "host/faults.h"
#include "host/fence.h"
#include "touchdesigner/op.h"

namespace tdhost
{

// What lies in fields that are newer than the host: garbage that is no address.
template <typename Pointee>
const Pointee*
newerField(Generation host, Generation since)
{
	return host < since ? reinterpret_cast<const Pointee*>(uintptr_t{0xCDCDCDCDCDCDCDCD}) : nullptr;
}

// Spoiled memory stays allocated for a while, so that a plugin which kept a pointer reads question marks: a wrong
// result that a test can see, where freed memory would give a crash or, worse, the right text.
class Graveyard
{
public:
	void bury(std::vector<char> memory);

private:
	std::deque<std::vector<char>> memories;
};

// One text, lent in two buffers by turns: lending it again spoils what was lent before. Sized when the text is set,
// so that lending never allocates.
class LentText
{
public:
	// Lends fenced memory instead of the two buffers, afresh each time.
	void fence(bool on) { fenced = on; }
	// Both texts of a parameter (as typed, as a path) share the buffers, because validity goes by name.
	void reserve(size_t bytes, Graveyard& graveyard);
	const char* lend(const std::string& text);
	void spoil();

private:
	std::array<std::vector<char>, 2> buffers;
	size_t turn = 0;
	bool fenced = false;
	Fences fences;
};

// A DAT's content, lent the same way.
class LentTable
{
public:
	LentTable(std::string path, std::vector<std::string> cells, const TD::OP_DATInput& shape, bool fence);

	const TD::OP_DATInput* lend();
	void spoil(Graveyard& graveyard);

private:
	struct Copy
	{
		std::vector<char> path;
		std::vector<std::vector<char>> cells;
		std::vector<const char*> pointers;
		TD::OP_DATInput input;
	};

	const TD::OP_DATInput* lendFenced();
	void fill(Copy& copy);
	static void poison(Copy& copy);

	std::string path;
	std::vector<std::string> cells;
	std::array<Copy, 2> copies;
	size_t turn = 0;
	bool fenced;
	Fences fences;
};

} // namespace tdhost
