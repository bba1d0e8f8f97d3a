// All states that a system reaches, where they are few: what an invariant has to hold in (reached_invariant.h).
//
// Breadth first, whole states without reductions, those after power loss among them; by the instances of the explicit
// search (explicit/program.h), which are not made from the circuit.
#pragma once

#include <functional>
#include <optional>

#include "checker/symbolic/one_hot.h"
#include "checker/symbolic/state_table.h"

namespace untorn::checker::symbolic {

struct ReachedLimits {
    size_t states = 0;                  ///< most
    uint64_t memory = 0;                ///< most bytes, by formula; 0: no limit
    std::function<bool()> interrupted;  ///< asked now and then
};

/// By the latches of the circuit, which is made from the system. None where a limit is hit. Throws BrokenRule where a
/// step does what its checks exclude.
std::optional<StateTable> reached_states(const system::System& system, const OneHot& circuit,
                                         const ReachedLimits& limits);

}  // namespace untorn::checker::symbolic
