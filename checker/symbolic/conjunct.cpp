#include "checker/symbolic/conjunct.h"

#include <algorithm>
#include <map>

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

namespace {

constexpr uint64_t most_values = uint64_t{1} << 16;
constexpr size_t most_cubes = 256;

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
        bool always = false;
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
            always = always || atom.values.size() == size;
            if (!atom.values.empty()) conjunct.atoms.push_back(std::move(atom));
        }
        if (always) continue;  // it says only that the values are of their types
        std::ranges::sort(conjunct.atoms);
        if (std::ranges::find(made, conjunct) == made.end()) made.push_back(std::move(conjunct));
    }
    return made;
}

std::vector<Clause> clauses(const Encoding& encoding, const Conjunct& conjunct) {
    const TransitionCircuit& transition = encoding.transition();
    const Cells layout(encoding.system());
    // For each atom, cubes of latches that together are where it does not hold.
    std::vector<std::vector<Cube>> outside;
    for (const Atom& atom : conjunct.atoms) {
        std::vector<uint32_t> latches;  // of the cell
        for (uint32_t i = 0; i < transition.latches.size(); ++i)
            if (transition.latches[i].cell == atom.cell) latches.push_back(i);
        if (atom.of_set) {
            std::vector<Cube> cubes;
            for (const uint32_t latch : latches)
                if (transition.latches[latch].bit == atom.member) cubes.push_back({{latch, !atom.present}});
            if (cubes.empty()) return {};  // the cell never changes: it is no matter for a clause
            outside.push_back(std::move(cubes));
            continue;
        }
        const int64_t lo = atom.cell == losses_cell ? 0 : layout[atom.cell].lo;
        const uint64_t size = atom.cell == losses_cell ? static_cast<uint64_t>(encoding.system().power_loss->budget) + 1
                                                       : layout[atom.cell].size;
        if (latches.empty() || size > most_values) return {};
        std::vector<uint64_t> codes;
        for (uint64_t code = 0; code < size; ++code)
            if (!std::ranges::binary_search(atom.values, lo + static_cast<int64_t>(code))) codes.push_back(code);
        const auto cube_of = [&](uint64_t code, uint64_t mask) {
            Cube cube;
            for (const uint32_t latch : latches)
                if ((mask >> transition.latches[latch].bit & 1) != 0)
                    cube.push_back({latch, (code >> transition.latches[latch].bit & 1) != 0});
            return cube;
        };
        if (codes.empty()) return {};
        // Usually all of them are one cube: the bits in which they agree, if no other value agrees there, too.
        uint64_t differ = 0;
        for (const uint64_t code : codes) differ |= code ^ codes[0];
        size_t agreeing = 0;
        for (uint64_t code = 0; code < size; ++code) agreeing += ((code ^ codes[0]) & ~differ) == 0 ? 1U : 0U;
        std::vector<Cube> cubes;
        if (agreeing == codes.size())
            cubes.push_back(cube_of(codes[0], ~differ));
        else
            for (const uint64_t code : codes) cubes.push_back(cube_of(code, ~uint64_t{0}));
        outside.push_back(std::move(cubes));
    }
    std::vector<Cube> all{{}};
    for (const std::vector<Cube>& cubes : outside) {
        if (all.size() * cubes.size() > most_cubes) return {};
        std::vector<Cube> more;
        for (const Cube& begun : all) {
            for (const Cube& cube : cubes) {
                more.push_back(begun);
                more.back().insert(more.back().end(), cube.begin(), cube.end());
            }
        }
        all = std::move(more);
    }
    std::vector<Clause> made;
    for (Cube& cube : all) {
        std::ranges::sort(cube);
        cube.erase(std::unique(cube.begin(), cube.end()), cube.end());
        const bool contradictory = std::ranges::adjacent_find(cube, [](const LatchValue& a, const LatchValue& b) {
                                       return a.latch == b.latch;
                                   }) != cube.end();
        if (!contradictory) made.push_back(negated(cube));
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
