#include "checker/explicit/recovery.h"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <deque>
#include <unordered_map>

namespace untorn::checker {

namespace {

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, uint32_t, uint64_t>;
using Edge = std::pair<uint32_t, uint32_t>;

/// The least state on a cycle, and the component of each state.
std::optional<uint32_t> least_on_cycle(const std::vector<Edge>& edges, uint32_t states,
                                       std::vector<uint32_t>& component) {
    const Graph graph(boost::edges_are_sorted, edges.begin(), edges.end(), states);
    const auto index = boost::get(boost::vertex_index, graph);
    component.assign(states, 0);
    boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), index));
    std::optional<uint32_t> least;
    for (const auto& [from, to] : edges)  // sorted by `from`
        if (component[from] == component[to] && !least) least = from;
    return least;
}

/// Breadth-first from `state` inside its component until a step leads back.
RecoveryCycle shortest_cycle(CrashSearch& crash, uint32_t state, const std::vector<uint32_t>& component) {
    std::unordered_map<uint32_t, std::pair<uint32_t, uint32_t>> reached_by;  // state: (parent, instance)
    std::deque<uint32_t> queue{state};
    bool closed = false;
    while (!closed) {
        const uint32_t from = queue.front();
        queue.pop_front();
        crash.for_each_free_step(from, [&](uint32_t instance, uint32_t to) {
            if (component[to] != component[state] || !reached_by.try_emplace(to, from, instance).second) return;
            queue.push_back(to);
            closed = closed || to == state;
        });
    }
    RecoveryCycle cycle{state, {}};
    uint32_t at = state;
    do {
        const auto [parent, instance] = reached_by.at(at);
        cycle.steps.emplace_back(instance, at);
        at = parent;
    } while (at != state);
    std::ranges::reverse(cycle.steps);
    return cycle;
}

}  // namespace

std::optional<RecoveryCycle> find_recovery_cycle(CrashSearch& crash, MemoryBudget& memory) {
    if (crash.free_steps() == 0) return std::nullopt;
    // The edges twice (list and graph); five numbers a state are kept by the graph and the search of it.
    const uint64_t bytes = crash.free_steps() * (sizeof(Edge) + sizeof(uint32_t)) + crash.size() * uint64_t{32};
    memory.take(bytes);
    std::vector<Edge> edges;
    edges.reserve(crash.free_steps());
    for (uint32_t state = 0; state < crash.size(); ++state)
        crash.for_each_free_step(state, [&](uint32_t, uint32_t to) { edges.emplace_back(state, to); });
    std::vector<uint32_t> component;
    const auto least = least_on_cycle(edges, crash.size(), component);
    std::optional<RecoveryCycle> cycle;
    if (least) cycle = shortest_cycle(crash, *least, component);
    memory.give_back(bytes);
    return cycle;
}

}  // namespace untorn::checker
