// The search of the run: all states that are reached without losing power.
#pragma once

#include <deque>
#include <vector>

#include "checker/explicit/context.h"
#include "checker/explicit/frontier.h"
#include "checker/explicit/store.h"

namespace untorn::checker {

/// Told of running states in which power loss may leave something new, in order of their numbers.
class PowerLossListener {
 public:
    virtual ~PowerLossListener() = default;
    virtual void may_lose_power(uint32_t state, LevelKey key) = 0;
};

class RunSearch {
 public:
    /// `listener` may be null.
    RunSearch(SearchContext& context, PowerLossListener* listener);

    /// The next level to build; absent when the search is exhausted.
    std::optional<LevelKey> next() const;
    /// Finds and judges all states of the level.
    void build(LevelKey key);

    uint32_t size() const { return store_.size(); }
    const Layout& layout() const { return layout_; }
    /// Sets the cells of the layout; the others must have their first values.
    void unpack(uint32_t state, int64_t* cells) const { layout_.unpack(store_[state], cells); }
    /// The least state with a step into this one; Store::absent for an initial state.
    uint32_t parent(uint32_t state) const { return parents_[state]; }
    LevelKey key_of(uint32_t state) const { return frontier_.key_of(state); }
    /// The number of the state with these cells, or Store::absent.
    uint32_t find(const int64_t* cells) const;
    uint64_t depth() const { return depth_; }  ///< greatest number of steps at first discovery

 private:
    void enter(uint32_t state);
    void start(LevelKey key);
    void expand(uint32_t state, LevelKey key);
    bool take(uint32_t number, LevelKey key);
    void arrive(LevelKey key);
    void visit(uint32_t state, LevelKey key, bool projection_changed);
    void look_around(uint32_t state, LevelKey key);
    bool threads_ended(const int64_t* cells) const;

    SearchContext& context_;
    const Program& program_;
    PowerLossListener* listener_;
    Layout layout_;
    Layout projection_layout_;  ///< what power_loss, recover and the properties after them can depend on
    Store store_;
    Store projections_;
    std::deque<uint32_t> parents_;
    Frontier frontier_;
    bool started_ = false;
    uint64_t depth_ = 0;

    Machine machine_;                       ///< in the state being expanded
    Machine judge_;                         ///< in the state just found
    uint32_t current_ = Store::absent;      ///< number of the state being expanded
    std::vector<int64_t> cells_;            ///< its cells
    std::vector<uint64_t> packed_, child_;  ///< packed: itself, its successor
    std::vector<uint64_t> projection_;
    std::vector<Machine::Write> writes_;  ///< from it to its successor
    std::vector<int64_t> undo_;
};

}  // namespace untorn::checker
