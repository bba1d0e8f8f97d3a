#include "checker/symbolic/conjunct.h"

#include <algorithm>
#include <map>

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

namespace {

constexpr uint64_t most_values = uint64_t{1} << 16;

struct Literal {
    OneHot::Meaning meaning;
    bool value = false;
};

bool holds_of_code(const Literal& literal, uint64_t code) {
    const bool set =
        literal.meaning.of_value ? code == literal.meaning.number : (code >> literal.meaning.number & 1) != 0;
    return set == literal.value;
}

bool is_set(const system::System& system, const Cells& layout, uint32_t cell) {
    return cell != losses_cell && system.types[system.variables[layout[cell].var].type].kind == system::TypeKind::set;
}

/// Number of values of a cell, or of the losses.
uint64_t size_of(const system::System& system, const Cells& layout, uint32_t cell) {
    return cell == losses_cell ? static_cast<uint64_t>(system.power_loss->budget) + 1 : layout[cell].size;
}

}  // namespace

std::vector<Conjunct> conjuncts(const system::System& system, const OneHot& circuit, std::span<const Clause> clauses) {
    const Cells layout(system);
    std::vector<Conjunct> made;
    for (const Clause& one : clauses) {
        std::map<uint32_t, std::vector<Literal>> by_cell;
        for (const LatchValue& part : one) {
            const OneHot::Meaning meaning = circuit.meaning(part.latch);
            by_cell[meaning.cell].push_back({meaning, part.value});
        }
        Conjunct conjunct;
        bool always = false;
        for (const auto& [cell, literals] : by_cell) {
            if (is_set(system, layout, cell)) {
                for (const Literal& literal : literals)
                    conjunct.atoms.push_back(
                        {cell, {}, true, static_cast<unsigned>(literal.meaning.number), literal.value});
                continue;
            }
            const int64_t lo = cell == losses_cell ? 0 : layout[cell].lo;
            const uint64_t size = size_of(system, layout, cell);
            if (size > most_values) throw LimitReached{"an invariant about a cell of more than 2^16 values"};
            Atom atom{cell, {}, false, 0, false};
            for (uint64_t code = 0; code < size; ++code)
                if (std::ranges::any_of(literals, [&](const Literal& l) { return holds_of_code(l, code); }))
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

std::optional<Clause> clause(const system::System& system, const OneHot& circuit, const Conjunct& conjunct) {
    const Cells layout(system);
    Clause made;
    for (const Atom& atom : conjunct.atoms) {
        std::vector<std::pair<uint32_t, OneHot::Meaning>> latches;  // of the cell
        for (uint32_t i = 0; i < circuit.transition().latches.size(); ++i)
            if (circuit.meaning(i).cell == atom.cell) latches.emplace_back(i, circuit.meaning(i));
        if (latches.empty()) return std::nullopt;
        const int64_t lo = atom.cell == losses_cell ? 0 : layout[atom.cell].lo;
        const size_t before = made.size();
        for (const auto& [latch, meaning] : latches) {
            if (atom.of_set) {
                if (meaning.number == atom.member) made.push_back({latch, atom.present});
            } else if (meaning.of_value) {
                if (std::ranges::binary_search(atom.values, lo + static_cast<int64_t>(meaning.number)))
                    made.push_back({latch, true});
            } else if (size_of(system, layout, atom.cell) == 2 && atom.values.size() == 1) {
                made.push_back({latch, atom.values[0] != lo});
            } else {
                return std::nullopt;  // a number in bits: its values are no clause in general
            }
        }
        if (made.size() == before) return std::nullopt;
    }
    std::ranges::sort(made);
    const auto same = [](const LatchValue& a, const LatchValue& b) { return a.latch == b.latch; };
    if (std::ranges::adjacent_find(made, same) != made.end()) return std::nullopt;
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
