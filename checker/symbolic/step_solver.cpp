#include "checker/symbolic/step_solver.h"

namespace untorn::checker::symbolic {

StepSolver::StepSolver(const TransitionCircuit& system, From from, const MakeSolver& make_solver,
                       const std::atomic<bool>* interrupt)
    : system_(system),
      solver_(make_solver()),
      cnf_(system.circuit, *solver_),
      current_(system.latches.size(), 0),
      next_(system.latches.size(), 0) {
    solver_->interrupt_with(interrupt);
    if (from == From::initial) {
        solver_->add_clause({cnf_.literal(system.initial_possible)});
        for (const Latch& latch : system.latches) cnf_.bind(latch.current, cnf_.literal(latch.initial));
    } else {
        solver_->add_clause({cnf_.literal(system.well_formed)});
    }
}

int StepSolver::current(uint32_t latch) {
    if (current_[latch] == 0) current_[latch] = cnf_.literal(system_.latches[latch].current);
    return current_[latch];
}

int StepSolver::next(uint32_t latch) {
    if (next_[latch] == 0) next_[latch] = cnf_.literal(system_.latches[latch].next);
    return next_[latch];
}

void StepSolver::add(const Clause& clause) {
    clause_.clear();
    for (const LatchValue& part : clause) clause_.push_back(part.value ? current(part.latch) : -current(part.latch));
    solver_->add_clause(clause_);
}

StepSolver::Answer StepSolver::reaches(const Cube& cube, bool from_outside) {
    if (possible_ == 0) possible_ = cnf_.literal(system_.possible);
    literals_.assign(1, possible_);
    clause_.clear();
    for (const LatchValue& part : cube) {
        literals_.push_back(part.value ? next(part.latch) : -next(part.latch));
        if (from_outside) clause_.push_back(part.value ? -current(part.latch) : current(part.latch));
    }
    if (!from_outside) return solver_->solve(literals_);
    if (cube.empty()) return Answer::unsatisfiable;  // nothing is outside
    return solver_->solve_where(clause_, literals_);
}

Cube StepSolver::needed(const Cube& cube) {
    Cube parts;
    for (const LatchValue& part : cube)
        if (solver_->needed(part.value ? next(part.latch) : -next(part.latch))) parts.push_back(part);
    return parts;
}

StepSolver::Answer StepSolver::shows(std::span<const uint32_t> bads) {
    clause_.clear();
    for (uint32_t bad : bads) clause_.push_back(cnf_.literal(system_.bads[bad].happens));
    if (clause_.empty()) return Answer::unsatisfiable;
    return solver_->solve_where(clause_, {});
}

StateAndInputs StepSolver::model() {
    StateAndInputs made{std::vector<bool>(system_.latches.size(), false),
                        std::vector<bool>(system_.step_inputs.size(), false)};
    for (uint32_t latch = 0; latch < system_.latches.size(); ++latch)
        if (cnf_.has(system_.latches[latch].current)) made.state[latch] = solver_->value(current(latch));
    for (size_t i = 0; i < system_.step_inputs.size(); ++i)
        if (cnf_.has(system_.step_inputs[i])) made.inputs[i] = solver_->value(cnf_.literal(system_.step_inputs[i]));
    return made;
}

}  // namespace untorn::checker::symbolic
