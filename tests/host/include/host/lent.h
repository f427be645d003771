// Memory that the host lends to a plugin and spoils when its time is over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "touchdesigner/op.h"

namespace tdhost
{

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
	// Both texts of a parameter (as typed, as a path) share the buffers, because validity goes by name.
	void reserve(size_t bytes, Graveyard& graveyard);
	const char* lend(const std::string& text);
	void spoil();

private:
	std::array<std::vector<char>, 2> buffers;
	size_t turn = 0;
};

// A DAT's content, lent the same way.
class LentTable
{
public:
	LentTable(std::string path, std::vector<std::string> cells, int32_t rows, int32_t columns, bool isTable,
		int64_t totalCooks);

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

	void fill(Copy& copy);
	static void poison(Copy& copy);

	std::string path;
	std::vector<std::string> cells;
	std::array<Copy, 2> copies;
	size_t turn = 0;
};

} // namespace tdhost
