// One step of a transition system as clauses, simplified once for all the solvers that hold one. The circuit's clauses
// (Tseitin) are many small ones over variables that no query mentions; bounded variable elimination leaves the latches
// before and after, the inputs and what else is asked about, and with it a fraction of the variables that a solver has
// to give a value in each query. Een, Biere, "Effective preprocessing in SAT through variable and clause elimination",
// SAT 2005; that it pays in PDR: Een, Mishchenko, Brayton, FMCAD 2011, section V.
//
// Any clause over the literals named here may be added, and any of them assumed: nothing that is eliminated is needed
// for that, or for reading a model.
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
