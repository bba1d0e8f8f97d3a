// A second explorer for tests, as plain as can be: std::map of states, Dijkstra's order on (faults, steps), one call of
// the reference evaluator after the other. It shares nothing with the engine but the system.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "model/system/evaluator.h"
#include "model/system/system.h"

namespace untorn::testing {

using Cost = std::pair<uint64_t, uint64_t>;  ///< faults spent, steps taken; the other way round with steps_first

struct NaiveResult {
    uint64_t states = 0, transitions = 0, depth = 0, crash_images = 0;
    /// By property: the least cost at which its expression holds, fails (or a check of it does).
    std::vector<std::optional<Cost>> holds, fails;
    bool recovery_cycle = false;
    std::set<std::vector<int64_t>> outcomes;  ///< all cells of the states that are outcomes
    std::vector<bool> passed;                 ///< by site
};

class NaiveExplorer {
 public:
    /// `steps_first`: costs are (steps, faults), in this order.
    explicit NaiveExplorer(const system::System& system, bool steps_first = false)
        : steps_first_(steps_first), system_(system), evaluator_(system) {
        result_.holds.resize(system.properties.size());
        result_.fails.resize(system.properties.size());
        result_.passed.resize(system.sites.size());
        losses_ = system.power_loss ? system.power_loss->budget : 0;
    }

    NaiveResult explore() {
        for (const auto& [choices, executed] : evaluator_.initial()) {
            pass(system_.init, evaluator_.first(), system::none, 0, choices);
            if (executed.next) {
                reach({executed.next->cells, -1}, {0, 0});
            } else {
                note(system_.init.checks[*executed.failed_check].property, false, {0, 0});
            }
        }
        while (!queue_.empty()) {
            const auto [cost, node] = *queue_.begin();
            queue_.erase(queue_.begin());
            if (!done_.insert(node).second) continue;
            visit(node, cost);
        }
        result_.recovery_cycle = cyclic();
        return std::move(result_);
    }

    /// After explore(): is the state reachable, with so many losses remaining after power was lost (-1: before)?
    bool reached(const system::State& state, int64_t losses_remaining) const {
        return done_.contains({state.cells, losses_remaining});
    }

 private:
    /// A state, and how many losses remain after power was lost; -1 before.
    using Node = std::pair<std::vector<int64_t>, int64_t>;

    Cost more(Cost cost, uint64_t faults, uint64_t steps) const {
        if (steps_first_) std::swap(faults, steps);
        return {cost.first + faults, cost.second + steps};
    }
    void reach(const Node& node, Cost cost) {
        if (!done_.contains(node)) queue_.insert({cost, node});
    }
    void note(size_t property, bool value, Cost cost) {
        auto& place = value ? result_.holds[property] : result_.fails[property];
        if (!place || cost < *place) place = cost;
    }

    void pass(const system::Step& step, const system::State& state, system::ActorId actor, int64_t identity,
              const std::vector<int64_t>& choices) {
        for (const system::SitePassed& p : step.passes)
            if (evaluator_.evaluate(p.when, state, actor, identity, choices) != 0) result_.passed[p.site] = true;
    }

    void visit(const Node& node, Cost cost) {
        const system::State state{node.first};
        const bool crashed = node.second >= 0;
        const bool recovered = crashed && has_recovered(state);
        (crashed ? result_.crash_images : result_.states) += 1;
        if (!crashed) result_.depth = std::max(result_.depth, steps_first_ ? cost.first : cost.second);
        bool moves = false;
        if (!recovered) {
            for (const system::Instance& instance : evaluator_.enabled(state, crashed)) {
                const system::Step& step = system_.transitions[instance.transition].step;
                pass(step, state, system_.transitions[instance.transition].actor, instance.identity, instance.choices);
                const system::Executed executed = evaluator_.execute(instance, state);
                const Cost target = more(cost, executed.faults.size(), 1);
                if (!crashed) ++result_.transitions;
                if (executed.faults.empty()) moves = true;
                if (!executed.next) {
                    note(step.checks[*executed.failed_check].property, false, target);
                    continue;
                }
                const Node next{executed.next->cells, node.second};
                reach(next, target);
                if (crashed && executed.faults.empty()) free_steps_[node].push_back(next);
            }
        }
        judge(state, cost, crashed, recovered, moves);
        const int64_t remaining = crashed ? node.second : losses_;
        if (remaining > 0) lose(state, remaining - 1, more(cost, 1, 0));
    }

    void lose(const system::State& state, int64_t remaining, Cost cost) {
        const system::Step& step = system_.power_loss->step;
        for (const auto& choices : evaluator_.enabled_choices(step, state, system::none, 0)) {
            pass(step, state, system::none, 0, choices);
            const system::Executed executed = evaluator_.lose_power(state, choices);
            if (executed.next) {
                reach({executed.next->cells, remaining}, cost);
            } else {
                note(step.checks[*executed.failed_check].property, false, cost);
            }
        }
    }

    void judge(const system::State& state, Cost cost, bool crashed, bool recovered, bool moves) {
        using system::PropertyKind;
        const bool ended = !crashed && evaluator_.all_threads_ended(state);
        const bool outcome = losses_ > 0 ? recovered : ended;
        if (outcome) result_.outcomes.insert(state.cells);
        for (size_t p = 0; p < system_.properties.size(); ++p) {
            const PropertyKind kind = system::judged_as(system_, static_cast<uint32_t>(p));
            bool asked = false;
            if (kind == PropertyKind::invariant || kind == PropertyKind::cover) asked = !crashed;
            if (kind == PropertyKind::leads_to && system_.properties[p].kind == PropertyKind::antecedent)
                asked = !crashed;
            if (kind == PropertyKind::final) asked = ended;
            if (kind == PropertyKind::quiescent) asked = ended && !moves;
            if (kind == PropertyKind::crash_invariant || kind == PropertyKind::crash_cover) asked = recovered;
            if (kind == PropertyKind::never || kind == PropertyKind::sometimes || kind == PropertyKind::always)
                asked = outcome;
            if (asked) note(p, evaluator_.evaluate(system_.properties[p].expr, state) != 0, cost);
            if (kind == PropertyKind::deadlock && !crashed && evaluator_.deadlocked(state)) note(p, false, cost);
            if (kind == PropertyKind::recovery && crashed && !recovered && !moves) note(p, false, cost);
        }
    }

    bool has_recovered(const system::State& state) const {
        const system::ActorId recover = system_.power_loss->recover;
        return recover == system::none ||
               state.cells[evaluator_.cell(system_.actors[recover].counter, {})] == system::ended;
    }

    /// Some state after power loss is reached from itself by recovery steps without faults.
    bool cyclic() const {
        for (const auto& [from, ignored] : free_steps_) {
            std::set<Node> seen;
            std::vector<Node> stack{from};
            while (!stack.empty()) {
                const Node node = stack.back();
                stack.pop_back();
                const auto steps = free_steps_.find(node);
                if (steps == free_steps_.end()) continue;
                for (const Node& next : steps->second) {
                    if (next == from) return true;
                    if (seen.insert(next).second) stack.push_back(next);
                }
            }
        }
        return false;
    }

    bool steps_first_;
    const system::System& system_;
    system::Evaluator evaluator_;
    int64_t losses_ = 0;
    std::set<std::pair<Cost, Node>> queue_;
    std::set<Node> done_;
    std::map<Node, std::vector<Node>> free_steps_;
    NaiveResult result_;
};

}  // namespace untorn::testing
