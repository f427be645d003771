#include "host/faults.h"

#include <algorithm>

namespace tdhost
{

namespace
{
constexpr size_t MOST_FAULTS = 200;
}

const char*
generationName(Generation generation)
{
	switch (generation)
	{
	case Generation::G9:
		return "9";
	case Generation::G10_1:
		return "10.1";
	case Generation::G10_2:
		return "10.2";
	}
	return "?";
}

void
Faults::add(std::string fault)
{
	const std::lock_guard<std::mutex> lock(mutex);
	if (faults.size() < MOST_FAULTS && std::find(faults.begin(), faults.end(), fault) == faults.end())
		faults.push_back(std::move(fault));
}

std::vector<std::string>
Faults::list() const
{
	const std::lock_guard<std::mutex> lock(mutex);
	return faults;
}

} // namespace tdhost
