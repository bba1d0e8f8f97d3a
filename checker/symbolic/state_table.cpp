#include "checker/symbolic/state_table.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace untorn::checker::symbolic {

StateTable StateTable::part(std::span<const uint32_t> states) const {
    StateTable made(columns_.size());
    for (const uint32_t state : states) made.add([&](uint32_t latch) { return is_set(state, latch); });
    return made;
}

std::vector<uint64_t> StateTable::inside(const Cube& cube) const {
    std::vector<uint64_t> found(words());
    for (size_t i = 0; i < found.size(); ++i) {
        found[i] = states(i);
        for (const LatchValue& part : cube) found[i] &= word(part, i);
    }
    return found;
}

bool StateTable::meets(const Cube& cube) const {
    for (size_t i = 0; i < words(); ++i) {
        uint64_t left = states(i);
        for (const LatchValue& part : cube) {
            if (left == 0) break;
            left &= word(part, i);
        }
        if (left != 0) return true;
    }
    return false;
}

Cube StateTable::separator(const Cube& cube, std::span<const double> weights) const {
    assert(!meets(cube));
    std::vector<uint64_t> left(words());
    for (size_t i = 0; i < left.size(); ++i) left[i] = states(i);
    const auto staying = [&](const LatchValue& part, size_t no_more_than) {
        size_t count = 0;
        for (size_t i = 0; i < left.size() && count <= no_more_than; ++i)
            count += static_cast<size_t>(std::popcount(left[i] & word(part, i)));
        return count;
    };
    Cube chosen;
    for (bool some_left = size_ > 0; some_left;) {
        const LatchValue* best = nullptr;
        size_t fewest = SIZE_MAX;
        for (const LatchValue& part : cube) {
            const size_t count = staying(part, fewest);
            if (count > fewest) continue;
            if (best != nullptr && count == fewest && weights[part.latch] <= weights[best->latch]) continue;
            fewest = count;
            best = &part;
        }
        chosen.push_back(*best);
        for (size_t i = 0; i < left.size(); ++i) left[i] &= word(*best, i);
        some_left = fewest > 0;
    }
    // What was chosen first may do nothing that the later ones do not.
    for (size_t i = 0; i < chosen.size();) {
        Cube fewer = chosen;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        if (meets(fewer))
            ++i;
        else
            chosen = std::move(fewer);
    }
    std::ranges::sort(chosen);
    return chosen;
}

Cube StateTable::widened(const Cube& cube, std::span<const std::vector<uint32_t>> groups) const {
    Cube made = cube;
    for (const LatchValue& part : cube) {
        const std::vector<uint32_t>& group = groups[part.latch];
        if (!part.value || group.empty()) continue;
        Cube others;  // the parts of other groups
        for (const LatchValue& other : made)
            if (other.latch != part.latch) others.push_back(other);
        Cube excluded;
        for (const uint32_t latch : group) {
            if (latch == part.latch) continue;
            others.push_back({latch, true});
            if (meets(others)) excluded.push_back({latch, false});
            others.pop_back();
        }
        if (excluded.size() + 1 == group.size()) continue;  // that latch alone
        made = std::move(others);
        made.insert(made.end(), excluded.begin(), excluded.end());
    }
    std::ranges::sort(made);
    return made;
}

}  // namespace untorn::checker::symbolic
