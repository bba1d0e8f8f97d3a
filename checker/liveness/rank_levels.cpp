#include "checker/liveness/rank_levels.h"

#include <algorithm>

namespace untorn::checker {

namespace {

constexpr uint64_t states_between_polls = 8192;

class Peeling {
 public:
    Peeling(const StateGraph& graph, const std::function<void()>& poll) : graph_(graph), poll_(poll) {
        first_before_.assign(graph.states() + size_t{1}, 0);
        for (uint64_t edge = 0; edge < graph.edges(); ++edge) ++first_before_[graph.target(edge) + size_t{1}];
        for (size_t state = 0; state < graph.states(); ++state) first_before_[state + 1] += first_before_[state];
        before_.resize(graph.edges());
        std::vector<uint64_t> next(first_before_.begin(), first_before_.end() - 1);
        for (uint32_t state = 0; state < graph.states(); ++state)
            for (uint64_t edge = graph.first_edge(state); edge < graph.end_edge(state); ++edge)
                before_[next[graph.target(edge)]++] = state;
    }

    /// Levels of the states in `rest`, which keeps those that have none.
    std::vector<RankLevel> peel(std::vector<uint32_t>& rest) const;

 private:
    using Marks = std::vector<uint8_t>;  // by state

    /// Part of a region that has no levels yet.
    struct Rest {
        Marks in;
        std::vector<ConstraintSet> taken_inside;  ///< by state: by steps that stay in the rest
    };

    void look_at(uint32_t state, Rest& rest) const;
    std::vector<uint32_t> closed(const std::vector<uint32_t>& candidates, const Marks& rest) const;
    RankLevel by_weak_helper(const std::vector<uint32_t>& states, const Rest& rest) const;
    RankLevel by_strong_helper(const std::vector<uint32_t>& states, const Rest& rest) const;
    void count(size_t states) const {
        seen_ += states;
        if (seen_ < states_between_polls) return;
        seen_ = 0;
        poll_();
    }

    const StateGraph& graph_;
    const std::function<void()>& poll_;
    std::vector<uint64_t> first_before_;  ///< by state, and the end: into before_
    std::vector<uint32_t> before_;        ///< where edges come from
    mutable uint64_t seen_ = 0;
};

void Peeling::look_at(uint32_t state, Rest& rest) const {
    ConstraintSet taken(graph_.constraints());
    for (uint64_t edge = graph_.first_edge(state); edge < graph_.end_edge(state); ++edge) {
        if (rest.in[graph_.target(edge)] != 0) taken |= graph_.kind(edge).taken;
    }
    rest.taken_inside[state] = std::move(taken);
}

/// The greatest part of the candidates whose steps stay in it or leave the rest.
std::vector<uint32_t> Peeling::closed(const std::vector<uint32_t>& candidates, const Marks& rest) const {
    if (candidates.empty()) return {};
    count(candidates.size());
    Marks in(rest.size(), 0);
    for (const uint32_t state : candidates) in[state] = 1;
    std::vector<uint32_t> out;
    const auto remove = [&](uint32_t state) {
        in[state] = 0;
        out.push_back(state);
    };
    for (const uint32_t state : candidates)
        for (uint64_t edge = graph_.first_edge(state); edge < graph_.end_edge(state) && in[state] != 0; ++edge)
            if (rest[graph_.target(edge)] != 0 && in[graph_.target(edge)] == 0) remove(state);
    while (!out.empty()) {
        const uint32_t state = out.back();
        out.pop_back();
        for (uint64_t i = first_before_[state]; i < first_before_[state + size_t{1}]; ++i)
            if (in[before_[i]] != 0) remove(before_[i]);
    }
    std::vector<uint32_t> kept;
    for (const uint32_t state : candidates)
        if (in[state] != 0) kept.push_back(state);
    return kept;
}

/// The largest level whose helper is enabled everywhere; without states if there is none.
RankLevel Peeling::by_weak_helper(const std::vector<uint32_t>& states, const Rest& rest) const {
    RankLevel best;
    for (uint32_t c = 0; c < graph_.constraints(); ++c) {
        std::vector<uint32_t> candidates;
        for (const uint32_t state : states)
            if (graph_.enabled(state).contains(c) && !rest.taken_inside[state].contains(c)) candidates.push_back(state);
        if (candidates.size() <= best.states.size()) continue;
        std::vector<uint32_t> level = closed(candidates, rest.in);
        if (level.size() > best.states.size()) best = {c, std::move(level), {}};
    }
    return best;
}

/// The same of strong helpers, which are enabled in some state of the level.
RankLevel Peeling::by_strong_helper(const std::vector<uint32_t>& states, const Rest& rest) const {
    RankLevel best;
    for (uint32_t c = 0; c < graph_.constraints(); ++c) {
        if (!graph_.strong().contains(c)) continue;
        std::vector<uint32_t> level;
        for (const uint32_t state : states)
            if (!rest.taken_inside[state].contains(c)) level.push_back(state);
        for (;;) {
            level = closed(level, rest.in);
            std::vector<uint32_t> disabled;
            for (const uint32_t state : level)
                if (!graph_.enabled(state).contains(c)) disabled.push_back(state);
            if (disabled.size() == level.size() || level.size() <= best.states.size()) break;
            std::vector<RankLevel> meanwhile = peel(disabled);
            if (disabled.empty()) {
                best = {c, std::move(level), std::move(meanwhile)};
                break;
            }
            std::erase_if(level, [&](uint32_t state) { return std::ranges::binary_search(disabled, state); });
        }
    }
    return best;
}

std::vector<RankLevel> Peeling::peel(std::vector<uint32_t>& states) const {
    std::vector<RankLevel> levels;
    Rest rest{Marks(graph_.states(), 0), std::vector<ConstraintSet>(graph_.states())};
    for (const uint32_t state : states) rest.in[state] = 1;
    for (const uint32_t state : states) look_at(state, rest);
    while (!states.empty()) {
        count(states.size());
        RankLevel level = by_weak_helper(states, rest);
        if (level.states.empty()) level = by_strong_helper(states, rest);
        if (level.states.empty()) break;
        for (const uint32_t state : level.states) rest.in[state] = 0;
        std::erase_if(states, [&](uint32_t state) { return rest.in[state] == 0; });
        for (const uint32_t state : level.states)
            for (uint64_t i = first_before_[state]; i < first_before_[state + size_t{1}]; ++i)
                if (rest.in[before_[i]] != 0) look_at(before_[i], rest);
        levels.push_back(std::move(level));
    }
    return levels;
}

}  // namespace

std::optional<std::vector<RankLevel>> rank_levels(const StateGraph& graph, const StateBits& region,
                                                  const std::function<void()>& poll) {
    std::vector<uint32_t> rest;
    for (uint32_t state = 0; state < graph.states(); ++state)
        if (region[state]) rest.push_back(state);
    std::vector<RankLevel> levels = Peeling(graph, poll).peel(rest);
    if (!rest.empty()) return std::nullopt;
    return levels;
}

}  // namespace untorn::checker
