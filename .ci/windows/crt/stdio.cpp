// Functions that Microsoft's headers define inline and mingw-w64's expect in a library.
#include <stdarg.h>
#include <stddef.h>

struct _iobuf;
struct __crt_locale_pointers;
typedef unsigned long long Options;
typedef __crt_locale_pointers* Locale;

extern "C"
{

__declspec(dllimport) _iobuf* __acrt_iob_func(unsigned number);
__declspec(dllimport) int __stdio_common_vfprintf(Options, _iobuf*, const char*, Locale, va_list);
__declspec(dllimport) int __stdio_common_vsprintf(Options, char*, size_t, const char*, Locale, va_list);
__declspec(dllimport) int __stdio_common_vswprintf(Options, wchar_t*, size_t, const wchar_t*, Locale, va_list);
__declspec(dllimport) int __stdio_common_vsscanf(Options, const char*, size_t, const char*, Locale, va_list);
__declspec(dllimport) double strtod(const char*, char**);
__declspec(dllimport) double wcstod(const wchar_t*, wchar_t**);
__declspec(dllimport) double _strtod_l(const char*, char**, Locale);

// vsnprintf as C99 has it: the result is the length of the whole text, cut off or not.
constexpr Options STANDARD = 2;
// _snwprintf as Windows always had it: no terminator when the text is cut off.
constexpr Options LEGACY = 1;
constexpr size_t UNLIMITED = static_cast<size_t>(-1);

static int not_below_minus_one(int result)
{
	return result < 0 ? -1 : result;
}

int vfprintf(_iobuf* file, const char* format, va_list arguments)
{
	return __stdio_common_vfprintf(0, file, format, nullptr, arguments);
}

int fprintf(_iobuf* file, const char* format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int result = vfprintf(file, format, arguments);
	va_end(arguments);
	return result;
}

int printf(const char* format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int result = vfprintf(__acrt_iob_func(1), format, arguments);
	va_end(arguments);
	return result;
}

int vsnprintf(char* text, size_t size, const char* format, va_list arguments)
{
	return not_below_minus_one(__stdio_common_vsprintf(STANDARD, text, size, format, nullptr, arguments));
}

int snprintf(char* text, size_t size, const char* format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int result = vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return result;
}

int vsprintf(char* text, const char* format, va_list arguments)
{
	return __stdio_common_vsprintf(0, text, UNLIMITED, format, nullptr, arguments);
}

int sprintf(char* text, const char* format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int result = vsprintf(text, format, arguments);
	va_end(arguments);
	return result;
}

int sscanf(const char* text, const char* format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int result = __stdio_common_vsscanf(0, text, UNLIMITED, format, nullptr, arguments);
	va_end(arguments);
	return result;
}

int _snwprintf(wchar_t* text, size_t size, const wchar_t* format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const int result = __stdio_common_vswprintf(LEGACY, text, size, format, nullptr, arguments);
	va_end(arguments);
	return not_below_minus_one(result);
}

Options* __local_stdio_printf_options()
{
	static Options options = 0;
	return &options;
}

Options* __local_stdio_scanf_options()
{
	static Options options = 0;
	return &options;
}

// long double is double on Windows.
long double strtold(const char* text, char** end)
{
	return strtod(text, end);
}

long double wcstold(const wchar_t* text, wchar_t** end)
{
	return wcstod(text, end);
}

long double _strtold_l(const char* text, char** end, Locale locale)
{
	return _strtod_l(text, end, locale);
}

} // extern "C"
