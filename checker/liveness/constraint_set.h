// A set of fairness constraints, by their numbers (Program::constraints).
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace untorn::checker {

class ConstraintSet {
 public:
    ConstraintSet() = default;
    /// The empty set, or all numbers below `count`.
    explicit ConstraintSet(size_t count, bool full = false) : words_((count + 63) / 64, full ? ~uint64_t{0} : 0) {
        if (full && count % 64 != 0) words_.back() = (uint64_t{1} << (count % 64)) - 1;
    }

    void insert(uint32_t c) { words_[c / 64] |= uint64_t{1} << (c % 64); }
    bool contains(uint32_t c) const { return (words_[c / 64] >> (c % 64) & 1) != 0; }
    bool empty() const {
        for (const uint64_t word : words_)
            if (word != 0) return false;
        return true;
    }
    ConstraintSet& operator|=(const ConstraintSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
        return *this;
    }
    ConstraintSet& operator&=(const ConstraintSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
        return *this;
    }
    ConstraintSet& operator-=(const ConstraintSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
        return *this;
    }
    friend ConstraintSet operator&(ConstraintSet a, const ConstraintSet& b) { return a &= b; }
    friend ConstraintSet operator|(ConstraintSet a, const ConstraintSet& b) { return a |= b; }
    friend ConstraintSet operator-(ConstraintSet a, const ConstraintSet& b) { return a -= b; }
    auto operator<=>(const ConstraintSet&) const = default;

 private:
    std::vector<uint64_t> words_;
};

}  // namespace untorn::checker
