// Comes before every C++ source: what Microsoft's C headers declare and mingw-w64's do not.
#pragma once

#ifdef __cplusplus

#include <corecrt.h>
#include <math.h>
#include <stdlib.h>

extern "C"
{

int __cdecl ___mb_cur_max_l_func(_locale_t);
float __cdecl _strtof_l(const char*, char**, _locale_t);
long double __cdecl _strtold_l(const char*, char**, _locale_t);

} // extern "C"

// In mingw-w64's these are macros, in Microsoft's functions, which libc++ draws into namespace std.
#undef fpclassify
#undef isfinite
#undef isinf
#undef isnan
#undef isnormal
#undef signbit
#define FLOATING_POINT_CLASSES(Type)                                                                                  \
	inline int fpclassify(Type x)                                                                                      \
	{                                                                                                                  \
		return __builtin_fpclassify(FP_NAN, FP_INFINITE, FP_NORMAL, FP_SUBNORMAL, FP_ZERO, x);                         \
	}                                                                                                                  \
	inline bool isfinite(Type x) { return __builtin_isfinite(x); }                                                     \
	inline bool isinf(Type x) { return __builtin_isinf(x); }                                                           \
	inline bool isnan(Type x) { return __builtin_isnan(x); }                                                           \
	inline bool isnormal(Type x) { return __builtin_isnormal(x); }                                                     \
	inline bool signbit(Type x) { return __builtin_signbit(x); }
FLOATING_POINT_CLASSES(float)
FLOATING_POINT_CLASSES(double)
FLOATING_POINT_CLASSES(long double)
#undef FLOATING_POINT_CLASSES

#endif
