// From one state to the set of states that do the same: the parts of a state that matter for a move into a cube, or for
// a bad to happen. The state with the same inputs never fails to get there, so the answer to "always?" is yes, and
// its unsatisfiable core names the parts: Chockler, Ivrii, Matsliah, Moran, Nevo, "Incremental formal verification of
// hardware", FMCAD 2011. What the target does not depend on at all is left out by a walk through the circuit before.
#pragma once

#include "checker/symbolic/cnf.h"
#include "checker/symbolic/step_solver.h"

namespace untorn::checker::symbolic {

class Lifting {
 public:
    /// The system must outlive it.
    Lifting(const TransitionCircuit& system, const MakeSolver& make_solver, const std::atomic<bool>* interrupt);

    /// From all states of the result, the inputs are a possible move into `target`. The state is one of them.
    Cube into(const StateAndInputs& from, const Cube& target);
    /// In all states of the result, one of the bads happens with the inputs. The state is one of them.
    Cube showing(const StateAndInputs& from, std::span<const uint32_t> bads);

 private:
    Cube lift(const StateAndInputs& from, std::span<const Lit> all_of);
    /// Latches on which the functions' values, in the last evaluated state, are seen to depend.
    std::vector<uint32_t> justify(std::span<const Lit> functions);

    const TransitionCircuit& system_;
    std::unique_ptr<SatSolver> solver_;
    Cnf cnf_;
    CircuitValues values_;
    std::vector<uint32_t> latch_of_;  ///< by node; no_latch where it is none
    std::vector<uint32_t> visited_;   ///< by node, the number of the walk
    uint32_t walk_ = 0;
};

}  // namespace untorn::checker::symbolic
