#include "checker/symbolic/simplified_functions.h"

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

SimplifiedFunctions::SimplifiedFunctions(const Circuit& circuit, std::span<const Lit> named,
                                         std::span<const Lit> inputs, std::span<const Lit> assumed, int rounds)
    : literals_(circuit.size(), 0) {
    Simplifier simplifier;
    Cnf cnf(circuit, simplifier);
    std::vector<Lit> kept(named.begin(), named.end());
    for (const Lit lit : kept) cnf.literal(lit);
    for (const Lit input : inputs)
        if (cnf.has(input)) kept.push_back(input);
    for (const Lit lit : assumed) simplifier.add_clause({cnf.literal(lit)});
    for (const Lit lit : kept) simplifier.keep(cnf.literal(lit));
    clauses_ = simplifier.simplified(rounds);

    std::vector<int> renamed(cnf.made() + 1, 0);
    const auto rename = [&](int literal) {
        if (literal == 0) return 0;
        int& variable = renamed[static_cast<size_t>(std::abs(literal))];
        if (variable == 0) variable = ++variables_;
        return literal > 0 ? variable : -variable;
    };
    for (const Lit lit : kept) {
        const int made = rename(cnf.literal(lit));
        literals_[lit.node()] = lit.negated() ? -made : made;
    }
    for (int& literal : clauses_) literal = rename(literal);
}

}  // namespace untorn::checker::symbolic
