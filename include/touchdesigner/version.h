// The version word that a CHOP plugin and its host agree on.
//
// The low 16 bits count changes of the CHOP family, the high 16 bits changes of what all families share.
#pragma once

#include <cstdint>

namespace TD
{

constexpr int32_t
versionWord(int32_t family, int32_t common)
{
	return family + (common << 16);
}

constexpr int32_t
versionFamily(int32_t word)
{
	return word & 0xFFFF;
}

constexpr int32_t
versionCommon(int32_t word)
{
	return (word >> 16) & 0xFFFF;
}

// Builds of 2022 and 2023: the base.
constexpr int32_t CHOP_GENERATION_9 = versionWord(9, 0);
// Builds of 2025 before 2025.33070: hosts announce the words they support.
constexpr int32_t CHOP_GENERATION_10_1 = versionWord(10, 1);
// Builds from 2025.33070 on: help and sections of parameters, saved data, connector labels.
constexpr int32_t CHOP_GENERATION_10_2 = versionWord(10, 2);

// Each half is compared on its own: a word with an old family and a new common version can fail on either.
constexpr bool
versionSupported(int32_t word, int32_t min, int32_t max)
{
	return versionFamily(word) >= versionFamily(min) && versionFamily(word) <= versionFamily(max) &&
		   versionCommon(word) >= versionCommon(min) && versionCommon(word) <= versionCommon(max);
}

} // namespace TD
