#include "checker/symbolic/step_clauses.h"

#include <cadical.hpp>

#include <cstdlib>

#include "checker/symbolic/cnf.h"

namespace untorn::checker::symbolic {

namespace {

/// Takes the clauses of a circuit, and simplifies them. It is never asked anything else.
class Simplifier final : public SatSolver, private CaDiCaL::ClauseIterator {
 public:
    Simplifier() { solver_.set("quiet", 1); }
    int new_variable() override { return ++variables_; }
    void add_clause(std::span<const int> literals) override {
        for (int literal : literals) solver_.add(literal);
        solver_.add(0);
    }
    Answer solve(std::span<const int>) override { return Answer::interrupted; }
    bool value(int) override { return false; }
    bool needed(int) override { return false; }
    void interrupt_with(const std::atomic<bool>*) override {}
    using SatSolver::add_clause;

    void keep(int literal) { solver_.freeze(literal); }
    std::vector<int> simplified(int rounds) {
        solver_.simplify(rounds);
        solver_.traverse_clauses(*this);
        return std::move(made_);
    }

 private:
    bool clause(const std::vector<int>& literals) override {
        made_.insert(made_.end(), literals.begin(), literals.end());
        made_.push_back(0);
        return true;
    }
    CaDiCaL::Solver solver_;
    int variables_ = 0;
    std::vector<int> made_;
};

}  // namespace

StepClauses::StepClauses(const TransitionCircuit& system) {
    Simplifier simplifier;
    Cnf cnf(system.circuit, simplifier);
    for (const Latch& latch : system.latches) current.push_back(cnf.literal(latch.current));
    for (const Latch& latch : system.latches) next.push_back(cnf.literal(latch.next));
    for (Lit input : system.step_inputs) inputs.push_back(cnf.literal(input));
    for (const Bad& bad : system.bads) bads.push_back(cnf.literal(bad.happens));
    possible = cnf.literal(system.possible);
    simplifier.add_clause({cnf.literal(system.well_formed)});
    std::vector<int*> named;
    for (auto* literals : {&current, &next, &inputs, &bads})
        for (int& literal : *literals) named.push_back(&literal);
    named.push_back(&possible);
    for (const int* literal : named) simplifier.keep(*literal);
    constexpr int rounds = 3;  // measured: more of them leave little less
    clauses = simplifier.simplified(rounds);

    std::vector<int> renamed(cnf.made() + 1, 0);
    const auto rename = [&](int& literal) {
        if (literal == 0) return;
        int& variable = renamed[static_cast<size_t>(std::abs(literal))];
        if (variable == 0) variable = ++variables;
        literal = literal > 0 ? variable : -variable;
    };
    for (int* literal : named) rename(*literal);
    for (int& literal : clauses) rename(literal);
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
