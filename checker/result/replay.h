// Replays a trace with the reference evaluator: the judge of every counterexample and witness before anybody sees it.
//
// An engine hands over the moves and the states that it believes they lead to, and says what the run shows. The replay
// executes every move itself, compares every state, checks that the run really shows what is claimed, and fills the
// fields of the trace that are there for printing. Anything that does not agree is an Inconsistency.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "checker/result/result.h"
#include "model/system/evaluator.h"

namespace untorn::checker {

/// What an engine hands over: moves (only kind, transition, identity and choices are read) and, after each, the state
/// as a value for every cell. A last move whose check fails has no state.
struct Path {
    std::vector<TraceStep> moves;
    std::vector<std::vector<int64_t>> states;
};

/// What the path shows.
struct Claim {
    /// Index into System::properties. The path shows that it is violated; for cover, crash cover and sometimes, that
    /// its expression is satisfied.
    std::optional<uint32_t> property;
    /// The path ends in an outcome (see Outcome) with these values: (cell, value).
    std::vector<std::pair<size_t, int64_t>> outcome;
    /// The last state is the one after this move again.
    std::optional<size_t> loop_start;
    bool stutters = false;  ///< the run stays in the last state for ever
    /// Index into System::lemmas. The path ends where the lemma is claimed and does not hold.
    std::optional<uint32_t> lemma = std::nullopt;
};

std::variant<Trace, Inconsistency> replay(const system::System& system, const system::Evaluator& evaluator,
                                          const Path& path, const Claim& claim);

}  // namespace untorn::checker
