#include "host/parameters.h"
#include "tdhost/src/ffi.rs.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace tdhost
{

using TD::OP_NumericParameter;
using TD::OP_ParAppendResult;
using TD::OP_StringParameter;

namespace
{

std::string
orEmpty(const char* text)
{
	return text == nullptr ? std::string() : std::string(text);
}

bool
isUpper(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool
isLowerOrDigit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool
nameIsLegal(const std::string& name)
{
	return !name.empty() && isUpper(name.front()) && std::all_of(name.begin() + 1, name.end(), isLowerOrDigit);
}

bool
itemNameIsLegal(const std::string& name)
{
	const auto legal = [](char c) { return isUpper(c) || isLowerOrDigit(c) || c == '_'; };
	return !name.empty() && std::all_of(name.begin(), name.end(), legal);
}

std::string
inWords(double value)
{
	char text[40];
	std::snprintf(text, sizeof text, "%.15g", value);
	return text;
}

bool
isWhole(Kind kind)
{
	return kind == Kind::Int || kind == Kind::Toggle || kind == Kind::Pulse || kind == Kind::Momentary ||
		   kind == Kind::Menu || kind == Kind::DynamicMenu;
}

} // namespace

Parameter*
Parameters::find(const char* name) const
{
	if (name == nullptr)
		return nullptr;
	for (const auto& par : parameters)
	{
		const char* const known = par->name.c_str();
		if (*known == *name && std::strcmp(known, name) == 0 && par->result == OP_ParAppendResult::Success)
			return par.get();
	}
	return nullptr;
}

void
Parameters::setNumber(Parameter& par, size_t component, double value)
{
	if (par.range.clampMins[component])
		value = std::max(value, par.range.minValues[component]);
	if (par.range.clampMaxes[component])
		value = std::min(value, par.range.maxValues[component]);
	if (par.kind == Kind::Toggle || par.kind == Kind::Pulse || par.kind == Kind::Momentary)
		value = value != 0.0 ? 1.0 : 0.0;
	par.values[component] = isWhole(par.kind) ? std::round(value) : value;
	if (component != 0)
		return;
	const auto index = static_cast<size_t>(std::max(0.0, par.values[0]));
	const bool named = par.kind == Kind::Menu && index < par.itemNames.size();
	par.text = named ? par.itemNames[index] : inWords(par.values[0]);
	par.path.clear();
	par.lentText.reserve(par.text.size(), graveyard);
}

void
Parameters::setText(Parameter& par, const std::string& text, const std::string& path)
{
	par.text = text;
	par.path = path;
	par.lentText.reserve(std::max(text.size(), path.size()), graveyard);
}

void
Parameters::evaluate(Parameter& par)
{
	const std::string text = par.expression();
	const bool isPath = par.kind == Kind::File || par.kind == Kind::FileSave || par.kind == Kind::Folder;
	setText(par, text, isPath && !text.empty() ? std::string(absolute(rust::String::lossy(text))) : text);
}

void
Parameters::setTable(Parameter& par, std::unique_ptr<LentTable> table)
{
	if (par.table)
		par.table->spoil(graveyard);
	par.table = std::move(table);
}

template <typename Declared>
std::unique_ptr<Parameter>
Parameters::declare(Kind kind, const Declared& par)
{
	auto declared = std::make_unique<Parameter>();
	declared->lentText.fence(fenced);
	declared->name = orEmpty(par.name);
	declared->label = par.label == nullptr ? declared->name : orEmpty(par.label);
	declared->page = par.page == nullptr ? "Custom" : orEmpty(par.page);
	declared->kind = kind;
	if (generation >= Generation::G10_2)
	{
		declared->section = par.section;
		if (par.help != nullptr)
			declared->help = par.help;
		if (par.size < 1 || par.size > 4)
			faults.add(FaultKind::ParameterRange,
				"parameter '" + declared->name + "' has size " + std::to_string(par.size) +
					": a 10/2 host reads the field, set it to 1");
	}
	if (!nameIsLegal(declared->name))
	{
		declared->result = OP_ParAppendResult::InvalidName;
		faults.add(FaultKind::ParameterName,
			"parameter name '" + declared->name + "' is not an A-Z followed by a-z and 0-9");
	}
	else if (declared->name == refused)
		declared->result = OP_ParAppendResult::InvalidName;
	else if (find(declared->name.c_str()) != nullptr)
	{
		declared->result = OP_ParAppendResult::InvalidName;
		faults.add(FaultKind::ParameterName, "parameter '" + declared->name + "' is declared twice");
	}
	return declared;
}

OP_ParAppendResult
Parameters::keep(std::unique_ptr<Parameter> par)
{
	const auto result = par->result;
	parameters.push_back(std::move(par));
	return result;
}

OP_ParAppendResult
Parameters::number(Kind kind, const OP_NumericParameter& par, int32_t size)
{
	auto declared = declare(kind, par);
	if (size < 1 || size > 4)
	{
		declared->result = OP_ParAppendResult::InvalidSize;
		faults.add(
			FaultKind::ParameterRange, "parameter '" + declared->name + "' asks for " + std::to_string(size) + " values");
	}
	declared->range = par;
	// The pointers are the plugin's and end with the call.
	declared->range.name = nullptr;
	declared->range.label = nullptr;
	declared->range.page = nullptr;
	declared->range.help = nullptr;
	for (size_t i = 4; i-- > 0;)
		setNumber(*declared, i, par.defaultValues[i]);
	return keep(std::move(declared));
}

OP_ParAppendResult
Parameters::string(Kind kind, const OP_StringParameter& par)
{
	auto declared = declare(kind, par);
	declared->textual = true;
	declared->defaultText = orEmpty(par.defaultValue);
	setText(*declared, declared->defaultText, declared->defaultText);
	return keep(std::move(declared));
}

OP_ParAppendResult
Parameters::menu(Kind kind, const OP_StringParameter& par, int32_t count, const char** names, const char** labels)
{
	auto declared = declare(kind, par);
	declared->textual = true;
	declared->defaultText = orEmpty(par.defaultValue);
	for (int32_t i = 0; i < count && names != nullptr; ++i)
	{
		const std::string name = orEmpty(names[i]);
		if (kind == Kind::Menu && !itemNameIsLegal(name))
			faults.add(FaultKind::ParameterMenu,
				"menu '" + declared->name + "' has the item name '" + name + "', which is no identifier");
		declared->itemNames.push_back(name);
		declared->itemLabels.push_back(labels == nullptr || labels[i] == nullptr ? name : orEmpty(labels[i]));
	}
	if (kind != Kind::Menu)
	{
		setText(*declared, declared->defaultText, declared->defaultText);
		return keep(std::move(declared));
	}
	const auto& items = declared->itemNames;
	const auto found = std::find(items.begin(), items.end(), declared->defaultText);
	if (found == items.end())
		faults.add(FaultKind::ParameterMenu,
			"menu '" + declared->name + "' has no item '" + declared->defaultText + "', its default");
	setNumber(*declared, 0, found == items.end() ? 0.0 : static_cast<double>(found - items.begin()));
	return keep(std::move(declared));
}

void
Parameters::since(Generation needed, const char* method)
{
	if (generation < needed)
		faults.add(FaultKind::NewerMethod,
			std::string("OP_ParameterManager::") + method + " does not exist in generation " +
				generationName(generation));
}

OP_ParAppendResult
Parameters::beyond()
{
	faults.add(FaultKind::NewerMethod,
		std::string("a method of OP_ParameterManager was called that no host of generation ") +
			generationName(generation) + " has");
	return OP_ParAppendResult::InvalidName;
}

// clang-format off
OP_ParAppendResult Parameters::appendFloat(const OP_NumericParameter& par, int32_t size) { return number(Kind::Float, par, size); }
OP_ParAppendResult Parameters::appendInt(const OP_NumericParameter& par, int32_t size) { return number(Kind::Int, par, size); }
OP_ParAppendResult Parameters::appendXY(const OP_NumericParameter& par) { return number(Kind::Xy, par, 2); }
OP_ParAppendResult Parameters::appendXYZ(const OP_NumericParameter& par) { return number(Kind::Xyz, par, 3); }
OP_ParAppendResult Parameters::appendUV(const OP_NumericParameter& par) { return number(Kind::Uv, par, 2); }
OP_ParAppendResult Parameters::appendUVW(const OP_NumericParameter& par) { return number(Kind::Uvw, par, 3); }
OP_ParAppendResult Parameters::appendRGB(const OP_NumericParameter& par) { return number(Kind::Rgb, par, 3); }
OP_ParAppendResult Parameters::appendRGBA(const OP_NumericParameter& par) { return number(Kind::Rgba, par, 4); }
OP_ParAppendResult Parameters::appendToggle(const OP_NumericParameter& par) { return number(Kind::Toggle, par, 1); }
OP_ParAppendResult Parameters::appendPulse(const OP_NumericParameter& par) { return number(Kind::Pulse, par, 1); }
OP_ParAppendResult Parameters::appendMomentary(const OP_NumericParameter& par) { return number(Kind::Momentary, par, 1); }
OP_ParAppendResult Parameters::appendWH(const OP_NumericParameter& par) { return number(Kind::Wh, par, 2); }
OP_ParAppendResult Parameters::appendDynamicMenu(const OP_NumericParameter& par) { return number(Kind::DynamicMenu, par, 1); }
OP_ParAppendResult Parameters::appendString(const OP_StringParameter& par) { return string(Kind::Str, par); }
OP_ParAppendResult Parameters::appendFile(const OP_StringParameter& par) { return string(Kind::File, par); }
OP_ParAppendResult Parameters::appendFolder(const OP_StringParameter& par) { return string(Kind::Folder, par); }
OP_ParAppendResult Parameters::appendDAT(const OP_StringParameter& par) { return string(Kind::Dat, par); }
OP_ParAppendResult Parameters::appendCHOP(const OP_StringParameter& par) { return string(Kind::Chop, par); }
OP_ParAppendResult Parameters::appendTOP(const OP_StringParameter& par) { return string(Kind::Top, par); }
OP_ParAppendResult Parameters::appendObject(const OP_StringParameter& par) { return string(Kind::Object, par); }
OP_ParAppendResult Parameters::appendSOP(const OP_StringParameter& par) { return string(Kind::Sop, par); }
OP_ParAppendResult Parameters::appendPython(const OP_StringParameter& par) { return string(Kind::Python, par); }
OP_ParAppendResult Parameters::appendOP(const OP_StringParameter& par) { return string(Kind::Op, par); }
OP_ParAppendResult Parameters::appendCOMP(const OP_StringParameter& par) { return string(Kind::Comp, par); }
OP_ParAppendResult Parameters::appendMAT(const OP_StringParameter& par) { return string(Kind::Mat, par); }
OP_ParAppendResult Parameters::appendPanelCOMP(const OP_StringParameter& par) { return string(Kind::PanelComp, par); }
OP_ParAppendResult Parameters::appendHeader(const OP_StringParameter& par) { return string(Kind::Header, par); }
OP_ParAppendResult Parameters::appendDynamicStringMenu(const OP_StringParameter& par) { return string(Kind::DynamicStringMenu, par); }
// clang-format on

OP_ParAppendResult
Parameters::appendMenu(const OP_StringParameter& par, int32_t count, const char** names, const char** labels)
{
	return menu(Kind::Menu, par, count, names, labels);
}

OP_ParAppendResult
Parameters::appendStringMenu(const OP_StringParameter& par, int32_t count, const char** names, const char** labels)
{
	return menu(Kind::StringMenu, par, count, names, labels);
}

OP_ParAppendResult
Parameters::appendXYZW(const OP_NumericParameter& par)
{
	since(Generation::G10_1, "appendXYZW");
	return number(Kind::Xyzw, par, 4);
}

OP_ParAppendResult
Parameters::appendFileSave(const OP_StringParameter& par)
{
	since(Generation::G10_2, "appendFileSave");
	return string(Kind::FileSave, par);
}

OP_ParAppendResult
Parameters::appendPOP(const OP_StringParameter& par)
{
	since(Generation::G10_2, "appendPOP");
	return string(Kind::Pop, par);
}

} // namespace tdhost
