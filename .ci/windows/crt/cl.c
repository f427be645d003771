// A compiler for tests under Wine that compile a plugin: starts `compile`, the Unix program beside it, with its own
// arguments, and waits until that has written its exit code and output to a file. Wine starts Unix programs, but gives
// no handle to wait for them.
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
	LONGEST = 32768,
	MINUTES = 2,
	PAUSE = 20
};

static char self[LONGEST], command[LONGEST], result[LONGEST], text[LONGEST];

static int failed(const char* what)
{
	printf("cl: %s (error %lu)\n", what, GetLastError());
	return 1;
}

int main(void)
{
	const char* arguments = GetCommandLineA();
	STARTUPINFOA startup;
	PROCESS_INFORMATION process;
	char folder[MAX_PATH];
	char* name;
	FILE* file;
	int code = 1, waited = 0;
	size_t length;

	// Behind our own name, which may be quoted.
	const char end = *arguments == '"' ? '"' : ' ';
	for (++arguments; *arguments != end && *arguments != '\0'; ++arguments)
		;
	if (*arguments == '"')
		++arguments;

	memset(&startup, 0, sizeof startup);
	startup.cb = sizeof startup;
	if (GetModuleFileNameA(NULL, self, LONGEST) == 0)
		return failed("no name of its own");
	name = self;
	for (char* at = self; *at != '\0'; ++at)
		name = *at == '\\' ? at + 1 : name;
	*name = '\0';
	if (GetTempPathA(sizeof folder, folder) == 0 || GetTempFileNameA(folder, "cl", 0, result) == 0)
		return failed("no temporary file");
	DeleteFileA(result);
	snprintf(command, LONGEST, "\"%scompile\" \"%s\" %s", self, result, arguments);
	if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
		return failed("compile does not start");
	// It comes under this name when it is whole.
	while (GetFileAttributesA(result) == INVALID_FILE_ATTRIBUTES)
	{
		Sleep(PAUSE);
		if ((waited += PAUSE) > MINUTES * 60 * 1000)
			return failed("compile does not end");
	}
	file = fopen(result, "rb");
	if (file == NULL || fgets(text, LONGEST, file) == NULL)
		return failed("no result");
	code = atoi(text);
	while ((length = fread(text, 1, LONGEST, file)) > 0)
		fwrite(text, 1, length, stdout);
	fclose(file);
	DeleteFileA(result);
	return code;
}
