#include "checker/symbolic/unrolling.h"

namespace untorn::checker::symbolic {

Unrolling::Unrolling(const TransitionCircuit& system, SatSolver& solver, From from, std::span<const Lit> asked)
    : system_(system), solver_(solver) {
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

void Unrolling::extend() {
    Cnf& before = *frames_.back();
    auto after = std::make_unique<Cnf>(system_.circuit, solver_);
    const int exists = solver_.new_variable();
    solver_.add_clause({-exists, exists_.back()});
    solver_.add_clause({-exists, before.literal(system_.possible)});
    for (uint32_t latch : relevant_)
        after->bind(system_.latches[latch].current, before.literal(system_.latches[latch].next));
    frames_.push_back(std::move(after));
    exists_.push_back(exists);
}

std::vector<bool> Unrolling::values(Cnf& cnf, const std::vector<Lit>& inputs) {
    std::vector<bool> found;
    for (Lit input : inputs) found.push_back(cnf.has(input) && solver_.value(cnf.literal(input)));
    return found;
}

std::vector<bool> Unrolling::inputs(size_t frame) { return values(*frames_[frame], system_.step_inputs); }

std::vector<bool> Unrolling::initial_inputs() { return values(*initial_, system_.initial_inputs); }

uint64_t Unrolling::bytes() const {
    // An AND is three clauses of seven literals in all, with their heads and watches; a frame keeps a number a node.
    constexpr uint64_t of_a_variable = 200;
    uint64_t made = initial_ ? initial_->made() : 0, frames = initial_ ? 1 : 0;
    for (const auto& frame : frames_) made += frame->made();
    frames += frames_.size();
    return made * of_a_variable + frames * system_.circuit.size() * sizeof(int);
}

}  // namespace untorn::checker::symbolic
