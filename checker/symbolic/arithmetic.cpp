#include "checker/symbolic/arithmetic.h"

#include <algorithm>
#include <bit>

#include "model/system/expr.h"

namespace untorn::checker::symbolic {

namespace {

Lit sign(const Bits& number) { return number.back(); }

/// The same number in more bits, or its low bits.
Bits resized(Bits number, size_t width) {
    const Lit above = sign(number);
    number.resize(width, above);
    return number;
}

size_t widest(const Bits& a, const Bits& b) { return std::max(a.size(), b.size()); }

}  // namespace

unsigned width_of(int64_t lo, int64_t hi) {
    const auto bits = [](int64_t value) {
        const auto magnitude = static_cast<uint64_t>(value < 0 ? ~value : value);
        return static_cast<unsigned>(std::bit_width(magnitude)) + 1;
    };
    return std::max(bits(lo), bits(hi));
}

Bits Arithmetic::constant(int64_t value) {
    Bits bits;
    for (unsigned i = 0; i < width_of(value, value); ++i)
        bits.push_back(Circuit::constant((static_cast<uint64_t>(value) >> i & 1) != 0));
    return bits;
}

Bits Arithmetic::decoded(const Bits& code, int64_t lo) {
    Bits number = code;
    number.push_back(Circuit::no);
    return lo == 0 ? number : add(number, constant(lo));
}

Bits Arithmetic::encoded(const Bits& number, int64_t lo, size_t bits) {
    Bits code = lo == 0 ? number : subtract(number, constant(lo));
    return resized(std::move(code), bits);
}

Bits Arithmetic::fit(Bits number, int64_t lo, int64_t hi) {
    Bits fitted = resized(std::move(number), width_of(lo, hi));
    if (lo >= 0) fitted.back() = Circuit::no;
    if (hi < 0) fitted.back() = Circuit::yes;
    return fitted;
}

Bits Arithmetic::saturated(const Bits& number) {
    const Bits most = constant(system::value_limit), least = constant(-system::value_limit);
    const Bits not_above = choose(less(most, number), most, number);
    return fit(choose(less(number, least), least, not_above), -system::value_limit, system::value_limit);
}

/// a + b + carry, without overflow.
Bits Arithmetic::sum(const Bits& a, const Bits& b, Lit carry) {
    const size_t width = widest(a, b) + 1;
    const Bits x = resized(a, width), y = resized(b, width);
    Bits result;
    for (size_t i = 0; i < width; ++i) {
        const Lit half = circuit_.differ(x[i], y[i]);
        result.push_back(circuit_.differ(half, carry));
        carry = circuit_.either(circuit_.both(x[i], y[i]), circuit_.both(half, carry));
    }
    return result;
}

Bits Arithmetic::add(const Bits& a, const Bits& b) { return sum(a, b, Circuit::no); }

Bits Arithmetic::subtract(const Bits& a, const Bits& b) {
    Bits inverted = b;
    for (Lit& bit : inverted) bit = !bit;
    return sum(a, inverted, Circuit::yes);
}

Bits Arithmetic::multiply(const Bits& a, const Bits& b) {
    // Modulo 2^width, in which both factors keep their sign.
    const size_t width = a.size() + b.size();
    const Bits x = resized(a, width), y = resized(b, width);
    Bits product(width, Circuit::no);
    for (size_t i = 0; i < width; ++i) {
        Bits part(i, Circuit::no);
        for (size_t j = 0; i + j < width; ++j) part.push_back(circuit_.both(y[i], x[j]));
        product = resized(sum(product, part, Circuit::no), width);
    }
    return product;
}

Bits Arithmetic::negated_if(Lit condition, const Bits& a) { return choose(condition, subtract(constant(0), a), a); }

Arithmetic::Divided Arithmetic::divided(const Bits& a, const Bits& b) {
    const Bits dividend = negated_if(sign(a), a), divisor = negated_if(sign(b), b);  // magnitudes
    Bits remainder = constant(0), quotient(dividend.size() + 1, Circuit::no);
    for (size_t i = dividend.size(); i-- > 0;) {
        remainder.insert(remainder.begin(), dividend[i]);
        const Lit goes = !less(remainder, divisor);
        quotient[i] = goes;
        // Never more bits than the divisor has: the remainder is less than it.
        remainder = choose(goes, subtract(remainder, divisor), remainder);
        remainder = resized(std::move(remainder), divisor.size() + 1);
        remainder.back() = Circuit::no;
    }
    const Lit by_zero = !truth(b);
    const Bits nothing = constant(0);
    return {choose(by_zero, nothing, negated_if(circuit_.differ(sign(a), sign(b)), quotient)),
            choose(by_zero, nothing, negated_if(sign(a), remainder))};
}

Bits Arithmetic::bit_and(const Bits& a, const Bits& b) {
    const size_t width = widest(a, b);
    Bits x = resized(a, width), y = resized(b, width);
    for (size_t i = 0; i < width; ++i) x[i] = circuit_.both(x[i], y[i]);
    return x;
}

Bits Arithmetic::bit_or(const Bits& a, const Bits& b) {
    const size_t width = widest(a, b);
    Bits x = resized(a, width), y = resized(b, width);
    for (size_t i = 0; i < width; ++i) x[i] = circuit_.either(x[i], y[i]);
    return x;
}

Bits Arithmetic::bit_clear(const Bits& a, const Bits& b) {
    Bits inverted = b;
    for (Lit& bit : inverted) bit = !bit;
    return bit_and(a, inverted);
}

Bits Arithmetic::shift_one(const Bits& a) {
    Bits result;
    for (int64_t i = 0; i < 32; ++i) result.push_back(is(a, i));
    result.push_back(Circuit::no);
    return result;
}

Bits Arithmetic::popcount(const Bits& a) {
    Bits count = constant(0);
    const Bits all = resized(a, 64);
    for (Lit bit : all) count = fit(add(count, boolean(bit)), 0, 64);
    return count;
}

Bits Arithmetic::choose(Lit condition, const Bits& a, const Bits& b) {
    const size_t width = widest(a, b);
    Bits x = resized(a, width), y = resized(b, width);
    for (size_t i = 0; i < width; ++i) x[i] = circuit_.choose(condition, x[i], y[i]);
    return x;
}

Lit Arithmetic::equal(const Bits& a, const Bits& b) {
    const size_t width = widest(a, b);
    const Bits x = resized(a, width), y = resized(b, width);
    Bits same;
    for (size_t i = 0; i < width; ++i) same.push_back(circuit_.same(x[i], y[i]));
    return circuit_.all(same);
}

Lit Arithmetic::less(const Bits& a, const Bits& b) {
    const size_t width = widest(a, b);
    const Bits x = resized(a, width), y = resized(b, width);
    Lit below = Circuit::no;
    for (size_t i = 0; i < width; ++i) {
        // The sign counts the other way round.
        const Lit small = i + 1 < width ? x[i] : y[i], great = i + 1 < width ? y[i] : x[i];
        below = circuit_.choose(circuit_.differ(x[i], y[i]), circuit_.both(!small, great), below);
    }
    return below;
}

Lit Arithmetic::code_is(const Bits& code, uint64_t value) {
    if (code.size() < 64 && value >> code.size() != 0) return Circuit::no;
    Bits same;
    for (size_t i = 0; i < code.size(); ++i) same.push_back((value >> i & 1) != 0 ? code[i] : !code[i]);
    return circuit_.all(same);
}

Lit Arithmetic::code_at_most(const Bits& code, uint64_t most) {
    if (code.size() < 64 && most >> code.size() != 0) return Circuit::yes;
    Lit fits = Circuit::yes;
    for (size_t i = 0; i < code.size(); ++i)
        fits = (most >> i & 1) != 0 ? circuit_.either(!code[i], fits) : circuit_.both(!code[i], fits);
    return fits;
}

}  // namespace untorn::checker::symbolic
