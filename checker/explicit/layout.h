// Bit-packed form of a selection of cells: ceil(log2(number of values)) bits for each, in 64-bit words. A field never
// crosses a word, so that reading and writing one is a shift and a mask.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/explicit/cells.h"

namespace untorn::checker {

class Layout {
 public:
    struct Field {
        uint32_t cell = 0;
        uint32_t word = 0;
        unsigned shift = 0;
        uint64_t mask = 0;  ///< of the value, before the shift
        int64_t lo = 0;     ///< the field is the value less this
    };

    /// Appends a field for cell number `cell` with `size` values from `lo` on. A field of one value takes no bits and
    /// is left out: unpack() does not touch its cell.
    void add(uint32_t cell, int64_t lo, uint64_t size);

    unsigned bits() const { return bits_; }              ///< without padding
    uint32_t words() const { return words_; }            ///< of a packed state; at least 1
    size_t bytes() const { return words_ * size_t{8}; }  ///< of a packed state
    bool has(uint32_t cell) const { return cell < field_of_.size() && field_of_[cell] != none_; }

    std::span<const Field> fields() const { return fields_; }
    /// Null if the cell has none: it keeps its first value.
    const Field* field(uint32_t cell) const { return has(cell) ? &fields_[field_of_[cell]] : nullptr; }
    /// By word: how many of its bits are used, from the lowest on.
    std::vector<unsigned> word_bits() const;

    void pack(const int64_t* cells, uint64_t* words) const;
    void unpack(const uint64_t* words, int64_t* cells) const;
    /// The value of one cell; `first` if it has no field.
    int64_t value(const uint64_t* words, uint32_t cell, int64_t first) const {
        if (!has(cell)) return first;
        const Field& f = fields_[field_of_[cell]];
        return f.lo + static_cast<int64_t>(words[f.word] >> f.shift & f.mask);
    }
    /// Changes one cell of a packed state. A cell without a field is left alone.
    void set(uint64_t* words, uint32_t cell, int64_t value) const {
        if (!has(cell)) return;
        const Field& field = fields_[field_of_[cell]];
        uint64_t& word = words[field.word];
        word = (word & ~(field.mask << field.shift)) | (static_cast<uint64_t>(value - field.lo) << field.shift);
    }

 private:
    static constexpr uint32_t none_ = UINT32_MAX;

    std::vector<Field> fields_;
    std::vector<uint32_t> field_of_;  ///< by cell
    unsigned bits_ = 0;
    unsigned used_in_last_word_ = 0;
    uint32_t words_ = 1;
};

}  // namespace untorn::checker
