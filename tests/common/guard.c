/* A memory page that cannot be touched behind every block of memory but small ones, for tests: LD_PRELOAD.
 *
 * What reads or writes past the end of such a block (rounded up to the 16 bytes that every block is aligned to) ends the
 * process. The blocks lie one behind the other in an address range of their own, and none is used twice. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

extern void *__libc_malloc(size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

#define PAGE ((size_t)4096)
#define ALIGNMENT ((size_t)16)
/* Smaller ones are too many. */
#define SMALLEST ((size_t)2048)
#define RANGE ((size_t)1 << 36)

static uintptr_t range;
static uintptr_t next;

/* Stands at the beginning of the page before a block's first one. */
typedef struct {
  size_t size;
  size_t mapped;
} block;

static int is_guarded(const void *memory)
{
  return range && (uintptr_t)memory - range < RANGE;
}

static block *block_of(const void *memory)
{
  return (block *)(((uintptr_t)memory & ~(PAGE - 1)) - PAGE);
}

__attribute__((constructor)) static void reserve(void)
{
  void *reserved = mmap(NULL, RANGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (reserved == MAP_FAILED)
    __builtin_trap();
  next = (uintptr_t)reserved;
  range = next;
}

static void *guarded(size_t size)
{
  size_t room = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  size_t mapped = PAGE + ((room + PAGE - 1) & ~(PAGE - 1));
  uintptr_t at = __atomic_fetch_add(&next, mapped + PAGE, __ATOMIC_RELAXED);
  block *header = (block *)at;

  if (at - range > RANGE - mapped - PAGE || mprotect(header, mapped, PROT_READ | PROT_WRITE))
    __builtin_trap();
  header->size = size;
  header->mapped = mapped;
  return (void *)(at + mapped - room);
}

void free(void *memory)
{
  if (is_guarded(memory)) {
    block *header = block_of(memory);
    size_t mapped = header->mapped;
    if (madvise(header, mapped, MADV_DONTNEED) || mprotect(header, mapped, PROT_NONE))
      __builtin_trap();
  } else {
    __libc_free(memory);
  }
}

void *malloc(size_t size)
{
  return size < SMALLEST || !range ? __libc_malloc(size) : guarded(size);
}

void *realloc(void *memory, size_t size)
{
  void *other;
  size_t kept;

  if (!is_guarded(memory))
    return __libc_realloc(memory, size);
  other = malloc(size);
  if (other) {
    kept = block_of(memory)->size;
    memcpy(other, memory, kept < size ? kept : size);
    free(memory);
  }
  return other;
}
