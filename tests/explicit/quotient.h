// A run's state space over packed states, and its orbits by brute force: the plain versions that symmetry reduction is
// compared with.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/permutation.h"
#include "checker/explicit/symmetry.h"
#include "model/system/evaluator.h"

namespace untorn::testing {

using Packed = std::vector<uint64_t>;

/// All that changes but recover's own data, as the search packs it.
inline checker::Layout layout_of_run(const checker::Program& program) {
    checker::Layout layout;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        const checker::Cell& c = program.cells[cell];
        const system::ActorId actor = program.system.variables[c.var].actor;
        if (program.changing[cell] && !(program.has_recover && actor == program.recover.actor))
            layout.add(cell, c.lo, c.size);
    }
    return layout;
}

inline checker::Program changing_together(const system::System& system) {
    checker::Program program(system);
    checker::let_members_change_together(program);
    return program;
}

/// One system, with everything that looks at its states.
struct Quotient {
    /// Successor (of a failing check: nothing), faults, and the property that fails.
    using Edge = std::tuple<Packed, uint32_t, uint32_t>;

    explicit Quotient(const system::System& system_)
        : system(system_),
          program(changing_together(system_)),
          layout(layout_of_run(program)),
          code(program, layout),
          supports(program),
          initial(checker::initial_states(program)),
          unassigned(program, initial, supports),
          report(checker::find_symmetry(program, layout)) {}

    Packed pack(const std::vector<int64_t>& cells) const {
        Packed packed(layout.words());
        layout.pack(cells.data(), packed.data());
        return packed;
    }
    std::vector<int64_t> unpack(const Packed& packed) const {
        std::vector<int64_t> cells = program.cells.first_values();
        layout.unpack(packed.data(), cells.data());
        return cells;
    }
    Packed normal(Packed state) {
        report.symmetry->normalize(state.data());
        return state;
    }
    std::vector<Edge> edges(const Packed& state) {
        records.resize(checker::most_enabled(program) * (layout.words() + size_t{1}));
        const uint64_t* end = code.successors(state.data(), records.data());
        std::vector<Edge> result;
        for (const uint64_t* r = records.data(); r != end; r += layout.words() + 1) {
            const checker::Tag tag{r[layout.words()]};
            if (tag.fails()) {
                const auto& check = program.instances[tag.instance()].checks[tag.check()];
                result.emplace_back(Packed{}, tag.faults(), check.property + 1);
            } else {
                result.emplace_back(Packed(r, r + layout.words()), tag.faults(), 0);
            }
        }
        return result;
    }
    /// All states that are reached; of their normal forms only, if `reduced`.
    std::set<Packed> explore(bool reduced) {
        std::set<Packed> seen;
        std::vector<Packed> todo;
        const auto arrive = [&](Packed state) {
            if (reduced) report.symmetry->normalize(state.data());
            if (seen.insert(state).second) todo.push_back(std::move(state));
        };
        for (const auto& cells : initial) arrive(pack(cells));
        while (!todo.empty()) {
            const Packed state = std::move(todo.back());
            todo.pop_back();
            for (const auto& [next, faults, failed] : edges(state))
                if (failed == 0) arrive(next);
        }
        return seen;
    }
    /// All permutations of all symmetric scalarsets: lists of one for each scalarset.
    std::vector<std::vector<checker::Permutation>> group() const {
        std::vector<std::vector<checker::Permutation>> result{{}};
        for (const checker::ScalarsetSymmetry& scalarset : report.symmetry->scalarsets()) {
            std::vector<std::vector<checker::Permutation>> longer;
            std::vector<uint32_t> image(scalarset.identities);
            std::iota(image.begin(), image.end(), 0);
            do {
                for (auto permutations : result) {
                    permutations.emplace_back(program, unassigned, scalarset.type, image);
                    longer.push_back(std::move(permutations));
                }
            } while (std::ranges::next_permutation(image).found);
            result = std::move(longer);
        }
        return result;
    }
    Packed image(const std::vector<checker::Permutation>& permutations, const Packed& state) const {
        std::vector<int64_t> cells = unpack(state);
        for (const checker::Permutation& permutation : permutations) {
            std::vector<int64_t> moved = permutation.state(cells);
            for (uint32_t cell = 0; cell < moved.size(); ++cell)
                if (!layout.has(cell)) moved[cell] = cells[cell];
            cells = std::move(moved);
        }
        return pack(cells);
    }

    const system::System& system;
    checker::Program program;
    checker::Layout layout;
    checker::InterpretedCode code;
    checker::Supports supports;
    std::vector<std::vector<int64_t>> initial;
    checker::Unassigned unassigned;
    checker::SymmetryReport report;
    std::vector<uint64_t> records;
};

/// Everything that can follow a loss of power, by the reference evaluator: all cells, but those of scalarset type that
/// are lost, of every state until recovery has ended; and the properties that fail on the way, with nothing else.
inline std::set<std::vector<int64_t>> after_loss(const Quotient& q, const std::vector<int64_t>& cells,
                                                 const std::vector<checker::Permutation>& permutations) {
    const system::Evaluator evaluator(q.system);
    const system::Step& step = q.system.power_loss->step;
    std::set<std::vector<int64_t>> seen, result;
    std::vector<system::State> todo;
    const auto arrive = [&](const system::Executed& executed, const system::Step& of) {
        if (!executed.next) {
            result.insert({of.checks[*executed.failed_check].property});
        } else if (seen.insert(executed.next->cells).second) {
            todo.push_back(*executed.next);
        }
    };
    const system::State state{cells};
    for (const auto& choices : evaluator.enabled_choices(step, state, system::none, 0))
        arrive(evaluator.lose_power(state, choices), step);
    while (!todo.empty()) {
        const system::State next = todo.back();
        todo.pop_back();
        for (const system::Instance& instance : evaluator.enabled(next, true))
            arrive(evaluator.execute(instance, next), q.system.transitions[instance.transition].step);
    }
    for (std::vector<int64_t> after : seen) {
        for (const checker::Permutation& permutation : permutations) after = permutation.state(after);
        for (uint32_t cell = 0; cell < after.size(); ++cell) {
            const system::Variable& variable = q.system.variables[q.program.cells[cell].var];
            const bool identity = q.system.types[variable.type].kind == system::TypeKind::scalarset;
            if (identity && !checker::survives_power_loss(variable)) after[cell] = 0;
        }
        result.insert(after);
    }
    return result;
}

/// The oracle: every permutation maps the reachable states, their steps, what properties say, and what follows power
/// loss to themselves; the normal form of a state is in its orbit, and the same for all of it. Returns the number of
/// orbits.
inline size_t check_quotient(Quotient& q) {
    REQUIRE(q.report.symmetry != nullptr);
    const std::set<Packed> states = q.explore(false);
    const auto group = q.group();
    const bool exact = q.report.symmetry->exact();
    std::set<Packed> normal_forms, least;
    size_t wrong = 0;
    for (const Packed& state : states) {
        const Packed normal = q.normal(state);
        normal_forms.insert(normal);
        Packed first = state;
        bool in_orbit = false;
        for (const auto& g : group) {
            const Packed image = q.image(g, state);
            wrong += states.contains(image) ? 0 : 1;
            in_orbit = in_orbit || image == normal;
            first = std::min(first, image);
            if (exact) wrong += q.normal(image) == normal ? 0 : 1;
        }
        wrong += in_orbit ? 0 : 1;
        least.insert(first);
    }
    CHECK(wrong == 0);
    size_t different = 0, count = 0;
    for (const Packed& state : states) {
        if (++count > 500) break;
        std::vector<Quotient::Edge> expected = q.edges(state);
        for (size_t i = 0; i < group.size(); i += 1 + group.size() / 24) {
            const Packed image = q.image(group[i], state);
            std::multiset<Quotient::Edge> mapped, found;
            for (auto [next, faults, failed] : expected)
                mapped.emplace(failed != 0 ? next : q.image(group[i], next), faults, failed);
            for (const auto& edge : q.edges(image)) found.insert(edge);
            different += mapped == found ? 0 : 1;
            if (q.system.power_loss && count <= 60)
                different += after_loss(q, q.unpack(state), group[i]) == after_loss(q, q.unpack(image), {}) ? 0 : 1;
            for (uint32_t p = 0; p < q.system.properties.size(); ++p)
                different += q.code.holds(p, state.data()) == q.code.holds(p, image.data()) ? 0 : 1;
        }
    }
    CHECK(different == 0);
    if (exact) CHECK(normal_forms.size() == least.size());
    CHECK(q.explore(true) == normal_forms);
    return least.size();
}

}  // namespace untorn::testing
