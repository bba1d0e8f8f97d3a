// From the numbers of states back to runs: which moves lead to a finding, for the replay.
#pragma once

#include "checker/explicit/crash_search.h"
#include "checker/explicit/recovery.h"
#include "checker/explicit/run_search.h"
#include "checker/result/replay.h"

namespace untorn::checker {

class Paths {
 public:
    Paths(const SearchContext& context, const RunSearch& run, const CrashSearch& crash)
        : context_(context), program_(context.program), run_(run), crash_(crash), machine_(context.program) {}

    /// The path to what was found: along least parents, and the failing move at the end.
    Path to(const Finding& finding);
    /// To the cycle and once around it.
    Path around(const RecoveryCycle& cycle);

 private:
    Path to_state(Phase phase, uint32_t state);
    Path to_run_state(uint32_t state);
    uint32_t init_into(uint32_t state);
    uint32_t step_into(uint32_t parent, uint32_t state);
    bool leads_to(const Instance& instance, uint32_t state);
    void append_crash_state(Path& path, uint32_t state) const;
    TraceStep move(Move::Kind kind, uint32_t instance) const;
    std::vector<int64_t> run_cells(uint32_t state) const;

    const SearchContext& context_;
    const Program& program_;
    const RunSearch& run_;
    const CrashSearch& crash_;
    Machine machine_;
    std::vector<int64_t> cells_;  ///< of the state where the machine is
    std::vector<Machine::Write> writes_;
};

}  // namespace untorn::checker
