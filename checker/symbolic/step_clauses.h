// One step of a transition system as clauses, simplified once for all the solvers that hold one
// (simplified_functions.h). That it pays in PDR: Een, Mishchenko, Brayton, "Efficient implementation of property
// directed reachability", FMCAD 2011, section V.
//
// Any clause over the literals named here may be added, and any of them assumed.
#pragma once

#include <vector>

#include "checker/symbolic/sat_solver.h"
#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

struct StepClauses {
    /// Of states anywhere in well_formed.
    explicit StepClauses(const TransitionCircuit& system);

    /// Puts them into a solver that is empty yet; its variables are those of the literals below.
    void put_into(SatSolver& solver) const;

    // Literals, by index into the members of TransitionCircuit.
    std::vector<int> current, next, inputs, bads;
    int possible = 0;
    int variables = 0;
    std::vector<int> clauses;  ///< each ends with 0
};

}  // namespace untorn::checker::symbolic
