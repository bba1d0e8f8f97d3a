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
    Path path;
    for (const RunSearch::Stage& stage : run_.way_to(state)) {
        path.moves.push_back(move(path.moves.empty() ? Move::Kind::init : Move::Kind::step, stage.instance));
        path.states.push_back(program_.cells.first_values());
        run_.layout().unpack(stage.state.data(), path.states.back().data());
    }
    return path;
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

}  // namespace untorn::checker
