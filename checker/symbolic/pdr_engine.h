// PDR (pdr.h) as an engine: answers every property of a run for which the circuit has a bad.
//
// It works on the circuit with a latch for each value (one_hot.h), with lemmas for all identities of a scalarset at
// once. Bads are asked about one after the other; what was learnt about one is tried for the next. A proof is asked
// once more of Z3, clause by clause and identity by identity, in the circuit with bits, before it is said. If it does
// not stand its check, identities are not alike, and all is done again without symmetry. Where PDR finds a run, the
// bounded search (bmc.h) looks for the shortest one, which is shown; if a limit ends that, the run that PDR found is,
// and is not called the shortest.
#pragma once

#include <functional>
#include <variant>

#include "checker/explicit/search.h"
#include "checker/symbolic/verdicts.h"

namespace untorn::checker::symbolic {

/// What PDR beside another search is told, and tells. All calls come from the thread that PDR runs in.
struct Company {
    /// Before a property (index into System::properties) is asked: false if its answer is known elsewhere, and it is
    /// left out. With system::none: something else is asked now. While a property is asked, the solver's WorkMeter may
    /// throw NoLongerAsked.
    std::function<bool(uint32_t property)> wanted;
    /// Something more is decided: all that is known by now.
    std::function<void(const SearchResult& known)> decided;
};

/// The property in hand needs no answer any more.
struct NoLongerAsked {};

/// Limits: time, memory, interrupt; max_steps is the greatest number of frames, none by default. stop_early ends it at
/// the first violation.
std::variant<SearchResult, Inconsistency> answer_by_pdr(const system::System& system, const SearchOptions& options,
                                                        const MakeSolver& make_solver = make_cadical,
                                                        const MakeSolver& make_checker = make_z3,
                                                        const Company& company = {});

}  // namespace untorn::checker::symbolic
