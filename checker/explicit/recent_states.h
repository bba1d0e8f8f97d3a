// The states that were met last, so that meeting one of them again costs no look into the set of all.
//
// Breadth-first search meets most states again soon: steps that commute lead to the same state from neighbouring
// parents (on the benchmarks half of all repeats lie among the last 32 new states). A direct-mapped cache of whole
// states: it forgets, but what it says is certain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace untorn::checker {

class RecentStates {
 public:
    /// Of states of `words` words.
    explicit RecentStates(uint32_t words)
        : words_(words), entries_(std::make_unique<uint64_t[]>(count * (words + size_t{1}))) {
        // No state with this hash is ever looked for in that entry.
        for (size_t i = 0; i < count; ++i) entry(i)[0] = ~(uint64_t{i} << shift);
    }

    /// Whether the state, with this hash, is among those remembered; it is now. Equal states have equal hashes.
    bool meet(uint64_t hash, const uint64_t* state) {
        uint64_t* const found = entry(hash >> shift);
        // Written out, since a few words are not worth a call.
        uint64_t difference = found[0] ^ hash;
        for (uint32_t word = 0; word < words_; ++word) difference |= found[word + 1] ^ state[word];
        if (difference == 0) return true;
        found[0] = hash;
        for (uint32_t word = 0; word < words_; ++word) found[word + 1] = state[word];
        return false;
    }

 private:
    static constexpr unsigned index_bits = 13;  ///< measured: 12 to 14 make no difference, 10 and 16 are slower
    static constexpr size_t count = size_t{1} << index_bits;
    static constexpr unsigned shift = 64 - index_bits;

    uint64_t* entry(size_t i) { return entries_.get() + i * (words_ + size_t{1}); }

    uint32_t words_;
    std::unique_ptr<uint64_t[]> entries_;
};

}  // namespace untorn::checker
