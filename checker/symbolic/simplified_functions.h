// Functions of a circuit as clauses, simplified. The circuit's own (Tseitin) are many small ones over variables that
// no query mentions; bounded variable elimination leaves those that are named, and with them a fraction of the
// variables that a solver has to give a value in each query. Een, Biere, "Effective preprocessing in SAT through
// variable and clause elimination", SAT 2005. CaDiCaL does it.
//
// Any clause over the literals of named functions may be added, and any of them assumed: nothing that is eliminated is
// needed for that, or for reading a model.
#pragma once

#include <span>
#include <vector>

#include "checker/symbolic/circuit.h"
#include "checker/symbolic/sat_solver.h"

namespace untorn::checker::symbolic {

class SimplifiedFunctions {
 public:
    /// `inputs` are named, too, as far as something named depends on them. `assumed`: functions that are always true.
    SimplifiedFunctions(const Circuit& circuit, std::span<const Lit> named, std::span<const Lit> inputs,
                        std::span<const Lit> assumed, int rounds);

    /// Of a function that is named: a variable, or its negation. 0 if nothing depends on an input.
    int literal(Lit lit) const { return lit.negated() ? -literals_[lit.node()] : literals_[lit.node()]; }
    int variables() const { return variables_; }
    const std::vector<int>& clauses() const { return clauses_; }  ///< each ends with 0

 private:
    std::vector<int> literals_;  ///< by node; 0: not named
    int variables_ = 0;
    std::vector<int> clauses_;
};

}  // namespace untorn::checker::symbolic
