// A node's parameters: what the plugin declares in setupParameters, and the values the host gives them.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/faults.h"
#include "host/lent.h"
#include "touchdesigner/op.h"

namespace tdhost
{

// The numbers are those of `ParKind` in src/pars.rs.
enum class Kind : unsigned char
{
	Float,
	Int,
	Xy,
	Xyz,
	Xyzw,
	Uv,
	Uvw,
	Wh,
	Rgb,
	Rgba,
	Toggle,
	Pulse,
	Momentary,
	Str,
	File,
	FileSave,
	Folder,
	Dat,
	Chop,
	Top,
	Object,
	Sop,
	Pop,
	Python,
	Op,
	Comp,
	Mat,
	PanelComp,
	Menu,
	StringMenu,
	DynamicMenu,
	DynamicStringMenu,
	Header,
};

struct Parameter
{
	std::string name;
	std::string label;
	std::string page;
	Kind kind = Kind::Float;
	bool textual = false;
	TD::OP_NumericParameter range;
	std::string defaultText;
	std::vector<std::string> itemNames;
	std::vector<std::string> itemLabels;
	bool section = false;
	std::optional<std::string> help;
	TD::OP_ParAppendResult result = TD::OP_ParAppendResult::Success;

	std::array<double, 4> values = {};
	// As getParString gives it: the text, the menu item's name, or the number in words.
	std::string text;
	std::string path;
	// When set, what text and path are made from at each reading. Throws nothing.
	std::function<std::string()> expression;
	LentText lentText;
	std::unique_ptr<LentTable> table;
	bool null = false;
	bool enabled = true;
};

class Parameters final : public TD::OP_ParameterManager
{
public:
	// `fence`: what is lent is made unreadable when its time is over.
	Parameters(Generation spoken, bool fence, Faults& found)
		: generation(spoken), fenced(fence), faults(found)
	{
	}

	// The host will not accept a parameter of this name.
	void refuse(std::string name) { refused = std::move(name); }

	// A linear scan that compares in place: it runs inside execute and must not allocate.
	Parameter* find(const char* name) const;
	const std::vector<std::unique_ptr<Parameter>>& all() const { return parameters; }
	Parameter& at(size_t index) { return *parameters.at(index); }

	void setNumber(Parameter& par, size_t component, double value);
	void setText(Parameter& par, const std::string& text, const std::string& path);
	void evaluate(Parameter& par);
	void setTable(Parameter& par, std::unique_ptr<LentTable> table);

	TD::OP_ParAppendResult appendFloat(const TD::OP_NumericParameter& par, int32_t size) override;
	TD::OP_ParAppendResult appendInt(const TD::OP_NumericParameter& par, int32_t size) override;
	TD::OP_ParAppendResult appendXY(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendXYZ(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendUV(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendUVW(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendRGB(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendRGBA(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendToggle(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendPulse(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendString(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendFile(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendFolder(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendDAT(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendCHOP(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendTOP(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendObject(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendMenu(
		const TD::OP_StringParameter& par, int32_t count, const char** names, const char** labels) override;
	TD::OP_ParAppendResult appendStringMenu(
		const TD::OP_StringParameter& par, int32_t count, const char** names, const char** labels) override;
	TD::OP_ParAppendResult appendSOP(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendPython(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendOP(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendCOMP(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendMAT(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendPanelCOMP(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendHeader(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendMomentary(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendWH(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendDynamicStringMenu(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendDynamicMenu(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendXYZW(const TD::OP_NumericParameter& par) override;
	TD::OP_ParAppendResult appendFileSave(const TD::OP_StringParameter& par) override;
	TD::OP_ParAppendResult appendPOP(const TD::OP_StringParameter& par) override;

	// Slots behind the last that this host knows, as in HostInputs.
	// clang-format off
	virtual TD::OP_ParAppendResult beyond0() { return beyond(); }
	virtual TD::OP_ParAppendResult beyond1() { return beyond(); }
	virtual TD::OP_ParAppendResult beyond2() { return beyond(); }
	virtual TD::OP_ParAppendResult beyond3() { return beyond(); }
	virtual TD::OP_ParAppendResult beyond4() { return beyond(); }
	virtual TD::OP_ParAppendResult beyond5() { return beyond(); }
	virtual TD::OP_ParAppendResult beyond6() { return beyond(); }
	virtual TD::OP_ParAppendResult beyond7() { return beyond(); }
	// clang-format on

private:
	TD::OP_ParAppendResult beyond();
	TD::OP_ParAppendResult number(Kind kind, const TD::OP_NumericParameter& par, int32_t size);
	TD::OP_ParAppendResult string(Kind kind, const TD::OP_StringParameter& par);
	TD::OP_ParAppendResult menu(
		Kind kind, const TD::OP_StringParameter& par, int32_t count, const char** names, const char** labels);
	template <typename Declared> std::unique_ptr<Parameter> declare(Kind kind, const Declared& par);
	TD::OP_ParAppendResult keep(std::unique_ptr<Parameter> par);
	void since(Generation needed, const char* method);

	Generation generation;
	bool fenced;
	std::string refused;
	Faults& faults;
	Graveyard graveyard;
	std::vector<std::unique_ptr<Parameter>> parameters;
};

} // namespace tdhost
