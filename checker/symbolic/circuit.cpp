#include "checker/symbolic/circuit.h"

#include <algorithm>
#include <utility>

namespace untorn::checker::symbolic {

namespace {

/// Halves joined until one is left, so that the depth is logarithmic.
Lit balanced(Circuit& circuit, std::span<const Lit> parts) {
    if (parts.empty()) return Circuit::yes;
    if (parts.size() == 1) return parts[0];
    const size_t half = parts.size() / 2;
    const Lit a = balanced(circuit, parts.first(half));
    const Lit b = balanced(circuit, parts.subspan(half));
    return circuit.both(a, b);
}

}  // namespace

Lit Circuit::input() {
    nodes_.push_back({input_mark, input_mark});
    return {static_cast<uint32_t>(nodes_.size() - 1), false};
}

Bits Circuit::inputs(size_t count) {
    Bits made(count);
    std::generate(made.begin(), made.end(), [this] { return input(); });
    return made;
}

Lit Circuit::both(Lit a, Lit b) {
    if (b < a) std::swap(a, b);
    if (a == no || a == !b) return no;
    if (a == yes || a == b) return b;
    const uint64_t key = uint64_t{a.code()} << 32 | b.code();
    const auto [found, is_new] = ands_.try_emplace(key, static_cast<uint32_t>(nodes_.size()));
    if (is_new) nodes_.push_back({a, b});
    return {found->second, false};
}

Lit Circuit::choose(Lit condition, Lit a, Lit b) {
    if (a == b) return a;
    return !both(!both(condition, a), !both(!condition, b));
}

Lit Circuit::all(std::span<const Lit> parts) { return balanced(*this, parts); }

Lit Circuit::any(std::span<const Lit> parts) {
    Bits negated(parts.begin(), parts.end());
    for (Lit& part : negated) part = !part;
    return !balanced(*this, negated);
}

void CircuitValues::evaluate() {
    values_.resize(circuit_.size(), false);
    for (uint32_t node = 1; node < circuit_.size(); ++node)
        if (!circuit_.is_input(node)) values_[node] = (*this)[circuit_.left(node)] && (*this)[circuit_.right(node)];
}

}  // namespace untorn::checker::symbolic
