#include "checker/symbolic/invariant_check.h"

#include <algorithm>

namespace untorn::checker::symbolic {

namespace {

using Answer = SatSolver::Answer;
using Kind = BrokenObligation::Kind;

std::optional<BrokenObligation> broken(Answer answer, Kind kind, std::optional<size_t> orbit = {}) {
    if (answer == Answer::unsatisfiable) return {};
    return BrokenObligation{answer == Answer::interrupted ? Kind::interrupted : kind, orbit};
}

}  // namespace

std::vector<DisjunctionOrbit> disjunctions(std::span<const ClauseOrbit> lemmas, std::span<const Lit> latches) {
    std::vector<DisjunctionOrbit> made;
    for (const ClauseOrbit& lemma : lemmas) {
        DisjunctionOrbit& orbit = made.emplace_back();
        for (const Clause& clause : lemma) {
            Disjunction& conjunct = orbit.emplace_back();
            for (const LatchValue& part : clause)
                conjunct.push_back(part.value ? latches[part.latch] : !latches[part.latch]);
        }
    }
    return made;
}

Answer InvariantCheck::Copy::violates(const DisjunctionOrbit& orbit, std::vector<int> assumptions) {
    if (orbit.size() == 1) {
        for (Lit part : orbit[0]) assumptions.push_back(-cnf.literal(part));
        return solver->solve(assumptions);
    }
    std::vector<int> fails;
    for (const Disjunction& conjunct : orbit) {
        const int this_one = solver->new_variable();
        for (Lit part : conjunct) solver->add_clause({-this_one, -cnf.literal(part)});
        fails.push_back(this_one);
    }
    return solver->solve_where(fails, assumptions);
}

InvariantCheck::InvariantCheck(const TransitionCircuit& system, const MakeSolver& make_solver,
                               const std::atomic<bool>* interrupt)
    : system_(system),
      initial_solver_(make_solver()),
      solver_(make_solver()),
      initial_{initial_solver_, {system.circuit, *initial_solver_}},
      before_{solver_, {system.circuit, *solver_}},
      after_{solver_, {system.circuit, *solver_}} {
    initial_solver_->interrupt_with(interrupt);
    initial_solver_->add_clause({initial_.cnf.literal(system.initial_possible)});
    solver_->interrupt_with(interrupt);
    solver_->add_clause({before_.cnf.literal(system.well_formed)});
    possible_ = before_.cnf.literal(system.possible);
    for (const Latch& latch : system.latches) {
        initial_.cnf.bind(latch.current, initial_.cnf.literal(latch.initial));
        after_.cnf.bind(latch.current, before_.cnf.literal(latch.next));
    }
}

void InvariantCheck::assume(std::span<const DisjunctionOrbit> passed) {
    for (const DisjunctionOrbit& orbit : passed)
        for (const Disjunction& conjunct : orbit) {
            std::vector<int> literals;
            for (Lit part : conjunct) literals.push_back(before_.cnf.literal(part));
            solver_->add_clause(literals);
        }
}

std::optional<BrokenObligation> InvariantCheck::keeps(std::span<const DisjunctionOrbit> conjuncts) {
    const DisjunctionOrbit well_formed{{system_.well_formed}};
    if (!begun_)
        if (auto failed = broken(initial_.violates(well_formed, {}), Kind::initial)) return failed;
    for (size_t i = 0; i < conjuncts.size(); ++i)
        if (auto failed = broken(initial_.violates(conjuncts[i], {}), Kind::initial, i)) return failed;
    assume(conjuncts);
    if (!begun_)
        if (auto failed = broken(after_.violates(well_formed, {possible_}), Kind::consecution)) return failed;
    begun_ = true;
    for (size_t i = 0; i < conjuncts.size(); ++i)
        if (auto failed = broken(after_.violates(conjuncts[i], {possible_}), Kind::consecution, i)) return failed;
    return {};
}

std::optional<BrokenObligation> InvariantCheck::excludes(std::span<const uint32_t> bads) {
    for (const uint32_t bad : bads) {
        const std::vector<int> happens{before_.cnf.literal(system_.bads[bad].happens)};
        if (auto failed = broken(solver_->solve(happens), Kind::safety)) return failed;
    }
    return {};
}

std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const ClauseOrbit> known,
                                                std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
                                                const MakeSolver& make_solver, const std::atomic<bool>* interrupt) {
    std::vector<Lit> latches;
    for (const Latch& latch : system.latches) latches.push_back(latch.current);
    InvariantCheck check(system, make_solver, interrupt);
    check.assume(disjunctions(known, latches));
    if (auto failed = check.keeps(disjunctions(lemmas, latches))) return failed;
    return check.excludes(bads);
}

}  // namespace untorn::checker::symbolic
