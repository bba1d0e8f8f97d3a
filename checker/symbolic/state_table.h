// A set of states by latches: for each latch, in which of them it is set. So a question about all states at once is a
// few operations on words: whether one of them lies in a cube, and which parts of a cube keep all of them away.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/symbolic/clause.h"

namespace untorn::checker::symbolic {

class StateTable {
 public:
    explicit StateTable(size_t latches) : columns_(latches) {}

    size_t size() const { return size_; }
    /// One state more: latch i is set if `is_set(i)`.
    template <class IsSet>
    void add(const IsSet& is_set) {
        if (size_ % 64 == 0)
            for (auto& column : columns_) column.push_back(0);
        for (uint32_t latch = 0; latch < columns_.size(); ++latch)
            if (is_set(latch)) columns_[latch].back() |= uint64_t{1} << size_ % 64;
        ++size_;
    }

    /// Of the state, the latch.
    bool is_set(uint32_t state, uint32_t latch) const { return (columns_[latch][state / 64] >> state % 64 & 1) != 0; }
    /// A table of these states alone, in this order.
    StateTable part(std::span<const uint32_t> states) const;
    /// Which states lie in the cube: bit i % 64 of word i / 64 is of state i.
    std::vector<uint64_t> inside(const Cube& cube) const;

    /// Whether one of the states lies in the cube.
    bool meets(const Cube& cube) const;

    /// Parts of a cube that meets() none of the states such that they still do so, and without any one of them do not.
    /// Always the part that keeps most of the states away, of those that are left (Johnson, "Approximation algorithms
    /// for combinatorial problems", 1974), so there are few; of equal ones the one of most weight, by latch.
    Cube separator(const Cube& cube, std::span<const double> weights) const;

    /// A larger cube that meets none of the states either, where exactly one latch of a group is set in every state
    /// that matters: a part that says which one becomes parts that say which ones not, as few as possible. `groups`: by
    /// latch, the latches of its group; empty if it is alone.
    Cube widened(const Cube& cube, std::span<const std::vector<uint32_t>> groups) const;

 private:
    size_t words() const { return (size_ + 63) / 64; }
    /// Which states have it, 64 of them; beyond the last one, any.
    uint64_t word(const LatchValue& part, size_t i) const {
        return part.value ? columns_[part.latch][i] : ~columns_[part.latch][i];
    }
    /// Which bits of the word are states.
    uint64_t states(size_t i) const {
        return i + 1 < words() || size_ % 64 == 0 ? ~uint64_t{0} : (uint64_t{1} << size_ % 64) - 1;
    }

    std::vector<std::vector<uint64_t>> columns_;  ///< by latch; bit i % 64 of word i / 64 is of state i
    size_t size_ = 0;
};

}  // namespace untorn::checker::symbolic
