#include "host/lent.h"

#include <algorithm>
#include <cstring>

namespace tdhost
{

namespace
{

constexpr size_t MOST_GRAVES = 1024;

void
fillWithQuestionMarks(std::vector<char>& memory)
{
	if (memory.empty())
		return;
	// The end stays where it was: whoever reads on must not run off the buffer.
	std::fill(memory.begin(), memory.end() - 1, '?');
	memory.back() = '\0';
}

void
write(std::vector<char>& memory, const std::string& text)
{
	std::memcpy(memory.data(), text.c_str(), text.size() + 1);
}

} // namespace

void
Graveyard::bury(std::vector<char> memory)
{
	fillWithQuestionMarks(memory);
	memories.push_back(std::move(memory));
	if (memories.size() > MOST_GRAVES)
		memories.pop_front();
}

void
LentText::reserve(size_t bytes, Graveyard& graveyard)
{
	for (auto& buffer : buffers)
	{
		if (buffer.size() > bytes)
		{
			fillWithQuestionMarks(buffer);
			continue;
		}
		graveyard.bury(std::move(buffer));
		buffer = std::vector<char>(bytes + 1, '?');
		buffer.back() = '\0';
	}
}

const char*
LentText::lend(const std::string& text)
{
	spoil();
	turn = 1 - turn;
	write(buffers[turn], text);
	return buffers[turn].data();
}

void
LentText::spoil()
{
	fillWithQuestionMarks(buffers[turn]);
}

LentTable::LentTable(std::string tablePath, std::vector<std::string> tableCells, int32_t rows, int32_t columns,
	bool isTable, int64_t totalCooks)
	: path(std::move(tablePath)), cells(std::move(tableCells))
{
	for (auto& copy : copies)
	{
		copy.path.resize(path.size() + 1);
		for (const auto& cell : cells)
			copy.cells.emplace_back(cell.size() + 1);
		for (auto& cell : copy.cells)
			copy.pointers.push_back(cell.data());
		copy.input.opPath = copy.path.data();
		copy.input.opId = 2;
		copy.input.numRows = rows;
		copy.input.numCols = columns;
		copy.input.isTable = isTable;
		copy.input.cellData = copy.pointers.data();
		copy.input.totalCooks = totalCooks;
		poison(copy);
	}
}

const TD::OP_DATInput*
LentTable::lend()
{
	poison(copies[turn]);
	turn = 1 - turn;
	fill(copies[turn]);
	return &copies[turn].input;
}

void
LentTable::spoil(Graveyard& graveyard)
{
	for (auto& copy : copies)
	{
		graveyard.bury(std::move(copy.path));
		for (auto& cell : copy.cells)
			graveyard.bury(std::move(cell));
	}
}

void
LentTable::fill(Copy& copy)
{
	write(copy.path, path);
	for (size_t i = 0; i < cells.size(); ++i)
		write(copy.cells[i], cells[i]);
}

void
LentTable::poison(Copy& copy)
{
	fillWithQuestionMarks(copy.path);
	for (auto& cell : copy.cells)
		fillWithQuestionMarks(cell);
}

} // namespace tdhost
