// Builds the state graph of a run: all states without losing power, breadth-first by plain steps, by one thread.
#pragma once

#include "checker/explicit/context.h"
#include "checker/explicit/expansion.h"
#include "checker/explicit/store.h"
#include "checker/liveness/state_graph.h"

namespace untorn::checker {

/// A progress property as the graph sees it.
struct ProgressQuestion {
    uint32_t property = 0;  ///< index into System::properties
    StateBits triggers;     ///< leads_to: where its expression holds
    StateBits unanswered;   ///< where what it promises does not hold
};

class ExploredGraph {
 public:
    /// `run` (made for progress) and `context` must outlive it. Throws LimitReached.
    ExploredGraph(SearchContext& context, const ReducedRun& run);

    const StateGraph& graph() const { return graph_; }
    const std::vector<ProgressQuestion>& questions() const { return questions_; }
    /// The init instance that leads to an initial state.
    uint32_t init_instance(uint32_t state) const { return initial_[state]; }
    /// The instance of an edge.
    uint32_t instance(uint64_t edge);
    const uint64_t* state(uint32_t number) const { return states_[number]; }
    /// The normal form of the state with these cells.
    std::vector<uint64_t> normal_form(const int64_t* cells);

 private:
    void add_initial_states();
    void expand(uint32_t state);
    StepKind kind_of(const Instance& instance, uint32_t faults);
    bool holds(const FairCode& fair);

    SearchContext& context_;
    const Program& program_;
    const Layout& layout_;
    uint32_t words_;
    Expansion expansion_;
    Store states_;
    StateGraph graph_;
    std::vector<ProgressQuestion> questions_;
    std::vector<uint32_t> initial_;
    std::vector<StepKind> kinds_;       ///< by instance: without a fault, if it depends on nothing
    std::vector<uint8_t> kind_varies_;  ///< by instance: it depends on the state
    std::vector<StepKind> fault_kinds_;
    std::vector<uint64_t> records_;
    Machine machine_;
    std::vector<int64_t> cells_;
    bool cells_known_ = false;  ///< the machine has begun the state in hand
    const uint64_t* in_hand_ = nullptr;
};

}  // namespace untorn::checker
