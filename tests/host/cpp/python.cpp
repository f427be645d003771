#include "host/python.h"
#include "host/node.h"
#include "tdhost/src/ffi.rs.h"

#include <cstddef>
#include <stdexcept>

namespace tdhost
{

namespace
{

// As in CPython's headers, which are not needed to build this.
constexpr int EVAL_INPUT = 258;
constexpr int SLOT_METHODS = 64;
constexpr int SLOT_GETSET = 73;

struct Slot
{
	int slot;
	void* value;
};

struct Spec
{
	const char* name;
	int basicSize;
	int itemSize;
	unsigned int flags;
	Slot* slots;
};

// The part of Python that a host needs, all of it in the stable ABI.
struct Python
{
	void (*initialize)(int);
	void* (*saveThread)();
	int (*ensure)();
	void (*release)(int);
	const char* (*version)();
	PyObject* (*typeFromSpec)(Spec*);
	PyObject* (*allocate)(PyObject*, ptrdiff_t);
	PyObject* (*newDict)();
	int (*setItem)(PyObject*, const char*, PyObject*);
	PyObject* (*builtins)();
	PyObject* (*compile)(const char*, const char*, int);
	PyObject* (*run)(PyObject*, PyObject*, PyObject*);
	PyObject* (*asText)(PyObject*);
	const char* (*utf8)(PyObject*, ptrdiff_t*);
	PyObject* (*attribute)(PyObject*, const char*);
	void (*fetchError)(PyObject**, PyObject**, PyObject**);
	void (*clearError)();
	void (*drop)(PyObject*);
};

Python python;
bool started = false;

template <typename Function>
void
bind(Function& function, const char* name)
{
	function = reinterpret_cast<Function>(python_symbol(name));
	if (function == nullptr)
		throw std::runtime_error(std::string("the Python that was found has no ") + name);
}

// The thread may call Python as long as this lives.
class Lock
{
public:
	Lock() : state(python.ensure()) {}
	~Lock() { python.release(state); }
	Lock(const Lock&) = delete;
	Lock& operator=(const Lock&) = delete;

private:
	int state;
};

// A reference of ours.
class Owned
{
public:
	explicit Owned(PyObject* reference) : object(reference) {}
	~Owned()
	{
		if (object != nullptr)
			python.drop(object);
	}
	Owned(const Owned&) = delete;
	Owned& operator=(const Owned&) = delete;

	PyObject* get() const { return object; }

private:
	PyObject* object;
};

std::string
textOf(PyObject* object)
{
	const Owned text(object == nullptr ? nullptr : python.asText(object));
	ptrdiff_t length = 0;
	const char* bytes = text.get() == nullptr ? nullptr : python.utf8(text.get(), &length);
	if (bytes == nullptr)
	{
		python.clearError();
		return "(no text)";
	}
	return std::string(bytes, static_cast<size_t>(length));
}

// Takes Python's exception away and words it as its traceback's last line does.
std::runtime_error
takeError()
{
	PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
	python.fetchError(&type, &value, &trace);
	const Owned ownedType(type), ownedValue(value), ownedTrace(trace);
	const Owned name(type == nullptr ? nullptr : python.attribute(type, "__name__"));
	return std::runtime_error(textOf(name.get()) + ": " + textOf(value));
}

PyObject*
orThrow(PyObject* object)
{
	if (object == nullptr)
		throw takeError();
	return object;
}

} // namespace

rust::String
startPython(rust::Slice<const std::uint16_t> home)
{
	bind(python.initialize, "Py_InitializeEx");
	bind(python.saveThread, "PyEval_SaveThread");
	bind(python.ensure, "PyGILState_Ensure");
	bind(python.release, "PyGILState_Release");
	bind(python.version, "Py_GetVersion");
	bind(python.typeFromSpec, "PyType_FromSpec");
	bind(python.allocate, "PyType_GenericAlloc");
	bind(python.newDict, "PyDict_New");
	bind(python.setItem, "PyDict_SetItemString");
	bind(python.builtins, "PyEval_GetBuiltins");
	bind(python.compile, "Py_CompileString");
	bind(python.run, "PyEval_EvalCode");
	bind(python.asText, "PyObject_Str");
	bind(python.utf8, "PyUnicode_AsUTF8AndSize");
	bind(python.attribute, "PyObject_GetAttrString");
	bind(python.fetchError, "PyErr_Fetch");
	bind(python.clearError, "PyErr_Clear");
	bind(python.drop, "Py_DecRef");
	if (!home.empty())
	{
		void (*setHome)(const wchar_t*);
		bind(setHome, "Py_SetPythonHome");
		// Python keeps the pointer.
		static const std::wstring kept(home.begin(), home.end());
		setHome(kept.c_str());
	}
	// Without Python's signal handlers, and without keeping the lock between two calls.
	python.initialize(0);
	python.saveThread();
	started = true;
	const std::string version = python.version();
	return rust::String::lossy(version.substr(0, version.find(' ')));
}

NodeObject::NodeObject(PyGetSetDef* getSets, PyMethodDef* methods, TD::CHOP_CPlusPlusBase* const& plugin,
	const std::atomic<bool>& inCook, Faults& found)
	: instance(plugin), cooking(inCook), faults(found)
{
	if (!started)
		throw std::runtime_error("no Python was started before the plugin was loaded");
	const Lock lock;
	Slot slots[3] = {};
	size_t used = 0;
	if (getSets != nullptr)
		slots[used++] = {SLOT_GETSET, getSets};
	if (methods != nullptr)
		slots[used++] = {SLOT_METHODS, methods};
	Spec spec = {"td.CHOP", sizeof(TD::PY_Struct), 0, 0, slots};
	type = orThrow(python.typeFromSpec(&spec));
	// Zeroed but for the header.
	me = orThrow(python.allocate(type, 0));
	reinterpret_cast<TD::PY_Struct*>(me)->context = this;
	globals = orThrow(python.newDict());
	python.setItem(globals, "__builtins__", python.builtins());
	python.setItem(globals, "me", me);
}

NodeObject::~NodeObject()
{
	const Lock lock;
	// Whoever keeps the object finds no node behind it.
	if (me != nullptr)
		reinterpret_cast<TD::PY_Struct*>(me)->context = nullptr;
	for (PyObject* object : {globals, me, type})
	{
		if (object != nullptr)
			python.drop(object);
	}
}

std::string
NodeObject::evaluate(const std::string& code) const
{
	const Lock lock;
	const Owned compiled(orThrow(python.compile(code.c_str(), "expression", EVAL_INPUT)));
	const Owned value(orThrow(python.run(compiled.get(), globals, globals)));
	const Owned text(orThrow(python.asText(value.get())));
	ptrdiff_t length = 0;
	const char* bytes = python.utf8(text.get(), &length);
	if (bytes == nullptr)
		throw takeError();
	return std::string(bytes, static_cast<size_t>(length));
}

void*
NodeObject::getNodeInstance(const TD::PY_GetInfo& info, void*)
{
	if (info.autoCook && cooking.load(std::memory_order_relaxed))
		faults.add(FaultKind::CookInACook, "a Python getter asked for a cook in the middle of a cook");
	return instance;
}

NodeObject&
NodeHost::me()
{
	if (!object)
		object = std::make_unique<NodeObject>(getSets, methods, instance, inputs.open, faults);
	return *object;
}

void
NodeHost::setExpression(size_t par, rust::Str code)
{
	const std::string expression = std::string(code);
	me().evaluate(expression);
	parameters.at(par).expression = [this, expression] {
		try
		{
			return object->evaluate(expression);
		}
		catch (const std::exception&)
		{
			return std::string();
		}
	};
}

rust::String
NodeHost::evaluate(rust::Str code)
{
	return rust::String::lossy(me().evaluate(std::string(code)));
}

} // namespace tdhost
