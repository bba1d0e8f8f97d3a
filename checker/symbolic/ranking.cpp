#include "checker/symbolic/ranking.h"

#include <algorithm>
#include <bit>

namespace untorn::checker::symbolic {

namespace {

/// Finds conditions that tell states from others.
class Describing {
 public:
    Describing(const system::System& system, const OneHot& circuit, const StateTable& reached,
               const std::function<void()>& poll)
        : system_(system), circuit_(circuit), reached_(reached), groups_(circuit.groups()), poll_(poll) {}

    std::vector<RankedLevel> levels(std::span<const RankLevel> levels);
    /// Holds of all of the first, and of none of the others. Empty where there are no others.
    std::vector<Conjunct> condition(std::span<const uint32_t> states, std::span<const uint32_t> others);

 private:
    using Words = std::vector<uint64_t>;
    /// A clause that all states satisfy.
    struct Candidate {
        Clause clause;
        Words excluded;  ///< of the others
    };

    std::vector<Candidate> about_one_cell(const StateTable& states, const StateTable& others) const;
    void loosen(Candidate& chosen, const StateTable& others, const Words& left) const;
    Candidate about_more(const StateTable& states, const StateTable& others, const Words& left) const;
    static void leave_out(std::vector<Candidate>& chosen);

    const system::System& system_;
    const OneHot& circuit_;
    const StateTable& reached_;
    const std::vector<std::vector<uint32_t>> groups_;
    const std::function<void()>& poll_;
};

size_t common(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
    size_t count = 0;
    for (size_t i = 0; i < a.size(); ++i) count += static_cast<size_t>(std::popcount(a[i] & b[i]));
    return count;
}

void remove(std::vector<uint64_t>& from, const std::vector<uint64_t>& what) {
    for (size_t i = 0; i < from.size(); ++i) from[i] &= ~what[i];
}

bool none(const std::vector<uint64_t>& words) {
    return std::ranges::all_of(words, [](uint64_t word) { return word == 0; });
}

/// For each cell: that it has one of the values that it has in the states.
std::vector<Describing::Candidate> Describing::about_one_cell(const StateTable& states,
                                                              const StateTable& others) const {
    std::vector<Candidate> made;
    const auto consider = [&](Clause clause) {
        Words excluded = others.inside(negated(clause));
        if (!none(excluded)) made.push_back({std::move(clause), std::move(excluded)});
    };
    for (uint32_t latch = 0; latch < groups_.size(); ++latch) {
        const std::vector<uint32_t>& group = groups_[latch];
        if (group.empty()) {
            for (const bool value : {false, true})
                if (!states.meets({{latch, !value}})) consider({{latch, value}});
        } else if (group.front() == latch) {
            Clause some;
            for (const uint32_t value : group)
                if (states.meets({{value, true}})) some.push_back({value, true});
            if (some.size() < group.size()) consider(std::move(some));
        }
    }
    return made;
}

/// Says which values the cell has not, if these are fewer: those of the others that are left.
void Describing::loosen(Candidate& chosen, const StateTable& others, const Words& left) const {
    const std::vector<uint32_t>& group = groups_[chosen.clause.front().latch];
    if (group.empty()) return;
    Clause loose;
    size_t values = 0;
    for (const uint32_t value : group) {
        const bool stays = std::ranges::binary_search(chosen.clause, LatchValue{value, true});
        if (!stays && common(others.inside({{value, true}}), left) > 0)
            ++values;
        else
            loose.push_back({value, true});
    }
    if (values >= chosen.clause.size()) return;
    chosen.clause = std::move(loose);
    std::ranges::sort(chosen.clause);
    chosen.excluded = others.inside(negated(chosen.clause));
}

/// Excludes the first of the others that are left.
Describing::Candidate Describing::about_more(const StateTable& states, const StateTable& others,
                                             const Words& left) const {
    const auto word = static_cast<size_t>(std::ranges::find_if(left, [](uint64_t w) { return w != 0; }) - left.begin());
    const auto state = static_cast<uint32_t>(word * 64 + static_cast<size_t>(std::countr_zero(left[word])));
    Cube cube;
    std::vector<double> weights(groups_.size(), 0);
    for (uint32_t latch = 0; latch < groups_.size(); ++latch) {
        const bool value = others.is_set(state, latch);
        if (!value && !groups_[latch].empty()) continue;  // the value that it has says it
        cube.push_back({latch, value});
        weights[latch] = static_cast<double>(common(others.inside({{latch, value}}), left));
    }
    Clause clause = negated(states.widened(states.separator(cube, weights), groups_));
    Words excluded = others.inside(negated(clause));
    return {std::move(clause), std::move(excluded)};
}

/// Whatever the rest does without; long clauses go first.
void Describing::leave_out(std::vector<Candidate>& chosen) {
    std::vector<size_t> order(chosen.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, std::greater(), [&](size_t i) { return chosen[i].clause.size(); });
    std::vector<bool> gone(chosen.size(), false);
    for (const size_t i : order) {
        Words needed = chosen[i].excluded;
        for (size_t j = 0; j < chosen.size(); ++j)
            if (j != i && !gone[j]) remove(needed, chosen[j].excluded);
        gone[i] = none(needed);
    }
    std::vector<Candidate> rest;
    for (size_t i = 0; i < chosen.size(); ++i)
        if (!gone[i]) rest.push_back(std::move(chosen[i]));
    chosen = std::move(rest);
}

std::vector<Conjunct> Describing::condition(std::span<const uint32_t> of, std::span<const uint32_t> not_of) {
    const StateTable states = reached_.part(of), others = reached_.part(not_of);
    Words left = others.inside({});
    std::vector<Candidate> chosen;
    std::vector<Candidate> simple = about_one_cell(states, others);
    while (!none(left)) {
        poll_();
        size_t best = simple.size(), most = 0;
        for (size_t i = 0; i < simple.size(); ++i)
            if (const size_t count = common(simple[i].excluded, left); count > most) {
                best = i;
                most = count;
            }
        Candidate next = best < simple.size() ? simple[best] : about_more(states, others, left);
        if (best < simple.size()) loosen(next, others, left);
        remove(left, next.excluded);
        chosen.push_back(std::move(next));
    }
    leave_out(chosen);
    std::vector<Clause> clauses;
    for (Candidate& candidate : chosen) clauses.push_back(std::move(candidate.clause));
    return conjuncts(system_, circuit_, clauses);
}

std::vector<RankedLevel> Describing::levels(std::span<const RankLevel> levels) {
    std::vector<RankedLevel> made;
    for (size_t k = 0; k < levels.size(); ++k) {
        std::vector<uint32_t> higher;
        for (const RankLevel& other : levels.subspan(k + 1))
            higher.insert(higher.end(), other.states.begin(), other.states.end());
        RankedLevel& level = made.emplace_back();
        level.when = condition(levels[k].states, higher);
        if (levels[k].helper != RankLevel::nobody) level.helper = levels[k].helper;
        level.meanwhile = this->levels(levels[k].meanwhile);
    }
    return made;
}

}  // namespace

Ranking described(const system::System& system, const OneHot& circuit, const ReachedStates& reached,
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
    Describing describing(system, circuit, reached.table, poll);
    made.waits = describing.condition(waiting, not_waiting);
    made.levels = describing.levels(levels);
    return made;
}

}  // namespace untorn::checker::symbolic
