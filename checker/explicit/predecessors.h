// How every state was first reached, in less than a byte a state.
//
// States are numbered in the order in which they are found: parents are looked at in order of their numbers, the
// successors of a parent in order of instances. So the children of one parent follow each other, and what must be kept
// of a parent is which of its successors were new: their ranks among the successors, as gaps, in Elias' gamma code
// ("Universal codeword sets and representations of the integers", IEEE Trans. Information Theory 1975), each behind a
// 1; a 0 ends the parent. A state of the usual kind costs some five bits: a 1, a gap of 0 or 1, and its own final 0.
//
// A way back is decoded from the begin of a stretch (the part of one chunk that one thread worked on); only traces need
// it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace untorn::checker {

/// The children of consecutive parents, as bits.
class Children {
 public:
    void clear();
    /// The successor of the parent in hand with this rank is new; ranks must grow.
    void child(uint32_t rank) {
        const uint64_t gap = uint64_t{rank} - next_rank_ + 1;
        next_rank_ = rank + 1;
        ++count_;
        // 1; as many zeros as the gap has bits behind its first; that first one; those bits.
        const auto behind = static_cast<unsigned>(std::bit_width(gap) - 1);
        put(1 | uint64_t{1} << (1 + behind) | (gap ^ uint64_t{1} << behind) << (2 + behind), 2 + 2 * behind);
    }
    /// The parent in hand has no more children.
    void next_parent() {
        put(0, 1);
        next_rank_ = 0;
    }
    uint32_t count() const { return count_; }
    uint64_t bits() const { return bits_; }
    const std::vector<uint64_t>& words() const { return words_; }

 private:
    void put(uint64_t value, unsigned count) {
        const unsigned shift = bits_ & 63;
        if (shift == 0) words_.push_back(0);
        words_.back() |= value << shift;
        if (shift + count > 64) words_.push_back(value >> (64 - shift));
        bits_ += count;
    }

    std::vector<uint64_t> words_;
    uint64_t bits_ = 0;
    uint32_t count_ = 0, next_rank_ = 0;
};

class Predecessors {
 public:
    struct Link {
        uint32_t parent = 0;
        uint32_t rank = 0;    ///< among the parent's successors for so many faults
        uint32_t faults = 0;  ///< spent, as levels count them
    };
    /// The states from `first_child` on are children of the states from `first_parent` on.
    void append(uint32_t first_child, uint32_t first_parent, uint32_t faults, const Children& children);
    /// How the state was found; it must be one of the children appended.
    Link of(uint32_t child) const;
    /// Bytes that appending so many bits takes, by formula.
    static uint64_t bytes_for(uint64_t bits) { return bits / 8 + sizeof(Stretch); }

 private:
    struct Stretch {
        uint32_t first_child = 0, first_parent = 0;
        uint32_t faults = 0;
        uint32_t begin = 0;  ///< word in its block
        uint32_t block = 0;
    };
    static constexpr size_t block_words = size_t{1} << 16;

    std::vector<Stretch> stretches_;  ///< by first child
    std::vector<std::vector<uint64_t>> blocks_;
};

}  // namespace untorn::checker
