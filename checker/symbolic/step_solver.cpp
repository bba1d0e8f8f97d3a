#include "checker/symbolic/step_solver.h"

#include "checker/symbolic/cnf.h"

namespace untorn::checker::symbolic {

StepSolver::StepSolver(const TransitionCircuit& system, const StepClauses& step, From from,
                       const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
    : system_(system), step_(step), solver_(make_solver()) {
    solver_->interrupt_with(interrupt);
    step.put_into(*solver_);
    if (from == From::anywhere) return;
    Cnf initial(system.circuit, *solver_);
    solver_->add_clause({initial.literal(system.initial_possible)});
    for (size_t i = 0; i < system.latches.size(); ++i) {
        const int first = initial.literal(system.latches[i].initial);
        solver_->add_clause({-step.current[i], first});
        solver_->add_clause({step.current[i], -first});
    }
}

void StepSolver::add(const Clause& clause) {
    clause_.clear();
    for (const LatchValue& part : clause)
        clause_.push_back(part.value ? step_.current[part.latch] : -step_.current[part.latch]);
    solver_->add_clause(clause_);
}

StepSolver::Answer StepSolver::reaches(const Cube& cube, bool from_outside) {
    literals_.assign(1, step_.possible);
    clause_.clear();
    for (const LatchValue& part : cube) {
        literals_.push_back(part.value ? step_.next[part.latch] : -step_.next[part.latch]);
        if (from_outside) clause_.push_back(part.value ? -step_.current[part.latch] : step_.current[part.latch]);
    }
    if (!from_outside) return solver_->solve(literals_);
    if (cube.empty()) return Answer::unsatisfiable;  // nothing is outside
    return solver_->solve_where(clause_, literals_);
}

Cube StepSolver::needed(const Cube& cube) {
    Cube parts;
    for (const LatchValue& part : cube)
        if (solver_->needed(part.value ? step_.next[part.latch] : -step_.next[part.latch])) parts.push_back(part);
    return parts;
}

StepSolver::Answer StepSolver::shows(std::span<const uint32_t> bads) {
    clause_.clear();
    for (uint32_t bad : bads) clause_.push_back(step_.bads[bad]);
    if (clause_.empty()) return Answer::unsatisfiable;
    return solver_->solve_where(clause_, {});
}

StateAndInputs StepSolver::model() {
    StateAndInputs made{std::vector<bool>(system_.latches.size(), false),
                        std::vector<bool>(system_.step_inputs.size(), false)};
    for (size_t i = 0; i < made.state.size(); ++i) made.state[i] = solver_->value(step_.current[i]);
    for (size_t i = 0; i < made.inputs.size(); ++i) made.inputs[i] = solver_->value(step_.inputs[i]);
    return made;
}

}  // namespace untorn::checker::symbolic
