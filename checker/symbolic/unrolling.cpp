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

/// From what is asked through the circuit to latches, from these to what their next values depend on, and so on.
void Unrolling::find_relevant(std::span<const Lit> asked) {
    const Circuit& circuit = system_.circuit;
    constexpr uint32_t no_latch = UINT32_MAX;
    std::vector<uint32_t> latch_of(circuit.size(), no_latch);
    for (uint32_t i = 0; i < system_.latches.size(); ++i) latch_of[system_.latches[i].current.node()] = i;
    std::vector<bool> seen(circuit.size(), false), relevant(system_.latches.size(), false);
    std::vector<uint32_t> open;
    for (Lit lit : asked) open.push_back(lit.node());
    open.push_back(system_.possible.node());
    open.push_back(system_.well_formed.node());
    while (!open.empty()) {
        const uint32_t node = open.back();
        open.pop_back();
        if (node == 0 || seen[node]) continue;
        seen[node] = true;
        if (!circuit.is_input(node)) {
            open.push_back(circuit.left(node).node());
            open.push_back(circuit.right(node).node());
        } else if (const uint32_t latch = latch_of[node]; latch != no_latch) {
            relevant[latch] = true;
            open.push_back(system_.latches[latch].next.node());
        }
    }
    for (uint32_t i = 0; i < relevant.size(); ++i)
        if (relevant[i]) relevant_.push_back(i);
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
