// Walks over control-flow graphs: the interior of a step, and cycles that no scheduling point cuts (strong components,
// Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1972; Boost.Graph's implementation).
#include "model/language/cfg.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <set>

namespace untorn::language {

std::vector<NodeId> successors(const CfgNode& node) {
    std::vector<NodeId> out;
    if (node.kind == NodeKind::stop) return out;
    for (const Branching& a : node.alternatives) out.push_back(a.entry);
    if (node.kind == NodeKind::choose) return out;
    if (node.next != no_node) out.push_back(node.next);
    if (node.kind == NodeKind::branch && node.other != no_node) out.push_back(node.other);
    return out;
}

bool ends_step(const CfgNode& to, bool fresh_after) { return to.kind == NodeKind::stop || (to.point && !fresh_after); }

namespace {
bool stays_fresh(const CfgNode& node) {
    return node.kind == NodeKind::nop || node.kind == NodeKind::choose || node.kind == NodeKind::atomic ||
           node.transparent;
}
}  // namespace

// A node may lie in a region twice: fresh, as what the step begins with, and again behind other code, as in
// `choose { again: await a; if (own) goto again; }`, where it ends the step.
Region region_from(const Cfg& cfg, NodeId start, bool at_point) {
    Region region;
    if (ends_step(cfg.nodes[start], at_point)) {
        region.stops.push_back(start);
        return region;
    }
    struct Visit {
        NodeId node;
        bool fresh;
        std::vector<NodeId> next;
        size_t at = 0;
    };
    std::set<std::pair<NodeId, bool>> seen{{start, at_point}};
    std::vector<std::pair<NodeId, bool>> finished;
    std::vector<Visit> stack;
    stack.push_back({start, at_point, successors(cfg.nodes[start])});
    while (!stack.empty()) {
        Visit& top = stack.back();
        if (top.at == top.next.size()) {
            finished.emplace_back(top.node, top.fresh);
            stack.pop_back();
            continue;
        }
        const NodeId to = top.next[top.at++];
        const bool after = top.fresh && stays_fresh(cfg.nodes[top.node]);
        if (ends_step(cfg.nodes[to], after)) {
            if (std::find(region.stops.begin(), region.stops.end(), to) == region.stops.end())
                region.stops.push_back(to);
        } else if (seen.emplace(to, after).second) {
            stack.push_back({to, after, successors(cfg.nodes[to])});
        }
    }
    std::reverse(finished.begin(), finished.end());
    for (const auto& [node, fresh] : finished) {
        region.order.push_back(node);
        region.fresh.push_back(fresh);
    }
    return region;
}

std::optional<NodeId> pointless_cycle(const Cfg& cfg) {
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
    Graph graph(cfg.nodes.size());
    std::optional<NodeId> found;
    for (NodeId from = 0; from < cfg.nodes.size(); ++from)
        for (const NodeId to : successors(cfg.nodes[from]))
            if (!cfg.nodes[to].point) {
                boost::add_edge(from, to, graph);
                if (from == to && !found) found = from;
            }
    std::vector<size_t> component(cfg.nodes.size());
    const size_t count = boost::strong_components(graph, component.data());
    std::vector<size_t> members(count);
    for (const size_t c : component) ++members[c];
    for (NodeId node = 0; node < cfg.nodes.size() && !found; ++node)
        if (members[component[node]] > 1 && cfg.nodes[node].span.end != 0) found = node;
    for (NodeId node = 0; node < cfg.nodes.size() && !found; ++node)
        if (members[component[node]] > 1) found = node;
    return found;
}

}  // namespace untorn::language
