#include "checker/liveness/lasso.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "checker/explicit/findings.h"
#include "checker/explicit/limits.h"

namespace untorn::checker {

namespace {

constexpr uint32_t states_between_polls = 8192;

bool triggers(const Waiting& waiting, uint32_t state) {
    return (*waiting.unanswered)[state] && (waiting.triggers == nullptr || (*waiting.triggers)[state]);
}

/// The least way, by levels: first through any states, then waiting.
class StemSearch {
 public:
    StemSearch(const StateGraph& graph, const Waiting& waiting, const FairComponents& fair, bool order_by_steps)
        : graph_(graph),
          waiting_(waiting),
          fair_(fair),
          order_by_steps_(order_by_steps),
          came_(size_t{2} * graph.states(), nowhere) {}

    std::optional<Lasso> run(const std::function<void()>& poll) {
        for (uint32_t state = 0; state < graph_.initial; ++state) {
            if (!waiting_.at_start)
                queue_[{}].push_back({2 * uint64_t{state}, from_start});
            else if (triggers(waiting_, state))
                queue_[{}].push_back({2 * uint64_t{state} + 1, from_start});
        }
        uint32_t until_poll = states_between_polls;
        while (!queue_.empty()) {
            const LevelKey level = queue_.begin()->first;
            std::deque<Entry>& entries = queue_.begin()->second;
            while (!entries.empty()) {
                const Entry entry = entries.front();
                entries.pop_front();
                if (came_[entry.node] != nowhere) continue;
                came_[entry.node] = entry.by;
                const auto state = static_cast<uint32_t>(entry.node / 2);
                if (entry.node % 2 == 1 && fair_.component[state] != 0) return way_to(entry.node);
                expand(entry.node, level, entries);
                if (--until_poll != 0) continue;
                until_poll = states_between_polls;
                poll();
            }
            queue_.erase(queue_.begin());
        }
        return std::nullopt;
    }

 private:
    /// A node is a state and whether the run is waiting: twice the number, and 1.
    struct Entry {
        uint64_t node = 0;
        uint64_t by = 0;  ///< an edge, or one of:
    };
    static constexpr uint64_t nowhere = UINT64_MAX, from_start = UINT64_MAX - 1, begins_to_wait = UINT64_MAX - 2;

    void expand(uint64_t node, LevelKey level, std::deque<Entry>& same_level) {
        const auto state = static_cast<uint32_t>(node / 2);
        const bool waits = node % 2 == 1;
        if (!waits && triggers(waiting_, state)) same_level.push_front({node + 1, begins_to_wait});
        for (uint64_t edge = graph_.first_edge(state); edge < graph_.end_edge(state); ++edge) {
            const uint32_t to = graph_.target(edge);
            if (waits && !(*waiting_.unanswered)[to]) continue;
            const uint64_t next = 2 * uint64_t{to} + (waits ? 1 : 0);
            if (came_[next] != nowhere) continue;
            const uint64_t faults = order_by_steps_ ? 0 : graph_.kind(edge).faults;
            queue_[{level.faults + faults, level.steps + 1}].push_back({next, edge});
        }
    }

    Lasso way_to(uint64_t node) const {
        Lasso lasso;
        while (came_[node] != from_start) {
            if (came_[node] == begins_to_wait) {
                --node;
                continue;
            }
            lasso.stem.push_back(came_[node]);
            node = 2 * uint64_t{graph_.source(came_[node])} + node % 2;
        }
        lasso.start = static_cast<uint32_t>(node / 2);
        std::ranges::reverse(lasso.stem);
        return lasso;
    }

    const StateGraph& graph_;
    const Waiting& waiting_;
    const FairComponents& fair_;
    bool order_by_steps_;
    std::vector<uint64_t> came_;  ///< by node: how it was first reached
    std::map<LevelKey, std::deque<Entry>> queue_;
};

class CycleSearch {
 public:
    CycleSearch(const StateGraph& graph, const FairComponents& fair, bool faults, uint32_t begin)
        : graph_(graph),
          fair_(fair),
          faults_(faults),
          begin_(begin),
          at_(begin),
          taken_(graph.constraints()),
          in_some_(graph.constraints()),
          in_all_(graph.constraints(), true) {
        pass(begin);
    }

    std::vector<uint64_t> run() {
        if (graph_.may_stutter(begin_)) return {};
        for (;;) {
            const ConstraintSet weak = (graph_.weak() & in_all_) - taken_;
            const ConstraintSet missing = weak | ((graph_.strong() & in_some_) - taken_);
            if (!missing.empty()) {
                go([&](uint64_t edge) {
                    return !(graph_.kind(edge).taken & missing).empty() ||
                           !(weak - graph_.enabled(graph_.target(edge))).empty();
                });
            } else if (cycle_.empty() || at_ != begin_) {
                go([&](uint64_t edge) { return graph_.target(edge) == begin_; });
            } else {
                return std::move(cycle_);
            }
        }
    }

 private:
    void pass(uint32_t state) {
        in_some_ |= graph_.enabled(state);
        in_all_ &= graph_.enabled(state);
    }

    /// Follows the shortest way inside the component whose last edge is wanted.
    template <class Wanted>
    void go(Wanted wanted) {
        std::unordered_map<uint32_t, uint64_t> by;  // state: edge that first led there
        std::deque<uint32_t> queue{at_};
        while (!queue.empty()) {
            const uint32_t state = queue.front();
            queue.pop_front();
            for (uint64_t edge = graph_.first_edge(state); edge < graph_.end_edge(state); ++edge) {
                const uint32_t to = graph_.target(edge);
                if (fair_.component[to] != fair_.component[begin_] || (!faults_ && graph_.has_fault(edge))) continue;
                if (wanted(edge)) return follow(edge, by);
                if (to != at_ && by.try_emplace(to, edge).second) queue.push_back(to);
            }
        }
        throw BrokenRule{"a fair component has no fair cycle"};
    }

    void follow(uint64_t last, const std::unordered_map<uint32_t, uint64_t>& by) {
        std::vector<uint64_t> edges{last};
        for (uint32_t state = graph_.source(last); state != at_; state = graph_.source(edges.back()))
            edges.push_back(by.at(state));
        std::ranges::reverse(edges);
        for (const uint64_t edge : edges) {
            taken_ |= graph_.kind(edge).taken;
            at_ = graph_.target(edge);
            pass(at_);
            cycle_.push_back(edge);
        }
    }

    const StateGraph& graph_;
    const FairComponents& fair_;
    bool faults_;
    uint32_t begin_, at_;
    std::vector<uint64_t> cycle_;
    ConstraintSet taken_, in_some_, in_all_;
};

}  // namespace

StateBits waiting_states(const StateGraph& graph, const Waiting& waiting, const std::function<void()>& poll) {
    StateBits reached(graph.states());
    std::vector<uint32_t> todo;
    uint32_t until_poll = states_between_polls;
    const auto reach = [&](uint32_t state) {
        if (reached[state] || !(*waiting.unanswered)[state]) return;
        reached.insert(state);
        todo.push_back(state);
    };
    const uint32_t starts = waiting.at_start ? graph.initial : graph.states();
    for (uint32_t start = 0; start < starts; ++start) {
        if (triggers(waiting, start)) reach(start);
        while (!todo.empty()) {
            const uint32_t state = todo.back();
            todo.pop_back();
            for (uint64_t edge = graph.first_edge(state); edge < graph.end_edge(state); ++edge)
                reach(graph.target(edge));
            if (--until_poll != 0) continue;
            until_poll = states_between_polls;
            poll();
        }
    }
    return reached;
}

std::optional<Lasso> find_lasso(const StateGraph& graph, const Waiting& waiting, const FairComponents& fair,
                                bool faults, bool order_by_steps, const std::function<void()>& poll) {
    if (fair.count == 0) return std::nullopt;
    auto lasso = StemSearch(graph, waiting, fair, order_by_steps).run(poll);
    if (!lasso) return std::nullopt;
    const uint32_t end = lasso->stem.empty() ? lasso->start : graph.target(lasso->stem.back());
    lasso->cycle = CycleSearch(graph, fair, faults, end).run();
    return lasso;
}

}  // namespace untorn::checker
