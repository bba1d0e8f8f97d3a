// A SAT solver that holds one step of a transition system: states that satisfy some clauses, and the moves that can be
// made there. PDR keeps one for each frame, so that clauses need no variables that switch them on (Een, Mishchenko,
// Brayton, "Efficient implementation of property directed reachability", FMCAD 2011, section V; measured here, too).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "checker/symbolic/clause.h"
#include "checker/symbolic/step_clauses.h"
#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

/// A state with what the step inputs are there, bit by bit.
struct StateAndInputs {
    std::vector<bool> state, inputs;
};

class StepSolver {
 public:
    using Answer = SatSolver::Answer;
    enum class From {
        anywhere,  ///< states that the clauses and well_formed leave
        initial,   ///< initial states alone
    };

    /// The system must outlive it.
    StepSolver(const TransitionCircuit& system, const StepClauses& step, From from, const MakeSolver& make_solver,
               const std::atomic<bool>* interrupt);

    /// The states before the move satisfy the clause from now on.
    void add(const Clause& clause);

    /// Whether a move leads into the cube, from outside of it (`leaving`) or from anywhere.
    Answer reaches(const Cube& cube, bool from_outside);
    /// After unsatisfiable: the parts of the cube that were needed as the target. No move leads into these either (from
    /// outside of the whole cube, where that was asked).
    Cube needed(const Cube& cube);

    /// Whether one of the bads happens, whether the move is possible or not.
    Answer shows(std::span<const uint32_t> bads);

    /// After satisfiable: the state before the move, and the move.
    StateAndInputs model();

 private:
    const TransitionCircuit& system_;
    const StepClauses& step_;
    std::unique_ptr<SatSolver> solver_;
    std::vector<int> literals_, clause_;
};

}  // namespace untorn::checker::symbolic
