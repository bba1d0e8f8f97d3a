// Fairness decided without components: the states from which a fair infinite run exists, as a nested fixpoint over sets
// of states (Emerson, Lei 1985), and whether one cycle is fair by itself. Slow and plain; an oracle for
// checker/liveness.
#pragma once

#include <random>
#include <set>

#include "checker/liveness/lasso.h"

namespace untorn::testing {

/// Small random numbers, the same for a seed everywhere.
class Dice {
 public:
    explicit Dice(uint32_t seed) : engine_(seed) {}
    uint32_t below(uint32_t n) { return static_cast<uint32_t>(engine_() % n); }

 private:
    std::mt19937 engine_;
};

/// The states of `inside` from which a fair infinite run can stay inside, stuttering included.
inline std::set<uint32_t> fair_states(const checker::StateGraph& graph, const std::set<uint32_t>& inside, bool faults) {
    using checker::StateGraph;
    using States = std::set<uint32_t>;
    const auto for_each_step = [&](uint32_t from, const States& in, auto f) {  // f(target, taken)
        f(from, checker::ConstraintSet(graph.constraints()));
        for (uint64_t e = graph.first_edge(from); e < graph.end_edge(from); ++e)
            if (in.contains(graph.target(e)) && (faults || !graph.has_fault(e)))
                f(graph.target(e), graph.kind(e).taken);
    };
    // The states of `in` that can reach a step which `wanted` accepts, inside `in`.
    const auto can_reach = [&](const States& in, auto wanted) {
        States reach;
        for (bool more = true; more;) {
            more = false;
            for (const uint32_t s : in) {
                if (reach.contains(s)) continue;
                bool reaches = false;
                for_each_step(s, in, [&](uint32_t to, const checker::ConstraintSet& taken) {
                    reaches = reaches || reach.contains(to) || wanted(s, to, taken);
                });
                if (!reaches) continue;
                reach.insert(s);
                more = true;
            }
        }
        return reach;
    };
    // Streett fairness by cases: either a strong constraint is taken again and again, or it stays disabled from some
    // point on. All subsets of strong constraints that stay disabled are tried.
    std::vector<uint32_t> strong;
    for (uint32_t c = 0; c < graph.constraints(); ++c)
        if (graph.strong().contains(c)) strong.push_back(c);
    States fair;
    for (uint32_t disabled = 0; disabled < 1U << strong.size(); ++disabled) {
        States hull;
        for (const uint32_t s : inside) {
            bool good = true;
            for (size_t i = 0; i < strong.size(); ++i)
                if ((disabled >> i & 1) != 0 && graph.enabled(s).contains(strong[i])) good = false;
            if (good) hull.insert(s);
        }
        for (bool changed = true; changed;) {
            const size_t before = hull.size();
            for (uint32_t c = 0; c < graph.constraints(); ++c) {
                const auto at = std::ranges::find(strong, c);
                if (at != strong.end() && (disabled >> (at - strong.begin()) & 1) != 0) continue;
                const bool weak = at == strong.end();
                hull = can_reach(hull, [&](uint32_t from, uint32_t, const checker::ConstraintSet& taken) {
                    return taken.contains(c) || (weak && !graph.enabled(from).contains(c));
                });
            }
            changed = hull.size() != before;
        }
        fair.insert(hull.begin(), hull.end());
    }
    return can_reach(inside,
                     [&](uint32_t from, uint32_t, const checker::ConstraintSet&) { return fair.contains(from); });
}

/// Whether going round this cycle (edges in order; none: stuttering in `begin`) for ever is fair.
inline bool fair_cycle(const checker::StateGraph& graph, uint32_t begin, const std::vector<uint64_t>& cycle) {
    for (uint32_t c = 0; c < graph.constraints(); ++c) {
        bool taken = false, always = graph.enabled(begin).contains(c), ever = always;
        for (const uint64_t edge : cycle) {
            taken = taken || graph.kind(edge).taken.contains(c);
            const bool here = graph.enabled(graph.target(edge)).contains(c);
            always = always && here;
            ever = ever || here;
        }
        if (!taken && (graph.strong().contains(c) ? ever : always)) return false;
    }
    return true;
}

/// An arbitrary graph: some edges take what is enabled, some spend a fault, some take nothing.
inline checker::StateGraph random_graph(Dice& dice, uint32_t states, uint32_t constraints) {
    std::vector<bool> strong;
    for (uint32_t c = 0; c < constraints; ++c) strong.push_back(dice.below(2) == 0);
    checker::StateGraph graph(strong);
    graph.initial = 1 + dice.below(2);
    for (uint32_t s = 0; s < states; ++s) {
        checker::ConstraintSet enabled(constraints);
        for (uint32_t edges = dice.below(4); edges > 0; --edges) {
            checker::StepKind kind{checker::ConstraintSet(constraints), dice.below(5) == 0 ? 1 + dice.below(2) : 0};
            if (kind.faults == 0 && constraints > 0 && dice.below(4) != 0) kind.taken.insert(dice.below(constraints));
            enabled |= kind.taken;
            graph.add_edge(dice.below(states), kind);
        }
        if (constraints > 0 && dice.below(6) == 0)
            enabled.insert(dice.below(constraints));  // a step that fails a check
        graph.close_state(enabled);
    }
    return graph;
}

}  // namespace untorn::testing
