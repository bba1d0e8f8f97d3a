#include "checker/explicit/store.h"

#include <algorithm>

namespace untorn::checker {

namespace {
constexpr unsigned initial_bits = 12;
constexpr unsigned greatest_bits = 32;

// The finalizer of MurmurHash3 (Austin Appleby, public domain), applied after each word.
uint64_t mix(uint64_t x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    return x ^ (x >> 33);
}
}  // namespace

Store::Store(uint32_t words, MemoryBudget& memory) : words_(words), memory_(memory), table_bits_(initial_bits) {
    memory_.take(sizeof(uint64_t) << table_bits_);
    table_.assign(size_t{1} << table_bits_, 0);
}

uint32_t Store::hash(const uint64_t* state) const {
    uint64_t h = 0x9e3779b97f4a7c15ULL;
    for (uint32_t i = 0; i < words_; ++i) h = mix(h ^ state[i]);
    return static_cast<uint32_t>(h >> 32);
}

Store::Probe Store::probe(const uint64_t* state, uint32_t fragment) const {
    const size_t last = table_.size() - 1;
    for (size_t slot = home(fragment);; slot = (slot + 1) & last) {
        const uint64_t entry = table_[slot];
        if (entry == 0) return {slot, absent};
        if (static_cast<uint32_t>(entry >> 32) != fragment) continue;
        const uint32_t index = static_cast<uint32_t>(entry) - 1;
        if (std::equal(state, state + words_, (*this)[index])) return {slot, index};
    }
}

uint32_t Store::find(const uint64_t* state) const { return probe(state, hash(state)).index; }

Store::Inserted Store::insert(const uint64_t* state) {
    const uint32_t fragment = hash(state);
    Probe place = probe(state, fragment);
    if (place.index != absent) return {place.index, false};
    if (size_ == UINT32_MAX - 2) throw LimitReached{"the greatest number of states (2^32)"};
    if ((size_ + uint64_t{1}) * 8 > table_.size() * uint64_t{5} && table_bits_ < greatest_bits) {
        grow();
        place = probe(state, fragment);
    }
    if (size_ % chunk_states == 0) {
        const size_t words = size_t{chunk_states} * words_;
        memory_.take(words * sizeof(uint64_t));
        chunks_.push_back(std::make_unique_for_overwrite<uint64_t[]>(words));
    }
    const uint32_t index = size_++;
    std::copy(state, state + words_, chunks_.back().get() + (index % chunk_states) * size_t{words_});
    table_[place.slot] = uint64_t{fragment} << 32 | (index + uint64_t{1});
    return {index, true};
}

void Store::grow() {
    const uint64_t old_bytes = table_.size() * sizeof(uint64_t);
    memory_.take(2 * old_bytes);
    std::vector<uint64_t> old(2 * table_.size(), 0);
    old.swap(table_);
    ++table_bits_;
    const size_t last = table_.size() - 1;
    for (const uint64_t entry : old) {
        if (entry == 0) continue;
        size_t slot = home(static_cast<uint32_t>(entry >> 32));
        while (table_[slot] != 0) slot = (slot + 1) & last;
        table_[slot] = entry;
    }
    memory_.give_back(old_bytes);
}

}  // namespace untorn::checker
