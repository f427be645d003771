#include "host/lent.h"

#include <algorithm>
#include <cstring>
#include <new>

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
	if (fenced)
		return fences.close();
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
	if (fenced)
	{
		char* memory = fences.lend(text.size() + 1);
		std::memcpy(memory, text.c_str(), text.size() + 1);
		return memory;
	}
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

LentTable::LentTable(
	std::string tablePath, std::vector<std::string> tableCells, const TD::OP_DATInput& shape, bool fence)
	: path(std::move(tablePath)), cells(std::move(tableCells)), fenced(fence)
{
	for (auto& copy : copies)
	{
		copy.path.resize(path.size() + 1);
		for (const auto& cell : cells)
			copy.cells.emplace_back(cell.size() + 1);
		for (auto& cell : copy.cells)
			copy.pointers.push_back(cell.data());
		copy.input = shape;
		copy.input.opPath = copy.path.data();
		copy.input.cellData = copy.pointers.data();
		poison(copy);
	}
}

const TD::OP_DATInput*
LentTable::lend()
{
	if (fenced)
		return lendFenced();
	poison(copies[turn]);
	turn = 1 - turn;
	fill(copies[turn]);
	return &copies[turn].input;
}

// Everything in one piece: the structure, the pointers, the texts.
const TD::OP_DATInput*
LentTable::lendFenced()
{
	size_t bytes = sizeof(TD::OP_DATInput) + cells.size() * sizeof(const char*) + path.size() + 1;
	for (const auto& cell : cells)
		bytes += cell.size() + 1;
	char* memory = fences.lend(bytes);
	auto* table = new (memory) TD::OP_DATInput(copies[0].input);
	auto** pointers = reinterpret_cast<const char**>(memory + sizeof *table);
	char* text = reinterpret_cast<char*>(pointers + cells.size());
	const auto put = [&](const std::string& given) {
		char* const start = text;
		std::memcpy(text, given.c_str(), given.size() + 1);
		text += given.size() + 1;
		return start;
	};
	for (size_t i = 0; i < cells.size(); ++i)
		pointers[i] = put(cells[i]);
	table->opPath = put(path);
	table->cellData = pointers;
	return table;
}

void
LentTable::spoil(Graveyard& graveyard)
{
	fences.close();
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
