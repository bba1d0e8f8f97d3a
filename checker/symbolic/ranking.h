// Why a progress property holds, in words: the levels of rank_levels.h, said of the values of cells. Together with an
// invariant it is a proof that an SMT solver can check step by step (ranking_obligations.h).
//
// A state that waits for an answer has the first level that it satisfies, so a condition has to be right only of states
// that satisfy none of those before it: the levels read like a chain of else-ifs, the nearest to the answer first.
// Conditions are learnt from the reached states: for each level a conjunction that its states satisfy, and those of
// higher levels do not.
#pragma once

#include <functional>
#include <vector>

#include "checker/explicit/program.h"
#include "checker/liveness/rank_levels.h"
#include "checker/symbolic/conditions.h"
#include "checker/symbolic/conjunct.h"
#include "checker/symbolic/reached_states.h"

namespace untorn::checker::symbolic {

/// A level: see RankLevel.
struct RankedLevel {
    std::vector<Conjunct> when;
    uint32_t helper = 0;  ///< index into Program::constraints
    std::vector<RankedLevel> meanwhile;
    bool operator==(const RankedLevel&) const = default;
};

struct Ranking {
    uint32_t property = 0;  ///< index into System::properties
    /// Of states in which the property's promise does not hold: somebody waits for it. Empty: in all of them.
    std::vector<Conjunct> waits;
    std::vector<RankedLevel> levels;
    bool operator==(const Ranking&) const = default;
};

/// What the question's levels are in words. `region`: the states of the levels. No conjunct of a condition can be left
/// out: some reached state of a higher level (of `waits`: some state that does not wait) would satisfy the rest.
/// `conditions`: of the reached states. `poll` may throw.
Ranking described(const Program& program, const Conditions& conditions, const ReachedStates& reached,
                  const ReachedQuestion& question, const StateBits& region, std::span<const RankLevel> levels,
                  const std::function<void()>& poll);

}  // namespace untorn::checker::symbolic
