#include "checker/symbolic/conditions.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

namespace {

constexpr uint64_t most_values = uint64_t{1} << 16;

size_t common(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
    size_t count = 0;
    for (size_t i = 0; i < a.size(); ++i) count += static_cast<size_t>(std::popcount(a[i] & b[i]));
    return count;
}

void remove(std::vector<uint64_t>& from, const std::vector<uint64_t>& what) {
    for (size_t i = 0; i < from.size(); ++i) from[i] &= ~what[i];
}

bool none(const std::vector<uint64_t>& words) {
    return std::ranges::all_of(words, [](uint64_t word) { return word == 0; });
}

uint32_t lowest(const std::vector<uint64_t>& words) {
    size_t word = 0;
    while (words[word] == 0) ++word;
    return static_cast<uint32_t>(word * 64 + static_cast<size_t>(std::countr_zero(words[word])));
}

}  // namespace

Conditions::Conditions(const system::System& system, const OneHot& circuit, const StateTable& reached)
    : system_(system), cells_(system) {
    add_columns(circuit, reached);
}

void Conditions::add_columns(const OneHot& circuit, const StateTable& reached) {
    std::map<uint32_t, std::vector<std::pair<uint32_t, OneHot::Meaning>>> latches_of;
    const auto latches = static_cast<uint32_t>(circuit.transition().latches.size());
    for (uint32_t latch = 0; latch < latches; ++latch)
        if (const OneHot::Meaning meaning = circuit.meaning(latch); meaning.cell != losses_cell)
            latches_of[meaning.cell].emplace_back(latch, meaning);
    const auto value = [&](uint32_t state, uint32_t cell) {
        uint64_t code = 0;
        for (const auto& [latch, meaning] : latches_of[cell])
            if (reached.is_set(state, latch)) code |= meaning.of_value ? meaning.number : uint64_t{1} << meaning.number;
        return cells_[cell].lo + static_cast<int64_t>(code);
    };
    for (const auto& [cell, with] : latches_of) {
        const system::TypeKind kind = system_.types[system_.variables[cells_[cell].var].type].kind;
        if (kind == system::TypeKind::set) {
            for (const auto& [latch, meaning] : with) {
                columns_.push_back({cell, static_cast<int64_t>(meaning.number), true});
                groups_.emplace_back();
            }
            continue;
        }
        std::set<int64_t> values;
        for (uint32_t state = 0; state < reached.size(); ++state) values.insert(value(state, cell));
        if (values.size() < 2) continue;
        std::vector<uint32_t> group;
        for (const int64_t one : values) {
            group.push_back(static_cast<uint32_t>(columns_.size()));
            columns_.push_back({cell, one, false});
        }
        groups_.resize(columns_.size(), group);
    }
    table_ = StateTable(columns_.size());
    std::map<uint32_t, int64_t> values;
    for (uint32_t state = 0; state < reached.size(); ++state) {
        for (const auto& [cell, with] : latches_of) values[cell] = value(state, cell);
        table_.add([&](uint32_t column) {
            const Column& of = columns_[column];
            const int64_t now = values[of.cell];
            return of.of_set ? (now >> of.value & 1) != 0 : now == of.value;
        });
    }
}

Conditions::Rank Conditions::rank(uint32_t cell, uint32_t first) const {
    if (cell == first) return Rank::first;
    const system::Variable& variable = system_.variables[cells_[cell].var];
    if (variable.storage == system::Storage::counter) return Rank::counter;
    return variable.storage == system::Storage::ghost ? Rank::ghost : Rank::variable;
}

/// The other values of the cell's type.
std::vector<int64_t> Conditions::others(uint32_t cell, const std::vector<int64_t>& values) const {
    if (cells_[cell].size > most_values) throw LimitReached{"a condition about a cell of more than 2^16 values"};
    std::vector<int64_t> rest;
    for (int64_t value = cells_[cell].lo; value < cells_[cell].lo + static_cast<int64_t>(cells_[cell].size); ++value)
        if (!std::ranges::binary_search(values, value)) rest.push_back(value);
    return rest;
}

/// For each cell: that it has one of the values that it has in the states.
std::vector<Conditions::Candidate> Conditions::about_one_cell(const StateTable& states, const StateTable& others,
                                                              uint32_t first) const {
    std::vector<Candidate> made;
    const auto consider = [&](Atom atom, const Cube& outside) {
        Words excluded = others.inside(outside);
        if (none(excluded)) return;
        const uint32_t cell = atom.cell;
        made.push_back({{{std::move(atom)}}, std::move(excluded), rank(cell, first)});
    };
    for (uint32_t column = 0; column < columns_.size(); ++column) {
        const Column& of = columns_[column];
        const std::vector<uint32_t>& group = groups_[column];
        if (of.of_set) {
            for (const bool present : {false, true})
                if (!states.meets({{column, !present}}))
                    consider({of.cell, {}, true, static_cast<unsigned>(of.value), present}, {{column, !present}});
        } else if (group.front() == column) {
            std::vector<int64_t> values;
            Cube outside;
            for (const uint32_t one : group) {
                if (!states.meets({{one, true}})) continue;
                values.push_back(columns_[one].value);
                outside.push_back({one, false});
            }
            if (values.size() < group.size()) consider({of.cell, std::move(values), false, 0, false}, outside);
        }
    }
    return made;
}

/// Says which values the cell has not, if these are fewer: those of the others that are left.
void Conditions::loosen(Candidate& chosen, const StateTable& others, const Words& left) const {
    Atom& atom = chosen.conjunct.atoms.front();
    if (atom.of_set || cells_[atom.cell].size > most_values) return;
    std::vector<int64_t> not_these;
    Words excluded(left.size(), 0);
    for (uint32_t column = 0; column < columns_.size(); ++column) {
        const Column& of = columns_[column];
        if (of.cell != atom.cell || std::ranges::binary_search(atom.values, of.value)) continue;
        const Words inside = others.inside({{column, true}});
        if (common(inside, left) == 0) continue;
        not_these.push_back(of.value);
        for (size_t i = 0; i < inside.size(); ++i) excluded[i] |= inside[i];
    }
    if (not_these.size() >= atom.values.size()) return;
    atom.values = this->others(atom.cell, not_these);
    chosen.excluded = std::move(excluded);
}

/// That a state is not in the cube: parts of one cell say one value that it has, or several that it has not.
Conjunct Conditions::outside(const Cube& cube) const {
    std::map<uint32_t, std::vector<int64_t>> only;  // by cell: it is outside if it has one of these
    Conjunct made;
    for (const LatchValue& part : cube) {
        const Column& of = columns_[part.latch];
        if (of.of_set)
            made.atoms.push_back({of.cell, {}, true, static_cast<unsigned>(of.value), !part.value});
        else if (part.value)
            only[of.cell] = others(of.cell, {of.value});
        else
            only[of.cell].push_back(of.value);
    }
    for (auto& [cell, values] : only) {
        std::ranges::sort(values);
        made.atoms.push_back({cell, std::move(values), false, 0, false});
    }
    std::ranges::sort(made.atoms);
    return made;
}

/// Excludes the first of the others that are left.
Conditions::Candidate Conditions::about_more(const StateTable& states, const StateTable& others, const Words& left,
                                             uint32_t first) const {
    const uint32_t state = lowest(left);
    std::vector<double> weights(columns_.size(), 0);
    Cube cube;
    for (const Rank most : {Rank::counter, Rank::variable, Rank::ghost}) {
        cube.clear();
        for (uint32_t column = 0; column < columns_.size(); ++column) {
            const bool value = others.is_set(state, column);
            if (rank(columns_[column].cell, first) > most || (!value && !columns_[column].of_set)) continue;
            cube.push_back({column, value});
            weights[column] = static_cast<double>(common(others.inside({{column, value}}), left));
        }
        if (!states.meets(cube)) break;
    }
    if (states.meets(cube)) throw BrokenRule{"a state is to be told from itself"};
    const Cube wide = states.widened(states.separator(cube, weights), groups_);
    return {outside(wide), others.inside(wide), Rank::ghost};
}

std::vector<Conjunct> Conditions::tell(std::span<const uint32_t> of, std::span<const uint32_t> not_of,
                                       uint32_t first) const {
    const StateTable states = table_.part(of), others = table_.part(not_of);
    Words left = others.inside({});
    const std::vector<Candidate> simple = about_one_cell(states, others, first);
    std::vector<Candidate> chosen;
    while (!none(left)) {
        const Candidate* best = nullptr;
        size_t most = 0;
        for (const Candidate& candidate : simple) {
            const size_t count = common(candidate.excluded, left);
            if (count == 0 ||
                (best != nullptr && (candidate.rank > best->rank || (candidate.rank == best->rank && count <= most))))
                continue;
            best = &candidate;
            most = count;
        }
        Candidate next = best != nullptr ? *best : about_more(states, others, left, first);
        if (best != nullptr) loosen(next, others, left);
        remove(left, next.excluded);
        chosen.push_back(std::move(next));
    }
    // The later ones say less: they go first.
    std::vector<bool> gone(chosen.size(), false);
    for (size_t i = chosen.size(); i-- > 0;) {
        Words needed = chosen[i].excluded;
        for (size_t j = 0; j < chosen.size(); ++j)
            if (j != i && !gone[j]) remove(needed, chosen[j].excluded);
        gone[i] = none(needed);
    }
    std::vector<Conjunct> condition;
    for (size_t i = 0; i < chosen.size(); ++i)
        if (!gone[i]) condition.push_back(std::move(chosen[i].conjunct));
    return condition;
}

}  // namespace untorn::checker::symbolic
