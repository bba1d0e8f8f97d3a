// Progress properties (rules 15 to 17 of model/system/README.md): is there a fair infinite run that waits for ever?
//
// The whole state graph is built once, and for each property the part of it in which a run can be waiting is searched
// for a fair cycle. Found, the cycle becomes a lasso of the whole program and is replayed, its fairness included.
//
// Reductions: cone of influence and dead variables are used, since they are bisimulations that keep which instances are
// enabled and taken, and with them fairness. Symmetry is not: a cycle among orbits may be a run in which identities
// change places for ever, fair to none of them. Stubborn sets and merged steps are not: they leave out steps, and so
// cycles. A cycle of reduced states is followed in the whole program, round after round, until a state comes again. So
// that a lasso does not depend on reductions, it is then looked for once more without them, as far as limits allow.
#pragma once

#include "checker/explicit/search.h"

namespace untorn::checker {

/// Decides the progress properties of `result`, which is the exhaustive search's of this system. A limit leaves them
/// undecided.
std::optional<Inconsistency> decide_progress(const system::System& system, const SearchOptions& options,
                                             SearchResult& result);

}  // namespace untorn::checker
