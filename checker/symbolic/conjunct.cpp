#include "checker/symbolic/conjunct.h"

#include <algorithm>
#include <map>

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

namespace {

constexpr uint64_t most_values = uint64_t{1} << 16;

struct Bit {
    unsigned bit = 0;
    bool value = false;
};

}  // namespace

std::vector<Conjunct> conjuncts(const Encoding& encoding, std::span<const Clause> clauses) {
    const system::System& system = encoding.system();
    const Cells layout(system);
    std::vector<Conjunct> made;
    for (const Clause& clause : clauses) {
        std::map<uint32_t, std::vector<Bit>> by_cell;
        for (const LatchValue& part : clause) {
            const Latch& latch = encoding.transition().latches[part.latch];
            by_cell[latch.cell].push_back({latch.bit, part.value});
        }
        Conjunct conjunct;
        for (const auto& [cell, bits] : by_cell) {
            if (cell != losses_cell &&
                system.types[system.variables[layout[cell].var].type].kind == system::TypeKind::set) {
                for (const Bit& bit : bits) conjunct.atoms.push_back({cell, {}, true, bit.bit, bit.value});
                continue;
            }
            const int64_t lo = cell == losses_cell ? 0 : layout[cell].lo;
            const uint64_t size =
                cell == losses_cell ? static_cast<uint64_t>(system.power_loss->budget) + 1 : layout[cell].size;
            if (size > most_values) throw LimitReached{"an invariant about a cell of more than 2^16 values"};
            Atom atom{cell, {}, false, 0, false};
            for (uint64_t code = 0; code < size; ++code)
                if (std::ranges::any_of(bits, [&](Bit b) { return (code >> b.bit & 1) == (b.value ? 1U : 0U); }))
                    atom.values.push_back(lo + static_cast<int64_t>(code));
            if (!atom.values.empty()) conjunct.atoms.push_back(std::move(atom));
        }
        std::ranges::sort(conjunct.atoms);
        if (std::ranges::find(made, conjunct) == made.end()) made.push_back(std::move(conjunct));
    }
    return made;
}

bool holds(const Atom& atom, std::span<const int64_t> cells, int64_t losses) {
    const int64_t value = atom.cell == losses_cell ? losses : cells[atom.cell];
    if (atom.of_set) return ((value >> atom.member & 1) != 0) == atom.present;
    return std::ranges::binary_search(atom.values, value);
}

bool holds(const Conjunct& conjunct, std::span<const int64_t> cells, int64_t losses) {
    return std::ranges::any_of(conjunct.atoms, [&](const Atom& atom) { return holds(atom, cells, losses); });
}

}  // namespace untorn::checker::symbolic
