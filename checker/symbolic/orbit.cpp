#include "checker/symbolic/orbit.h"

#include <algorithm>
#include <set>

namespace untorn::checker::symbolic {

Cube image(const Cube& cube, const LatchPermutation& permutation) {
    Cube made = cube;
    for (LatchValue& part : made) part.latch = permutation.image[part.latch];
    std::sort(made.begin(), made.end());
    return made;
}

std::vector<Cube> orbit(const Cube& cube, std::span<const LatchPermutation> generators, size_t limit) {
    std::vector<Cube> found{cube};
    std::set<Cube> known{cube};
    for (size_t next = 0; next < found.size(); ++next) {
        for (const LatchPermutation& generator : generators) {
            Cube made = image(found[next], generator);
            if (!known.insert(made).second) continue;
            if (found.size() == limit) return {};
            found.push_back(std::move(made));
        }
    }
    return found;
}

}  // namespace untorn::checker::symbolic
