// An exact set of packed states. States lie in an append-only array in order of insertion, so a state's index is its
// number; an open-addressing table of indices (linear probing) finds them. A slot keeps 32 bits of the hash to spare
// most comparisons with the array, but equality is always decided on the whole state: nothing can be hidden by a
// collision. The table is addressed by the upper bits of those 32, so it grows in one pass over itself, without the
// states.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "checker/explicit/limits.h"

namespace untorn::checker {

class Store {
 public:
    static constexpr uint32_t absent = UINT32_MAX;

    /// States of `words` words each. `memory` must outlive the store.
    Store(uint32_t words, MemoryBudget& memory);

    struct Inserted {
        uint32_t index = 0;
        bool is_new = false;
    };
    /// Throws LimitReached where memory or state numbers (2^32 - 2) end; the store is then unchanged.
    Inserted insert(const uint64_t* state);
    /// Its index, or `absent`.
    uint32_t find(const uint64_t* state) const;

    const uint64_t* operator[](uint32_t index) const {
        return chunks_[index / chunk_states].get() + (index % chunk_states) * size_t{words_};
    }
    uint32_t size() const { return size_; }

 private:
    static constexpr uint32_t chunk_states = 4096;

    struct Probe {
        size_t slot = 0;
        uint32_t index = absent;
    };
    uint32_t hash(const uint64_t* state) const;
    Probe probe(const uint64_t* state, uint32_t fragment) const;
    size_t home(uint32_t fragment) const { return fragment >> (32 - table_bits_); }
    void grow();

    uint32_t words_;
    MemoryBudget& memory_;
    std::vector<std::unique_ptr<uint64_t[]>> chunks_;
    std::vector<uint64_t> table_;  ///< hash fragment << 32 | index + 1; 0 if empty
    unsigned table_bits_;
    uint32_t size_ = 0;
};

}  // namespace untorn::checker
