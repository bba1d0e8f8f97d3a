// Random walks. The same seed gives the same walk, on every machine.
//
// A step is drawn in two stages. Where steps with and without a fault are possible, first whether it is a fault, with
// the chance asked for; then one of them, all equally likely, where power loss counts as one, whose choices are drawn
// last. If every enabled step were equally likely, nearly every walk would end early: power can be lost in every state,
// and in many ways.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "checker/simulate/judge.h"
#include "checker/simulate/random.h"
#include "checker/simulate/walk.h"

namespace untorn::checker {

struct WanderOptions {
    uint64_t moves = 100;        ///< most moves (steps and power losses; the choice of the start is none)
    unsigned fault_percent = 5;  ///< chance of a fault where there is a choice. 0: never a fault; else also where only
                                 ///< faults are possible
    bool keep_going = false;     ///< past states that violate something; never past a failed check
    const std::atomic<bool>* interrupted = nullptr;  ///< ends the walk when set
};

/// Something that was found in a state for the first time on this walk.
struct Discovery {
    Observation observation;
    size_t position = 0;  ///< Walk::position
};

struct Wandered {
    enum class End : uint8_t {
        moves,     ///< as many as were asked for
        dead_end,  ///< nothing can happen, or only faults, and these are not wanted; standing() says which
        violated,  ///< something is violated, for the first time since it began
        interrupted
    } end = End::moves;
    std::vector<Discovery> discoveries;  ///< in order of position, then of properties
};

/// The option to take, by index; nothing if there is none, or only faults and `fault_percent` is 0.
std::optional<size_t> draw(const std::vector<Option>& options, Random& random, unsigned fault_percent);

/// Walks on at random from where the walk stands; from before the start, chooses one first. What the state at hand
/// shows already is no discovery and stops nothing.
Wandered wander(Walk& walk, Random& random, const WanderOptions& options);

}  // namespace untorn::checker
