#ifdef UNTORN_NATIVE_CODE

#include "checker/explicit/native_facts.h"

#include <algorithm>

namespace untorn::checker::native {

using Op = Code::Op;

Interval Facts::of_cell(uint32_t cell) const {
    for (const Known& known : known_)
        if (known.cell == cell) return known.interval;
    const Cell& domain = program_.cells[cell];
    return {domain.lo, domain.lo + static_cast<int64_t>(domain.size - 1)};
}

Interval Facts::of(CodeId id) const {
    const Code& code = program_.codes[id];
    if (code.op == Op::cell) return of_cell(code.a);
    if (code.op == Op::add && program_.codes[code.b].op == Op::constant && program_.codes[code.a].op == Op::cell) {
        const Interval cell = of_cell(program_.codes[code.a].a);
        const int64_t constant = program_.codes[code.b].value;
        return {cell.lo + constant, cell.hi + constant};
    }
    return program_.intervals[id];
}

void Facts::learn(uint32_t cell, int64_t lo, int64_t hi) {
    const Interval before = of_cell(cell);
    const Interval now{std::max(before.lo, lo), std::min(before.hi, hi)};
    if (now.lo > now.hi) return;  // never so: what follows is never reached
    const auto known = std::ranges::find(known_, cell, &Known::cell);
    if (known != known_.end())
        known->interval = now;
    else
        known_.push_back({cell, now});
}

void Facts::exclude(uint32_t cell, int64_t value) {
    const Interval before = of_cell(cell);
    if (value == before.lo) learn(cell, before.lo + 1, before.hi);
    if (value == before.hi) learn(cell, before.lo, before.hi - 1);
}

void Facts::learn(Literal literal) {
    const Code& code = program_.codes[literal.code];
    const auto constant = [&](CodeId id) { return program_.codes[id].op == Op::constant; };
    const auto cell = [&](CodeId id) { return program_.codes[id].op == Op::cell; };
    switch (code.op) {
        case Op::cell:
            if (literal.holds)
                exclude(code.a, 0);
            else
                learn(code.a, 0, 0);
            return;
        case Op::cell_is:
            if (literal.holds)
                learn(code.a, code.value, code.value);
            else
                exclude(code.a, code.value);
            return;
        case Op::less:
        case Op::less_equal: {
            // x < k or k < x. A negated comparison is the other comparison already (system::ExprPool::negate).
            const bool below = cell(code.a) && constant(code.b);
            if (!literal.holds || (!below && !(constant(code.a) && cell(code.b)))) return;
            const uint32_t number = program_.codes[below ? code.a : code.b].a;
            const int64_t k = program_.codes[below ? code.b : code.a].value;
            const int64_t strict = code.op == Op::less ? 1 : 0;
            if (below)
                learn(number, INT64_MIN, k - strict);
            else
                learn(number, k + strict, INT64_MAX);
            return;
        }
        default: return;
    }
}

}  // namespace untorn::checker::native

#endif
