#include "checker/symbolic/initial_states.h"

namespace untorn::checker::symbolic {

InitialStates::InitialStates(const TransitionCircuit& system, const MakeSolver& make_solver,
                             const std::atomic<bool>* interrupt)
    : system_(system), solver_(make_solver()), cnf_(system.circuit, *solver_) {
    solver_->interrupt_with(interrupt);
    solver_->add_clause({cnf_.literal(system.initial_possible)});
    for (const Latch& latch : system.latches) latches_.push_back(cnf_.literal(latch.initial));
}

const LatchValue* InitialStates::contradicted(const Cube& cube) const {
    for (const LatchValue& part : cube)
        if (system_.latches[part.latch].initial == Circuit::constant(!part.value)) return &part;
    return nullptr;
}

std::vector<int> InitialStates::assumptions(const Cube& cube) {
    std::vector<int> literals;
    for (const LatchValue& part : cube) literals.push_back(part.value ? latches_[part.latch] : -latches_[part.latch]);
    return literals;
}

SatSolver::Answer InitialStates::ask(const std::vector<int>& assumptions) {
    const SatSolver::Answer answer = solver_->solve(assumptions);
    if (answer == SatSolver::Answer::interrupted) throw Interrupted{};
    return answer;
}

bool InitialStates::meets(const Cube& cube) {
    if (contradicted(cube)) return false;
    return ask(assumptions(cube)) != SatSolver::Answer::unsatisfiable;
}

Cube InitialStates::separator(const Cube& cube) {
    if (const LatchValue* part = contradicted(cube)) return {*part};
    const std::vector<int> literals = assumptions(cube);
    Cube needed;
    if (ask(literals) != SatSolver::Answer::unsatisfiable) return cube;
    for (size_t i = 0; i < cube.size(); ++i)
        if (solver_->needed(literals[i])) needed.push_back(cube[i]);
    return needed;
}

std::vector<bool> InitialStates::choices(const Cube& cube) {
    std::vector<bool> values(system_.initial_inputs.size(), false);
    if (ask(assumptions(cube)) != SatSolver::Answer::satisfiable) return values;
    for (size_t i = 0; i < values.size(); ++i)
        if (cnf_.has(system_.initial_inputs[i])) values[i] = solver_->value(cnf_.literal(system_.initial_inputs[i]));
    return values;
}

}  // namespace untorn::checker::symbolic
