// Sample memory on both sides of a plugin: the input it reads and the output it fills.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/faults.h"
#include "host/fence.h"
#include "touchdesigner/chop.h"

namespace tdhost
{

// Samples on each side of a channel that nobody but the host may touch.
constexpr size_t GUARD = 64;

// Quiet NaNs whose payload says where a sample comes from when it turns up in a file.
constexpr uint32_t UNWRITTEN = 0x7FC5A5A5;
constexpr uint32_t GUARDED = 0x7FC6B6B6;
constexpr uint32_t EXPIRED = 0x7FC7C7C7;

void fillBits(float* samples, size_t count, uint32_t bits);

// What is wired to the input: the host's copy, so that a plugin that writes into it or keeps a pointer to it harms
// nobody and is noticed. Keeps its memory from cook to cook.
class InputBlock
{
public:
	// `fence`: what the plugin is given is made unreadable when its time is over.
	InputBlock(Generation generation, bool fence);
	void begin(const std::string& path, uint32_t opId, size_t channels, size_t samples, double rate, double startIndex,
		int64_t totalCooks);
	void channel(size_t index, const std::string& name, const float* samples);
	// Seals the block: from here on only the plugin sees it.
	void seal();
	void disconnect() { wired = false; }
	// For measuring: the samples where they lie, and the step to fresh ones. What follows is no longer compared with
	// the seal.
	float* samplesInPlace(size_t channel) { return buffers[channel].data(); }
	void advance();

	bool isWired() const { return wired; }
	const TD::OP_CHOPInput* get() const { return wired ? given : nullptr; }
	// Compares with the seal, then spoils the samples: the plugin's time with them is over.
	void expire(Faults& faults);

private:
	uint64_t fingerprint() const;
	const TD::OP_CHOPInput* copyFenced();

	bool fenced;
	Fences fences;
	bool wired = false;
	bool sealed = false;
	uint64_t sealedFingerprint = 0;
	std::string path;
	std::vector<std::vector<float>> buffers;
	std::vector<const float*> channels;
	std::vector<std::string> names;
	std::vector<const char*> namePointers;
	TD::OP_CHOPInput input;
	const TD::OP_CHOPInput* given = &input;
};

// The output's channels with guards on both sides. Keeps its memory from cook to cook.
class OutputBlock
{
public:
	void allocate(size_t channels, size_t samples);
	void name(size_t channel, const std::string& name);
	void inspect(Faults& faults) const;

	size_t channelCount() const { return buffers.size(); }
	size_t sampleCount() const { return samples; }
	const std::string& nameOf(size_t channel) const { return names[channel]; }
	const float* data(size_t channel) const { return buffers[channel].data() + GUARD; }
	float** channelPointers() { return pointers.data(); }
	const char** namePointerArray() { return namePointers.data(); }

private:
	void inspectChannel(size_t channel, Faults& faults) const;

	size_t samples = 0;
	std::vector<std::vector<float>> buffers;
	// Behind the last channel, where a plugin has no business.
	std::array<std::vector<float>, 2> spares;
	std::vector<float*> pointers;
	std::vector<std::string> names;
	std::vector<const char*> namePointers;
};

} // namespace tdhost
