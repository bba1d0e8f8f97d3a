// A counterexample to progress: a way from an initial state to a fair cycle that keeps out of where it would be
// answered, and the cycle.
//
// The stem spends the fewest faults and then the fewest steps of all that lead to a fair component. The cycle begins
// where the stem ends; what fairness still asks of it is looked for breadth-first, the nearest first, until the cycle
// by itself is fair (not only its component is). It need not be the shortest.
#pragma once

#include <optional>

#include "checker/liveness/fair_components.h"

namespace untorn::checker {

/// Edges of a graph.
struct Lasso {
    uint32_t start = 0;  ///< an initial state
    std::vector<uint64_t> stem;
    std::vector<uint64_t> cycle;  ///< empty: the run stutters where the stem ends
};

/// What a run does that violates progress: in a state that `triggers` (or, `at_start`, in the first) and in all states
/// from then on it is in `unanswered`.
struct Waiting {
    const StateBits* triggers = nullptr;  ///< null: every state does
    bool at_start = false;
    const StateBits* unanswered = nullptr;
};

/// The states in which a run can be waiting.
StateBits waiting_states(const StateGraph& graph, const Waiting& waiting, const std::function<void()>& poll);

/// A lasso into one of these components (which are made of waiting_states(), with or without `faults` on cycles).
/// Faults of the stem do not count with `order_by_steps`. Absent if there is none.
std::optional<Lasso> find_lasso(const StateGraph& graph, const Waiting& waiting, const FairComponents& fair,
                                bool faults, bool order_by_steps, const std::function<void()>& poll);

}  // namespace untorn::checker
