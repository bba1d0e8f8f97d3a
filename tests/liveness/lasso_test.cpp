#include "checker/liveness/lasso.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/liveness/naive_fairness.h"

using namespace untorn::checker;
using namespace untorn::testing;

namespace {

const std::function<void()> no_poll = [] {};

struct Question {
    StateBits triggers, unanswered;
    bool at_start = false;
    bool triggered = false;  ///< by `triggers`, not everywhere
    Waiting waiting() const { return {triggered ? &triggers : nullptr, at_start, &unanswered}; }
};

Question random_question(Dice& dice, uint32_t states) {
    Question q{StateBits(states), StateBits(states), dice.below(3) == 0, dice.below(2) == 0};
    for (uint32_t s = 0; s < states; ++s) {
        if (dice.below(3) == 0) q.triggers.insert(s);
        if (dice.below(4) != 0) q.unanswered.insert(s);
    }
    return q;
}

std::optional<Lasso> search(const StateGraph& graph, const Question& q, bool faults, bool order_by_steps = false) {
    const StateBits states = waiting_states(graph, q.waiting(), no_poll);
    return find_lasso(graph, q.waiting(), fair_components(graph, states, faults, no_poll), faults, order_by_steps,
                      no_poll);
}

/// Only what rule 15 says: the states of the lasso in order, and since when it waits.
void check_lasso(const StateGraph& graph, const Question& q, const Lasso& lasso, bool faults) {
    REQUIRE(lasso.start < graph.initial);
    std::vector<uint32_t> states{lasso.start};
    for (const auto* part : {&lasso.stem, &lasso.cycle})
        for (const uint64_t edge : *part) {
            REQUIRE(graph.source(edge) == states.back());
            states.push_back(graph.target(edge));
        }
    REQUIRE(states[lasso.stem.size()] == states.back());
    size_t waits = states.size();
    while (waits > 0 && q.unanswered[states[waits - 1]]) --waits;
    REQUIRE(waits <= lasso.stem.size());
    if (q.at_start) REQUIRE(waits == 0);
    if (q.triggered) {
        const auto first = q.at_start ? states.begin() : states.begin() + static_cast<ptrdiff_t>(waits);
        const auto last = q.at_start ? states.begin() + 1 : states.end();
        REQUIRE(std::any_of(first, last, [&](uint32_t s) { return q.triggers[s]; }));
    }
    REQUIRE(fair_cycle(graph, states.back(), lasso.cycle));
    if (!faults)
        for (const uint64_t edge : lasso.cycle) REQUIRE(!graph.has_fault(edge));
}

/// The states that some way from the start reaches waiting.
std::set<uint32_t> naive_waiting(const StateGraph& graph, const Question& q) {
    std::set<uint32_t> reached, waiting;
    for (uint32_t s = 0; s < graph.initial; ++s) reached.insert(s);
    const std::set<uint32_t> starts = reached;
    const auto close = [&](std::set<uint32_t>& set, auto allowed) {
        for (bool more = true; more;) {
            more = false;
            for (const uint32_t s : std::set<uint32_t>(set))
                for (uint64_t e = graph.first_edge(s); e < graph.end_edge(s); ++e)
                    if (allowed(graph.target(e))) more = set.insert(graph.target(e)).second || more;
        }
    };
    close(reached, [](uint32_t) { return true; });
    for (const uint32_t s : q.at_start ? starts : reached)
        if (q.unanswered[s] && (!q.triggered || q.triggers[s])) waiting.insert(s);
    close(waiting, [&](uint32_t s) { return q.unanswered[s]; });
    return waiting;
}

/// Faults, then steps, of the least way to a state that satisfies `good`, by trying all of up to so many steps.
struct Cost {
    uint64_t faults = 0, steps = 0;
    auto operator<=>(const Cost&) const = default;
};

std::optional<Cost> least_stem(const StateGraph& graph, const Question& q, const std::set<uint32_t>& goal) {
    // Bellman-Ford over (state, waiting).
    std::map<std::pair<uint32_t, bool>, Cost> cost;
    for (uint32_t s = 0; s < graph.initial; ++s)
        if (!q.at_start)
            cost[{s, false}] = {};
        else if (q.unanswered[s] && (!q.triggered || q.triggers[s]))
            cost[{s, true}] = {};
    for (bool more = true; more;) {
        more = false;
        const auto offer = [&](uint32_t s, bool waits, Cost c) {
            const auto [at, added] = cost.try_emplace({s, waits}, c);
            if (!added && !(c < at->second)) return;
            at->second = c;
            more = true;
        };
        for (const auto& [node, c] : std::map(cost)) {
            const auto [s, waits] = node;
            if (!waits && q.unanswered[s] && (!q.triggered || q.triggers[s])) offer(s, true, c);
            for (uint64_t e = graph.first_edge(s); e < graph.end_edge(s); ++e)
                if (!waits || q.unanswered[graph.target(e)])
                    offer(graph.target(e), waits, {c.faults + graph.kind(e).faults, c.steps + 1});
        }
    }
    std::optional<Cost> least;
    for (const auto& [node, c] : cost)
        if (node.second && goal.contains(node.first) && (!least || c < *least)) least = c;
    return least;
}

}  // namespace

TEST_CASE("a lasso is found where one is, and is one") {
    size_t found = 0, none = 0, stutter = 0, cycles = 0;
    for (uint32_t seed = 1; seed <= 6000; ++seed) {
        CAPTURE(seed);
        Dice dice(seed);
        const StateGraph graph = random_graph(dice, 2 + dice.below(12), dice.below(5));
        const Question q = random_question(dice, graph.states());
        const bool faults = dice.below(2) == 0;
        const auto lasso = search(graph, q, faults);
        const std::set<uint32_t> waiting = naive_waiting(graph, q);
        REQUIRE(lasso.has_value() == !fair_states(graph, waiting, faults).empty());
        if (!lasso) {
            ++none;
            continue;
        }
        ++found;
        ++(lasso->cycle.empty() ? stutter : cycles);
        check_lasso(graph, q, *lasso, faults);
        // The stem is a least one to the fair components.
        std::set<uint32_t> goal;
        const FairComponents fair =
            fair_components(graph, waiting_states(graph, q.waiting(), no_poll), faults, no_poll);
        for (uint32_t s = 0; s < graph.states(); ++s)
            if (fair.component[s] != 0) goal.insert(s);
        Cost cost;
        for (const uint64_t edge : lasso->stem) cost = {cost.faults + graph.kind(edge).faults, cost.steps + 1};
        REQUIRE(cost == *least_stem(graph, q, goal));
    }
    CHECK(found > 1000);
    CHECK(none > 1000);
    CHECK(stutter > 300);
    CHECK(cycles > 300);
}

namespace {
/// Edges are given as (from, to, constraint or -1).
StateGraph graph_of(uint32_t states, const std::vector<std::array<int, 3>>& edges, const std::vector<bool>& strong) {
    StateGraph graph(strong);
    graph.initial = 1;
    for (uint32_t s = 0; s < states; ++s) {
        ConstraintSet enabled(strong.size());
        for (const auto& [from, to, c] : edges) {
            if (static_cast<uint32_t>(from) != s) continue;
            StepKind kind{ConstraintSet(strong.size()), 0};
            if (c >= 0) kind.taken.insert(static_cast<uint32_t>(c));
            enabled |= kind.taken;
            graph.add_edge(static_cast<uint32_t>(to), kind);
        }
        graph.close_state(enabled);
    }
    return graph;
}

Question always(uint32_t states) {
    Question q{StateBits(states), StateBits(states)};
    for (uint32_t s = 0; s < states; ++s) q.unanswered.insert(s);
    return q;
}
}  // namespace

TEST_CASE("the cycle itself is fair, not only the component it lies in") {
    // 0 and 1 go round by constraint 0; from 1 there is a detour over 2 by constraint 1, which is enabled in 1 only. A
    // cycle over 0 and 1 alone is fair to weak constraint 1 (disabled in 0), and unfair to a strong one.
    const std::vector<std::array<int, 3>> edges{{0, 1, 0}, {1, 0, 0}, {1, 2, 1}, {2, 0, 0}};
    const auto weak = search(graph_of(3, edges, {false, false}), always(3), true);
    REQUIRE(weak);
    CHECK(weak->cycle == std::vector<uint64_t>{0, 1});
    const auto strong = search(graph_of(3, edges, {false, true}), always(3), true);
    REQUIRE(strong);
    CHECK(strong->cycle == std::vector<uint64_t>{0, 2, 3});
}

TEST_CASE("where a strong constraint is enabled but cannot be taken inside, no cycle goes") {
    // Constraint 1 leads out of the region from state 1; state 2 and 0 go round without it.
    const std::vector<std::array<int, 3>> edges{{0, 1, 0}, {1, 0, 0}, {1, 3, 1}, {0, 2, 0}, {2, 0, 0}};
    Question q{StateBits(4), StateBits(4)};
    for (const uint32_t s : {0U, 1U, 2U}) q.unanswered.insert(s);
    const auto lasso = search(graph_of(4, edges, {false, true}), q, true);
    REQUIRE(lasso);
    CHECK(lasso->cycle == std::vector<uint64_t>{1, 4});
    Question without{StateBits(4), StateBits(4)};
    for (const uint32_t s : {0U, 1U}) without.unanswered.insert(s);
    CHECK(!search(graph_of(4, edges, {false, true}), without, true));
}

TEST_CASE("stuttering is no move: a run stays only where nothing is enabled") {
    const auto moves = graph_of(2, {{0, 1, 0}, {1, 1, -1}}, {false});
    const auto lasso = search(moves, always(2), true);
    REQUIRE(lasso);
    CHECK(lasso->stem == std::vector<uint64_t>{0});
    CHECK(lasso->cycle.empty());
    Question first{StateBits(2), StateBits(2)};
    first.unanswered.insert(0);
    CHECK(!search(moves, first, true));
}

TEST_CASE("the stem spends the fewest faults; with --order steps it takes the fewest steps") {
    StateGraph graph({false});
    graph.initial = 1;
    const ConstraintSet none(1);
    ConstraintSet own(1);
    own.insert(0);
    graph.add_edge(2, {none, 1});  // 0: to 2 by a fault, or by two steps
    graph.add_edge(1, {own, 0});
    graph.close_state(own);
    graph.add_edge(2, {own, 0});
    graph.close_state(own);
    graph.close_state(none);
    CHECK(search(graph, always(3), true)->stem == std::vector<uint64_t>{1, 2});
    CHECK(search(graph, always(3), true, true)->stem == std::vector<uint64_t>{0});
}
