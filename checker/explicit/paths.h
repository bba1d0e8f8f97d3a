// From the numbers of states back to runs: which moves lead to a finding, for the replay.
#pragma once

#include "checker/explicit/crash_search.h"
#include "checker/explicit/recovery.h"
#include "checker/explicit/run_search.h"
#include "checker/result/replay.h"

namespace untorn::checker {

class Paths {
 public:
    Paths(const Program& program, RunSearch& run, const CrashSearch& crash)
        : program_(program), run_(run), crash_(crash) {}

    /// The path to what was found: along least parents, and the failing move at the end.
    Path to(const Finding& finding);
    /// To the cycle and once around it.
    Path around(const RecoveryCycle& cycle);

 private:
    Path to_state(Phase phase, uint32_t state);
    Path to_run_state(uint32_t state);
    void append_crash_state(Path& path, uint32_t state) const;
    TraceStep move(Move::Kind kind, uint32_t instance) const;

    const Program& program_;
    RunSearch& run_;
    const CrashSearch& crash_;
};

}  // namespace untorn::checker
