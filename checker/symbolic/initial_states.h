// Asks which sets of states hold an initial one. Initial states are a function of choices (TransitionCircuit), not a
// cube; most latches start with one value all the same, and then no solver is asked.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "checker/symbolic/clause.h"
#include "checker/symbolic/cnf.h"
#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

/// Thrown through an engine where its caller asked it to stop; caught where it starts.
struct Interrupted {};

/// Every query may throw Interrupted.
class InitialStates {
 public:
    /// The system must outlive it.
    InitialStates(const TransitionCircuit& system, const MakeSolver& make_solver, const std::atomic<bool>* interrupt);

    /// Whether an initial state lies in the cube.
    bool meets(const Cube& cube);
    /// For a cube that meets() none: parts of it that no initial state has together.
    Cube separator(const Cube& cube);
    /// For a cube that meets() one: the choices of initial_inputs that lead to it.
    std::vector<bool> choices(const Cube& cube);

 private:
    /// The part that every initial state contradicts by a constant.
    const LatchValue* contradicted(const Cube& cube) const;
    SatSolver::Answer ask(const std::vector<int>& assumptions);
    std::vector<int> assumptions(const Cube& cube);

    const TransitionCircuit& system_;
    std::unique_ptr<SatSolver> solver_;
    Cnf cnf_;
    std::vector<int> latches_;  ///< the solver's literal for each latch's first value
};

}  // namespace untorn::checker::symbolic
