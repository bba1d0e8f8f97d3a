#include "checker/liveness/rank_levels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "checker/liveness/fair_components.h"
#include "tests/liveness/naive_fairness.h"

using namespace untorn::checker;
using namespace untorn::testing;

namespace {

const std::function<void()> no_poll = [] {};

/// Mostly such that have to move: else few regions would have levels.
StateBits some_states(Dice& dice, const StateGraph& graph) {
    StateBits bits(graph.states());
    for (uint32_t s = 0; s < graph.states(); ++s)
        if (graph.may_stutter(s) ? dice.below(30) == 0 : dice.below(4) != 0) bits.insert(s);
    return bits;
}

/// The rules of rank_levels.h, read once more, state by state: the first that is broken, or nothing.
std::string broken(const StateGraph& graph, const std::set<uint32_t>& region, const std::vector<RankLevel>& levels) {
    std::map<uint32_t, size_t> level_of;
    for (size_t k = 0; k < levels.size(); ++k)
        for (const uint32_t s : levels[k].states) {
            if (!region.contains(s)) return "a level has a state that is not of the region";
            if (!level_of.emplace(s, k).second) return "a state has two levels";
        }
    if (level_of.size() != region.size()) return "a state has no level";
    for (const auto& [s, k] : level_of) {
        const RankLevel& level = levels[k];
        for (uint64_t e = graph.first_edge(s); e < graph.end_edge(s); ++e) {
            const auto to = level_of.find(graph.target(e));
            if (to == level_of.end() || to->second < k) continue;
            if (to->second > k) return "a step leads higher";
            if (graph.kind(e).taken.contains(level.helper)) return "the helper does not lead on";
        }
        if (!graph.strong().contains(level.helper) && !graph.enabled(s).contains(level.helper))
            return "the helper is not enabled";
    }
    for (const RankLevel& level : levels) {
        if (!graph.strong().contains(level.helper)) continue;
        std::set<uint32_t> disabled;
        for (const uint32_t s : level.states)
            if (!graph.enabled(s).contains(level.helper)) disabled.insert(s);
        if (disabled.size() == level.states.size()) return "the helper is never enabled";
        if (std::string inside = broken(graph, disabled, level.meanwhile); !inside.empty()) return inside;
    }
    return "";
}

size_t nested(const std::vector<RankLevel>& levels) {
    size_t count = 0;
    for (const RankLevel& level : levels) count += level.meanwhile.size();
    return count;
}

}  // namespace

TEST_CASE("a region has levels if and only if no fair run stays in it, and they are what they claim to be") {
    size_t ranked = 0, fair = 0, with_nested = 0, most = 0;
    for (uint32_t seed = 1; seed <= 6000; ++seed) {
        CAPTURE(seed);
        Dice dice(seed);
        const StateGraph graph = random_graph(dice, 1 + dice.below(16), dice.below(5));
        const StateBits region = some_states(dice, graph);
        std::set<uint32_t> members;
        for (uint32_t s = 0; s < graph.states(); ++s)
            if (region[s]) members.insert(s);
        const auto levels = rank_levels(graph, region, no_poll);
        REQUIRE(levels.has_value() == (fair_components(graph, region, true, no_poll).count == 0));
        REQUIRE(levels.has_value() == fair_states(graph, members, true).empty());
        if (!levels) {
            ++fair;
            continue;
        }
        ++ranked;
        with_nested += nested(*levels) > 0 ? 1 : 0;
        most = std::max(most, levels->size());
        REQUIRE(broken(graph, members, *levels) == "");
    }
    CHECK(ranked > 800);  // the sample is worth something
    CHECK(fair > 800);
    CHECK(with_nested > 50);
    CHECK(most > 3);
}

TEST_CASE("the check of levels notices when two are exchanged, or a helper is another one") {
    size_t exchanged = 0, helped = 0, tried = 0, helpers = 0;
    for (uint32_t seed = 1; seed <= 4000; ++seed) {
        Dice dice(seed);
        const StateGraph graph = random_graph(dice, 1 + dice.below(16), 1 + dice.below(4));
        const StateBits region = some_states(dice, graph);
        std::set<uint32_t> members;
        for (uint32_t s = 0; s < graph.states(); ++s)
            if (region[s]) members.insert(s);
        const auto levels = rank_levels(graph, region, no_poll);
        if (!levels) continue;
        for (size_t k = 0; k + 1 < levels->size(); ++k) {
            auto wrong = *levels;
            std::swap(wrong[k], wrong[k + 1]);
            ++tried;
            exchanged += broken(graph, members, wrong).empty() ? 0 : 1;
        }
        for (size_t k = 0; k < levels->size(); ++k) {
            auto wrong = *levels;
            wrong[k].helper = (wrong[k].helper + 1) % static_cast<uint32_t>(graph.constraints());
            if (wrong[k].helper == (*levels)[k].helper) continue;
            ++helpers;
            helped += broken(graph, members, wrong).empty() ? 0 : 1;
        }
    }
    CHECK(tried > 500);
    CHECK(exchanged * 2 > tried);
    CHECK(helped * 2 > helpers);
}

// Two threads of three steps each, and a daemon that may always turn round: level by level one thread's next step.
TEST_CASE("levels of two counters that go to zero are as many as their steps, not as their product") {
    constexpr uint32_t steps = 3, side = steps + 1;
    StateGraph graph({false, false, false});
    graph.initial = 1;
    const auto kind = [](uint32_t c) {
        StepKind made{ConstraintSet(3), 0};
        made.taken.insert(c);
        return made;
    };
    for (uint32_t a = 0; a < side; ++a)
        for (uint32_t b = 0; b < side; ++b) {
            ConstraintSet enabled(3);
            const auto move = [&](uint32_t c, uint32_t to) {
                enabled.insert(c);
                graph.add_edge(to, kind(c));
            };
            if (a < steps) move(0, (a + 1) * side + b);
            if (b < steps) move(1, a * side + b + 1);
            move(2, a * side + b);
            graph.close_state(enabled);
        }
    StateBits unfinished(side * side);
    for (uint32_t s = 0; s + 1 < side * side; ++s) unfinished.insert(s);
    const auto levels = rank_levels(graph, unfinished, no_poll);
    REQUIRE(levels.has_value());
    CHECK(levels->size() == 2 * steps);
    CHECK(levels->front().states == std::vector<uint32_t>{side * (steps - 1) + steps});
    CHECK(levels->front().helper == 0);
}

TEST_CASE("a strong helper that is enabled again and again needs no other; its levels are of the time in between") {
    // 0 <-> 1 by constraint 0; in 1 the strong constraint 1 can leave for 2.
    StateGraph graph({false, true});
    graph.initial = 1;
    const auto kind = [](uint32_t c) {
        StepKind made{ConstraintSet(2), 0};
        made.taken.insert(c);
        return made;
    };
    const auto set = [](std::vector<uint32_t> members) {
        ConstraintSet made(2);
        for (const uint32_t c : members) made.insert(c);
        return made;
    };
    graph.add_edge(1, kind(0));
    graph.close_state(set({0}));
    graph.add_edge(0, kind(0));
    graph.add_edge(2, kind(1));
    graph.close_state(set({0, 1}));
    graph.close_state(set({}));
    StateBits region(3);
    region.insert(0);
    region.insert(1);
    const auto levels = rank_levels(graph, region, no_poll);
    REQUIRE(levels.has_value());
    REQUIRE(levels->size() == 1);
    const RankLevel& level = levels->front();
    CHECK(level.helper == 1);
    CHECK(level.states == std::vector<uint32_t>{0, 1});
    REQUIRE(level.meanwhile.size() == 1);
    CHECK(level.meanwhile.front().helper == 0);
    CHECK(level.meanwhile.front().states == std::vector<uint32_t>{0});
    // With the state where nothing can move, a run may wait there for ever.
    region.insert(2);
    CHECK(!rank_levels(graph, region, no_poll));
}
