// Circuits against their truth tables: values, and the solver's view through CNF.
#include "checker/symbolic/cnf.h"

#include <doctest/doctest.h>

#include <random>

namespace untorn::checker::symbolic {

TEST_CASE("a random circuit has in the solver the value that evaluation gives it") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        Circuit circuit;
        std::vector<Lit> made = circuit.inputs(5);
        const std::vector<Lit> inputs = made;
        const auto any = [&] {
            const Lit lit = made[random() % made.size()];
            return random() % 2 ? !lit : lit;
        };
        for (int gate = 0; gate < 30; ++gate) {
            switch (random() % 4) {
                case 0: made.push_back(circuit.both(any(), any())); break;
                case 1: made.push_back(circuit.differ(any(), any())); break;
                case 2: made.push_back(circuit.choose(any(), any(), any())); break;
                default: made.push_back(circuit.any(std::vector{any(), any(), any()})); break;
            }
        }
        const Lit output = any();
        const auto solver = make_cadical();
        Cnf cnf(circuit, *solver);
        const int literal = cnf.literal(output);
        for (unsigned bits = 0; bits < 32; ++bits) {
            CircuitValues values(circuit);
            std::vector<int> assumptions;
            for (unsigned i = 0; i < 5; ++i) {
                const bool value = (bits >> i & 1) != 0;
                values.set(inputs[i], value);
                assumptions.push_back(value ? cnf.literal(inputs[i]) : -cnf.literal(inputs[i]));
            }
            values.evaluate();
            REQUIRE(solver->solve(assumptions) == SatSolver::Answer::satisfiable);
            REQUIRE(solver->value(literal) == values[output]);
            assumptions.push_back(values[output] ? -literal : literal);
            REQUIRE(solver->solve(assumptions) == SatSolver::Answer::unsatisfiable);
        }
    }
}

TEST_CASE("equal functions are built once, and constants fold") {
    Circuit circuit;
    const Lit a = circuit.input(), b = circuit.input();
    CHECK(circuit.both(a, b) == circuit.both(b, a));
    CHECK(circuit.both(a, !a) == Circuit::no);
    CHECK(circuit.either(a, Circuit::yes) == Circuit::yes);
    CHECK(circuit.choose(Circuit::no, a, b) == b);
    CHECK(circuit.all({}) == Circuit::yes);
    CHECK(circuit.any({}) == Circuit::no);
}

TEST_CASE("an unsatisfiable query names assumptions that are enough, by both solvers") {
    std::unique_ptr<SatSolver> solver;
    SUBCASE("CaDiCaL") { solver = make_cadical(); }
    SUBCASE("Z3") { solver = make_z3(); }
    const int a = solver->new_variable(), b = solver->new_variable(), c = solver->new_variable();
    solver->add_clause({-a, -b});
    REQUIRE(solver->solve(std::vector{a, b, c}) == SatSolver::Answer::unsatisfiable);
    CHECK(solver->needed(a));
    CHECK(solver->needed(b));
    CHECK_FALSE(solver->needed(c));
    REQUIRE(solver->solve(std::vector{a, c}) == SatSolver::Answer::satisfiable);
    CHECK(solver->value(c));
    CHECK_FALSE(solver->value(solver->new_variable()));
}

TEST_CASE("a query ends where the flag is set before it, by both solvers") {
    const std::atomic<bool> flag{true};
    std::unique_ptr<SatSolver> solver;
    SUBCASE("CaDiCaL") { solver = make_cadical(); }
    SUBCASE("Z3") { solver = make_z3(); }
    // Eleven pigeons, ten holes: no solver sees that at once.
    constexpr int pigeons = 11, holes = 10;
    std::vector<std::vector<int>> sits(pigeons);
    for (auto& row : sits) {
        for (int hole = 0; hole < holes; ++hole) row.push_back(solver->new_variable());
        solver->add_clause(std::span<const int>(row));
    }
    for (size_t hole = 0; hole < holes; ++hole)
        for (size_t a = 0; a < pigeons; ++a)
            for (size_t b = 0; b < a; ++b) solver->add_clause({-sits[a][hole], -sits[b][hole]});
    solver->interrupt_with(&flag);
    CHECK(solver->solve({}) == SatSolver::Answer::interrupted);
}

}  // namespace untorn::checker::symbolic
