#include "checker/symbolic/rank_progress.h"

#include <algorithm>

#include "checker/explicit/limits.h"
#include "checker/liveness/lasso.h"

namespace untorn::checker::symbolic {

RankedProgress rank_progress(const system::System& system, const OneHot& circuit, const ReachedStates& reached,
                             std::span<const uint32_t> properties, const std::function<void()>& poll) {
    using system::PropertyKind;
    RankedProgress made;
    const StateGraph& graph = *reached.graph;
    const Program program(system);
    const Conditions conditions(system, circuit, reached.table);
    for (const uint32_t property : properties) {
        const auto question = std::ranges::find(reached.questions, property, &ReachedQuestion::property);
        const PropertyKind kind = system.properties[property].kind;
        Waiting waiting;
        waiting.at_start = kind == PropertyKind::eventually;
        if (kind == PropertyKind::leads_to) waiting.triggers = &question->triggers;
        waiting.unanswered = &question->unanswered;
        const StateBits region = waiting_states(graph, waiting, poll);
        const auto levels = rank_levels(graph, region, poll);
        if (levels.has_value() != (fair_components(graph, region, true, poll).count == 0))
            throw BrokenRule{"levels are there if and only if some fair run waits for ever"};
        if (levels)
            made.rankings.push_back(described(program, conditions, reached, *question, region, *levels, poll));
        else
            made.violated.push_back(property);
    }
    made.no_fair_run = fair_components(graph, reached.running, true, poll).count == 0;
    return made;
}

}  // namespace untorn::checker::symbolic
