// Inductive invariants made of lemmas: whether one is one, the strongest within given candidates, and a smallest within
// a given one. Apart from the engine that finds them, with solvers of its own.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/symbolic/clause.h"
#include "checker/symbolic/sat_solver.h"
#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

/// Clauses that belong together: the first, and its images under the symmetries of the system, if it has some.
using ClauseOrbit = std::vector<Clause>;

/// Why clauses are no proof.
struct BrokenObligation {
    enum class Kind {
        initial,      ///< an initial state does not satisfy the clause
        consecution,  ///< a move leads from where all clauses hold to where it does not
        safety,       ///< where all clauses hold, a bad happens
        interrupted,  ///< the solver was stopped
    };
    Kind kind;
    std::optional<Clause> clause;  ///< none: it is well_formed that fails; or it is about safety
};

/// Whether the clauses together with well_formed hold in every initial state, are kept by every possible move, and
/// exclude the bads. Every clause is asked about by itself, images as well, by a fresh solver.
std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const ClauseOrbit> lemmas,
                                                std::span<const uint32_t> bads, const MakeSolver& make_solver,
                                                const std::atomic<bool>* interrupt = nullptr);

/// The same, where those in `known` have passed such a check together, and are only used.
std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const ClauseOrbit> known,
                                                std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
                                                const MakeSolver& make_solver,
                                                const std::atomic<bool>* interrupt = nullptr);

/// The same of conjuncts that are any functions of the latches, in the system's circuit. Those in `known` have passed
/// such a check together, and are only used.
std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const Lit> known,
                                                std::span<const Lit> conjuncts, std::span<const uint32_t> bads,
                                                const MakeSolver& make_solver,
                                                const std::atomic<bool>* interrupt = nullptr);

/// The greatest set of candidates that hold initially and are kept together by every possible move: Flanagan, Leino,
/// "Houdini, an annotation assistant for ESC/Java", FME 2001. An orbit stays as a whole or goes as a whole. Empty
/// if interrupted.
std::vector<ClauseOrbit> largest_inductive(const TransitionCircuit& system, std::vector<ClauseOrbit> candidates,
                                           const MakeSolver& make_solver, const std::atomic<bool>* interrupt = nullptr);

/// Lemmas of an invariant that exclude the bads, such that no proper subset is inductive and does: Ivrii, Gurfinkel,
/// Belov, "Small inductive safe invariants", FMCAD 2014. The lemmas as given if interrupted.
std::vector<ClauseOrbit> smallest_invariant(const TransitionCircuit& system, std::vector<ClauseOrbit> lemmas,
                                            std::span<const uint32_t> bads, const MakeSolver& make_solver,
                                            const std::atomic<bool>* interrupt = nullptr);

}  // namespace untorn::checker::symbolic
