// The two tables through which a plugin hands Python members to its node, laid out as CPython lays them out.
//
// Declared here so that nothing needs Python's headers or links Python. Where Python.h is included first, its own
// declarations are used.
#pragma once

#ifndef Py_PYTHON_H

struct _object;
typedef struct _object PyObject;

struct PyGetSetDef
{
	const char* name;
	PyObject* (*get)(PyObject*, void*);
	int (*set)(PyObject*, PyObject*, void*);
	const char* doc;
	void* closure;
};

struct PyMethodDef
{
	const char* ml_name;
	PyObject* (*ml_meth)(PyObject*, PyObject*);
	int ml_flags;
	const char* ml_doc;
};

#endif
