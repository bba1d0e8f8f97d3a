// The states of a run and the steps between them, as a graph for questions about infinite runs. States are numbers;
// edges lie in compressed sparse rows. What fairness asks of an edge and of a state is interned: there are few
// different answers.
//
// 14 bytes a state and 6 an edge. Limits: 2^32 - 2 states, 2^16 kinds of steps.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "checker/liveness/constraint_set.h"

namespace untorn::checker {

/// A set of states, a bit each.
class StateBits {
 public:
    StateBits() = default;
    explicit StateBits(uint32_t states) : words_((size_t{states} + 63) / 64, 0) {}
    bool operator[](uint32_t state) const { return (words_[state / 64] >> (state % 64) & 1) != 0; }
    void insert(uint32_t state) { words_[state / 64] |= uint64_t{1} << (state % 64); }
    /// For a state that is greater than all before.
    void push_back(uint32_t state, bool member) {
        if (state % 64 == 0) words_.push_back(0);
        if (member) insert(state);
    }
    bool empty() const {
        for (const uint64_t word : words_)
            if (word != 0) return false;
        return true;
    }

 private:
    std::vector<uint64_t> words_;
};

/// What fairness asks of a step.
struct StepKind {
    ConstraintSet taken;  ///< empty if it spends a fault
    uint32_t faults = 0;
    auto operator<=>(const StepKind&) const = default;
};

class StateGraph {
 public:
    /// `strong`: by constraint.
    explicit StateGraph(const std::vector<bool>& strong);

    uint32_t states() const { return static_cast<uint32_t>(enabled_.size()); }
    uint64_t edges() const { return targets_.size(); }
    uint64_t first_edge(uint32_t state) const { return first_[state]; }
    uint64_t end_edge(uint32_t state) const { return first_[state + size_t{1}]; }
    uint32_t target(uint64_t edge) const { return targets_[edge]; }
    /// The state that the edge begins in: by binary search.
    uint32_t source(uint64_t edge) const;
    const StepKind& kind(uint64_t edge) const { return kinds_[kind_of_[edge]]; }
    bool has_fault(uint64_t edge) const { return spends_[kind_of_[edge]] != 0; }
    bool any_fault() const;  ///< some edge has one

    size_t constraints() const { return constraints_; }
    /// The constraints that are enabled in a state.
    const ConstraintSet& enabled(uint32_t state) const { return sets_[enabled_[state]]; }
    /// Nothing has to move in this state: a run may stutter here for ever.
    bool may_stutter(uint32_t state) const { return stutters_[enabled_[state]] != 0; }
    const ConstraintSet& weak() const { return weak_; }
    const ConstraintSet& strong() const { return strong_; }

    /// Initial states are the first ones.
    uint32_t initial = 0;

    // To build it, in order of states: the edges of one, then what is enabled in it. Throws LimitReached.
    void add_edge(uint32_t target, const StepKind& kind);
    void close_state(const ConstraintSet& enabled);

 private:
    std::vector<uint64_t> first_{0};
    std::vector<uint32_t> targets_;
    std::vector<uint16_t> kind_of_;  ///< by edge
    std::vector<uint32_t> enabled_;  ///< by state
    std::vector<StepKind> kinds_;
    std::vector<uint8_t> spends_;  ///< by kind
    std::map<StepKind, uint16_t> kind_numbers_;
    std::vector<ConstraintSet> sets_;
    std::vector<uint8_t> stutters_;  ///< by set
    std::map<ConstraintSet, uint32_t> set_numbers_;
    size_t constraints_;
    ConstraintSet weak_, strong_;
};

}  // namespace untorn::checker
