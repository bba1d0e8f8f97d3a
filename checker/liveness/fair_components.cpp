#include "checker/liveness/fair_components.h"

#include <algorithm>

namespace untorn::checker {

namespace {

constexpr uint32_t states_between_polls = 8192;

class FairSearch {
 public:
    FairSearch(const StateGraph& graph, bool faults, const std::function<void()>& poll)
        : graph_(graph), faults_(faults), poll_(poll) {}

    FairComponents run(const StateBits& states) {
        StateBits live = states;
        while (!live.empty()) {
            again_ = StateBits(graph_.states());
            std::vector<uint32_t> of;
            for_each_component(
                graph_, live, faults_, of,
                [&](std::span<const uint32_t> members, uint32_t number) { judge(members, of, number); }, poll_);
            live = std::move(again_);
        }
        return std::move(fair_);
    }

 private:
    void judge(std::span<const uint32_t> members, const std::vector<uint32_t>& of, uint32_t number) {
        bool cycles = false;
        ConstraintSet taken(graph_.constraints());
        for (const uint32_t state : members)
            for (uint64_t edge = graph_.first_edge(state); edge < graph_.end_edge(state); ++edge) {
                if (of[graph_.target(edge)] != number || (!faults_ && graph_.has_fault(edge))) continue;
                cycles = true;
                taken |= graph_.kind(edge).taken;
            }
        if (!cycles) {
            if (graph_.may_stutter(members.front())) keep(members);
            return;
        }
        ConstraintSet in_some(graph_.constraints()), in_all(graph_.constraints(), true);
        for (const uint32_t state : members) {
            in_some |= graph_.enabled(state);
            in_all &= graph_.enabled(state);
        }
        if (!((graph_.weak() & in_all) - taken).empty()) return;
        const ConstraintSet unfair = (graph_.strong() & in_some) - taken;
        if (unfair.empty()) return keep(members);
        for (const uint32_t state : members)
            if ((graph_.enabled(state) & unfair).empty()) again_.insert(state);
    }

    void keep(std::span<const uint32_t> members) {
        if (fair_.component.empty()) fair_.component.assign(graph_.states(), 0);
        ++fair_.count;
        for (const uint32_t state : members) fair_.component[state] = fair_.count;
    }

    const StateGraph& graph_;
    bool faults_;
    const std::function<void()>& poll_;
    StateBits again_;  ///< to be decomposed once more
    FairComponents fair_;
};

}  // namespace

FairComponents fair_components(const StateGraph& graph, const StateBits& states, bool faults,
                               const std::function<void()>& poll) {
    return FairSearch(graph, faults, poll).run(states);
}

// `of` is 0 for a state that was not visited, else the least number in order of visits that the state is known to reach
// (Pearce's rindex), or the number of its component: those count down from above, and so are greater.
void for_each_component(const StateGraph& graph, const StateBits& states, bool faults, std::vector<uint32_t>& of,
                        const std::function<void(std::span<const uint32_t> members, uint32_t number)>& found,
                        const std::function<void()>& poll) {
    struct Visit {
        uint64_t edge;
        uint32_t state;
        bool root;
    };
    of.assign(graph.states(), 0);
    uint32_t next = 1, component = graph.states() + 1, until_poll = states_between_polls;
    std::vector<Visit> way;
    std::vector<uint32_t> waiting, members;  // waiting: visited, of a component that is not complete
    const auto enter = [&](uint32_t state) {
        of[state] = next++;
        way.push_back({graph.first_edge(state), state, true});
        if (--until_poll != 0) return;
        until_poll = states_between_polls;
        poll();
    };
    const auto leave = [&](Visit done) {
        if (!done.root) {
            waiting.push_back(done.state);
            return;
        }
        members.assign(1, done.state);
        while (!waiting.empty() && of[done.state] <= of[waiting.back()]) {
            members.push_back(waiting.back());
            waiting.pop_back();
        }
        for (const uint32_t state : members) of[state] = component;
        next -= static_cast<uint32_t>(members.size());
        found(members, component--);
    };
    const auto reaches = [&](Visit& from, uint32_t to) {
        if (of[to] >= of[from.state]) return;
        of[from.state] = of[to];
        from.root = false;
    };
    for (uint32_t start = 0; start < graph.states(); ++start) {
        if (!states[start] || of[start] != 0) continue;
        enter(start);
        while (!way.empty()) {
            Visit& at = way.back();
            if (at.edge == graph.end_edge(at.state)) {
                const Visit done = at;
                way.pop_back();
                leave(done);
                if (!way.empty()) reaches(way.back(), done.state);
                continue;
            }
            const uint64_t edge = at.edge++;
            const uint32_t to = graph.target(edge);
            if (!states[to] || (!faults && graph.has_fault(edge))) continue;
            if (of[to] == 0)
                enter(to);
            else
                reaches(at, to);
        }
    }
}

}  // namespace untorn::checker
