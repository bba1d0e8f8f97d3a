#include "checker/symbolic/unrolling.h"

#include <cassert>
#include <cstdlib>

namespace untorn::checker::symbolic {

Unrolling::Unrolling(const TransitionCircuit& system, SatSolver& solver, From from, std::span<const Lit> asked,
                     bool plain)
    : system_(system), solver_(solver), asked_(asked.begin(), asked.end()) {
    if (!plain) simplified_from_ = solver.simplified_from();
    find_relevant(asked);
    frames_.push_back(std::make_unique<Cnf>(system.circuit, solver));
    exists_.push_back(solver.new_variable());
    if (from == From::anywhere) {
        solver.add_clause({-exists_[0], frames_[0]->literal(system.well_formed)});
        return;
    }
    initial_ = std::make_unique<Cnf>(system.circuit, solver);
    solver.add_clause({-exists_[0], initial_->literal(system.initial_possible)});
    for (uint32_t latch : relevant_)
        frames_[0]->bind(system.latches[latch].current, initial_->literal(system.latches[latch].initial));
}

void Unrolling::find_relevant(std::span<const Lit> asked) {
    std::vector<Lit> all(asked.begin(), asked.end());
    all.insert(all.end(), {system_.possible, system_.well_formed});
    const std::vector<bool> behind = latches_behind(system_, all, false);
    for (uint32_t i = 0; i < behind.size(); ++i)
        if (behind[i]) relevant_.push_back(i);
}

int Unrolling::literal(size_t frame, Lit lit) {
    if (frame < frames_.size()) return frames_[frame]->literal(lit);
    const int named = step_->literal(lit);
    const int literal = simplified_[frame - frames_.size()].at(static_cast<size_t>(std::abs(named)));
    assert(literal != 0);
    return named < 0 ? -literal : literal;
}

void Unrolling::extend() {
    const size_t last = frames() - 1;
    const int exists = solver_.new_variable();
    solver_.add_clause({-exists, exists_.back()});
    solver_.add_clause({-exists, literal(last, system_.possible)});
    exists_.push_back(exists);
    if (simplified_from_ && frames() >= *simplified_from_) return add_simplified();
    auto after = std::make_unique<Cnf>(system_.circuit, solver_);
    for (uint32_t latch : relevant_)
        after->bind(system_.latches[latch].current, literal(last, system_.latches[latch].next));
    frames_.push_back(std::move(after));
}

void Unrolling::simplify() {
    std::vector<Lit> named = asked_;
    named.insert(named.end(), {system_.possible, system_.well_formed});
    for (uint32_t latch : relevant_)
        named.insert(named.end(), {system_.latches[latch].current, system_.latches[latch].next});
    constexpr int rounds = 1;  // measured: more take longer than they save
    step_ = std::make_unique<SimplifiedFunctions>(system_.circuit, named, system_.step_inputs, std::span<const Lit>{},
                                                  rounds);
}

void Unrolling::add_simplified() {
    if (!step_) simplify();
    const size_t last = frames() - 1;
    std::vector<int> made(static_cast<size_t>(step_->variables()) + 1, 0);
    for (uint32_t latch : relevant_) {
        const int current = step_->literal(system_.latches[latch].current);
        const int before = literal(last, system_.latches[latch].next);
        made[static_cast<size_t>(std::abs(current))] = current < 0 ? -before : before;
    }
    for (size_t variable = 1; variable < made.size(); ++variable)
        if (made[variable] == 0) made[variable] = solver_.new_variable();
    std::vector<int> clause;
    for (const int literal : step_->clauses()) {
        if (literal == 0) {
            solver_.add_clause(clause);
            clause.clear();
            continue;
        }
        const int there = made[static_cast<size_t>(std::abs(literal))];
        clause.push_back(literal < 0 ? -there : there);
    }
    simplified_.push_back(std::move(made));
    // Not if it is not there: what an impossible move leads to need not be a state.
    solver_.add_clause({-exists_.back(), literal(frames() - 1, system_.well_formed)});
}

std::vector<bool> Unrolling::values(Cnf& cnf, const std::vector<Lit>& inputs) {
    std::vector<bool> found;
    for (Lit input : inputs) found.push_back(cnf.has(input) && solver_.value(cnf.literal(input)));
    return found;
}

std::vector<bool> Unrolling::inputs(size_t frame) {
    if (frame < frames_.size()) return values(*frames_[frame], system_.step_inputs);
    std::vector<bool> found;
    for (Lit input : system_.step_inputs)
        found.push_back(step_->literal(input) != 0 && solver_.value(literal(frame, input)));
    return found;
}

std::vector<bool> Unrolling::initial_inputs() { return values(*initial_, system_.initial_inputs); }

uint64_t Unrolling::bytes() const {
    // An AND is three clauses of seven literals in all, with their heads and watches; a frame keeps a number a node.
    constexpr uint64_t of_a_variable = 200;
    uint64_t made = initial_ ? initial_->made() : 0, frames = initial_ ? 1 : 0;
    for (const auto& frame : frames_) made += frame->made();
    frames += frames_.size();
    uint64_t all = made * of_a_variable + frames * system_.circuit.size() * sizeof(int);
    if (step_) {
        // A literal with its share of heads and watches; a frame keeps a number a variable.
        constexpr uint64_t of_a_literal = 16, of_a_named_variable = 64;
        const auto variables = static_cast<uint64_t>(step_->variables());
        all += simplified_.size() * (step_->clauses().size() * of_a_literal + variables * of_a_named_variable);
    }
    return all;
}

}  // namespace untorn::checker::symbolic
