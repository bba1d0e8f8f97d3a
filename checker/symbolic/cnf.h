// Puts functions of a circuit into a SAT solver, each node once, only what is asked for: Tseitin, "On the complexity of
// derivation in propositional calculus", 1968. One Cnf is one copy of the circuit, such as one frame of an unrolling.
#pragma once

#include <vector>

#include "checker/symbolic/circuit.h"
#include "checker/symbolic/sat_solver.h"

namespace untorn::checker::symbolic {

class Cnf {
 public:
    /// Both must outlive it; the circuit may grow.
    Cnf(const Circuit& circuit, SatSolver& solver) : circuit_(circuit), solver_(solver) {}

    /// The input is this literal of the solver (of another frame, say). Before literal() has come to it.
    void bind(Lit input, int literal);
    /// The solver's literal for a function; an input that was not bound becomes a new variable.
    int literal(Lit lit);
    /// How many variables of the solver it has made.
    size_t made() const { return made_; }
    /// Whether literal() or bind() has come to the node.
    bool has(Lit lit) const { return lit.node() < variables_.size() && variables_[lit.node()] != 0; }

 private:
    const Circuit& circuit_;
    SatSolver& solver_;
    std::vector<int> variables_;  ///< by node; 0: not yet
    size_t made_ = 0;
};

}  // namespace untorn::checker::symbolic
