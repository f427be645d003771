// What a node answers beside the cook.
#include "host/node.h"

#include <cstdint>

#include "host/states.h"
#include "host/strings.h"
#include "tdhost/src/ffi.rs.h"

namespace tdhost
{

namespace
{

// Beyond this a number is a mistake, and allocating it would take the machine down instead of failing a test.
constexpr int32_t MOST_INFO = 65536;

} // namespace

rust::Vec<RawChannel>
NodeHost::infoChop() const
{
	rust::Vec<RawChannel> list;
	int32_t count = 0;
	guarded("getNumInfoCHOPChans", [&] { count = instance->getNumInfoCHOPChans(nullptr); });
	if (count < 0 || count > MOST_INFO)
	{
		faults.add(FaultKind::Information, "getNumInfoCHOPChans returned " + std::to_string(count));
		return list;
	}
	for (int32_t i = 0; i < count; ++i)
	{
		HostString name;
		TD::OP_InfoCHOPChan channel;
		channel.name = &name;
		guarded("getInfoCHOPChan", [&] { instance->getInfoCHOPChan(i, &channel, nullptr); });
		if (name.value.empty())
			faults.add(FaultKind::Information,
				"getInfoCHOPChan left channel " + std::to_string(i) + " without a name");
		list.push_back({toRust(name.value), channel.value});
	}
	return list;
}

rust::Vec<RawRow>
NodeHost::infoTable() const
{
	rust::Vec<RawRow> table;
	TD::OP_InfoDATSize size;
	bool present = false;
	guarded("getInfoDATSize", [&] { present = instance->getInfoDATSize(&size, nullptr); });
	if (!present)
		return table;
	if (size.rows < 0 || size.cols < 0 || size.rows > MOST_INFO || size.cols > MOST_INFO)
	{
		faults.add(FaultKind::Information,
			"getInfoDATSize asked for " + std::to_string(size.rows) + " rows of " + std::to_string(size.cols));
		return table;
	}
	const int32_t lines = size.byColumn ? size.cols : size.rows;
	const auto entries = static_cast<size_t>(size.byColumn ? size.rows : size.cols);
	for (int32_t i = 0; i < lines; ++i)
	{
		std::vector<HostString> strings(entries);
		std::vector<TD::OP_String*> pointers;
		for (auto& string : strings)
			pointers.push_back(&string);
		TD::OP_InfoDATEntries values;
		values.values = pointers.data();
		guarded("getInfoDATEntries",
			[&] { instance->getInfoDATEntries(i, static_cast<int32_t>(entries), &values, nullptr); });
		if (!size.byColumn || table.empty())
		{
			const size_t rows = size.byColumn ? entries : 1;
			for (size_t row = 0; row < rows; ++row)
				table.push_back(RawRow());
		}
		for (size_t e = 0; e < entries; ++e)
			table[size.byColumn ? e : static_cast<size_t>(i)].cells.push_back(toRust(strings[e].value));
	}
	return table;
}

rust::String
NodeHost::popup() const
{
	HostString text;
	guarded("getInfoPopupString", [&] { instance->getInfoPopupString(&text, nullptr); });
	return toRust(text.value);
}

rust::String
NodeHost::warning() const
{
	HostString text;
	guarded("getWarningString", [&] { instance->getWarningString(&text, nullptr); });
	return toRust(text.value);
}

rust::String
NodeHost::error() const
{
	HostString text;
	guarded("getErrorString", [&] { instance->getErrorString(&text, nullptr); });
	return toRust(text.value);
}

rust::String
NodeHost::inputLabel(int32_t index)
{
	HostString text;
	TD::OP_InputLabel label;
	label.label = &text;
	if (speaksTwo())
		guarded("inputConnectorLabel", [&] { instance->inputConnectorLabel(index, &label, nullptr); });
	return toRust(text.value);
}

rust::Vec<RawEntry>
NodeHost::save()
{
	SaveState state;
	if (speaksTwo())
		guarded("saveData", [&] { instance->saveData(&state, nullptr); });
	rust::Vec<RawEntry> entries;
	for (const auto& [key, data] : state.entries)
	{
		RawEntry entry{};
		entry.key = toRust(key);
		for (const uint8_t byte : data)
			entry.data.push_back(byte);
		entries.push_back(std::move(entry));
	}
	return entries;
}

rust::Vec<RawFault>
NodeHost::faultList() const
{
	rust::Vec<RawFault> list;
	for (const auto& fault : faults.list())
		list.push_back({static_cast<uint8_t>(fault.kind), toRust(fault.text)});
	return list;
}

} // namespace tdhost
