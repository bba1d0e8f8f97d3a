// Where fair infinite runs can stay: the strongly connected components of a part of the state graph that have a fair
// cycle.
//
// A run is fair if for each weak constraint it is disabled or taken again and again, and each strong constraint that is
// enabled again and again is taken again and again. In a strongly connected component a cycle can visit everything, so
// a component has a fair cycle if each weak constraint is disabled in one of its states or taken by one of its edges,
// and each strong one that is enabled in one of its states is taken by one of its edges. Where a strong constraint is
// enabled and not taken, no fair cycle visits the states in which it is enabled: they are removed, and what remains is
// decomposed again (Emerson, Lei, "Modalities for model checking: branching time strikes back", POPL 1985;
// Lichtenstein, Pnueli, POPL 1985). Where a weak one fails, every part fails. Every state also has a stutter edge,
// which takes nothing: it makes a fair cycle by itself where nothing is enabled, and adds nothing elsewhere.
//
// Components are found as in David J. Pearce, "A space-efficient algorithm for finding strongly connected components",
// Information Processing Letters 116 (2016): 4 bytes a state, and 16 for each on the way of the depth-first search.
#pragma once

#include <functional>

#include "checker/liveness/state_graph.h"

namespace untorn::checker {

struct FairComponents {
    /// By state: its fair component, numbered from 1 in order of discovery; 0 for none. Empty if there is none.
    std::vector<uint32_t> component;
    uint32_t count = 0;
};

/// Of the graph's part with these states; edges that spend a fault belong to it only with `faults`. `poll` is called
/// for some thousand states and may throw.
FairComponents fair_components(const StateGraph& graph, const StateBits& states, bool faults,
                               const std::function<void()>& poll);

/// Calls `found` with the members of every strongly connected component of that part, components without edges
/// included, and with a number that `of` (by state) holds for exactly these members when it is called.
void for_each_component(const StateGraph& graph, const StateBits& states, bool faults, std::vector<uint32_t>& of,
                        const std::function<void(std::span<const uint32_t> members, uint32_t number)>& found,
                        const std::function<void()>& poll);

}  // namespace untorn::checker
