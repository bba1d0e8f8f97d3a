#include "checker/explicit/crash_search.h"

#include <algorithm>

namespace untorn::checker {

namespace {

/// What survives, what recover changes, and how many losses remain (the cell after the last).
Layout crash_layout(const Program& program) {
    Layout layout;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        const Cell& c = program.cells[cell];
        const bool survives = survives_power_loss(program.system.variables[c.var]);
        if (program.changing[cell] && (survives || program.recover_changes[cell])) layout.add(cell, c.lo, c.size);
    }
    if (program.system.power_loss && program.system.power_loss->budget > 0)
        layout.add(static_cast<uint32_t>(program.cells.size()), 0,
                   static_cast<uint64_t>(program.system.power_loss->budget));
    return layout;
}

}  // namespace

CrashSearch::CrashSearch(SearchContext& context)
    : context_(context),
      program_(context.program),
      layout_(crash_layout(program_)),
      store_(layout_.words(), context.memory),
      frontier_(context.memory),
      machine_(program_),
      judge_(program_),
      first_(program_.cells.first_values()),
      packed_(layout_.words()) {
    first_.push_back(0);
    cells_ = first_;
    next_ = first_;
}

void CrashSearch::may_lose_power(uint32_t projection, LevelKey key) {
    frontier_.postpone({key.faults + context_.cost(1), key.steps}, {projection, 0, Phase::run, Move::Kind::loss});
}

void CrashSearch::build(LevelKey key) {
    context_.progress.faults = key.faults;
    context_.progress.depth = key.steps;
    const uint32_t begin = store_.size();
    for (const Postponed& move : frontier_.take(key)) {
        if (move.kind == Move::Kind::loss) {
            lose(move, key);
        } else {
            enter(move.parent);
            after_step(program_.instances[move.instance]);
            arrive({move.parent, Phase::crash, Move::Kind::step, move.instance}, key);
        }
    }
    const Level before = frontier_.before(key);
    for (uint32_t state = before.begin; state < before.end; ++state) expand(state, before.key);
    for (uint32_t state = begin; state < store_.size(); ++state) lose_again(state, key);
    frontier_.close_level({key, begin, store_.size()});
    if (begin != store_.size()) depth_ = std::max(depth_, key.steps);
}

void CrashSearch::unpack(uint32_t state, int64_t* cells, int64_t& losses) const {
    std::vector<int64_t> values = first_;
    layout_.unpack(store_[state], values.data());
    losses = values.back();
    std::copy(values.begin(), values.end() - 1, cells);
}

void CrashSearch::enter(uint32_t state) {
    current_ = state;
    cells_ = first_;
    layout_.unpack(store_[state], cells_.data());
    machine_.begin(cells_.data());
}

void CrashSearch::enter_run(uint32_t projection) {
    current_ = run_->state_of_projection(projection);
    cells_ = first_;
    run_->unpack_projection(projection, cells_.data());
    losses() = program_.system.power_loss->budget;
    machine_.begin(cells_.data());
}

void CrashSearch::expand(uint32_t state, LevelKey key) {
    if (++ticks_ % 1024 == 0) context_.tick();
    enter(state);
    if (recovered(cells_.data())) return;
    bool moves = false;  // without a fault
    for_each_step([&](uint32_t number) {
        if (machine_.faults(program_.instances[number]) == 0) {
            moves = true;
            ++free_steps_;
        }
        take(number, key);
    });
    if (moves) return;
    for (uint32_t p : context_.questions.recovery)
        context_.findings.note(p, false, {key, Phase::crash, state, std::nullopt});
}

void CrashSearch::take(uint32_t number, LevelKey key) {
    const Instance& instance = program_.instances[number];
    if (context_.coverage.open(number))
        context_.coverage.take(number, [&](CodeId when) { return machine_(when) != 0; });
    const LevelKey target{key.faults + context_.cost(machine_.faults(instance)), key.steps + 1};
    if (const CheckCode* check = machine_.failing(instance)) {
        context_.findings.note(check->property, false,
                               {target, Phase::crash, current_, Move{Move::Kind::step, number}});
        return;
    }
    const uint64_t* packed = after_step(instance);
    if (target.faults == key.faults) {
        arrive({current_, Phase::crash, Move::Kind::step, number}, target);
    } else if (store_.find(packed) == Store::absent) {
        frontier_.postpone(target, {current_, number, Phase::crash, Move::Kind::step});
    }
}

/// The recovery step out of cells_: sets next_ and packed_.
const uint64_t* CrashSearch::after_step(const Instance& instance) {
    machine_.writes(instance, writes_);
    next_ = cells_;
    for (const Machine::Write& write : writes_) next_[write.cell] = write.value;
    layout_.pack(next_.data(), packed_.data());
    return packed_.data();
}

/// Loses power in a state, with every choice that power_loss has.
void CrashSearch::lose(const Postponed& from, LevelKey key) {
    if (from.phase == Phase::run) {
        enter_run(from.parent);
    } else {
        enter(from.parent);
    }
    const uint32_t parent = current_;
    const uint32_t step = context_.coverage.of_power_loss();
    for_each_loss(program_, machine_, [&] {
        if (++ticks_ % 1024 == 0) context_.tick();
        if (context_.coverage.open(step))
            context_.coverage.take(step, [&](CodeId when) { return machine_(when) != 0; });
        if (const CheckCode* check = machine_.failing(program_.power_loss->instance)) {
            const auto& known = context_.findings.fails(check->property);
            if (!known || key < known->key)
                context_.findings.note(check->property, false,
                                       {key, from.phase, parent, Move{Move::Kind::loss, number_of_choices()}});
            return;
        }
        lose_power(program_, machine_, cells_.data(), next_.data());
        next_.back() = losses() - 1;
        layout_.pack(next_.data(), packed_.data());
        if (store_.find(packed_.data()) != Store::absent) return;
        arrive({parent, from.phase, Move::Kind::loss, number_of_choices()}, key);
    });
}

/// The choices that the machine has made, kept for runs.
uint32_t CrashSearch::number_of_choices() {
    const auto [known, first_time] = choice_numbers_.try_emplace(machine_.choices(), choices_.size());
    if (first_time) {
        choices_.push_back(&known->first);
        context_.memory.take(machine_.choices().size() * sizeof(int64_t) * 2);
    }
    return known->second;
}

void CrashSearch::lose_again(uint32_t state, LevelKey key) {
    enter(state);
    if (losses() == 0) return;
    const Postponed move{state, 0, Phase::crash, Move::Kind::loss};
    const LevelKey target{key.faults + context_.cost(1), key.steps};
    if (target == key) {
        lose(move, key);
    } else {
        frontier_.postpone(target, move);
    }
}

/// Finds the state in next_ and packed_, and judges it if it is new.
void CrashSearch::arrive(const Origin& origin, LevelKey key) {
    const Store::Inserted inserted = store_.insert(packed_.data());
    if (!inserted.is_new) return;
    context_.crash_states = store_.size();
    context_.count_state();
    context_.memory.take(sizeof(Origin));
    origins_.push_back(origin);
    if (!recovered(next_.data())) return;
    const Finding finding{key, Phase::crash, inserted.index, std::nullopt};
    judge_.begin(next_.data());
    context_.judge(context_.questions.recovered, judge_, finding);
    context_.note_outcome(next_.data(), finding);
}

bool CrashSearch::recovered(const int64_t* cells) const {
    return !program_.has_recover || cells[program_.recover.counter] == system::ended;
}

}  // namespace untorn::checker
