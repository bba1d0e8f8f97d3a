// The engine `auto`: the explicit search, and from a million states on PDR beside it, until the properties of the run
// are decided by one of them or by both together.
//
// Which of them answers depends on no clock: the same input gives the same bytes on any machine, under any load and
// with any number of threads. They go in rounds. In each, the explicit search may find so many states more, and PDR may
// do so much work more (WorkMeter in symbolic/sat_solver.h); who is done with a round waits for the other. At the end
// of a round, when both stand still, they are asked what they know. If that is an answer for each property, the run is
// decided; otherwise PDR is told what it need not ask any more, and the next round begins. So an answer takes at most
// about as long as if the better of the two had run alone on one core, and that much again for the slower rounds of the
// other. When the explicit search has seen everything within a round, its answer is given at once: it is compared with
// what PDR knew at the end of the round before.
//
// What the explicit search has found stands before what PDR has: it is the first in the order of the search. Where both
// have a verdict, and not the same, that is an Inconsistency.
#pragma once

#include <cstdint>
#include <functional>

#include "checker/answer.h"
#include "checker/symbolic/pdr_engine.h"

namespace untorn::checker {

/// An engine that can run beside the explicit search. It pays its work to the meter.
using Companion = std::function<Answer(const system::System& system, const SearchOptions& options,
                                       symbolic::WorkMeter& meter, const symbolic::Company& company)>;

/// How far each may go.
struct Rounds {
    uint64_t alone = 1000000;   ///< states that the explicit search may find before the other begins
    uint64_t states = 1000000;  ///< ... and in each round
    uint64_t work = 10000;      ///< units in each round
};

/// PDR.
Answer companion_pdr(const system::System& system, const SearchOptions& options, symbolic::WorkMeter& meter,
                     const symbolic::Company& company);

/// The limits of the options: a number of states, time and interrupts end all; where the explicit search runs out of
/// memory, or is too large for it, the other goes on alone, and the other way round. While both run, a quarter of the
/// memory is the other's (at most 4 GiB).
Answer answer_automatically(const system::System& system, const SearchOptions& options, const Rounds& rounds = {},
                            const Companion& companion = companion_pdr);

}  // namespace untorn::checker
