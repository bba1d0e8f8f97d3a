// What the state at which a walk stands says about the properties, and why nothing follows it. The same questions as
// the search asks, put to the reference evaluator.
//
// One state decides neither that recovery goes round for ever nor anything about progress (`eventually`, `leads
// to`...).
#pragma once

#include <cstdint>
#include <vector>

#include "checker/simulate/walk.h"

namespace untorn::checker {

struct Observation {
    uint32_t property = 0;  ///< index into System::properties
    bool violated = false;  ///< else satisfied: a cover, crash cover or sometimes
    bool operator==(const Observation&) const = default;
};

/// Of the state at hand, in order of properties. Nothing before the start.
std::vector<Observation> observations(const Walk& walk);

/// What happens next without a fault; with one, more may be possible (Walk::options).
enum class Standing : uint8_t {
    moving,     ///< something can
    no_start,   ///< no choices of the initial state are allowed
    failed,     ///< a check failed: the run ends there
    ended,      ///< all threads have ended, and every daemon rests
    deadlock,   ///< rule 14
    recovered,  ///< recovery has ended, and the run with it
    blocked     ///< recovery can not go on
};
Standing standing(const Walk& walk);

}  // namespace untorn::checker
