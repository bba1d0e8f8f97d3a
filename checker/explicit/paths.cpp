#include "checker/explicit/paths.h"

#include <algorithm>
#include <optional>

namespace untorn::checker {

namespace {
/// More states of the whole program with one normal form than can be looked at.
constexpr size_t most_candidates = 100000;
}  // namespace

Path Paths::to(const Finding& finding, std::optional<uint32_t> property) {
    const bool in_init = finding.failing && finding.failing->kind == Move::Kind::init;
    Path path = in_init ? Path{} : to_state(finding.phase, finding.state);
    if (finding.failing) append_failing(path, finding, property);
    return path;
}

// In the run the failing move is matched, as others are; everything else is as it was found.
void Paths::append_failing(Path& path, const Finding& finding, std::optional<uint32_t> property) {
    std::optional<uint32_t> instance;
    if (finding.phase == Phase::run && finding.failing->kind == Move::Kind::step) {
        const uint64_t faults = finding.key.faults - run_.key_of(finding.state).faults;
        for_each_enabled(path.states.back(), [&](uint32_t number) {
            const CheckCode* check = machine_.failing(program_.instances[number]);
            if (instance || check == nullptr || check->property != property) return;
            if (context_.cost(machine_.faults(program_.instances[number])) == faults) instance = number;
        });
        if (!instance) throw BrokenRule{"no step fails a check that fails in the reduced state"};
    }
    if (finding.failing->kind == Move::Kind::loss)
        path.moves.push_back(trace_loss(crash_.choices(finding.failing->instance)));
    else
        path.moves.push_back(trace_move(program_, finding.failing->kind, instance.value_or(finding.failing->instance)));
}

Paths::Lasso Paths::around(const RecoveryCycle& cycle) {
    Lasso lasso{to_state(Phase::crash, cycle.state), 0};
    Path& path = lasso.path;
    Rounds rounds;
    for (;;) {
        if (const auto before = rounds.begin(path)) {
            lasso.loop_start = *before;
            return lasso;
        }
        for (const auto& [instance, state] : cycle.steps)
            append_move(path, program_, machine_, Move::Kind::step, instance);
    }
}

std::optional<size_t> Rounds::begin(const Path& path) {
    const auto [at, first_time] = begins_.try_emplace(path.states.back(), path.moves.size() - 1);
    if (!first_time) return at->second;
    if (begins_.size() > most)
        throw LimitReached{
            "a cycle of reduced states does not close in 4096 rounds of the whole program; try --no-reduce"};
    return std::nullopt;
}

Path Paths::to_state(Phase phase, uint32_t state) {
    std::vector<const Origin*> chain;  // of states after power loss, last first
    while (phase == Phase::crash) {
        chain.push_back(&crash_.origin(state));
        phase = chain.back()->phase;
        state = chain.back()->parent;
    }
    Path path = to_run_state(state, !chain.empty());
    for (size_t i = chain.size(); i-- > 0;)
        if (chain[i]->kind == Move::Kind::loss)
            append_loss(path, program_, machine_, crash_.choices(chain[i]->instance));
        else
            append_move(path, program_, machine_, chain[i]->kind, chain[i]->instance);
    return path;
}

/// With `exactly`, what power loss depends on has the very values that it has in the normal form.
Path Paths::to_run_state(uint32_t state, bool exactly) {
    const std::vector<RunSearch::Stage> way = run_.way_to(state);
    const auto stages = concrete_stages(way, exactly);
    const Concrete* at = exactly ? &with_projection_of(way.back(), stages.back()) : &stages.back().front();
    Path path;
    for (size_t i = stages.size(); i-- > 0;) {
        for (size_t m = at->moves.size(); m-- > 0;) {
            const Move::Kind kind = i == 0 && m == 0 ? Move::Kind::init : Move::Kind::step;
            path.moves.push_back(trace_move(program_, kind, at->moves[m].instance));
            path.states.push_back(at->moves[m].cells);
        }
        if (i > 0) at = &stages[i - 1][at->before];
    }
    std::ranges::reverse(path.moves);
    std::ranges::reverse(path.states);
    return path;
}

/// For each stage one state of the whole program, or `all` that can be there.
std::vector<std::vector<Paths::Concrete>> Paths::concrete_stages(const std::vector<RunSearch::Stage>& way, bool all) {
    std::vector<std::vector<Concrete>> stages;
    for (const RunSearch::Stage& stage : way) {
        std::vector<Concrete> here;
        if (stages.empty()) {
            here = first_stage(stage);
        } else {
            for (uint32_t i = 0; i < stages.back().size() && (all || here.empty()); ++i)
                follow(stages.back()[i], i, stage, here);
        }
        if (here.empty()) throw BrokenRule{"no step of the whole program leads to the next reduced state"};
        if (here.size() > most_candidates) throw LimitReached{"too many runs have one normal form"};
        if (!all) here.resize(1);
        stages.push_back(std::move(here));
    }
    return stages;
}

std::vector<Paths::Concrete> Paths::first_stage(const RunSearch::Stage& stage) {
    std::vector<Concrete> states;
    const std::vector<int64_t> first = program_.cells.first_values();
    for (uint32_t i = 0; i < program_.init.size(); ++i) {
        const Instance& instance = program_.init[i];
        machine_.begin(first.data());
        if (machine_(instance.guard) == 0 || machine_.failing(instance) != nullptr) continue;
        Concrete next = arrive(0, first, i, instance);
        if (run_.normal_form(next.cells().data()) == stage.state) states.push_back(std::move(next));
    }
    return states;
}

/// Adds the states behind `from` whose normal form is that of the stage, each once.
void Paths::follow(const Concrete& from, uint32_t before, const RunSearch::Stage& stage, std::vector<Concrete>& into) {
    std::vector<uint32_t> moving;
    for_each_enabled(from.cells(), [&](uint32_t number) {
        const Instance& instance = program_.instances[number];
        if (machine_.failing(instance) == nullptr && context_.cost(machine_.faults(instance)) == stage.faults)
            moving.push_back(number);
    });
    for (uint32_t number : moving) {
        machine_.begin(from.cells().data());
        Concrete next = arrive(before, from.cells(), number, program_.instances[number]);
        if (run_.normal_form(next.cells().data()) != stage.state) continue;
        if (std::ranges::find(into, next.cells(), &Concrete::cells) == into.end()) into.push_back(std::move(next));
    }
}

/// Where the move of an instance (of number `number`) leads, and then those that are merged into it. The machine is in
/// the state before, `from`.
Paths::Concrete Paths::arrive(uint32_t before, const std::vector<int64_t>& from, uint32_t number,
                              const Instance& instance) {
    Concrete next{before, {{number, from}}};
    machine_.writes(instance, writes_);
    for (const Machine::Write& write : writes_) next.moves.back().cells[write.cell] = write.value;
    if (run_.merged_steps() == nullptr) return next;
    while (const auto merged = merged_step(next.cells())) {
        machine_.writes(program_.instances[*merged], writes_);
        next.moves.push_back({*merged, next.cells()});
        for (const Machine::Write& write : writes_) next.moves.back().cells[write.cell] = write.value;
    }
    return next;
}

/// The first merged step to be taken in the state, in which the machine is then.
std::optional<uint32_t> Paths::merged_step(const std::vector<int64_t>& cells) {
    std::optional<uint32_t> found;
    for_each_enabled(cells, [&](uint32_t number) {
        if (!found && run_.merged_steps()->is_merged(number)) found = number;
    });
    if (found && machine_.failing(program_.instances[*found]) != nullptr)
        throw BrokenRule{"a step that is merged fails a check"};
    return found;
}

const Paths::Concrete& Paths::with_projection_of(const RunSearch::Stage& last,
                                                 const std::vector<Concrete>& candidates) {
    for (const Concrete& candidate : candidates)
        if (run_.has_projection_of(candidate.cells().data(), last.state.data())) return candidate;
    throw BrokenRule{"no run of the whole program ends where power is lost in the reduced one"};
}

template <class F>
void Paths::for_each_enabled(const std::vector<int64_t>& cells, F f) {
    machine_.begin(cells.data());
    for (const ActorInstance& actor : program_.actors) {
        const auto location = static_cast<size_t>(cells[actor.counter]);
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i)
            if (machine_(program_.instances[i].guard) != 0) f(i);
    }
}

void append_move(Path& path, const Program& program, Machine& machine, Move::Kind kind, uint32_t instance) {
    path.moves.push_back(trace_move(program, kind, instance));
    const bool initial = kind == Move::Kind::init;
    const std::vector<int64_t> before = initial ? program.cells.first_values() : path.states.back();
    std::vector<int64_t> after = before;
    machine.begin(before.data());
    std::vector<Machine::Write> writes;
    machine.writes(initial ? program.init[instance] : program.instances[instance], writes);
    for (const Machine::Write& write : writes) after[write.cell] = write.value;
    path.states.push_back(std::move(after));
}

void append_loss(Path& path, const Program& program, Machine& machine, const std::vector<int64_t>& choices) {
    path.moves.push_back(trace_loss(choices));
    const std::vector<int64_t> before = path.states.back();
    std::vector<int64_t> after = before;
    machine.begin(before.data());
    for (size_t i = 0; i < choices.size(); ++i) machine.choose(i, choices[i]);
    lose_power(program, machine, before.data(), after.data());
    path.states.push_back(std::move(after));
}

TraceStep trace_move(const Program& program, Move::Kind kind, uint32_t instance) {
    TraceStep step;
    const bool initial = kind == Move::Kind::init;
    const Instance& of = initial ? program.init[instance] : program.instances[instance];
    step.kind = initial ? TraceStep::Kind::initial : TraceStep::Kind::step;
    step.transition = of.transition;
    step.identity = of.identity;
    step.choices = of.choices;
    return step;
}

TraceStep trace_loss(const std::vector<int64_t>& choices) {
    TraceStep step;
    step.kind = TraceStep::Kind::power_loss;
    step.choices = choices;
    return step;
}

}  // namespace untorn::checker
