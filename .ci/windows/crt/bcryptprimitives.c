// The one function that Rust's std takes from a DLL that Wine 8 lacks: random bytes.
typedef unsigned char BOOLEAN;
__declspec(dllimport) BOOLEAN __stdcall SystemFunction036(void* bytes, unsigned long count);

__declspec(dllexport) int __stdcall ProcessPrng(unsigned char* bytes, unsigned long long count)
{
	return SystemFunction036(bytes, (unsigned long)count);
}
