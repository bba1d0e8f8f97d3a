// Exhaustive explicit-state search of a transition system.
//
// The search visits states by levels: a level is (faults spent, steps taken), lexicographically, and a state belongs to
// the least level that reaches it. States are numbered by level, then by the least parent's number, then by instance
// (rule 10 of model/system/README.md); the run, and what follows power loss, are two numberings of states that are
// built level by level together. Violations do not stop the search, and every verdict and trace is the first in that
// order, so a counterexample is least-faulty, then shortest. Same input, same result, byte for byte, whatever the
// options but `seconds` and `interrupted`.
//
// Progress properties are left undecided: checker/liveness answers them (see checker/answer.h for both). At most 2^32 -
// 2 states.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "checker/explicit/limits.h"
#include "checker/result/result.h"

namespace untorn::checker {

struct SearchProgress {
    uint64_t states = 0;           ///< found so far, those after power loss apart
    uint64_t transitions = 0;      ///< enabled (state, instance) pairs so far
    uint64_t depth = 0;            ///< steps of the level in hand
    uint64_t faults = 0;           ///< faults spent of the level in hand
    uint64_t queued = 0;           ///< states found, but not yet expanded
    uint64_t bytes = 0;            ///< of memory, as the memory limit counts them
    bool graph = false;            ///< the graph for progress properties is built or searched, after the search
    const char* engine = nullptr;  ///< a symbolic engine: of the above, depth and bytes alone mean something
};

/// Where a search stands when it comes to a milestone. The same for any number of threads.
struct SearchMilestone {
    uint64_t states = 0;  ///< those after power loss included
    /// Indices into System::properties: violated, or reached, with the first trace in the order of the search.
    std::vector<uint32_t> settled;
    unsigned* threads = nullptr;     ///< most threads from now on; may be changed
    MemoryBudget* memory = nullptr;  ///< of the search; something may be taken from it, and given back
};

/// Which reductions may be used: see reductions.h.
struct Reductions {
    bool cone = false;            ///< forget cells without influence
    bool dead_variables = false;  ///< forget values that nobody will read
    bool symmetry = false;        ///< permutations of scalarsets
    bool stubborn = false;        ///< stubborn sets
    bool merge_steps = false;     ///< invisible steps belong to the step before them
    bool any() const { return cone || dead_variables || symmetry || stubborn || merge_steps; }
    /// Those that keep everything but numbers of states: shortest lengths and executed statements, too.
    static constexpr Reductions bisimilar() { return {true, true, true, false, false}; }
};

struct SearchOptions {
    std::string engine = "explicit";  ///< a name in engines() (checker/answer.h); search() itself is the explicit one
    uint64_t max_states = 0;          ///< most states, those after power loss included; 0: no limit
    uint64_t memory_bytes = 0;        ///< most memory for states and what belongs to them; 0: no limit
    double seconds = 0;               ///< 0: no limit
    double spent = 0;                 ///< of these seconds, before this search
    uint64_t max_steps = 0;           ///< symbolic engines: most steps of a run that is looked at; 0: default_max_steps
    unsigned threads = 1;             ///< the result does not depend on it
    bool native_code = true;          ///< machine code where it can be had; changes no result
    /// From so many states on, steps that lead to nothing new are left out (edge_lean.h); UINT64_MAX: never; absent:
    /// where that pays. Changes no result.
    std::optional<uint64_t> lean_from;
    bool stop_early = false;      ///< end at the end of the first level in which some property is violated
    bool order_by_steps = false;  ///< plain breadth-first: levels count steps only
    bool outcomes = false;        ///< collect SearchResult::outcomes
    Reductions reductions;        ///< change numbers of states and the choice among shortest traces, no verdict
    const std::atomic<bool>* interrupted = nullptr;       ///< ends the search as a limit does, when set
    std::function<void(const SearchProgress&)> progress;  ///< called about ten times a second
    uint64_t milestone = 0;                               ///< a number of states; 0: none
    /// Called by the searching thread once there are more states than `milestone`, between two chunks of states.
    /// Returns the next milestone, or 0. May throw LimitReached (limits.h), which ends the search like any other limit.
    std::function<uint64_t(const SearchMilestone&)> at_milestone;

    /// For what comes after a search that began then: the seconds since then are spent.
    SearchOptions after(std::chrono::steady_clock::time_point begin) const {
        SearchOptions rest = *this;
        rest.spent += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return rest;
    }
};

/// Runs the search. Every trace in the result was replayed by the reference evaluator; Inconsistency if one did not
/// replay, or if a step did what its checks exclude.
///
/// A limit ends the search with `exhaustive` false and `limit` set, and the counts of the last complete level. What was
/// found to be violated or reached until then stays so; the rest is undecided.
std::variant<SearchResult, Inconsistency> search(const system::System& system, const SearchOptions& options);

}  // namespace untorn::checker
