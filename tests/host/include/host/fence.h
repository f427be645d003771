// Memory that can be taken away.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

namespace tdhost
{

// Whole pages of their own. Once closed, any access ends the process: that a plugin kept a pointer becomes certain,
// where spoiled memory shows it only when what is read there shows.
class Fence
{
public:
	explicit Fence(size_t bytes);
	~Fence();
	Fence(const Fence&) = delete;
	Fence& operator=(const Fence&) = delete;

	char* data() const { return static_cast<char*>(pages); }
	void close();

private:
	size_t bytes;
	void* pages;
};

// Lends one fence at a time. Closed ones are kept for a while, so that their addresses are not given out again.
class Fences
{
public:
	// Closes what was lent before. Zeroed.
	char* lend(size_t bytes);
	void close();

private:
	std::unique_ptr<Fence> lent;
	std::deque<std::unique_ptr<Fence>> closed;
};

} // namespace tdhost
