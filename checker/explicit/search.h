// Exhaustive explicit-state search of a transition system.
#pragma once

#include <atomic>
#include <functional>
#include <variant>

#include "checker/result/result.h"

namespace untorn::checker {

struct SearchProgress {
    uint64_t states = 0, transitions = 0, depth = 0, faults = 0, queued = 0, bytes = 0;
};

struct SearchOptions {
    uint64_t max_states = 0;    ///< 0: no limit
    uint64_t memory_bytes = 0;  ///< 0: no limit
    double seconds = 0;         ///< 0: no limit
    unsigned threads = 1;
    bool stop_early =
        false;  ///< end at the end of the level in which every property that can be violated by then... see search.cpp
    bool order_by_steps = false;  ///< plain breadth-first instead of (faults, steps)
    bool outcomes = false;        ///< collect Outcome
    const std::atomic<bool>* interrupted = nullptr;
    std::function<void(const SearchProgress&)> progress;  ///< called now and then
};

/// Runs the search. Every trace in the result was replayed by the reference evaluator.
std::variant<SearchResult, Inconsistency> search(const system::System& system, const SearchOptions& options);

}  // namespace untorn::checker
