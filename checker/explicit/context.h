// What the search of the run and the search after power loss share: the program, the limits, what was found.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "checker/explicit/coverage.h"
#include "checker/explicit/findings.h"
#include "checker/explicit/limits.h"
#include "checker/explicit/machine.h"
#include "checker/explicit/program.h"
#include "checker/explicit/search.h"

namespace untorn::checker {

/// Which properties (indices into System::properties) are judged where. A property leaves its list once no further
/// state can matter for it.
struct Questions {
    std::vector<uint32_t> everywhere;  ///< in every state of the run
    std::vector<uint32_t> at_end;      ///< where all threads have ended
    std::vector<uint32_t> at_rest;     ///< ... and nothing can move without a fault
    std::vector<uint32_t> recovered;   ///< after power loss, where recovery has ended
    std::vector<uint32_t> deadlock;
    std::vector<uint32_t> recovery;
};

struct SearchContext {
    /// `covers`: every step is seen, so that coverage can be told.
    SearchContext(const Program& program, const SearchOptions& options, bool covers = true);

    const Program& program;
    const SearchOptions& options;
    MemoryBudget memory;
    Findings findings;
    Questions questions;
    bool power_can_be_lost = false;
    Coverage coverage;
    SearchProgress progress;  ///< `states` counts the run's
    uint64_t crash_states = 0;
    unsigned threads;                                  ///< most that may work now
    std::map<std::vector<int64_t>, Finding> outcomes;  ///< by the values of outcome_cells
    std::vector<uint32_t> outcome_cells;

    /// To be called where states were found: throws LimitReached beyond max_states; a milestone may be reached.
    void count_state();
    /// To be called for some hundred or thousand expansions: looks at the clock, the interrupt and the progress call
    /// now and then.
    void tick();
    /// Faults as levels count them.
    uint64_t cost(uint64_t faults) const { return options.order_by_steps ? 0 : faults; }
    /// Judges the properties of a list in the machine's state.
    void judge(std::vector<uint32_t>& open, Machine& machine, const Finding& finding);
    /// Takes the properties that are decided by now off their lists.
    void close_questions();
    void note_outcome(const int64_t* cells, const Finding& finding);
    /// A violation of the property, or a witness, was found in a level up to `key`.
    bool shown(uint32_t property, LevelKey key) const;
    /// Some violation was found in a level up to `key`.
    bool violated(LevelKey key) const;

 private:
    void close(std::vector<uint32_t>& open) const;
    std::vector<uint32_t> settled() const;

    uint64_t milestone_;
    using Clock = std::chrono::steady_clock;
    Clock::time_point begin_, reported_;
};

/// The finding that violates a property of this kind, if any.
const std::optional<Finding>& violation(const Findings& findings, const system::Property& property, size_t index);

}  // namespace untorn::checker
