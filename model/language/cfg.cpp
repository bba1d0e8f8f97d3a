// Walks over control-flow graphs: the interior of a step, and cycles that no scheduling point cuts (strong components,
// Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1972; Boost.Graph's implementation).
#include "model/language/cfg.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <unordered_map>

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

Region region_from(const Cfg& cfg, NodeId start, bool at_point) {
    Region region;
    if (ends_step(cfg.nodes[start], at_point)) {
        region.stops.push_back(start);
        return region;
    }
    struct Visit {
        NodeId node;
        std::vector<NodeId> next;
        size_t at = 0;
    };
    std::unordered_map<NodeId, bool> fresh{{start, at_point}};
    std::vector<NodeId> finished;
    std::vector<Visit> stack;
    stack.push_back({start, successors(cfg.nodes[start])});
    while (!stack.empty()) {
        Visit& top = stack.back();
        if (top.at == top.next.size()) {
            finished.push_back(top.node);
            stack.pop_back();
            continue;
        }
        const NodeId to = top.next[top.at++];
        const bool after = fresh[top.node] && stays_fresh(cfg.nodes[top.node]);
        if (ends_step(cfg.nodes[to], after)) {
            if (std::find(region.stops.begin(), region.stops.end(), to) == region.stops.end())
                region.stops.push_back(to);
            continue;
        }
        const auto [old, added] = fresh.try_emplace(to, after);
        if (added)
            stack.push_back({to, successors(cfg.nodes[to])});
        else
            old->second = old->second && after;
    }
    region.order.assign(finished.rbegin(), finished.rend());
    for (const NodeId node : region.order) region.fresh.push_back(fresh[node]);
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
