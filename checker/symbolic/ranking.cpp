#include "checker/symbolic/ranking.h"

#include "checker/symbolic/conditions.h"

namespace untorn::checker::symbolic {

namespace {

class Describing {
 public:
    Describing(const Program& program, const Conditions& conditions, const std::function<void()>& poll)
        : program_(program), conditions_(conditions), poll_(poll) {}

    std::vector<RankedLevel> describe(std::span<const RankLevel> levels) const {
        std::vector<RankedLevel> made;
        for (size_t k = 0; k < levels.size(); ++k) {
            poll_();
            std::vector<uint32_t> higher;
            for (const RankLevel& other : levels.subspan(k + 1))
                higher.insert(higher.end(), other.states.begin(), other.states.end());
            RankedLevel& level = made.emplace_back();
            level.when = conditions_.tell(levels[k].states, higher, counter_of(levels[k].helper));
            level.helper = levels[k].helper;
            level.meanwhile = describe(levels[k].meanwhile);
        }
        return made;
    }

 private:
    /// Where the helper stands.
    uint32_t counter_of(uint32_t helper) const {
        const Constraint& constraint = program_.constraints[helper];
        const system::ActorId who = program_.system.fairness[constraint.fairness].actor;
        for (const ActorInstance& actor : program_.actors) {
            if (actor.actor != who) continue;
            for (uint32_t i = actor.first_of.front(); i < actor.first_of.back(); ++i)
                if (program_.instances[i].identity == constraint.identity) return actor.counter;
        }
        return no_cell;
    }

    const Program& program_;
    const Conditions& conditions_;
    const std::function<void()>& poll_;
};

}  // namespace

Ranking described(const Program& program, const Conditions& conditions, const ReachedStates& reached,
                  const ReachedQuestion& question, const StateBits& region, std::span<const RankLevel> levels,
                  const std::function<void()>& poll) {
    Ranking made;
    made.property = question.property;
    std::vector<uint32_t> waiting, not_waiting;
    for (uint32_t state = 0; state < reached.table.size(); ++state) {
        if (region[state])
            waiting.push_back(state);
        else if (question.unanswered[state])
            not_waiting.push_back(state);
    }
    if (waiting.empty()) {
        made.waits = {Conjunct{}};
        return made;
    }
    made.waits = conditions.tell(waiting, not_waiting, no_cell);
    made.levels = Describing(program, conditions, poll).describe(levels);
    return made;
}

}  // namespace untorn::checker::symbolic
