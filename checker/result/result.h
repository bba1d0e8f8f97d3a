// What an engine found out: plain data, no printing. Every engine fills the same SearchResult; the derived fields of a
// trace come from replay.h, which is also what makes a trace trustworthy.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/system/system.h"

namespace untorn::checker {

enum class Verdict : uint8_t { holds, violated, undecided };

/// One executed step of a trace. The first entry of a trace is `initial`, which has no actor.
struct TraceStep {
    enum class Kind : uint8_t {
        initial,     ///< the init step; its choices are those of System::init
        step,        ///< of an actor, recover included
        power_loss,  ///< its choices are those of PowerLoss::step
        stutter,     ///< last entry: nothing has to move here, and the run stays for ever
        deadlock     ///< last entry: nothing can move here without a fault; with recover, recovery blocks
    } kind = Kind::step;
    uint32_t transition = 0;       ///< Kind::step: index into System::transitions
    int64_t identity = 0;          ///< Kind::step: the family member, a value of Actor::identity
    std::vector<int64_t> choices;  ///< values of Step::choices
    // What follows is derived by the replay, for printing:
    std::string actor;                      ///< `writer`, `power_loss`, `recover`; empty for initial, deadlock
    std::string id;                         ///< the family member's text, or empty
    Place place;                            ///< of the step's first statement
    std::string text;                       ///< its source line
    std::string fault;                      ///< names of faults spent, comma-separated
    std::vector<std::string> choice_texts;  ///< `b = 2`
    std::vector<std::string> labels;        ///< labels passed
    /// Cell to new value, in order of variables; without program counters and hidden variables. `initial`: what is not
    /// at its type's first value. `power_loss`: of data that survives only; all else is at its first value anyway.
    std::vector<std::pair<std::string, std::string>> changed;
    std::string violation;  ///< the check that failed in this step, or empty
    Place violation_place;  ///< of what was checked: may lie behind `place`, in the same step
};

/// Why the cycle of a trace is fair to one constraint. Derived by the replay.
struct FairnessReason {
    std::string actor;  ///< `writer`, with `id` the family member's text
    std::string id;
    std::string label;  ///< only steps that pass it; empty: any step of the actor
    bool strong = false;
    enum class Why : uint8_t {
        taken,    ///< by the step of entry `step`
        disabled  ///< weak: after entry `step`; strong: wherever the cycle comes
    } why = Why::taken;
    size_t step = 0;  ///< index into Trace::steps
};

struct Trace {
    std::vector<TraceStep> steps;
    uint64_t faults = 0;  ///< spent, power losses included
    uint64_t length = 0;  ///< number of steps (initial, power loss and deadlock are none)
    /// The run goes on for ever: after the last entry the state is the one after this entry (index into steps) again.
    std::optional<size_t> loop_start;
    std::vector<FairnessReason> fairness;  ///< of a trace for a progress property: one for each constraint
};

struct PropertyResult {
    uint32_t property = 0;  ///< index into System::properties
    Verdict verdict = Verdict::undecided;
    /// holds: "exhaustive", "reached" (cover, crash cover, sometimes), "no fair run" (progress: there is no infinite
    /// run that is fair, so it holds of nothing), or "proved..." (symbolic engines). violated: "counterexample", or
    /// where no trace can show it "not reached" (cover, crash cover), "no outcome" (always: there is none; sometimes:
    /// none satisfies it), "every outcome" (sometimes: none does not satisfy it). undecided: "".
    std::string how;
    std::string limit;           ///< undecided: which limit was hit
    std::optional<Trace> trace;  ///< violated: counterexample; cover, sometimes: witness
    bool shortest = false;  ///< no trace comes before it in the order of the search: (faults, steps), or steps only
    std::string
        answer;  ///< litmus: "Never", "Sometimes" or "Always" does an outcome satisfy it; empty: not known, none
};

/// Whether an antecedent (see system::Property::of) held where its property is judged.
struct AntecedentResult {
    uint32_t antecedent = 0;  ///< index into System::properties
    bool held = false;        ///< in some state; false is certain only if the search was exhaustive
};

/// One content that the durable data can have after power loss and recovery. Where power cannot be lost: durable data
/// and thread results where all threads have ended.
struct Outcome {
    std::vector<std::pair<std::string, std::string>> content;  ///< cell to value
    bool after_power_loss = false;
    Trace witness;
};

struct SearchResult {
    std::string engine;         ///< a symbolic engine that answered; its counts below are 0, its coverage is empty
    std::string reached;        ///< how far that engine came, as text for users
    uint64_t states = 0;        ///< distinct reachable states, power loss apart
    uint64_t transitions = 0;   ///< enabled (state, transition instance) pairs
    uint64_t depth = 0;         ///< greatest number of steps at first discovery, power loss apart
    uint64_t crash_images = 0;  ///< distinct states after power loss: right after it, and during and after recovery
    bool exhaustive = false;
    std::string limit;                           ///< which limit ended the search, with how far it got; empty if none
    std::vector<std::string> reductions;         ///< names of those that had an effect
    std::vector<std::string> reduction_remarks;  ///< why others were not used, as text for users
    unsigned state_bits = 0;                     ///< packed size of a state
    uint64_t graph_states = 0, graph_edges = 0;  ///< of the graph in which progress properties were decided
    /// By System::transitions: enabled in some state that was searched. Empty if stubborn sets left out steps.
    std::vector<bool> executed;
    /// By System::sites: passed by some step that was searched; init, power_loss and recovery included. Empty likewise.
    std::vector<bool> passed;
    std::vector<PropertyResult> properties;     ///< one for each of System::properties but the antecedents, in order
    std::vector<AntecedentResult> antecedents;  ///< in order; empty if stubborn sets left out steps
    std::vector<Outcome> outcomes;              ///< if asked for; sorted by the values of their cells
};

/// Names in SearchResult::reductions of those that do not keep everything.
inline constexpr std::string_view symmetry_name = "symmetry", stubborn_sets_name = "stubborn sets",
                                  merged_steps_name = "merged steps";
/// Whether fair cycles are kept: other reductions are not used for progress.
constexpr bool keeps_progress(std::string_view reduction) {
    return reduction != symmetry_name && reduction != stubborn_sets_name && reduction != merged_steps_name;
}
/// Whether the lengths of shortest traces are kept.
constexpr bool keeps_lengths(std::string_view reduction) {
    return reduction != stubborn_sets_name && reduction != merged_steps_name;
}

/// The tool disagrees with itself: a printed trace does not replay, or engines differ (exit status 4).
struct Inconsistency {
    std::string what;
};

}  // namespace untorn::checker
