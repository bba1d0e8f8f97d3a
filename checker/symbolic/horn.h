// A run as constrained Horn clauses in SMT-LIB 2, for solvers such as Z3's Spacer: Bjorner, Gurfinkel, McMillan,
// Rybalchenko, "Horn clause solvers for program verification", 2015. One predicate, `is reached`, over the cells that
// can change: it holds in the initial states, after every step from where it holds, and implies false where a property
// is violated. `sat`: there is such a predicate, so the properties hold; `unsat`: one of them is violated.
//
// The clauses are made of the same steps, word for word, as the obligations of certificates (smt_steps.h).
#pragma once

#include <span>
#include <string>

#include "checker/explicit/program.h"

namespace untorn::checker::symbolic {

/// `properties`: indices into System::properties, each provable_by_invariant(). Throws LimitReached where a step has
/// too many choices.
std::string horn_clauses(const Program& program, std::span<const uint32_t> properties);

}  // namespace untorn::checker::symbolic
