// What a ranking must not meet, as bads of the transition circuit: so the invariant that is learnt excludes it as it
// excludes what violates safety. The rules are those of rank_levels.h and ranking.h; ranking_obligations.h has them in
// words.
#pragma once

#include <vector>

#include "checker/symbolic/one_hot.h"
#include "checker/symbolic/ranking.h"

namespace untorn::checker::symbolic {

/// Appends two bads of the ranking's property: a state that waits and has no level, or whose helper cannot move; and a
/// step that does not lead on. `circuit` began as that of `meaning`, which was made from the system. That initial
/// states have levels, where the property waits from the start, is not among them.
void add_bads(TransitionCircuit& circuit, const system::System& system, const OneHot& meaning, const Ranking& ranking);

}  // namespace untorn::checker::symbolic
