#include "checker/simulate/walk.h"

#include <algorithm>
#include <cassert>

#include "checker/result/description.h"
#include "checker/result/replay.h"

namespace untorn::checker {

namespace {

TraceStep step_of(const WalkMove& move) {
    TraceStep step;
    step.kind = move.kind;
    step.transition = move.transition;
    step.identity = move.identity;
    step.choices = move.choices;
    return step;
}

}  // namespace

Walk::Walk(const system::System& system, const system::Evaluator& evaluator)
    : system_(system), evaluator_(evaluator), state_(evaluator.first()) {}

int64_t Walk::losses_left() const {
    return system_.power_loss ? system_.power_loss->budget - static_cast<int64_t>(losses()) : 0;
}

std::optional<uint32_t> Walk::failed_property() const {
    if (position_ == 0) return std::nullopt;
    const Entry& last = history_[position_ - 1];
    if (!last.failed_check) return std::nullopt;
    return checker::step_of(system_, step_of(last.move)).checks[*last.failed_check].property;
}

const std::vector<Option>& Walk::options() const {
    if (!options_) options_ = find_options();
    return *options_;
}

std::vector<Option> Walk::find_options() const {
    std::vector<Option> found;
    const auto add = [&](TraceStep::Kind kind, const system::Step& step) {
        const bool fault = kind == TraceStep::Kind::power_loss;
        for (auto& choices : evaluator_.enabled_choices(step, state_, system::none, 0))
            found.push_back({{kind, 0, 0, std::move(choices)}, fault});
    };
    if (failed_property()) return found;
    if (position_ == 0) {
        add(TraceStep::Kind::initial, system_.init);
        return found;
    }
    for (system::Instance& instance : evaluator_.enabled(state_, power_lost())) {
        const bool fault = spends_fault(instance);
        WalkMove move{TraceStep::Kind::step, instance.transition, instance.identity, std::move(instance.choices)};
        found.push_back({std::move(move), fault});
    }
    if (losses_left() > 0) add(TraceStep::Kind::power_loss, system_.power_loss->step);
    return found;
}

bool Walk::spends_fault(const system::Instance& instance) const {
    const system::Transition& transition = system_.transitions[instance.transition];
    return std::ranges::any_of(transition.step.faults, [&](const system::FaultSpent& fault) {
        return evaluator_.evaluate(fault.when, state_, transition.actor, instance.identity, instance.choices) != 0;
    });
}

TraceStep Walk::preview(const WalkMove& move) const {
    TraceStep step = step_of(move);
    describe(system_, evaluator_, step, state_, checker::execute(system_, evaluator_, step, state_));
    return step;
}

Walk::Entry Walk::execute(WalkMove move) const {
    const system::Executed executed = checker::execute(system_, evaluator_, step_of(move), state_);
    Entry entry{std::move(move), {}, executed.failed_check, count()};
    if (entry.move.kind == TraceStep::Kind::step) ++entry.count.steps;
    if (entry.move.kind == TraceStep::Kind::power_loss) {
        ++entry.count.losses;
        ++entry.count.faults;
    }
    entry.count.faults += executed.faults.size();
    if (executed.next)
        for (size_t cell = 0; cell < state_.cells.size(); ++cell)
            if (state_.cells[cell] != executed.next->cells[cell])
                entry.changes.push_back({cell, state_.cells[cell], executed.next->cells[cell]});
    return entry;
}

void Walk::take(WalkMove move) {
    assert(std::ranges::find(options(), move, &Option::move) != options().end());
    if (position_ < history_.size() && history_[position_].move == move) {
        redo();
        return;
    }
    Entry entry = execute(std::move(move));
    history_.erase(history_.begin() + static_cast<std::ptrdiff_t>(position_), history_.end());
    loop_start_.reset();
    stutters_ = false;
    history_.push_back(std::move(entry));
    redo();
}

std::optional<WalkMove> Walk::ahead() const {
    if (position_ < history_.size()) return history_[position_].move;
    return loop_start_ ? std::optional(history_[*loop_start_ + 1].move) : std::nullopt;
}

void Walk::undo() {
    assert(position_ > 0);
    for (const Change& change : history_[--position_].changes) state_.cells[change.cell] = change.before;
    options_.reset();
}

void Walk::redo() {
    assert(position_ < history_.size());
    for (const Change& change : history_[position_++].changes) state_.cells[change.cell] = change.after;
    options_.reset();
}

size_t Walk::back(size_t moves) {
    const size_t made = std::min(moves, position_);
    for (size_t i = 0; i < made; ++i) undo();
    return made;
}

size_t Walk::forward(size_t moves) {
    const size_t made = loop_start_ ? moves : std::min(moves, history_.size() - position_);
    for (size_t i = 0; i < made; ++i) {
        if (position_ == history_.size()) position_ = *loop_start_ + 1;  // the state is the same there
        redo();
    }
    return made;
}

void Walk::go_to(size_t position) {
    assert(position <= history_.size());
    while (position_ > position) undo();
    while (position_ < position) redo();
}

bool Walk::go_to_step(uint64_t step) {
    const auto entry =
        std::ranges::lower_bound(history_, step, {}, [](const Entry& candidate) { return candidate.count.steps; });
    if (entry == history_.end()) return false;
    go_to(static_cast<size_t>(entry - history_.begin()) + 1);
    return true;
}

void Walk::load(const Trace& trace) {
    go_to(0);
    history_.clear();
    loop_start_.reset();
    stutters_ = false;
    for (const TraceStep& step : trace.steps) {
        stutters_ = step.kind == TraceStep::Kind::stutter;
        if (stutters_ || step.kind == TraceStep::Kind::deadlock) break;  // the end of the trace, and no move
        history_.push_back(execute({step.kind, step.transition, step.identity, step.choices}));
        redo();
    }
    if (!stutters_) loop_start_ = trace.loop_start;
    go_to(0);
}

std::variant<Trace, Inconsistency> Walk::trace(std::optional<uint32_t> property) const {
    Path path;
    system::State state = evaluator_.first();
    for (size_t i = 0; i < position_; ++i) {
        path.moves.push_back(step_of(history_[i].move));
        if (history_[i].failed_check) continue;
        for (const Change& change : history_[i].changes) state.cells[change.cell] = change.after;
        path.states.push_back(state.cells);
    }
    // Where the end of a recorded way is reached, what it shows may be that it goes on for ever.
    const bool end = position_ == history_.size();
    return replay(system_, evaluator_, path, {property, {}, end ? loop_start_ : std::nullopt, end && stutters_});
}

}  // namespace untorn::checker
