// What a symbolic engine learns about the states that can be reached: clauses over latches.
//
// A clause says that some of its latches have the given values; a set of clauses says it of all of them. PDR returns
// its inductive invariant so, certificates are written from it, and the same pairs read as a conjunction are a cube: a
// set of states, whose negation is the clause with every value turned.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace untorn::checker::symbolic {

/// `latch == value`; the latch is an index into TransitionCircuit::latches.
struct LatchValue {
    uint32_t latch = 0;
    bool value = false;
    constexpr LatchValue operator!() const { return {latch, !value}; }
    constexpr auto operator<=>(const LatchValue&) const = default;
};

/// One of these holds. Sorted by latch, each latch once; the empty clause holds nowhere.
using Clause = std::vector<LatchValue>;
/// All of these hold. Sorted by latch, each latch once; the empty cube holds everywhere.
using Cube = std::vector<LatchValue>;

/// The states that are not in the cube, as a clause; and the other way round.
inline Clause negated(const Cube& cube) {
    Clause clause = cube;
    for (LatchValue& part : clause) part = !part;
    return clause;
}

}  // namespace untorn::checker::symbolic
