#include "checker/explicit/run_search.h"

#include <algorithm>
#include <cassert>

namespace untorn::checker {

namespace {

/// Everything that can change but recover's own data.
Layout run_layout(const Program& program) {
    Layout layout;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        const Cell& c = program.cells[cell];
        const system::ActorId actor = program.system.variables[c.var].actor;
        const bool of_recover = program.has_recover && actor == program.recover.actor;
        if (program.changing[cell] && !of_recover) layout.add(cell, c.lo, c.size);
    }
    return layout;
}

Layout projection_layout(const Program& program) {
    Layout layout;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        const Cell& c = program.cells[cell];
        const bool survives = survives_power_loss(program.system.variables[c.var]);
        if (program.changing[cell] && (survives || program.lost_reads[cell])) layout.add(cell, c.lo, c.size);
    }
    return layout;
}

}  // namespace

RunSearch::RunSearch(SearchContext& context, PowerLossListener* listener)
    : context_(context),
      program_(context.program),
      listener_(listener),
      layout_(run_layout(program_)),
      projection_layout_(projection_layout(program_)),
      store_(layout_.words(), context.memory),
      projections_(projection_layout_.words(), context.memory),
      frontier_(context.memory),
      machine_(program_),
      judge_(program_),
      cells_(program_.cells.first_values()),
      packed_(layout_.words()),
      child_(layout_.words()),
      projection_(projection_layout_.words()) {}

std::optional<LevelKey> RunSearch::next() const { return started_ ? frontier_.next() : LevelKey{}; }

void RunSearch::build(LevelKey key) {
    context_.progress.faults = key.faults;
    context_.progress.depth = key.steps;
    const uint32_t begin = store_.size();
    if (!started_) start(key);
    for (const Postponed& move : frontier_.take(key)) {
        if (move.parent != current_) enter(move.parent);
        machine_.writes(program_.instances[move.instance], writes_);
        arrive(key);
    }
    const Level before = frontier_.before(key);
    for (uint32_t state = before.begin; state < before.end; ++state) {
        --context_.progress.queued;
        expand(state, before.key);
    }
    frontier_.close_level({key, begin, store_.size()});
    if (begin != store_.size()) depth_ = std::max(depth_, key.steps);
}

uint32_t RunSearch::find(const int64_t* cells) const {
    std::vector<uint64_t> packed(layout_.words());
    layout_.pack(cells, packed.data());
    return store_.find(packed.data());
}

void RunSearch::enter(uint32_t state) {
    current_ = state;
    std::copy(store_[state], store_[state] + layout_.words(), packed_.begin());
    layout_.unpack(packed_.data(), cells_.data());
    machine_.begin(cells_.data());
}

// The init step in the state in which every cell has its first value.
void RunSearch::start(LevelKey key) {
    started_ = true;
    layout_.pack(cells_.data(), packed_.data());
    machine_.begin(cells_.data());
    for (uint32_t i = 0; i < program_.init.size(); ++i) {
        const Instance& instance = program_.init[i];
        if (machine_(instance.guard) == 0) continue;
        if (const CheckCode* check = machine_.failing(instance)) {
            context_.findings.note(check->property, false, {key, Phase::run, 0, Move{Move::Kind::init, i}});
            continue;
        }
        machine_.writes(instance, writes_);
        arrive(key);
    }
}

void RunSearch::expand(uint32_t state, LevelKey key) {
    context_.tick();
    enter(state);
    bool moves = false;  // without a fault
    for (const ActorInstance& actor : program_.actors) {
        const auto location = static_cast<size_t>(cells_[actor.counter]);
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i)
            if (take(i, key)) moves = true;
    }
    if (!moves) look_around(state, key);
}

/// Takes the step if it is enabled; true if it is, and spends no fault.
bool RunSearch::take(uint32_t number, LevelKey key) {
    const Instance& instance = program_.instances[number];
    if (machine_(instance.guard) == 0) return false;
    ++context_.progress.transitions;
    context_.executed[instance.transition] = true;
    const uint32_t faults = machine_.faults(instance);
    const LevelKey target{key.faults + context_.cost(faults), key.steps + 1};
    if (const CheckCode* check = machine_.failing(instance)) {
        context_.findings.note(check->property, false, {target, Phase::run, current_, Move{Move::Kind::step, number}});
        return faults == 0;
    }
    machine_.writes(instance, writes_);
    if (target.faults == key.faults) {
        arrive(target);
    } else {
        child_ = packed_;
        for (const Machine::Write& write : writes_) layout_.set(child_.data(), write.cell, write.value);
        if (store_.find(child_.data()) == Store::absent) frontier_.postpone(target, {current_, number});
    }
    return faults == 0;
}

/// Finds the state that writes_ make of the current one.
void RunSearch::arrive(LevelKey key) {
    child_ = packed_;
    for (const Machine::Write& write : writes_) layout_.set(child_.data(), write.cell, write.value);
    const Store::Inserted inserted = store_.insert(child_.data());
    if (!inserted.is_new) return;
    context_.progress.states = store_.size();
    ++context_.progress.queued;
    context_.count_state();
    context_.memory.take(sizeof(uint32_t));
    parents_.push_back(current_);

    bool projection_changed = current_ == Store::absent;
    undo_.clear();
    for (const Machine::Write& write : writes_) {
        undo_.push_back(cells_[write.cell]);
        cells_[write.cell] = write.value;
        if (projection_layout_.has(write.cell)) projection_changed = true;
    }
    visit(inserted.index, key, projection_changed);
    for (size_t i = writes_.size(); i-- > 0;) cells_[writes_[i].cell] = undo_[i];
}

/// Judges the state in cells_, which was just found.
void RunSearch::visit(uint32_t state, LevelKey key, bool projection_changed) {
    judge_.begin(cells_.data());
    const Finding finding{key, Phase::run, state, std::nullopt};
    context_.judge(context_.questions.everywhere, judge_, finding);
    if (threads_ended(cells_.data())) {
        context_.judge(context_.questions.at_end, judge_, finding);
        if (!context_.power_can_be_lost) context_.note_outcome(cells_.data(), finding);
    }
    // Of all states with the same projection the first has the least key, and nothing else of a state matters.
    if (listener_ == nullptr || !projection_changed) return;
    projection_layout_.pack(cells_.data(), projection_.data());
    if (projections_.insert(projection_.data()).is_new) listener_->may_lose_power(state, key);
}

/// The current state has no step without a fault: deadlock (rule 14), or rest.
void RunSearch::look_around(uint32_t state, LevelKey key) {
    const Finding finding{key, Phase::run, state, std::nullopt};
    const bool ended = threads_ended(cells_.data());
    const bool all_may_rest = std::ranges::all_of(program_.actors, [&](const ActorInstance& actor) {
        return actor.may_rest[static_cast<size_t>(cells_[actor.counter])];
    });
    if (!ended || !all_may_rest)
        for (uint32_t p : context_.questions.deadlock) context_.findings.note(p, false, finding);
    if (!ended) return;
    judge_.begin(cells_.data());
    context_.judge(context_.questions.at_rest, judge_, finding);
}

bool RunSearch::threads_ended(const int64_t* cells) const {
    return std::ranges::all_of(program_.thread_counters,
                               [&](uint32_t counter) { return cells[counter] == system::ended; });
}

}  // namespace untorn::checker
