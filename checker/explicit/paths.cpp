#include "checker/explicit/paths.h"

#include <algorithm>

namespace untorn::checker {

Path Paths::to(const Finding& finding) {
    const bool in_init = finding.failing && finding.failing->kind == Move::Kind::init;
    Path path = in_init ? Path{} : to_state(finding.phase, finding.state);
    if (finding.failing) path.moves.push_back(move(finding.failing->kind, finding.failing->instance));
    return path;
}

Path Paths::around(const RecoveryCycle& cycle) {
    Path path = to_state(Phase::crash, cycle.state);
    for (const auto& [instance, state] : cycle.steps) {
        path.moves.push_back(move(Move::Kind::step, instance));
        append_crash_state(path, state);
    }
    return path;
}

Path Paths::to_state(Phase phase, uint32_t state) {
    std::vector<uint32_t> chain;  // states after power loss, last first
    while (phase == Phase::crash) {
        chain.push_back(state);
        const Origin& origin = crash_.origin(state);
        phase = origin.phase;
        state = origin.parent;
    }
    Path path = to_run_state(state);
    for (size_t i = chain.size(); i-- > 0;) {
        const Origin& origin = crash_.origin(chain[i]);
        path.moves.push_back(move(origin.kind, origin.instance));
        append_crash_state(path, chain[i]);
    }
    return path;
}

Path Paths::to_run_state(uint32_t state) {
    std::vector<uint32_t> chain{state};
    while (run_.parent(chain.back()) != Store::absent) chain.push_back(run_.parent(chain.back()));
    std::ranges::reverse(chain);
    Path path;
    path.moves.push_back(move(Move::Kind::init, init_into(chain.front())));
    path.states.push_back(run_cells(chain.front()));
    for (size_t i = 1; i < chain.size(); ++i) {
        path.moves.push_back(move(Move::Kind::step, step_into(chain[i - 1], chain[i])));
        path.states.push_back(run_cells(chain[i]));
    }
    return path;
}

uint32_t Paths::init_into(uint32_t state) {
    cells_ = program_.cells.first_values();
    machine_.begin(cells_.data());
    for (uint32_t i = 0; i < program_.init.size(); ++i)
        if (leads_to(program_.init[i], state)) return i;
    throw BrokenRule{"no init step leads to initial state " + std::to_string(state)};
}

/// The least instance that leads from the parent to the state, for as many faults as their levels lie apart.
uint32_t Paths::step_into(uint32_t parent, uint32_t state) {
    cells_ = run_cells(parent);
    machine_.begin(cells_.data());
    const uint64_t faults = run_.key_of(state).faults - run_.key_of(parent).faults;
    for (const ActorInstance& actor : program_.actors) {
        const auto location = static_cast<size_t>(cells_[actor.counter]);
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i) {
            const Instance& instance = program_.instances[i];
            if (leads_to(instance, state) && context_.cost(machine_.faults(instance)) == faults) return i;
        }
    }
    throw BrokenRule{"no step leads from state " + std::to_string(parent) + " to " + std::to_string(state)};
}

bool Paths::leads_to(const Instance& instance, uint32_t state) {
    if (machine_(instance.guard) == 0 || machine_.failing(instance) != nullptr) return false;
    machine_.writes(instance, writes_);
    std::vector<int64_t> next = cells_;
    for (const Machine::Write& write : writes_) next[write.cell] = write.value;
    return run_.find(next.data()) == state;
}

void Paths::append_crash_state(Path& path, uint32_t state) const {
    std::vector<int64_t> cells = program_.cells.first_values();
    int64_t losses = 0;
    crash_.unpack(state, cells.data(), losses);
    path.states.push_back(std::move(cells));
}

TraceStep Paths::move(Move::Kind kind, uint32_t instance) const {
    TraceStep step;
    const Instance* of = nullptr;
    switch (kind) {
        case Move::Kind::init:
            step.kind = TraceStep::Kind::initial;
            of = &program_.init[instance];
            break;
        case Move::Kind::loss:
            step.kind = TraceStep::Kind::power_loss;
            of = &program_.power_loss[instance];
            break;
        case Move::Kind::step:
            step.kind = TraceStep::Kind::step;
            of = &program_.instances[instance];
            break;
    }
    step.transition = of->transition;
    step.identity = of->identity;
    step.choices = of->choices;
    return step;
}

std::vector<int64_t> Paths::run_cells(uint32_t state) const {
    std::vector<int64_t> cells = program_.cells.first_values();
    run_.unpack(state, cells.data());
    return cells;
}

}  // namespace untorn::checker
