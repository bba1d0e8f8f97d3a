#include "checker/liveness/fair_components.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include "tests/liveness/naive_fairness.h"

using namespace untorn::checker;
using namespace untorn::testing;

namespace {

const std::function<void()> no_poll = [] {};

StateBits some_states(Dice& dice, uint32_t states) {
    StateBits bits(states);
    for (uint32_t s = 0; s < states; ++s)
        if (dice.below(8) != 0) bits.insert(s);
    return bits;
}

std::set<uint32_t> members(const StateBits& bits, uint32_t states) {
    std::set<uint32_t> out;
    for (uint32_t s = 0; s < states; ++s)
        if (bits[s]) out.insert(s);
    return out;
}

/// By state: the least member of its component.
std::vector<uint32_t> by_boost(const StateGraph& graph, const StateBits& states, bool faults) {
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> other(graph.states());
    for (uint32_t s = 0; s < graph.states(); ++s)
        for (uint64_t e = graph.first_edge(s); e < graph.end_edge(s); ++e)
            if (states[s] && states[graph.target(e)] && (faults || !graph.has_fault(e)))
                boost::add_edge(s, graph.target(e), other);
    std::vector<uint32_t> component(graph.states()), least(graph.states(), UINT32_MAX), out;
    boost::strong_components(
        other, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, other)));
    for (uint32_t s = 0; s < graph.states(); ++s) least[component[s]] = std::min(least[component[s]], s);
    for (uint32_t s = 0; s < graph.states(); ++s) out.push_back(states[s] ? least[component[s]] : UINT32_MAX);
    return out;
}

}  // namespace

TEST_CASE("strongly connected components are those of Boost.Graph") {
    for (uint32_t seed = 1; seed <= 3000; ++seed) {
        CAPTURE(seed);
        Dice dice(seed);
        const StateGraph graph = random_graph(dice, 1 + dice.below(30), dice.below(4));
        const StateBits states = some_states(dice, graph.states());
        const bool faults = dice.below(2) == 0;
        std::vector<uint32_t> of, ours(graph.states(), UINT32_MAX);
        size_t calls = 0;
        for_each_component(
            graph, states, faults, of,
            [&](std::span<const uint32_t> found, uint32_t number) {
                ++calls;
                const uint32_t least = *std::ranges::min_element(found);
                for (const uint32_t s : found) {
                    REQUIRE(ours[s] == UINT32_MAX);  // each state is found once
                    ours[s] = least;
                }
                for (uint32_t s = 0; s < graph.states(); ++s)
                    REQUIRE((of[s] == number) == (std::ranges::find(found, s) != found.end()));
            },
            no_poll);
        REQUIRE(ours == by_boost(graph, states, faults));
        REQUIRE(calls == [&] {
            std::set<uint32_t> all(ours.begin(), ours.end());
            all.erase(UINT32_MAX);
            return all.size();
        }());
    }
}

TEST_CASE("a long way does not exhaust the stack") {
    StateGraph graph({false});
    graph.initial = 1;
    constexpr uint32_t length = 2'000'000;
    const StepKind kind{ConstraintSet(1), 0};
    for (uint32_t s = 0; s < length; ++s) {
        graph.add_edge((s + 1) % length, kind);
        graph.close_state(ConstraintSet(1));
    }
    StateBits all(length);
    for (uint32_t s = 0; s < length; ++s) all.insert(s);
    size_t polls = 0;
    const FairComponents fair = fair_components(graph, all, true, [&] { ++polls; });
    CHECK(fair.count == 1);
    CHECK(polls == length / 8192);
}

TEST_CASE("fair components are where a fixpoint over sets of states says that fair runs can stay") {
    size_t fair_graphs = 0, partly = 0;
    for (uint32_t seed = 1; seed <= 4000; ++seed) {
        CAPTURE(seed);
        Dice dice(seed);
        const StateGraph graph = random_graph(dice, 1 + dice.below(12), dice.below(5));
        const StateBits states = some_states(dice, graph.states());
        const bool faults = dice.below(2) == 0;
        const FairComponents fair = fair_components(graph, states, faults, no_poll);
        // From a state a fair run can stay inside if it reaches a fair component inside.
        std::set<uint32_t> reach;
        const std::set<uint32_t> inside = members(states, graph.states());
        for (const uint32_t s : inside)
            if (fair.count != 0 && fair.component[s] != 0) reach.insert(s);
        fair_graphs += reach.empty() ? 0 : 1;
        for (bool more = true; more;) {
            more = false;
            for (const uint32_t s : inside)
                for (uint64_t e = graph.first_edge(s); e < graph.end_edge(s); ++e)
                    if (reach.contains(graph.target(e)) && (faults || !graph.has_fault(e)))
                        more = reach.insert(s).second || more;
        }
        partly += !reach.empty() && reach != inside ? 1 : 0;
        REQUIRE(reach == fair_states(graph, inside, faults));
    }
    CHECK(fair_graphs > 1000);  // the sample is worth something
    CHECK(partly > 500);
}
