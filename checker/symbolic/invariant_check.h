// Whether conjuncts are an inductive invariant that excludes bads: the question on which every proof ends, asked of a
// solver that had no part in finding it. Floyd, "Assigning meanings to programs", 1967.
//
// All conjuncts are asked about, images under symmetry as well, and nothing is concluded from symmetry. Those of one
// orbit are asked about in one query, whether one of them fails: refuting them together costs a solver little more than
// refuting one, since most of a query is its beginning. It is incremental: conjuncts that have passed are premises
// of what is asked about later, and a run with many properties puts its step into the solver once.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "checker/symbolic/clause.h"
#include "checker/symbolic/cnf.h"
#include "checker/symbolic/sat_solver.h"
#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

/// Clauses that belong together: the first, and its images under the symmetries of the system, if it has some.
using ClauseOrbit = std::vector<Clause>;

/// A conjunct over any functions of the latches: one of them holds.
using Disjunction = std::vector<Lit>;
using DisjunctionOrbit = std::vector<Disjunction>;

/// What the lemmas say where latches are these functions, by latch.
std::vector<DisjunctionOrbit> disjunctions(std::span<const ClauseOrbit> lemmas, std::span<const Lit> latches);

/// Why conjuncts are no proof.
struct BrokenObligation {
    enum class Kind {
        initial,      ///< an initial state does not satisfy a conjunct
        consecution,  ///< a move leads from where all conjuncts hold to where one does not
        safety,       ///< where all conjuncts hold, a bad happens
        interrupted,  ///< the solver was stopped
    };
    Kind kind;
    std::optional<size_t> orbit;  ///< which one; none: it is well_formed that fails; or it is about safety
};

/// well_formed is always a conjunct.
class InvariantCheck {
 public:
    /// The system must outlive it; its circuit may grow.
    InvariantCheck(const TransitionCircuit& system, const MakeSolver& make_solver,
                   const std::atomic<bool>* interrupt = nullptr);

    /// Premises that passed another such check.
    void assume(std::span<const DisjunctionOrbit> passed);
    /// Whether these conjuncts, with those before, hold initially and are kept by every possible move. If not, it has
    /// premises that do not hold, and is of no more use.
    std::optional<BrokenObligation> keeps(std::span<const DisjunctionOrbit> conjuncts);
    /// Whether no bad happens where all conjuncts hold.
    std::optional<BrokenObligation> excludes(std::span<const uint32_t> bads);

 private:
    /// A copy of the latches in a solver, of which it can be asked whether one of some conjuncts fails there.
    struct Copy {
        std::unique_ptr<SatSolver>& solver;
        Cnf cnf;
        SatSolver::Answer violates(const DisjunctionOrbit& orbit, std::vector<int> assumptions);
    };

    const TransitionCircuit& system_;
    std::unique_ptr<SatSolver> initial_solver_, solver_;
    Copy initial_, before_, after_;
    int possible_ = 0;
    bool begun_ = false;  ///< well_formed has passed
};

/// Whether the clauses together with well_formed hold in every initial state, are kept by every possible move, and
/// exclude the bads, by fresh solvers. Those in `known` have passed such a check together, and are only used.
std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const ClauseOrbit> known,
                                                std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
                                                const MakeSolver& make_solver,
                                                const std::atomic<bool>* interrupt = nullptr);

}  // namespace untorn::checker::symbolic
