#include "checker/explicit/predecessors.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace untorn::checker {

void Children::clear() {
    words_.clear();
    bits_ = 0;
    count_ = next_rank_ = 0;
}

void Predecessors::append(uint32_t first_child, uint32_t first_parent, uint32_t faults, const Children& children) {
    if (children.count() == 0) return;
    const std::vector<uint64_t>& words = children.words();
    if (blocks_.empty() || blocks_.back().size() + words.size() > blocks_.back().capacity()) {
        blocks_.emplace_back();
        blocks_.back().reserve(std::max(block_words, words.size()));
    }
    std::vector<uint64_t>& block = blocks_.back();
    stretches_.push_back({first_child, first_parent, faults, static_cast<uint32_t>(block.size()),
                          static_cast<uint32_t>(blocks_.size() - 1)});
    block.insert(block.end(), words.begin(), words.end());
}

Predecessors::Link Predecessors::of(uint32_t child) const {
    const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), child,
                                        [](uint32_t number, const Stretch& s) { return number < s.first_child; });
    assert(after != stretches_.begin());
    const Stretch& stretch = *std::prev(after);
    const uint64_t* words = blocks_[stretch.block].data() + stretch.begin;
    uint64_t position = 0;
    const auto bit = [&] {
        const uint64_t value = words[position / 64] >> (position % 64) & 1;
        ++position;
        return value;
    };
    Link link{stretch.first_parent, 0, stretch.faults};
    uint32_t number = stretch.first_child;
    for (uint32_t next_rank = 0;;) {
        if (bit() == 0) {
            ++link.parent;
            next_rank = 0;
            continue;
        }
        unsigned behind = 0;
        while (bit() == 0) ++behind;
        uint64_t gap = uint64_t{1} << behind;
        for (unsigned i = 0; i < behind; ++i) gap |= bit() << i;
        link.rank = next_rank + static_cast<uint32_t>(gap) - 1;
        if (number++ == child) return link;
        next_rank = link.rank + 1;
    }
}

}  // namespace untorn::checker
