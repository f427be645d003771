/* For C: what zig's headers lack beside Microsoft's, or declare where that has a macro of another library. */
#include <stdio.h>

static __inline void __cpuidex(int registers[4], int leaf, int subleaf) {
  __asm__("cpuid"
          : "=a"(registers[0]), "=b"(registers[1]), "=c"(registers[2]), "=d"(registers[3])
          : "a"(leaf), "c"(subleaf));
}
