// Progress properties by the symbolic engines: each as the safety question that lasso_circuit.h makes of it, answered
// by bounded search, k-induction, or PDR. Lassos are replayed, and proofs are checked by Z3 in the circuit with bits,
// like those of safety.
//
// That a property holds is only said once it is known whether a fair run exists at all: if there is none, it holds of
// nothing (`no fair run`).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/symbolic/induction.h"
#include "checker/symbolic/lasso_circuit.h"
#include "checker/symbolic/verdicts.h"
#include "checker/symbolic/watch.h"

namespace untorn::checker::symbolic {

/// What is known of one progress question, that is of the bads of its lasso circuit.
using ProgressAnswer = BadAnswer;

/// One progress question, or whether a fair run exists, by bounded search: the lasso with the fewest steps in all.
class BoundedLasso {
 public:
    /// All must outlive it.
    BoundedLasso(const Encoding& encoding, std::optional<size_t> question, const MakeSolver& make_solver,
                 const Watch& watch);

    /// Looks at runs of one step more (first: of none). Throws LimitReached.
    void next();
    /// No lasso has fewer steps than this.
    uint64_t steps() const { return steps_; }
    /// There is no run of steps() - 1 steps or more: nothing is left to find.
    bool complete() const { return complete_; }
    const ProgressAnswer& answer() const { return answer_; }
    bool open() const { return answer_.known == ProgressAnswer::Known::open; }
    const LassoCircuit& circuit() const { return circuit_; }
    uint64_t bytes() const { return unrolling_->bytes(); }

 private:
    bool ask(int literal);

    const Encoding& encoding_;
    const Watch& watch_;
    LassoCircuit circuit_;
    std::unique_ptr<SatSolver> solver_;
    std::unique_ptr<Unrolling> unrolling_;
    uint64_t steps_ = 0;
    bool complete_ = false;
    ProgressAnswer answer_;
};

/// How an engine looks at progress.
struct ProgressHow {
    const SearchOptions& options;
    const Watch& watch;
    const MakeSolver &make_solver, &make_checker;
};

/// Fill in the results of progress properties, as far as they come: what is left stays undecided with its limit. Throw
/// BrokenRule. `candidates` for PDR: clauses of the circuit with a latch for each value.
void find_lassos(const Encoding& encoding, const ProgressHow& how, SearchResult& result);
void prove_progress_by_induction(const Encoding& encoding, const ProgressHow& how, SearchResult& result);
void prove_progress_by_pdr(const Encoding& encoding, const OneHot& hot, const std::vector<Clause>& candidates,
                           const ProgressHow& how, SearchResult& result);

}  // namespace untorn::checker::symbolic
