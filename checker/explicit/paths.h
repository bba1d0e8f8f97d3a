// From the numbers of states back to runs: the moves that lead to a finding, for the replay.
//
// What the search stored are normal forms of reduced states. A run of the whole program is rebuilt forward: among the
// states that the whole program can be in, those whose normal form is the next one stored. That there is one is what
// the soundness of each reduction says; that it was found is checked here, and what it shows by the replay. Steps that
// are merged into others are made one by one.
#pragma once

#include <map>
#include <optional>

#include "checker/explicit/crash_search.h"
#include "checker/explicit/recovery.h"
#include "checker/explicit/run_search.h"
#include "checker/result/replay.h"

namespace untorn::checker {

/// The move of an instance (of init or of an actor) as a trace has it, without what the replay derives.
TraceStep trace_move(const Program& program, Move::Kind kind, uint32_t instance);
/// The same of a power loss.
TraceStep trace_loss(const std::vector<int64_t>& choices);

/// Makes the move of an instance behind the last state of the path (init: at its begin), and adds both. The instance
/// must be enabled there, and no check of it fail.
void append_move(Path& path, const Program& program, Machine& machine, Move::Kind kind, uint32_t instance);
/// The same of a power loss.
void append_loss(Path& path, const Program& program, Machine& machine, const std::vector<int64_t>& choices);

/// Equal reduced states may be different in the whole program. A cycle of reduced states is gone round there until the
/// state at its begin has been there before; the rounds up to then lead to the cycle.
class Rounds {
 public:
    /// To be called with the path at the begin of every round. If its last state began a round before: the index of the
    /// move after which it did. Throws LimitReached after very many rounds.
    std::optional<size_t> begin(const Path& path);

 private:
    static constexpr size_t most = 4096;
    std::map<std::vector<int64_t>, size_t> begins_;
};

class Paths {
 public:
    /// `whole` is the program before reductions.
    Paths(const Program& whole, const SearchContext& context, RunSearch& run, const CrashSearch& crash)
        : program_(whole), context_(context), run_(run), crash_(crash), machine_(whole) {}

    /// The path to what was found for a property (or an outcome: no property): along least parents, and the failing
    /// move at the end.
    Path to(const Finding& finding, std::optional<uint32_t> property);
    /// A path that comes back for ever to the state after one of its moves.
    struct Lasso {
        Path path;
        size_t loop_start = 0;  ///< index of that move
    };
    /// To the cycle of reduced states and around it until the whole program comes back to a state.
    Lasso around(const RecoveryCycle& cycle);

 private:
    /// A move of the whole program, and the state it leads to.
    struct Made {
        uint32_t instance = 0;
        std::vector<int64_t> cells;
    };
    /// A state of the whole program on the way.
    struct Concrete {
        uint32_t before = 0;      ///< index into the stage before
        std::vector<Made> moves;  ///< from there: one, and those merged into it
        const std::vector<int64_t>& cells() const { return moves.back().cells; }
    };
    Path to_state(Phase phase, uint32_t state);
    Path to_run_state(uint32_t state, bool exactly);
    std::vector<std::vector<Concrete>> concrete_stages(const std::vector<RunSearch::Stage>& way, bool all);
    std::vector<Concrete> first_stage(const RunSearch::Stage& stage);
    void follow(const Concrete& from, uint32_t before, const RunSearch::Stage& stage, std::vector<Concrete>& into);
    Concrete arrive(uint32_t before, const std::vector<int64_t>& from, uint32_t number, const Instance& instance);
    std::optional<uint32_t> merged_step(const std::vector<int64_t>& cells);
    const Concrete& with_projection_of(const RunSearch::Stage& last, const std::vector<Concrete>& candidates);
    void append_failing(Path& path, const Finding& finding, std::optional<uint32_t> property);
    template <class F>
    void for_each_enabled(const std::vector<int64_t>& cells, F f);
    const Program& program_;
    const SearchContext& context_;
    RunSearch& run_;
    const CrashSearch& crash_;
    Machine machine_;
    std::vector<Machine::Write> writes_;
};

}  // namespace untorn::checker
