#include "checker/symbolic/generalisation.h"

#include <algorithm>

namespace untorn::checker::symbolic {

namespace {

Cube without(const Cube& cube, uint32_t latch) {
    Cube rest;
    for (const LatchValue& part : cube)
        if (part.latch != latch) rest.push_back(part);
    return rest;
}

bool has_latch(const Cube& cube, uint32_t latch) {
    return std::any_of(cube.begin(), cube.end(), [&](const LatchValue& part) { return part.latch == latch; });
}

}  // namespace

Cube Generalisation::generalise(size_t level, Cube cube, size_t depth) {
    std::vector<uint32_t> order;
    for (const LatchValue& part : cube) order.push_back(part.latch);
    const std::vector<double>& activity = frames_.activity();
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return activity[a] < activity[b]; });

    std::vector<bool> stays(activity.size(), false);
    size_t attempts = 0;
    for (uint32_t latch : order) {
        if (!has_latch(cube, latch)) continue;
        Cube smaller = without(cube, latch);
        if (shrink(level, smaller, stays, depth)) {
            cube = std::move(smaller);
            attempts = 0;
        } else {
            stays[latch] = true;
            if (++attempts == options_.attempts) break;
        }
    }
    return cube;
}

bool Generalisation::shrink(size_t level, Cube& cube, const std::vector<bool>& stays, size_t depth) {
    size_t obstacles = 0;
    for (;;) {
        if (initial_.meets(cube)) return false;
        if (frames_.inductive_from(level, cube)) {
            cube = frames_.unreached();
            return true;
        }
        if (depth > options_.depth) return false;
        const StateAndInputs entry = frames_.entry();
        if (level > 0 && obstacles < options_.obstacles) {
            ++obstacles;
            if (remove_obstacle(level, lifting_.into(entry, cube), depth)) continue;
        }
        // Join: the parts that the way in has itself, so that it no longer comes from outside.
        obstacles = 0;
        Cube joined;
        for (const LatchValue& part : cube) {
            if (entry.state[part.latch] == part.value)
                joined.push_back(part);
            else if (stays[part.latch])
                return false;
        }
        cube = std::move(joined);
    }
}

bool Generalisation::remove_obstacle(size_t level, const Cube& obstacle, size_t depth) {
    if (initial_.meets(obstacle) || !frames_.inductive_from(level - 1, obstacle)) return false;
    Cube cube = frames_.unreached();
    size_t reached = level;
    while (reached < frames_.last() && frames_.inductive_from(reached, cube)) {
        cube = frames_.unreached();
        ++reached;
    }
    cube = generalise(reached - 1, std::move(cube), depth + 1);
    frames_.add(reached, cube);
    return true;
}

}  // namespace untorn::checker::symbolic
