// Comes before every C++ source that is not libc++'s own: the standard library, as C++17, and then what Microsoft's
// compiler says of itself. Without /Zc:__cplusplus it claims C++98 whatever it compiles.
#pragma once
#pragma clang system_header

#if defined(__cplusplus) && !defined(_LIBCPP_BUILDING_LIBRARY)

// All that our sources and cxx's include: what comes later would be read as C++98, and does not compile.
#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cfloat>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#undef __cplusplus
#define __cplusplus 199711L

#endif
