#include "checker/symbolic/step_clauses.h"

#include "checker/symbolic/simplified_functions.h"

namespace untorn::checker::symbolic {

StepClauses::StepClauses(const TransitionCircuit& system) {
    std::vector<Lit> named;
    for (const Latch& latch : system.latches) named.push_back(latch.current);
    for (const Latch& latch : system.latches) named.push_back(latch.next);
    named.insert(named.end(), system.step_inputs.begin(), system.step_inputs.end());
    for (const Bad& bad : system.bads) named.push_back(bad.happens);
    named.push_back(system.possible);
    constexpr int rounds = 1;  // measured: more of them take longer than they save
    const SimplifiedFunctions made(system.circuit, named, {}, std::span(&system.well_formed, 1), rounds);
    for (const Latch& latch : system.latches) current.push_back(made.literal(latch.current));
    for (const Latch& latch : system.latches) next.push_back(made.literal(latch.next));
    for (const Lit input : system.step_inputs) inputs.push_back(made.literal(input));
    for (const Bad& bad : system.bads) bads.push_back(made.literal(bad.happens));
    possible = made.literal(system.possible);
    variables = made.variables();
    clauses = made.clauses();
}

void StepClauses::put_into(SatSolver& solver) const {
    for (int i = 0; i < variables; ++i) solver.new_variable();
    auto begin = clauses.begin();
    for (auto at = begin; at != clauses.end(); ++at) {
        if (*at != 0) continue;
        solver.add_clause(std::span<const int>(begin, at));
        begin = at + 1;
    }
}

}  // namespace untorn::checker::symbolic
