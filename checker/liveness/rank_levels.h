// Why no fair run stays in some part of the state graph for ever: its states in levels, from which runs can only go
// down, and for each level a fairness constraint, its *helper*, that must make them leave it. Lehmann, Pnueli, Stavi,
// "Impartiality, justice and fairness: the ethics of concurrent termination", ICALP 1981; Manna, Pnueli, "Adequate
// proof principles for invariance and liveness properties of concurrent programs", Science of Computer Programming 4,
// 1984 (rules WELL and CHAIN).
//
// Of every state of a level:
//  - each step leads to the same or a lower level, or out of the region;
//  - a step that takes the helper leads to a lower level, or out;
//  - the helper is enabled. Where it is strong, this need not be so: then the states of the level in which it is not
//    enabled have levels of their own (`meanwhile`), as a region by themselves.
//
// Such levels exist if and only if no fair run stays in the region for ever (fair_components.h). If: a run's level
// only falls, and is the same for ever from some point on. A weak helper is enabled then, and never taken: the run is
// not fair. A strong one is never taken either, so it may be enabled only finitely often, and from some point on the
// run stays among the states in which it is not, where the same argument holds of their levels. Only if: in a strongly
// connected component without a way to another one, some constraint keeps cycles (and stuttering) from being fair, and
// is the helper of all of it.
//
// Found from the bottom up: the next level is the largest that one helper gives (a greatest fixpoint), of equal ones
// that of the first constraint; strong constraints are tried as weak ones first. So there are few levels, not the
// fewest. Levels without a helper, of states where every step leads on, were tried: they were as many, took their
// states from better ones, and needed more of an invariant.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "checker/liveness/state_graph.h"

namespace untorn::checker {

struct RankLevel {
    uint32_t helper = 0;               ///< a constraint
    std::vector<uint32_t> states;      ///< ascending
    std::vector<RankLevel> meanwhile;  ///< the lowest first; of the states in which a strong helper is not enabled
};

/// The levels of the graph's part with these states, the lowest first; none if some of them can have no level. `poll`
/// is called for some thousand states and may throw.
std::optional<std::vector<RankLevel>> rank_levels(const StateGraph& graph, const StateBits& region,
                                                  const std::function<void()>& poll);

}  // namespace untorn::checker
