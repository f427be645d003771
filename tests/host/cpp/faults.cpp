#include "host/faults.h"

#include <algorithm>
#include <cstddef>

namespace tdhost
{

namespace
{
constexpr std::ptrdiff_t MOST_OF_A_KIND = 50;
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
Faults::add(FaultKind kind, std::string text)
{
	const std::lock_guard<std::mutex> lock(mutex);
	const auto known = [&](const Fault& fault) { return fault.text == text; };
	const auto alike = [&](const Fault& fault) { return fault.kind == kind; };
	if (std::none_of(faults.begin(), faults.end(), known) &&
		std::count_if(faults.begin(), faults.end(), alike) < MOST_OF_A_KIND)
		faults.push_back({kind, std::move(text)});
}

std::vector<Fault>
Faults::list() const
{
	const std::lock_guard<std::mutex> lock(mutex);
	return faults;
}

} // namespace tdhost
