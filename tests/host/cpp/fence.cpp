#include "host/fence.h"

#include <new>

#ifdef _WIN32
// Declared here, because windows.h brings thousands of names and macros for three functions.
extern "C"
{
	__declspec(dllimport) void* __stdcall VirtualAlloc(void*, size_t, unsigned long, unsigned long);
	__declspec(dllimport) int __stdcall VirtualProtect(void*, size_t, unsigned long, unsigned long*);
	__declspec(dllimport) int __stdcall VirtualFree(void*, size_t, unsigned long);
}
#else
#include <sys/mman.h>
#endif

namespace tdhost
{

namespace
{

constexpr size_t MOST_CLOSED = 64;

} // namespace

#ifdef _WIN32

constexpr unsigned long COMMIT_AND_RESERVE = 0x3000;
constexpr unsigned long READ_WRITE = 0x04;
constexpr unsigned long NO_ACCESS = 0x01;
constexpr unsigned long RELEASE = 0x8000;

Fence::Fence(size_t size)
	: bytes(size == 0 ? 1 : size), pages(VirtualAlloc(nullptr, bytes, COMMIT_AND_RESERVE, READ_WRITE))
{
	if (pages == nullptr)
		throw std::bad_alloc();
}

Fence::~Fence()
{
	VirtualFree(pages, 0, RELEASE);
}

void
Fence::close()
{
	unsigned long before = 0;
	VirtualProtect(pages, bytes, NO_ACCESS, &before);
}

#else

Fence::Fence(size_t size)
	: bytes(size == 0 ? 1 : size),
	  pages(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
{
	if (pages == MAP_FAILED)
		throw std::bad_alloc();
}

Fence::~Fence()
{
	munmap(pages, bytes);
}

void
Fence::close()
{
	mprotect(pages, bytes, PROT_NONE);
}

#endif

char*
Fences::lend(size_t bytes)
{
	close();
	lent = std::make_unique<Fence>(bytes);
	return lent->data();
}

void
Fences::close()
{
	if (!lent)
		return;
	lent->close();
	closed.push_back(std::move(lent));
	if (closed.size() > MOST_CLOSED)
		closed.pop_front();
}

} // namespace tdhost
