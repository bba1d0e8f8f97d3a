#include "checker/symbolic/lifting.h"

#include <algorithm>
#include <cassert>

namespace untorn::checker::symbolic {

namespace {

constexpr uint32_t no_latch = UINT32_MAX;

}  // namespace

Lifting::Lifting(const TransitionCircuit& system, const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
    : system_(system),
      solver_(make_solver()),
      cnf_(system.circuit, *solver_),
      values_(system.circuit),
      latch_of_(system.circuit.size(), no_latch),
      visited_(system.circuit.size(), 0) {
    solver_->interrupt_with(interrupt);
    for (uint32_t latch = 0; latch < system.latches.size(); ++latch)
        latch_of_[system.latches[latch].current.node()] = latch;
}

Cube Lifting::into(const StateAndInputs& from, const Cube& target) {
    std::vector<Lit> all_of{system_.possible};
    for (const LatchValue& part : target) {
        const Lit next = system_.latches[part.latch].next;
        all_of.push_back(part.value ? next : !next);
    }
    return lift(from, all_of);
}

Cube Lifting::showing(const StateAndInputs& from, std::span<const uint32_t> bads) {
    for (size_t i = 0; i < system_.latches.size(); ++i) values_.set(system_.latches[i].current, from.state[i]);
    for (size_t i = 0; i < system_.step_inputs.size(); ++i) values_.set(system_.step_inputs[i], from.inputs[i]);
    values_.evaluate();
    for (uint32_t bad : bads)
        if (values_[system_.bads[bad].happens]) return lift(from, std::span(&system_.bads[bad].happens, 1));
    assert(false && "none of the bads happens in a model of one");
    return {};
}

std::vector<uint32_t> Lifting::justify(std::span<const Lit> functions) {
    ++walk_;
    std::vector<uint32_t> open, latches;
    const auto enter = [&](Lit lit) {
        if (visited_[lit.node()] == walk_) return;
        visited_[lit.node()] = walk_;
        open.push_back(lit.node());
    };
    for (Lit function : functions) enter(function);
    const auto seen = [&](Lit lit) { return visited_[lit.node()] == walk_; };
    while (!open.empty()) {
        const uint32_t node = open.back();
        open.pop_back();
        if (node == 0) continue;
        if (system_.circuit.is_input(node)) {
            if (latch_of_[node] != no_latch) latches.push_back(latch_of_[node]);
            continue;
        }
        const Lit left = system_.circuit.left(node), right = system_.circuit.right(node);
        if (values_[Lit(node, false)]) {
            enter(left), enter(right);
        } else if (!values_[left] && !values_[right]) {
            // Either will do: one that is needed anyway, else the one that was built first.
            enter(seen(left) || !(seen(right) || right.node() < left.node()) ? left : right);
        } else {
            enter(values_[left] ? right : left);
        }
    }
    std::sort(latches.begin(), latches.end());
    return latches;
}

Cube Lifting::lift(const StateAndInputs& from, std::span<const Lit> all_of) {
    for (size_t i = 0; i < system_.latches.size(); ++i) values_.set(system_.latches[i].current, from.state[i]);
    for (size_t i = 0; i < system_.step_inputs.size(); ++i) values_.set(system_.step_inputs[i], from.inputs[i]);
    values_.evaluate();
    Cube cube;
    for (uint32_t latch : justify(all_of)) cube.push_back({latch, from.state[latch]});

    std::vector<int> assumptions, fails;
    for (const LatchValue& part : cube) {
        const int literal = cnf_.literal(system_.latches[part.latch].current);
        assumptions.push_back(part.value ? literal : -literal);
    }
    for (size_t i = 0; i < system_.step_inputs.size(); ++i) {
        const int literal = cnf_.literal(system_.step_inputs[i]);
        assumptions.push_back(from.inputs[i] ? literal : -literal);
    }
    for (Lit function : all_of) fails.push_back(-cnf_.literal(function));
    if (solver_->solve_where(fails, assumptions) != SatSolver::Answer::unsatisfiable) return cube;
    Cube lifted;
    for (size_t i = 0; i < cube.size(); ++i)
        if (solver_->needed(assumptions[i])) lifted.push_back(cube[i]);
    return lifted;
}

}  // namespace untorn::checker::symbolic
