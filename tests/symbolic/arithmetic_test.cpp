// Arithmetic in bits against numbers, near zero and at the limits of 64 bits.
#include "checker/symbolic/arithmetic.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <random>

#include "model/system/expr.h"

namespace untorn::checker::symbolic {

namespace {

__extension__ typedef __int128 Wide;

/// The number that constant bits are; wider than 64 bits where a product is.
Wide value(const Bits& bits) {
    Wide number = bits.back() == Circuit::yes ? -1 : 0;
    for (size_t i = bits.size(); i-- > 0;) {
        REQUIRE((bits[i] == Circuit::yes || bits[i] == Circuit::no));
        number = number * 2 + (bits[i] == Circuit::yes ? 1 : 0);
    }
    return number;
}

/// Inputs of so many bits with this value, so that nothing folds; read through the evaluation of the circuit.
class Probe {
 public:
    Bits operand(int64_t number, size_t width) {
        Bits bits = circuit.inputs(width);
        for (size_t i = 0; i < width; ++i)
            given_.emplace_back(bits[i], (static_cast<uint64_t>(number) >> std::min<size_t>(i, 63) & 1) != 0);
        return bits;
    }
    Wide read(const Bits& bits) const {
        CircuitValues values(circuit);
        for (const auto& [input, bit] : given_) values.set(input, bit);
        values.evaluate();
        Wide number = values[bits.back()] ? -1 : 0;
        for (size_t i = bits.size(); i-- > 0;) number = number * 2 + (values[bits[i]] ? 1 : 0);
        return number;
    }

    Circuit circuit;
    Arithmetic arithmetic{circuit};

 private:
    std::vector<std::pair<Lit, bool>> given_;
};

Wide saturated(Wide v) { return std::clamp<Wide>(v, -system::value_limit, system::value_limit); }

void compare(int64_t a, int64_t b, size_t more) {
    CAPTURE(a);
    CAPTURE(b);
    Probe p;
    const Bits x = p.operand(a, width_of(a, a) + more), y = p.operand(b, width_of(b, b) + more);
    Arithmetic& is = p.arithmetic;
    CHECK(p.read(is.add(x, y)) == Wide{a} + b);
    CHECK(p.read(is.subtract(x, y)) == Wide{a} - b);
    CHECK(p.read(is.multiply(x, y)) == Wide{a} * b);
    CHECK(p.read(is.saturated(is.multiply(x, y))) == saturated(Wide{a} * b));
    CHECK(p.read(is.divide(x, y)) == (b == 0 ? 0 : Wide{a} / b));
    CHECK(p.read(is.modulo(x, y)) == (b == 0 ? 0 : Wide{a} % b));
    CHECK(p.read(is.bit_and(x, y)) == (a & b));
    CHECK(p.read(is.bit_or(x, y)) == (a | b));
    CHECK(p.read(is.bit_clear(x, y)) == (a & ~b));
    CHECK(p.read(is.shift_one(x)) == (a >= 0 && a <= 31 ? Wide{1} << a : 0));
    CHECK(p.read(is.popcount(x)) == std::popcount(static_cast<uint64_t>(a)));
    CHECK(p.read(is.boolean(is.equal(x, y))) == (a == b));
    CHECK(p.read(is.boolean(is.less(x, y))) == (a < b));
    CHECK(p.read(is.boolean(is.is(x, b))) == (a == b));
    CHECK(p.read(is.choose(is.less(x, y), x, y)) == std::min(a, b));
    if (a > -8 && a < 8) CHECK(p.read(Arithmetic::fit(x, -8, 7)) == a);
}

}  // namespace

TEST_CASE("operations on small numbers are exact") {
    for (int64_t a = -9; a <= 9; ++a)
        for (int64_t b = -9; b <= 9; ++b) compare(a, b, 0);
}

TEST_CASE("operations are exact whatever the width, up to the limits, and saturate there") {
    std::mt19937_64 random(3);
    const auto any = [&] {
        const auto bits = static_cast<int64_t>(random()) >> (random() % 64);
        return std::clamp(bits, -system::value_limit, system::value_limit);
    };
    for (int round = 0; round < 100; ++round) compare(any(), any(), random() % 3);
    for (int64_t a : {system::value_limit, -system::value_limit, int64_t{0}, int64_t{1}})
        for (int64_t b : {system::value_limit, -system::value_limit, int64_t{-1}, int64_t{3}}) compare(a, b, 0);
}

TEST_CASE("codes decode to values and back") {
    Probe p;
    for (int64_t lo : {-5, 0, 3}) {
        const Bits code = p.circuit.inputs(3);
        const Bits number = p.arithmetic.decoded(code, lo), back = p.arithmetic.encoded(number, lo, 3);
        for (unsigned v = 0; v < 8; ++v) {
            const Lit is = p.arithmetic.is(number, lo + v), most = p.arithmetic.code_at_most(code, 4),
                      exactly = p.arithmetic.code_is(code, 4);
            CircuitValues values(p.circuit);
            for (unsigned i = 0; i < 3; ++i) values.set(code[i], (v >> i & 1) != 0);
            values.evaluate();
            CHECK(values[is]);
            CHECK(values[most] == (v <= 4));
            CHECK(values[exactly] == (v == 4));
            for (unsigned i = 0; i < 3; ++i) CHECK(values[back[i]] == ((v >> i & 1) != 0));
        }
    }
}

TEST_CASE("known bits stay known") {
    Circuit circuit;
    Arithmetic arithmetic(circuit);
    CHECK(value(arithmetic.multiply(Arithmetic::constant(-7), Arithmetic::constant(6))) == -42);
    CHECK(value(arithmetic.saturated(
              arithmetic.add(Arithmetic::constant(system::value_limit), Arithmetic::constant(system::value_limit)))) ==
          system::value_limit);
    CHECK(Arithmetic::fit(circuit.inputs(4), 0, 5).back() == Circuit::no);
    CHECK(circuit.size() == 5);
}

}  // namespace untorn::checker::symbolic
