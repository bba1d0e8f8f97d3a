// One run, step by step: what can happen now, doing it, going back. The reference evaluator executes everything; a walk
// adds a history, so that it can return to any state that it has passed.
//
// The history keeps, for each move, the cells that it changed with their values before and after: going back is exact,
// costs what was changed in between, and a walk of 10^5 steps takes some 20 MB whatever the size of a state. What
// lies ahead after going back stays there until another move is made: it is the recorded way.
//
// Not thread-safe. System and evaluator must outlive the walk.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "checker/result/result.h"
#include "model/system/evaluator.h"

namespace untorn::checker {

/// What happens, without texts: the first four members of a TraceStep.
struct WalkMove {
    TraceStep::Kind kind = TraceStep::Kind::step;  ///< initial, step or power_loss
    uint32_t transition = 0;
    int64_t identity = 0;
    std::vector<int64_t> choices;
    bool operator==(const WalkMove&) const = default;
};

/// A move that can be made now.
struct Option {
    WalkMove move;
    bool fault = false;  ///< power loss, or a step that spends a fault
};

class Walk {
 public:
    /// Stands before the start: the first move chooses the initial state.
    Walk(const system::System& system, const system::Evaluator& evaluator);

    const system::System& system() const { return system_; }
    const system::Evaluator& evaluator() const { return evaluator_; }

    /// After the moves made so far. Before the start every cell has its first value; a move whose check fails leaves
    /// the state as it was.
    const system::State& state() const { return state_; }
    size_t position() const { return position_; }        ///< moves made so far, the choice of the start included
    size_t recorded() const { return history_.size(); }  ///< moves made, and those still ahead after going back
    uint64_t steps() const { return count().steps; }     ///< made so far, as traces count: no start, no power loss
    uint64_t faults() const { return count().faults; }   ///< spent so far, power losses included
    uint64_t losses() const { return count().losses; }   ///< of power, so far
    bool power_lost() const { return losses() > 0; }
    int64_t losses_left() const;
    uint64_t recorded_steps() const { return history_.empty() ? 0 : history_.back().count.steps; }
    /// The property whose check failed in the last move; nothing can follow then.
    std::optional<uint32_t> failed_property() const;

    /// What can happen now. Before the start: the initial states, by their choices. Then the instances enabled (rule
    /// 10 of model/system/README.md; only recover's after power loss), then power loss with its choices while losses
    /// remain.
    const std::vector<Option>& options() const;
    /// A move that could be made now, with what it would do, for printing.
    TraceStep preview(const WalkMove& move) const;

    /// Makes a move that is among options(). If it is the next one of the recorded way, what lies ahead stays;
    /// otherwise that is forgotten, and so is how the way goes on for ever.
    void take(WalkMove move);
    /// The next move of the recorded way; at the end of a lasso, the first of its loop.
    std::optional<WalkMove> ahead() const;

    /// Up to `moves` moves back, or on along the recorded way; returns how many. Where the recorded way is a lasso, the
    /// way on from its end goes round the loop again.
    size_t back(size_t moves);
    size_t forward(size_t moves);
    /// To right after step `step` (0: the start, if it was chosen); false, and nothing happens, if there is none.
    bool go_to_step(uint64_t step);
    /// To after so many moves, at most recorded().
    void go_to(size_t position);
    /// Steps among the first `moves` recorded moves.
    uint64_t steps_at(size_t moves) const { return moves == 0 ? 0 : history_[moves - 1].count.steps; }

    /// Replaces the recorded way by a trace, and stands before its start.
    void load(const Trace& trace);
    /// The entry to which a recorded lasso returns, as in Trace::loop_start.
    std::optional<size_t> loop_start() const { return loop_start_; }
    /// The recorded way is one of a run that stays in its last state for ever (TraceStep::Kind::stutter).
    bool stutters() const { return stutters_; }

    /// The moves made so far as a trace, replayed by replay() (which may claim that it shows something about
    /// `property`).
    std::variant<Trace, Inconsistency> trace(std::optional<uint32_t> property = std::nullopt) const;

 private:
    struct Change {
        size_t cell;
        int64_t before, after;
    };
    struct Count {
        uint64_t steps = 0, faults = 0, losses = 0;
    };
    struct Entry {
        WalkMove move;
        std::vector<Change> changes;
        std::optional<size_t> failed_check;
        Count count;  ///< after the move
    };

    Count count() const { return position_ == 0 ? Count{} : history_[position_ - 1].count; }
    std::vector<Option> find_options() const;
    bool spends_fault(const system::Instance& instance) const;
    Entry execute(WalkMove move) const;
    void undo();
    void redo();

    const system::System& system_;
    const system::Evaluator& evaluator_;
    system::State state_;
    std::vector<Entry> history_;
    size_t position_ = 0;
    std::optional<size_t> loop_start_;
    bool stutters_ = false;
    mutable std::optional<std::vector<Option>> options_;  ///< of the state at hand, once asked for
};

}  // namespace untorn::checker
