// Rankings for progress properties of a run of which all reached states are known: found on their graph
// (rank_levels.h), and put into words (ranking.h).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "checker/symbolic/ranking.h"

namespace untorn::checker::symbolic {

struct RankedProgress {
    std::vector<Ranking> rankings;   ///< of the properties that hold, in order
    std::vector<uint32_t> violated;  ///< the others
    bool no_fair_run = false;        ///< there is no fair infinite run at all: what holds, holds of nothing
};

/// `properties`: progress properties, indices into System::properties. `reached`: with its graph. `poll` may throw.
/// Throws BrokenRule where levels and the search for fair components disagree.
RankedProgress rank_progress(const system::System& system, const OneHot& circuit, const ReachedStates& reached,
                             std::span<const uint32_t> properties, const std::function<void()>& poll);

}  // namespace untorn::checker::symbolic
