// Integers in bits: two's complement, least significant bit first, the last bit the sign. Every function gives the
// exact mathematical result in as many bits as it needs; fit() cuts it to what its interval says, saturated() does what
// model/system/expr.h says beyond value_limit. A bit that is known is a constant of the circuit and costs nothing: a
// number that cannot be negative has the constant `no` as its sign.
//
// Ripple carry, shift and add, restoring division: small circuits, since numbers in a specification have few bits.
#pragma once

#include <cstdint>

#include "checker/symbolic/circuit.h"

namespace untorn::checker::symbolic {

/// Bits that hold every number from lo to hi, the sign included.
unsigned width_of(int64_t lo, int64_t hi);

class Arithmetic {
 public:
    /// The circuit must outlive it.
    explicit Arithmetic(Circuit& circuit) : circuit_(circuit) {}

    static Bits constant(int64_t value);
    /// 0 or 1.
    static Bits boolean(Lit lit) { return {lit, Circuit::no}; }
    /// lo + code, where the code has no sign.
    Bits decoded(const Bits& code, int64_t lo);
    /// `bits` low bits of number - lo: the code of a number that lies within lo .. lo + 2^bits - 1.
    Bits encoded(const Bits& number, int64_t lo, size_t bits);
    /// A number that is known to lie within lo .. hi, in no more bits than that takes.
    static Bits fit(Bits number, int64_t lo, int64_t hi);
    /// The nearest number within +-system::value_limit.
    Bits saturated(const Bits& number);

    Bits add(const Bits& a, const Bits& b);
    Bits subtract(const Bits& a, const Bits& b);
    Bits multiply(const Bits& a, const Bits& b);
    /// Rounded towards zero; 0 where b is 0.
    Bits divide(const Bits& a, const Bits& b) { return divided(a, b).quotient; }
    /// a - b * divide(a, b); 0 where b is 0.
    Bits modulo(const Bits& a, const Bits& b) { return divided(a, b).remainder; }
    Bits bit_and(const Bits& a, const Bits& b);
    Bits bit_or(const Bits& a, const Bits& b);
    Bits bit_clear(const Bits& a, const Bits& b);  ///< a and not b
    Bits shift_one(const Bits& a);                 ///< 2^a for a in 0..31, else 0
    /// How many of the 64 bits are set.
    Bits popcount(const Bits& a);
    Bits choose(Lit condition, const Bits& a, const Bits& b);

    Lit truth(const Bits& a) { return circuit_.any(a); }  ///< is not 0
    Lit equal(const Bits& a, const Bits& b);
    Lit less(const Bits& a, const Bits& b);
    Lit is(const Bits& a, int64_t value) { return equal(a, constant(value)); }

    /// For codes, which have no sign: it is this number; it is at most this number.
    Lit code_is(const Bits& code, uint64_t value);
    Lit code_at_most(const Bits& code, uint64_t most);

 private:
    struct Divided {
        Bits quotient, remainder;
    };
    Bits sum(const Bits& a, const Bits& b, Lit carry);
    Bits negated_if(Lit condition, const Bits& a);
    Divided divided(const Bits& a, const Bits& b);

    Circuit& circuit_;
};

}  // namespace untorn::checker::symbolic
