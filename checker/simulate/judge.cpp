#include "checker/simulate/judge.h"

#include <algorithm>
#include <optional>

namespace untorn::checker {

using system::PropertyKind;

namespace {

/// The facts about a state that several properties ask for.
struct StateFacts {
    explicit StateFacts(const Walk& walk)
        : now(standing(walk)),
          recovered(walk.power_lost() && has_recovered(walk)),
          threads_ended(!walk.power_lost() && walk.evaluator().all_threads_ended(walk.state())) {
        const auto& loss = walk.system().power_loss;
        outcome = loss && loss->budget > 0 ? recovered : threads_ended;
    }
    static bool has_recovered(const Walk& walk) {
        const system::ActorId recover = walk.system().power_loss->recover;
        if (recover == system::none) return true;
        const system::VarId counter = walk.system().actors[recover].counter;
        return walk.state().cells[walk.evaluator().cell(counter, {})] == system::ended;
    }

    Standing now;
    bool recovered, threads_ended, outcome = false;
};

/// What the property says of a state in which no check has just failed.
std::optional<Observation> judge(const Walk& walk, const StateFacts& facts, uint32_t p) {
    const system::Property& property = walk.system().properties[p];
    const auto holds = [&] { return walk.evaluator().evaluate(property.expr, walk.state()) != 0; };
    const auto violated_if = [&](bool violated) {
        return violated ? std::optional(Observation{p, true}) : std::nullopt;
    };
    const auto satisfied_if = [&](bool satisfied) {
        return satisfied ? std::optional(Observation{p, false}) : std::nullopt;
    };
    const bool running = !walk.power_lost();
    switch (property.kind) {
        case PropertyKind::invariant: return violated_if(running && !holds());
        case PropertyKind::cover: return satisfied_if(running && holds());
        case PropertyKind::final: return violated_if(facts.threads_ended && !holds());
        case PropertyKind::quiescent:
            return violated_if(facts.threads_ended && facts.now != Standing::moving && !holds());
        case PropertyKind::crash_invariant: return violated_if(facts.recovered && !holds());
        case PropertyKind::crash_cover: return satisfied_if(facts.recovered && holds());
        case PropertyKind::never: return violated_if(facts.outcome && holds());
        case PropertyKind::always: return violated_if(facts.outcome && !holds());
        case PropertyKind::sometimes: return satisfied_if(facts.outcome && holds());
        case PropertyKind::deadlock: return violated_if(facts.now == Standing::deadlock);
        case PropertyKind::recovery: return violated_if(facts.now == Standing::blocked);
        default: return std::nullopt;  // checks, which fail in steps; and what a state says nothing about
    }
}

}  // namespace

std::vector<Observation> observations(const Walk& walk) {
    if (walk.position() == 0) return {};
    if (const auto failed = walk.failed_property()) return {{*failed, true}};
    std::vector<Observation> found;
    const StateFacts facts(walk);
    for (uint32_t p = 0; p < walk.system().properties.size(); ++p)
        if (const auto observation = judge(walk, facts, p)) found.push_back(*observation);
    return found;
}

Standing standing(const Walk& walk) {
    if (walk.failed_property()) return Standing::failed;
    const std::vector<Option>& options = walk.options();
    if (std::ranges::any_of(options, [](const Option& option) { return !option.fault; })) return Standing::moving;
    if (walk.position() == 0) return Standing::no_start;
    if (walk.power_lost()) return StateFacts::has_recovered(walk) ? Standing::recovered : Standing::blocked;
    return walk.evaluator().deadlocked(walk.state()) ? Standing::deadlock : Standing::ended;
}

}  // namespace untorn::checker
