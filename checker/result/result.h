// What an engine found out: plain data, no printing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/system/system.h"

namespace untorn::checker {

enum class Verdict : uint8_t { holds, violated, undecided };

/// One executed step of a trace. The first entry of a trace is `initial`, which has no actor.
struct TraceStep {
    enum class Kind : uint8_t {
        initial,
        step,
        power_loss,
        deadlock
    } kind = Kind::step;           ///< deadlock: nothing can move here
    uint32_t transition = 0;       ///< Kind::step: index into System::transitions
    int64_t identity = 0;          ///< Kind::step: the family member, a value of Actor::identity
    std::vector<int64_t> choices;  ///< values of Step::choices
    // What follows is derived by the replay, for printing:
    std::string actor;                                         ///< `writer`, `power_loss`, `recover`, empty for initial
    std::string id;                                            ///< the family member's text, or empty
    Place place;                                               ///< of the step's first statement
    std::string text;                                          ///< its source line
    std::string fault;                                         ///< names of faults spent, comma-separated
    std::vector<std::string> choice_texts;                     ///< `b = 2`
    std::vector<std::string> labels;                           ///< labels passed
    std::vector<std::pair<std::string, std::string>> changed;  ///< cell to new value, in order of variables
    std::string violation;                                     ///< the check that failed in this step, or empty
};

struct Trace {
    std::vector<TraceStep> steps;
    uint64_t faults = 0;  ///< spent, power losses included
    uint64_t length = 0;  ///< number of steps (initial and power loss are none)
};

struct PropertyResult {
    uint32_t property = 0;  ///< index into System::properties
    Verdict verdict = Verdict::undecided;
    std::string how;             ///< "exhaustive", "reached", "not reached", "not supported yet", ...
    std::string limit;           ///< undecided: which limit was hit
    std::optional<Trace> trace;  ///< violated: counterexample; cover, sometimes: witness
    bool shortest = false;       ///< the trace is least-faulty, then shortest
};

/// One content that the durable data can have after power loss and recovery, or at the end of a run.
struct Outcome {
    std::vector<std::pair<std::string, std::string>> content;  ///< cell to value
    bool after_power_loss = false;
    Trace witness;
};

struct SearchResult {
    uint64_t states = 0;        ///< distinct reachable states, power loss apart
    uint64_t transitions = 0;   ///< enabled (state, transition instance) pairs
    uint64_t depth = 0;         ///< greatest number of steps at first discovery
    uint64_t crash_images = 0;  ///< distinct states after power loss: right after it, and during and after recovery
    bool exhaustive = false;
    std::string limit;                       ///< which limit ended the search, with how far it got; empty if none
    unsigned state_bits = 0;                 ///< packed size of a state
    std::vector<PropertyResult> properties;  ///< one for each of System::properties, in order
    std::vector<Outcome> outcomes;           ///< if asked for; sorted by content
};

/// The tool disagrees with itself: a printed trace does not replay, or engines differ (exit status 4).
struct Inconsistency {
    std::string what;
};

}  // namespace untorn::checker
