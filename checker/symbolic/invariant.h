// Inductive invariants made of lemmas: the strongest within given candidates, and a smallest within a given one. Apart
// from the engine that finds them, with solvers of its own. Whether one is one: invariant_check.h.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "checker/symbolic/invariant_check.h"
#include "checker/symbolic/step_clauses.h"

namespace untorn::checker::symbolic {

/// The greatest set of candidates that hold initially and are kept together by every possible move: Flanagan, Leino,
/// "Houdini, an annotation assistant for ESC/Java", FME 2001. An orbit stays as a whole or goes as a whole. Empty
/// if interrupted.
std::vector<ClauseOrbit> largest_inductive(const TransitionCircuit& system, std::vector<ClauseOrbit> candidates,
                                           const MakeSolver& make_solver, const std::atomic<bool>* interrupt = nullptr);

/// By lemma: whether the proof that the bads are excluded comes to it, from what excludes them back to what that needs,
/// and so on; what is in `known` is inductive by itself and there anyway. Those lemmas are an invariant, not the
/// smallest one, for one query each. All of them if interrupted, or if they are none.
std::vector<bool> needed_lemmas(const StepClauses& step, std::span<const ClauseOrbit> known,
                                std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
                                const MakeSolver& make_solver, const std::atomic<bool>* interrupt = nullptr);

/// Lemmas of an invariant that exclude the bads, such that no proper subset is inductive and does: Ivrii, Gurfinkel,
/// Belov, "Small inductive safe invariants", FMCAD 2014. The lemmas as given if interrupted. `progress` is told how
/// many lemmas have been tried, of how many.
std::vector<ClauseOrbit> smallest_invariant(
    const StepClauses& step, std::vector<ClauseOrbit> lemmas, std::span<const uint32_t> bads,
    const MakeSolver& make_solver, const std::atomic<bool>* interrupt = nullptr,
    const std::function<void(size_t, size_t)>& progress = [](size_t, size_t) {});

/// Clauses of these lemmas, which are an invariant that excludes the bads, such that they still are, and are not
/// without any one of them: some move leads from where all others hold to where one of those does not, or a bad happens
/// there. All clauses if interrupted. A clause is asked about by itself, where smallest_invariant() also leaves out
/// sets of lemmas that need nobody but each other; so that goes first, and sees orbits, of which there are fewer.
std::vector<Clause> irredundant(const StepClauses& step, std::span<const ClauseOrbit> lemmas,
                                std::span<const uint32_t> bads, const MakeSolver& make_solver,
                                const std::atomic<bool>* interrupt = nullptr);

}  // namespace untorn::checker::symbolic
