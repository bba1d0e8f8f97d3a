// The search of the run: all states that are reached without losing power.
//
// Level by level, each level in chunks of some thousand parents, each chunk in three rounds in which all threads take
// part: (1) the successors of the parents, each thread its own range of parents (without those that it has offered a
// moment ago: recent_states.h); (2) their insertion into the StateSet, each thread its own partitions, offers in the
// order of parents and instances, so that of equal states the first stays, whoever found it when (a partition about to
// grow is moved by all threads before that: state_set_growth.h); (3) the new ones get their numbers and are judged,
// each thread its own range again. What a round found is put together between rounds, in the order of ranges. So
// nothing depends on the number of threads or on who was faster: not the numbers of states, not the verdicts, not where
// a limit cuts (a limit gives up the whole chunk).
#pragma once

#include <deque>
#include <vector>

#include "checker/explicit/context.h"
#include "checker/explicit/edge_lean.h"
#include "checker/explicit/expansion.h"
#include "checker/explicit/levels.h"
#include "checker/explicit/predecessors.h"
#include "checker/explicit/state_set.h"
#include "checker/explicit/store.h"
#include "checker/explicit/team.h"

namespace untorn::checker {

/// Told of running states in which power loss may leave something new, in order of their numbers. What it can leave
/// depends on the state's projection only (RunSearch::unpack_projection), which is numbered, too.
class PowerLossListener {
 public:
    virtual ~PowerLossListener() = default;
    virtual void may_lose_power(uint32_t projection, LevelKey key) = 0;
};

class RunSearch {
 public:
    /// `run` must outlive the search; `listener` may be null.
    RunSearch(SearchContext& context, const ReducedRun& run, PowerLossListener* listener);
    ~RunSearch();

    /// The next level to build; absent when the search is exhausted.
    std::optional<LevelKey> next() const;
    /// Finds and judges all states of the level.
    void build(LevelKey key);

    uint32_t size() const { return size_; }
    const Layout& layout() const { return layout_; }
    uint64_t depth() const { return depth_; }  ///< greatest number of steps at first discovery

    /// A state on the way to another, and the move that led to it, without those merged into it: of init for the first.
    struct Stage {
        uint32_t instance = 0;  ///< one that leads to a state with this normal form
        uint32_t faults = 0;    ///< it spends, as levels count them
        std::vector<uint64_t> state;
    };
    /// The first way to the state: along least parents.
    std::vector<Stage> way_to(uint32_t state);

    /// The normal form of the state with these cells.
    std::vector<uint64_t> normal_form(const int64_t* cells);
    /// Whether power loss depends on nothing in which the state with these cells differs from this packed one.
    bool has_projection_of(const int64_t* cells, const uint64_t* state) const;
    /// The steps that are merged into those before them; null if none are.
    const MergedSteps* merged_steps() const { return run_.merged_steps(); }
    LevelKey key_of(uint32_t state) const { return levels_.key_of(state); }

    uint32_t state_of_projection(uint32_t projection) const { return projection_states_[projection]; }
    /// Sets the cells that power loss depends on; the others must have their first values.
    void unpack_projection(uint32_t projection, int64_t* cells) const {
        projection_layout_.unpack(projections_[projection], cells);
    }

 private:
    /// What a step of an instance may change.
    struct Effect {
        uint64_t judged = 0;      ///< bit p % 64 for every property p judged everywhere
        bool projection = false;  ///< of the state, for power loss
    };
    /// One pass over parents: all successors, or (`faults` > 0) only those of steps that spend so many.
    struct Pass {
        LevelKey target;
        uint32_t faults = 0;
        bool first = true;  ///< nobody has seen the successors of these parents before
    };
    struct Worker;

    void start(LevelKey key, HeldLevel& target);
    std::vector<uint64_t> after_init(uint32_t instance) const;
    void expand_level(HeldLevel& source, HeldLevel& target, const Pass& pass);
    void expand_chunk(Segment& parents, uint32_t from, uint32_t to, HeldLevel& target, const Pass& pass);
    void find_successors(Worker& worker, const Segment& parents, const Pass& pass);
    /// `Words`: of a state, so that the usual widths have code of their own; 0: words_.
    template <uint32_t Words>
    void find_successors_of(Worker& worker, const Segment& parents, const Pass& pass);
    void insert(unsigned owner);
    void judge_new(Worker& worker, HeldLevel& target, LevelKey key);
    void visit(Worker& worker, const uint64_t* state, uint32_t number, LevelKey key, const Effect& effect);
    void look_around(Worker& worker, const uint64_t* state, uint32_t number, LevelKey key);
    void judge(Worker& worker, const std::vector<uint32_t>& open, uint64_t affected, const uint64_t* state,
               const Finding& finding);
    void gather(LevelKey key);
    void use_native_code();
    void use_edge_lean();
    void share_work(uint32_t from, uint32_t to);
    void together(const std::function<void(unsigned)>& work);
    void grow_ahead();
    bool threads_ended(const uint64_t* state) const;
    void project(const uint64_t* state, uint64_t* projection) const;
    std::vector<Effect> effects() const;

    SearchContext& context_;
    const Program& program_;
    PowerLossListener* listener_;
    const ReducedRun& run_;
    const Layout& layout_;
    uint32_t words_;  ///< of a state
    const Layout& projection_layout_;
    std::vector<Effect> effects_;                 ///< by instance
    std::vector<uint64_t> end_mask_, end_value_;  ///< all threads have ended: (state & mask) == value
    bool can_end_ = true;                         ///< the mask can be met
    bool ends_matter_ = false;
    std::vector<std::pair<Layout::Field, Layout::Field>> projected_fields_;  ///< of a state, of its projection
    uint64_t open_ = 0;  ///< bit p % 64 for every property p that is judged everywhere and not yet decided
    size_t most_enabled_;
    uint64_t lean_from_;  ///< states
    uint32_t chunk_;      ///< parents of a chunk

    StateSet states_;
    uint32_t size_ = 0;
    Levels levels_;
    Predecessors predecessors_;
    std::vector<uint32_t> initial_;  ///< the init instance of each initial state
    Store projections_;
    std::deque<uint32_t> projection_states_;
    bool started_ = false;
    uint32_t found_last_ = 0;  ///< states, in the last chunk
    bool native_tried_ = false;
    std::unique_ptr<const EdgeLean> lean_;  ///< once it is worth while; null: no step is left out
    bool lean_tried_ = false;
    uint64_t depth_ = 0;

    Team team_;
    std::vector<std::unique_ptr<Worker>> workers_;
    unsigned working_ = 1;  ///< members of the team that have a part in the chunk in hand
};

}  // namespace untorn::checker
