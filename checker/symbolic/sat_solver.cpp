#include "checker/symbolic/sat_solver.h"

namespace untorn::checker::symbolic {

SatSolver::Answer SatSolver::solve_where(std::span<const int> clause, std::span<const int> assumptions) {
    if (switch_ != 0) add_clause({-switch_});
    switch_ = new_variable();
    std::vector<int> literals(clause.begin(), clause.end());
    literals.push_back(-switch_);
    add_clause(literals);
    literals.assign(assumptions.begin(), assumptions.end());
    literals.push_back(switch_);
    return solve(literals);
}

}  // namespace untorn::checker::symbolic
