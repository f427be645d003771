// What a 10/2 host saves with a project and gives back, and the menu that a plugin builds on demand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "touchdesigner/op.h"

namespace tdhost
{

using Entries = std::vector<std::pair<std::string, std::vector<uint8_t>>>;

class SaveState final : public TD::OP_NodeSaveState
{
public:
	void saveEntry(const char* key, const void* data, int64_t size) override
	{
		const auto* bytes = static_cast<const uint8_t*>(data);
		if (key != nullptr && (bytes != nullptr || size == 0) && size >= 0)
			entries.emplace_back(key, std::vector<uint8_t>(bytes, bytes + size));
	}

	Entries entries;
};

class LoadState final : public TD::OP_NodeLoadState
{
public:
	explicit LoadState(Entries saved) : entries(std::move(saved)) {}

	const void* loadEntry(const char* key, int64_t* size) const override
	{
		for (const auto& [name, data] : entries)
		{
			if (key != nullptr && name == key)
			{
				if (size != nullptr)
					*size = static_cast<int64_t>(data.size());
				return data.data();
			}
		}
		if (size != nullptr)
			*size = 0;
		return nullptr;
	}
	int getKeyCount() const override { return static_cast<int>(entries.size()); }
	const char* getKey(int index) const override
	{
		const bool inside = index >= 0 && index < getKeyCount();
		return inside ? entries[static_cast<size_t>(index)].first.c_str() : nullptr;
	}

private:
	Entries entries;
};

class MenuItems final : public TD::OP_BuildDynamicMenuInfo
{
public:
	bool addMenuEntry(const char* itemName, const char* itemLabel) override
	{
		if (itemName == nullptr)
			return false;
		items.emplace_back(itemName, itemLabel == nullptr ? itemName : itemLabel);
		return true;
	}

	std::vector<std::pair<std::string, std::string>> items;
};

} // namespace tdhost
