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
        for (size_t i = 0; i < count; ++i) entries_[i * (words + size_t{1})] = ~(uint64_t{i} << shift);
    }

    /// Whether the state, with this hash, is among those remembered; it is now. Equal states have equal hashes.
    /// `Words`: of a state, so that the usual widths have code of their own; 0: as the constructor was told.
    template <uint32_t Words = 0>
    bool meet(uint64_t hash, const uint64_t* state) {
        const uint32_t words = Words != 0 ? Words : words_;
        uint64_t* const found = entries_.get() + (hash >> shift) * (words + size_t{1});
        uint64_t difference = found[0] ^ hash;
        for (uint32_t word = 0; word < words; ++word) difference |= found[word + 1] ^ state[word];
        found[0] = hash;  // also if it is there already: a branch that half of all states take would cost more
        for (uint32_t word = 0; word < words; ++word) found[word + 1] = state[word];
        return difference == 0;
    }

 private:
    static constexpr unsigned index_bits = 13;  ///< measured: 12 to 14 make no difference, 10 and 16 are slower
    static constexpr size_t count = size_t{1} << index_bits;
    static constexpr unsigned shift = 64 - index_bits;

    uint32_t words_;
    std::unique_ptr<uint64_t[]> entries_;
};

}  // namespace untorn::checker
