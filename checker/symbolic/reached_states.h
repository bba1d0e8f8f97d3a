// All states that a system reaches, where they are few: what an invariant has to hold in (reached_invariant.h).
//
// Breadth first, whole states without reductions, those after power loss among them; by the instances of the explicit
// search (explicit/program.h), which are not made from the circuit. Where progress is asked for, the steps between
// them, too. And a way to an outcome, which `sometimes` and `always` ask for.
#pragma once

#include <functional>
#include <optional>

#include "checker/liveness/state_graph.h"
#include "checker/result/replay.h"
#include "checker/symbolic/one_hot.h"
#include "checker/symbolic/state_table.h"

namespace untorn::checker::symbolic {

struct ReachedLimits {
    size_t states = 0;                  ///< most
    uint64_t memory = 0;                ///< most bytes, by formula; 0: no limit
    std::function<bool()> interrupted;  ///< asked now and then
};

/// A progress property, by state.
struct ReachedQuestion {
    uint32_t property = 0;  ///< index into System::properties
    StateBits triggers;     ///< of `leads to`: where its expression holds
    StateBits unanswered;   ///< where what it promises does not hold; not after power loss
};

struct ReachedStates {
    StateTable table;  ///< by the latches of the circuit
    /// To an outcome, with as few moves as possible; none if none is reached.
    std::optional<Path> to_outcome;
    // If progress is asked for.
    std::optional<StateGraph> graph;  ///< without power loss; states after one have no edges and enable nothing
    StateBits running;                ///< power was not lost
    std::vector<ReachedQuestion> questions;
};

/// The circuit is made from the system. `steps`: progress is asked for, and some property does. None where a limit is
/// hit. Throws BrokenRule where a step does what its checks exclude.
std::optional<ReachedStates> reached_states(const system::System& system, const OneHot& circuit,
                                            const ReachedLimits& limits, bool steps = false);

}  // namespace untorn::checker::symbolic
