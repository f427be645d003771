// One side of the comparison of two declarations of the interface: compiled once with ours and once with others',
// into two libraries that call each other's objects.
//
// PROBE_THEIRS takes the headers of an SDK; PROBE_GENERATION is 1 for 9, 2 for 10/1 and 3 for 10/2.
#include <cassert>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#ifdef PROBE_THEIRS
#ifdef _WIN32
#include <windows.h>
#else
// An SDK names it on every system, and only Microsoft's compiler has it.
#define __cdecl
#endif
// An SDK hides methods that went out of use. Their slots count all the same.
#define private public
#include "CHOP_CPlusPlusBase.h"
#undef private
#else
#include "touchdesigner/chop.h"
#endif

#include "fields.h"
#include "methods.h"

// Present from their generation on; older headers do not know the names.
namespace TD
{
class OP_POPInput;
}

using namespace TD;

#ifdef PROBE_FEATURES

// Compiles when the headers are of the generation.
#if PROBE_GENERATION >= 2
const auto since101 = &OP_ParameterManager::appendXYZW;
#endif
#if PROBE_GENERATION >= 3
// Not by its methods: late headers of 10/1 have some of them.
const auto since102 = &OP_NumericParameter::section;
#endif

#else

namespace
{

const char* last = "";

template <typename Result>
Result
note(const char* method)
{
	last = method;
	if constexpr (!std::is_void_v<Result>)
		return Result{};
}

// In headers that are older than a list the methods are new ones of the receiver, and nobody calls them.
#define RECEIVE(class_, result, name, parameters, arguments, qualifier) \
	virtual result name parameters qualifier { return note<result>(#class_ "::" #name); }
#define BEHIND(class_) \
	virtual void behind() { note<void>(#class_ "::(behind the last)"); } \
	BEYOND(class_)
// Room, so that a call which is off by a few slots is received too.
#define BEYOND(class_) \
	virtual void beyond0() { note<void>(#class_ "::(beyond)"); } \
	virtual void beyond1() { note<void>(#class_ "::(beyond)"); } \
	virtual void beyond2() { note<void>(#class_ "::(beyond)"); } \
	virtual void beyond3() { note<void>(#class_ "::(beyond)"); }

#ifdef __clang__
#pragma GCC diagnostic ignored "-Winconsistent-missing-override"
#endif

class Receiver_OP_String : public OP_String
{
public:
	OP_String_9(RECEIVE)
	BEHIND(OP_String)
};

class Receiver_OP_Inputs : public OP_Inputs
{
public:
	OP_Inputs_9(RECEIVE)
	OP_Inputs_10_1(RECEIVE)
	OP_Inputs_10_2(RECEIVE)
	BEYOND(OP_Inputs)
};

class Receiver_OP_ParameterManager : public OP_ParameterManager
{
public:
	OP_ParameterManager_9(RECEIVE)
	OP_ParameterManager_10_1(RECEIVE)
	OP_ParameterManager_10_2(RECEIVE)
	BEYOND(OP_ParameterManager)
};

class Receiver_OP_BuildDynamicMenuInfo : public OP_BuildDynamicMenuInfo
{
public:
	OP_BuildDynamicMenuInfo_9(RECEIVE)
	BEHIND(OP_BuildDynamicMenuInfo)
};

// Its reserved methods are pure, and private in an SDK: overridden, never called.
class Receiver_OP_Context : public OP_Context
{
public:
	OP_Context_9(RECEIVE)
	BEHIND(OP_Context)

	void* reservedFunc0() override { return nullptr; }
	void* reservedFunc1() override { return nullptr; }
	void* reservedFunc2() override { return nullptr; }
	void* reservedFunc3() override { return nullptr; }
	void* reservedFunc4() override { return nullptr; }
	void* reservedFunc5() override { return nullptr; }
	void* reservedFunc6() override { return nullptr; }
	void* reservedFunc7() override { return nullptr; }
	void* reservedFunc8() override { return nullptr; }
	void* reservedFunc9() override { return nullptr; }
	void* reservedFunc10() override { return nullptr; }
	void* reservedFunc11() override { return nullptr; }
	void* reservedFunc12() override { return nullptr; }
	void* reservedFunc13() override { return nullptr; }
	void* reservedFunc14() override { return nullptr; }
};

class Receiver_PY_Context : public PY_Context
{
public:
	PY_Context_9(RECEIVE)
	BEHIND(PY_Context)
};

class Receiver_CHOP_CPlusPlusBase : public CHOP_CPlusPlusBase
{
public:
	CHOP_CPlusPlusBase_9(RECEIVE)
#if PROBE_GENERATION >= 3
	CHOP_CPlusPlusBase_10_2(RECEIVE)
#endif
	BEHIND(CHOP_CPlusPlusBase)
};

#if PROBE_GENERATION >= 3
class Receiver_OP_NodeSaveState : public OP_NodeSaveState
{
public:
	OP_NodeSaveState_10_2(RECEIVE)
	BEYOND(OP_NodeSaveState)
};

class Receiver_OP_NodeLoadState : public OP_NodeLoadState
{
public:
	OP_NodeLoadState_10_2(RECEIVE)
	BEYOND(OP_NodeLoadState)
};
#endif

// Handed over as pointers to the interface's class, which is what crosses between a host and a plugin.
template <typename Class, typename Receiver>
void*
object()
{
	static Receiver receiver;
	return static_cast<Class*>(&receiver);
}

struct Call
{
	const char* name;
	void* (*receiver)();
	void (*make)(void* object);
};

double d = 0.0;
int32_t i = 0;
double matrix[4][4] = {};
OP_NumericParameter numeric;
OP_StringParameter text;
PY_GetInfo info;

#define CALL(class_, result, name, parameters, arguments, qualifier) \
	{#class_ "::" #name, &object<class_, Receiver_##class_>, \
		[](void* object) { static_cast<class_*>(object)->name arguments; }},
#define CALL_BEHIND(class_) \
	{#class_ "::(behind the last)", &object<class_, Receiver_##class_>, \
		[](void* object) { static_cast<Receiver_##class_*>(static_cast<class_*>(object))->behind(); }},

const Call CALLS[] = {
	METHODS_9(CALL)
#if PROBE_GENERATION >= 2
	METHODS_10_1(CALL)
#endif
#if PROBE_GENERATION >= 3
	METHODS_10_2(CALL)
#endif
	CLOSED(CALL_BEHIND)
};

#define SIZE_LINE(class_) {"size of " #class_, sizeof(class_)},
#define OFFSET_LINE(class_, field) {"offset of " #class_ "::" #field, offsetof(class_, field)}, \
	{"size of " #class_ "::" #field, sizeof(class_::field)},

struct Measure
{
	const char* name;
	std::size_t value;
};

#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

const Measure MEASURES[] = {
	FIELDS_9(SIZE_LINE, OFFSET_LINE)
#if PROBE_GENERATION >= 2
	FIELDS_10_1(SIZE_LINE, OFFSET_LINE)
#endif
#if PROBE_GENERATION >= 3
	FIELDS_10_2(SIZE_LINE, OFFSET_LINE)
#endif
};

} // namespace

#ifdef _WIN32
#define PROBE_EXPORT extern "C" __declspec(dllexport)
#else
#define PROBE_EXPORT extern "C" __attribute__((visibility("default")))
#endif

// The name of measure `index` and its value; null behind the last.
PROBE_EXPORT const char*
probe_measure(std::size_t index, std::size_t* value)
{
	if (index >= sizeof MEASURES / sizeof MEASURES[0])
		return nullptr;
	*value = MEASURES[index].value;
	return MEASURES[index].name;
}

// The name of call `index`; null behind the last.
PROBE_EXPORT const char*
probe_name(std::size_t index)
{
	return index < sizeof CALLS / sizeof CALLS[0] ? CALLS[index].name : nullptr;
}

// What call `index` is made on: given to the other side.
PROBE_EXPORT void*
probe_object(std::size_t index)
{
	return CALLS[index].receiver();
}

// Makes call `index` on the other side's object.
PROBE_EXPORT void
probe_call(std::size_t index, void* object)
{
	CALLS[index].make(object);
}

// The method that was called here last.
PROBE_EXPORT const char*
probe_last()
{
	const char* method = last;
	last = "";
	return method;
}

#endif
