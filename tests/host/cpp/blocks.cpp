#include "host/blocks.h"

#include <cstring>
#include <new>

#include "host/lent.h"

namespace tdhost
{

namespace
{

// Compared as bits: a NaN is never equal to itself, and the payload is what tells one from another.
uint32_t
bitsOf(float sample)
{
	uint32_t bits = 0;
	std::memcpy(&bits, &sample, sizeof bits);
	return bits;
}

size_t
changed(const float* samples, size_t count, uint32_t bits)
{
	size_t found = 0;
	for (size_t i = 0; i < count; ++i)
		found += bitsOf(samples[i]) != bits ? 1 : 0;
	return found;
}

} // namespace

void
fillBits(float* samples, size_t count, uint32_t bits)
{
	for (size_t i = 0; i < count; ++i)
		std::memcpy(samples + i, &bits, sizeof bits);
}

InputBlock::InputBlock(Generation generation, bool fence) : fenced(fence)
{
	input.parms = newerField<TD::OP_Parameters>(generation, Generation::G10_2);
}

void
InputBlock::begin(const std::string& sourcePath, uint32_t opId, size_t channelCount, size_t sampleCount,
	double rate, double startIndex, int64_t totalCooks)
{
	wired = true;
	sealed = false;
	path = sourcePath;
	buffers.resize(channelCount);
	names.resize(channelCount);
	channels.resize(channelCount);
	namePointers.resize(channelCount);
	input.opPath = path.c_str();
	input.opId = opId;
	input.numChannels = static_cast<int32_t>(channelCount);
	input.numSamples = static_cast<int32_t>(sampleCount);
	input.sampleRate = rate;
	input.startIndex = startIndex;
	input.totalCooks = totalCooks;
}

void
InputBlock::channel(size_t index, const std::string& name, const float* samples)
{
	const auto count = static_cast<size_t>(input.numSamples);
	auto& buffer = buffers[index];
	buffer.resize(count + GUARD);
	if (count > 0)
		std::memcpy(buffer.data(), samples, count * sizeof(float));
	fillBits(buffer.data() + count, GUARD, GUARDED);
	names[index] = name;
}

void
InputBlock::seal()
{
	for (size_t i = 0; i < buffers.size(); ++i)
	{
		channels[i] = buffers[i].data();
		namePointers[i] = names[i].c_str();
	}
	input.channelData = channels.data();
	input.nameData = namePointers.data();
	given = fenced ? copyFenced() : &input;
	sealedFingerprint = fingerprint();
	sealed = true;
}

// Everything in one piece: the structure, the pointers, the samples, the names.
const TD::OP_CHOPInput*
InputBlock::copyFenced()
{
	const size_t count = buffers.size();
	const size_t size = buffers.empty() ? 0 : buffers[0].size() * sizeof(float);
	size_t bytes = sizeof(TD::OP_CHOPInput) + count * (sizeof(float*) + sizeof(char*) + size) + path.size() + 1;
	for (const auto& name : names)
		bytes += name.size() + 1;
	char* memory = fences.lend(bytes);
	auto* copy = new (memory) TD::OP_CHOPInput(input);
	auto** data = reinterpret_cast<const float**>(memory + sizeof *copy);
	auto** texts = reinterpret_cast<const char**>(data + count);
	char* next = reinterpret_cast<char*>(texts + count);
	const auto put = [&](const void* from, size_t length) {
		char* const start = next;
		if (length > 0)
			std::memcpy(next, from, length);
		next += length;
		return start;
	};
	for (size_t i = 0; i < count; ++i)
		data[i] = reinterpret_cast<const float*>(put(buffers[i].data(), size));
	for (size_t i = 0; i < count; ++i)
		texts[i] = put(names[i].c_str(), names[i].size() + 1);
	copy->opPath = put(path.c_str(), path.size() + 1);
	copy->channelData = data;
	copy->nameData = texts;
	return copy;
}

void
InputBlock::advance()
{
	sealed = false;
	++input.totalCooks;
	input.startIndex += input.numSamples;
}

void
InputBlock::expire(Faults& faults)
{
	if (!wired || !sealed)
		return;
	sealed = false;
	if (fingerprint() != sealedFingerprint)
		faults.add(FaultKind::WroteInput, "the plugin wrote into its input");
	for (size_t i = 0; i < buffers.size(); ++i)
	{
		if (channels[i] != buffers[i].data() || namePointers[i] != names[i].c_str())
			faults.add(FaultKind::WroteInput, "the plugin replaced a pointer of its input");
	}
	for (auto& buffer : buffers)
		fillBits(buffer.data(), buffer.size(), EXPIRED);
	fences.close();
	given = &input;
}

// FNV-1a over whole samples: any single changed sample changes it, because each step is a bijection.
uint64_t
InputBlock::fingerprint() const
{
	uint64_t hash = 0xCBF29CE484222325;
	for (const auto& buffer : buffers)
	{
		for (const float sample : buffer)
			hash = (hash ^ bitsOf(sample)) * 0x100000001B3;
	}
	return hash;
}

void
OutputBlock::allocate(size_t channels, size_t sampleCount)
{
	samples = sampleCount;
	buffers.resize(channels);
	pointers.resize(channels + spares.size());
	names.resize(channels);
	namePointers.assign(channels + spares.size(), nullptr);
	for (size_t i = 0; i < channels; ++i)
	{
		auto& buffer = buffers[i];
		buffer.resize(samples + 2 * GUARD);
		fillBits(buffer.data(), GUARD, GUARDED);
		fillBits(buffer.data() + GUARD, samples, UNWRITTEN);
		fillBits(buffer.data() + GUARD + samples, GUARD, GUARDED);
		pointers[i] = buffer.data() + GUARD;
	}
	for (size_t i = 0; i < spares.size(); ++i)
	{
		spares[i].resize(samples + 2 * GUARD);
		fillBits(spares[i].data(), spares[i].size(), GUARDED);
		pointers[channels + i] = spares[i].data() + GUARD;
	}
}

void
OutputBlock::name(size_t channel, const std::string& channelName)
{
	names[channel] = channelName;
	namePointers[channel] = names[channel].c_str();
}

void
OutputBlock::inspect(Faults& faults) const
{
	for (size_t i = 0; i < buffers.size(); ++i)
		inspectChannel(i, faults);
	for (const auto& spare : spares)
	{
		if (changed(spare.data(), spare.size(), GUARDED) > 0)
			faults.add(FaultKind::ChannelCount,
				"execute wrote into a channel behind the last of " + std::to_string(buffers.size()));
	}
}

void
OutputBlock::inspectChannel(size_t index, Faults& faults) const
{
	const auto& buffer = buffers[index];
	const std::string channel = "output channel '" + names[index] + "'";
	if (pointers[index] != buffer.data() + GUARD)
		faults.add(FaultKind::ChannelCount, "execute replaced the pointer to " + channel);
	if (changed(buffer.data(), GUARD, GUARDED) > 0)
		faults.add(FaultKind::BlockBounds, "execute wrote before the start of " + channel);
	if (changed(buffer.data() + GUARD + samples, GUARD, GUARDED) > 0)
		faults.add(FaultKind::BlockBounds, "execute wrote past the end of " + channel);
	const size_t written = changed(data(index), samples, UNWRITTEN);
	if (written == 0 && samples > 0)
		faults.add(FaultKind::Unwritten, "execute left " + channel + " unwritten");
	else if (written < samples)
		faults.add(FaultKind::Unwritten, "execute left samples of " + channel + " unwritten");
}

} // namespace tdhost
