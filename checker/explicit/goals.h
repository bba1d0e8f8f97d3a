// What a search is looking for, as goals, i.e. predicates of states. There is one for each property, reached where the
// property is violated (invariants, final, quiescent, deadlock, checks) or witnessed (covers); what a property says of
// what follows power loss, or of outcomes, depends on the values of some cells, and every combination of these is a
// goal.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/explicit/formula.h"

namespace untorn::checker {

/// Reached in a state where `formula` holds and, if `quiet`, no instance without a fault has a true guard.
struct Goal {
    FormulaId formula = Formulas::yes;
    bool quiet = false;
    /// Not empty: for each combination of values of these cells this is one goal. Not with `quiet`.
    std::vector<uint32_t> cells;
};

/// What it takes for each instance of the run to move (its location, its guard, its checks), and the location and the
/// guard alone, by instance.
struct Enabledness {
    std::vector<FormulaId> moves, guards;
};
Enabledness enabledness(CodeAnalysis& analysis, Formulas& formulas);

/// The goals of the properties `asked` (indices into System::properties), and all values of `outcome_cells`, if any are
/// given, with which all threads can end. If power may be lost: instead of outcomes, and of what is asked about the
/// time after, all that a loss can depend on. Goals that are statically out of reach are left out. If goals do not
/// answer what is asked, `refused` says why.
std::vector<Goal> make_goals(CodeAnalysis& analysis, Formulas& formulas, std::span<const uint32_t> asked,
                             const std::optional<std::vector<uint32_t>>& outcome_cells, std::string& refused);

/// Instances of the run; recover's follow them.
uint32_t run_instances(const Program& program);

}  // namespace untorn::checker
