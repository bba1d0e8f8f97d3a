#include "checker/explicit/layout.h"

#include <algorithm>
#include <bit>

namespace untorn::checker {

void Layout::add(uint32_t cell, int64_t lo, uint64_t size) {
    const unsigned width = size <= 1 ? 0 : static_cast<unsigned>(std::bit_width(size - 1));
    if (width == 0) return;
    if (used_in_last_word_ + width > 64) {
        ++words_;
        used_in_last_word_ = 0;
    }
    const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    if (field_of_.size() <= cell) field_of_.resize(cell + size_t{1}, none_);
    field_of_[cell] = static_cast<uint32_t>(fields_.size());
    fields_.push_back({cell, words_ - 1, used_in_last_word_, mask, lo});
    used_in_last_word_ += width;
    bits_ += width;
}

std::vector<unsigned> Layout::word_bits() const {
    std::vector<unsigned> bits(words_, 0);
    for (const Field& field : fields_)
        bits[field.word] = field.shift + static_cast<unsigned>(std::bit_width(field.mask));
    return bits;
}

void Layout::pack(const int64_t* cells, uint64_t* words) const {
    std::fill(words, words + words_, uint64_t{0});
    for (const Field& field : fields_)
        words[field.word] |= static_cast<uint64_t>(cells[field.cell] - field.lo) << field.shift;
}

void Layout::unpack(const uint64_t* words, int64_t* cells) const {
    for (const Field& field : fields_)
        cells[field.cell] = field.lo + static_cast<int64_t>((words[field.word] >> field.shift) & field.mask);
}

}  // namespace untorn::checker
