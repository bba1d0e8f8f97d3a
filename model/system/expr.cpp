// The expression pool: hash-consing, intervals, arithmetic and comparisons. Every constructor first folds what the
// intervals of its arguments decide, then brings the rest to a normal form (constants right, comparisons with a
// constant as `=` or `<`), so that equal conditions meet in one node. Boolean connectives stand in logic.cpp.
//
// Idea: Filliatre, Conchon, "Type-safe modular hash-consing", ML Workshop 2006. Intervals are sound, not exact: they
// may be wider than the set of values, never narrower.

#include "model/system/expr.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <optional>
#include <utility>

namespace untorn::system {
namespace {

int64_t clamp_value(int64_t v) { return std::clamp(v, -value_limit, value_limit); }

int64_t saturating_add(int64_t a, int64_t b) {
    int64_t r = 0;
    if (__builtin_add_overflow(a, b, &r)) return a < 0 ? -value_limit : value_limit;
    return clamp_value(r);
}

int64_t saturating_multiply(int64_t a, int64_t b) {
    int64_t r = 0;
    if (__builtin_mul_overflow(a, b, &r)) return (a < 0) != (b < 0) ? -value_limit : value_limit;
    return clamp_value(r);
}

struct Interval {
    int64_t lo = 0, hi = 0;
};

Interval around(std::initializer_list<int64_t> corners) { return {std::min(corners), std::max(corners)}; }

/// The value of `x op y` for the binary arithmetic operators and comparisons.
int64_t apply(Op op, int64_t x, int64_t y) {
    switch (op) {
        case Op::equal: return x == y;
        case Op::less: return x < y;
        case Op::less_equal: return x <= y;
        case Op::add: return saturating_add(x, y);
        case Op::subtract: return saturating_add(x, -y);
        case Op::multiply: return saturating_multiply(x, y);
        case Op::divide: return y == 0 ? 0 : x / y;
        case Op::modulo: return y == 0 ? 0 : x % y;
        case Op::bit_and: return clamp_value(x & y);
        case Op::bit_or: return clamp_value(x | y);
        default: assert(op == Op::bit_clear); return clamp_value(x & ~y);
    }
}

/// Truncating division is monotone in each argument on either side of a zero divisor: corners suffice.
Interval divide_interval(Interval a, Interval b) {
    Interval r{0, 0};
    bool any = b.lo <= 0 && 0 <= b.hi;
    const auto side = [&](int64_t lo, int64_t hi) {
        if (lo > hi) return;
        const Interval s = around({a.lo / lo, a.lo / hi, a.hi / lo, a.hi / hi});
        r = any ? Interval{std::min(r.lo, s.lo), std::max(r.hi, s.hi)} : s;
        any = true;
    };
    side(std::max<int64_t>(b.lo, 1), b.hi);
    side(b.lo, std::min<int64_t>(b.hi, -1));
    return r;
}

/// The remainder has the sign of the dividend and is smaller than the divisor.
Interval modulo_interval(Interval a, Interval b) {
    const int64_t largest = std::max(b.hi < 0 ? -b.hi : b.hi, b.lo < 0 ? -b.lo : b.lo);
    if (largest == 0) return {0, 0};
    return {a.lo < 0 ? -std::min(largest - 1, -a.lo) : 0, a.hi > 0 ? std::min(largest - 1, a.hi) : 0};
}

/// The least 2^n - 1 that is not below v; v >= 0.
int64_t mask_above(int64_t v) {
    return static_cast<int64_t>((uint64_t{1} << std::bit_width(static_cast<uint64_t>(v))) - 1);
}

Interval bits_interval(Op op, Interval a, Interval b) {
    if (a.lo < 0 || b.lo < 0) return {-value_limit, value_limit};
    if (op == Op::bit_and) return {0, std::min(a.hi, b.hi)};
    if (op == Op::bit_clear) return {0, a.hi};
    return {std::max(a.lo, b.lo), clamp_value(mask_above(std::max(a.hi, b.hi)))};
}

Interval interval_of(Op op, Interval a, Interval b) {
    switch (op) {
        case Op::add: return {saturating_add(a.lo, b.lo), saturating_add(a.hi, b.hi)};
        case Op::subtract: return {saturating_add(a.lo, -b.hi), saturating_add(a.hi, -b.lo)};
        case Op::multiply:
            return around({saturating_multiply(a.lo, b.lo), saturating_multiply(a.lo, b.hi),
                           saturating_multiply(a.hi, b.lo), saturating_multiply(a.hi, b.hi)});
        case Op::divide: return divide_interval(a, b);
        case Op::modulo: return modulo_interval(a, b);
        default: return bits_interval(op, a, b);
    }
}

/// What intervals alone say about a comparison.
std::optional<bool> decide(Op op, Interval a, Interval b) {
    if (op == Op::equal) {
        if (a.hi < b.lo || b.hi < a.lo) return false;
        if (a.lo == a.hi && b.lo == b.hi) return true;
        return std::nullopt;
    }
    const int64_t slack = op == Op::less ? 0 : 1;
    if (a.hi < b.lo + slack) return true;
    if (a.lo >= b.hi + slack) return false;
    return std::nullopt;
}

bool is_commutative(Op op) {
    return op == Op::add || op == Op::multiply || op == Op::bit_and || op == Op::bit_or || op == Op::equal;
}

uint64_t mix(uint64_t h, uint64_t v) {
    h = (h ^ v) * 0x9E3779B97F4A7C15U;
    return h ^ (h >> 29);
}

uint64_t hash(const Node& n, std::span<const ExprId> args) {
    uint64_t h = mix(static_cast<uint64_t>(n.op), static_cast<uint64_t>(n.value));
    h = mix(h, uint64_t{n.var} << 32 | n.type);
    h = mix(mix(h, static_cast<uint64_t>(n.lo)), static_cast<uint64_t>(n.hi));
    for (const ExprId a : args) h = mix(h, a);
    return h;
}

}  // namespace

ExprPool::ExprPool() {
    [[maybe_unused]] const ExprId zero = constant(0);
    [[maybe_unused]] const ExprId one = constant(1);
    assert(zero == no && one == yes);
}

ExprId ExprPool::find(const Node& n, std::span<const ExprId> args, uint64_t hash) const {
    for (auto [it, end] = index_.equal_range(hash); it != end; ++it) {
        const Node& m = nodes_[it->second];
        if (m.op == n.op && m.value == n.value && m.var == n.var && m.type == n.type && m.lo == n.lo && m.hi == n.hi &&
            std::ranges::equal(this->args(it->second), args))
            return it->second;
    }
    return none_found;
}

ExprId ExprPool::make(Node n, std::span<const ExprId> args) {
    assert(n.lo <= n.hi && args.size() <= 255);
    if (n.lo == n.hi && n.op != Op::constant && n.op != Op::bound) return constant(n.lo);
    const uint64_t h = hash(n, args);
    if (const ExprId known = find(n, args, h); known != none_found) return known;
    const std::vector<ExprId> copy(args.begin(), args.end());  // `args` may point into args_, which is about to move
    n.arity = static_cast<uint8_t>(copy.size());
    n.first_arg = static_cast<uint32_t>(args_.size());
    args_.insert(args_.end(), copy.begin(), copy.end());
    nodes_.push_back(n);
    const auto id = static_cast<ExprId>(nodes_.size() - 1);
    index_.emplace(h, id);
    return id;
}

// Operands keep the order that they were first written in: it reads better than an order by id, and does not depend on
// the order in which a compiler evaluates the arguments of a call.
ExprId ExprPool::make_commutative(Node n, ExprId a, ExprId b) {
    const std::array swapped{b, a};
    const ExprId known = find(n, swapped, hash(n, swapped));
    return known != none_found ? known : make(n, std::array{a, b});
}

ExprId ExprPool::constant(int64_t value) {
    assert(-value_limit <= value && value <= value_limit);
    Node n;
    n.value = n.lo = n.hi = value;
    return make(n, {});
}

// An empty type has no values, so a leaf over it never is evaluated; `lo` alone keeps its interval well-formed.
ExprId ExprPool::leaf(Op op, int64_t value, VarId var, std::span<const ExprId> index, int64_t lo, int64_t hi) {
    Node n;
    n.op = op;
    n.value = value;
    n.var = var;
    n.lo = lo;
    n.hi = std::max(lo, hi);
    return make(n, index);
}

ExprId ExprPool::read(VarId var, std::span<const ExprId> index, int64_t lo, int64_t hi) {
    return leaf(Op::read, 0, var, index, lo, hi);
}
ExprId ExprPool::self(int64_t lo, int64_t hi) { return leaf(Op::self, 0, 0, {}, lo, hi); }
ExprId ExprPool::me(int64_t hi) { return leaf(Op::me, 0, 0, {}, 1, hi); }
ExprId ExprPool::choice(int64_t number, int64_t lo, int64_t hi) { return leaf(Op::choice, number, 0, {}, lo, hi); }
ExprId ExprPool::bound(int64_t lo, int64_t hi) { return leaf(Op::bound, bound_count_++, 0, {}, lo, hi); }

/// Interval, commutative order, and constants pushed into an `ite` of constants; the operators' own identities are
/// their callers' business.
ExprId ExprPool::arithmetic(Op op, ExprId a, ExprId b) {
    if (is_constant(a) && is_constant(b)) return constant(apply(op, value(a), value(b)));
    if (is_commutative(op) && is_constant(a)) std::swap(a, b);
    const auto constant_ite = [&](ExprId e) {
        return nodes_[e].op == Op::ite && is_constant(args(e)[1]) && is_constant(args(e)[2]);
    };
    if (is_constant(b) && constant_ite(a)) {
        const ExprId c = args(a)[0], x = args(a)[1], y = args(a)[2];
        return ite(c, constant(apply(op, value(x), value(b))), constant(apply(op, value(y), value(b))));
    }
    if (is_constant(a) && constant_ite(b)) {
        const ExprId c = args(b)[0], x = args(b)[1], y = args(b)[2];
        return ite(c, constant(apply(op, value(a), value(x))), constant(apply(op, value(a), value(y))));
    }
    const Interval r = interval_of(op, {nodes_[a].lo, nodes_[a].hi}, {nodes_[b].lo, nodes_[b].hi});
    Node n;
    n.op = op;
    n.lo = r.lo;
    n.hi = r.hi;
    return is_commutative(op) ? make_commutative(n, a, b) : make(n, std::array{a, b});
}

ExprId ExprPool::add(ExprId a, ExprId b) {
    if (is_constant(a)) std::swap(a, b);
    if (b == no) return a;
    if (is_constant(b) && nodes_[a].op == Op::add && is_constant(args(a)[1])) {
        const ExprId x = args(a)[0];
        const int64_t inner = value(args(a)[1]), sum = saturating_add(inner, value(b));
        // (x + i) + k = x + (i + k) unless one of the three additions can saturate.
        const auto safe = [&](int64_t k) {
            return -value_limit < saturating_add(nodes_[x].lo, k) && saturating_add(nodes_[x].hi, k) < value_limit;
        };
        if (safe(inner) && safe(sum) && -value_limit < sum && sum < value_limit) return add(x, constant(sum));
    }
    return arithmetic(Op::add, a, b);
}

ExprId ExprPool::subtract(ExprId a, ExprId b) {
    if (a == b) return no;
    if (is_constant(b)) return add(a, constant(-value(b)));
    return arithmetic(Op::subtract, a, b);
}

ExprId ExprPool::multiply(ExprId a, ExprId b) {
    if (a == no || b == no) return no;
    if (a == yes) return b;
    if (b == yes) return a;
    return arithmetic(Op::multiply, a, b);
}

ExprId ExprPool::divide(ExprId a, ExprId b) {
    if (a == no || b == no) return no;
    if (b == yes) return a;
    return arithmetic(Op::divide, a, b);
}

ExprId ExprPool::modulo(ExprId a, ExprId b) {
    if (a == no || b == no) return no;
    if (is_constant(b) && nodes_[a].lo >= 0 && nodes_[a].hi < value(b)) return a;
    return arithmetic(Op::modulo, a, b);
}

ExprId ExprPool::bit_and(ExprId a, ExprId b) {
    if (a == b) return a;
    if (a == no || b == no) return no;
    if (is_constant(a)) std::swap(a, b);
    if (is_constant(b) && nodes_[a].lo >= 0) {
        const int64_t possible = mask_above(nodes_[a].hi);
        if ((possible & value(b)) == possible) return a;
        if ((possible & value(b)) == 0) return no;
    }
    return arithmetic(Op::bit_and, a, b);
}

ExprId ExprPool::bit_or(ExprId a, ExprId b) {
    if (a == b || b == no) return a;
    if (a == no) return b;
    return arithmetic(Op::bit_or, a, b);
}

ExprId ExprPool::bit_clear(ExprId a, ExprId b) {
    if (a == b || a == no) return no;
    if (b == no) return a;
    if (is_constant(b) && nodes_[a].lo >= 0) {
        const int64_t possible = mask_above(nodes_[a].hi);
        if ((possible & value(b)) == possible) return no;
        if ((possible & value(b)) == 0) return a;
    }
    return arithmetic(Op::bit_clear, a, b);
}

ExprId ExprPool::shift_one(ExprId a) {
    const auto shifted = [](int64_t v) { return 0 <= v && v <= 31 ? int64_t{1} << v : 0; };
    if (is_constant(a)) return constant(shifted(value(a)));
    Node n;
    n.op = Op::shift_one;
    const int64_t lo = nodes_[a].lo, hi = nodes_[a].hi;
    n.lo = lo < 0 || hi > 31 ? 0 : shifted(lo);
    n.hi = hi < 0 || lo > 31 ? 0 : shifted(std::min<int64_t>(hi, 31));
    return make(n, std::array{a});
}

ExprId ExprPool::popcount(ExprId a) {
    if (is_constant(a)) return constant(std::popcount(static_cast<uint64_t>(value(a))));
    Node n;
    n.op = Op::popcount;
    n.lo = nodes_[a].lo > 0 || nodes_[a].hi < 0 ? 1 : 0;
    n.hi = nodes_[a].lo < 0 ? 64 : static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(nodes_[a].hi)));
    return make(n, std::array{a});
}

/// A comparison that no identity simplified: decided by intervals, pushed into an `ite` that decides one branch, or
/// made.
ExprId ExprPool::compare(Op op, ExprId a, ExprId b) {
    const auto interval = [&](ExprId e) { return Interval{nodes_[e].lo, nodes_[e].hi}; };
    if (const auto known = decide(op, interval(a), interval(b))) return *known ? yes : no;
    for (const bool left : {true, false}) {
        const ExprId choosing = left ? a : b, other = left ? b : a;
        if (nodes_[choosing].op != Op::ite || !is_constant(other)) continue;
        const ExprId c = args(choosing)[0], x = args(choosing)[1], y = args(choosing)[2];
        const auto branch = [&](ExprId e) { return left ? comparison(op, e, other) : comparison(op, other, e); };
        const auto decided = [&](ExprId e) {
            return left ? decide(op, interval(e), interval(other)) : decide(op, interval(other), interval(e));
        };
        if (decided(x) || decided(y)) {
            const ExprId then = branch(x);
            return ite(c, then, branch(y));
        }
    }
    Node n;
    n.op = op;
    n.lo = 0;
    n.hi = 1;
    return is_commutative(op) ? make_commutative(n, a, b) : make(n, std::array{a, b});
}

ExprId ExprPool::comparison(Op op, ExprId a, ExprId b) {
    if (op == Op::equal) return equal(a, b);
    return op == Op::less ? less(a, b) : less_equal(a, b);
}

ExprId ExprPool::equal(ExprId a, ExprId b) {
    if (a == b) return yes;
    if (is_constant(a)) std::swap(a, b);
    if (nodes_[b].op == Op::negation && args(b)[0] == a) return no;
    if (nodes_[a].op == Op::negation && args(a)[0] == b) return no;
    if (!is_constant(b)) return compare(Op::equal, a, b);
    const int64_t lo = nodes_[a].lo, hi = nodes_[a].hi, k = value(b);
    if (k < lo || hi < k) return no;
    if (lo == 0 && hi == 1) return k == 1 ? a : negate(a);
    if (hi == lo + 1 && k == hi) return negate(equal(a, constant(lo)));
    if (nodes_[a].op == Op::add && is_constant(args(a)[1]) && -value_limit < lo && hi < value_limit) {
        const int64_t rest = saturating_add(k, -value(args(a)[1]));
        if (-value_limit < rest && rest < value_limit) return equal(args(a)[0], constant(rest));
    }
    return compare(Op::equal, a, b);
}

/// `a < b` where one of them is constant and intervals do not decide: at the border of the interval it is an equality.
ExprId ExprPool::order_against_constant(ExprId a, ExprId b) {
    const bool above = is_constant(a);  // k < x, else x < k
    const ExprId x = above ? b : a;
    const int64_t lo = nodes_[x].lo, hi = nodes_[x].hi, k = value(above ? a : b);
    if (above && k + 1 == hi) return equal(x, constant(hi));
    if (above && k == lo) return negate(equal(x, constant(lo)));
    if (!above && k - 1 == lo) return equal(x, constant(lo));
    if (!above && k == hi) return negate(equal(x, constant(hi)));
    if (nodes_[x].op == Op::add && is_constant(args(x)[1]) && -value_limit < lo && hi < value_limit) {
        const int64_t rest = saturating_add(k, -value(args(x)[1]));
        const ExprId y = args(x)[0];
        if (-value_limit < rest && rest < value_limit) return above ? less(constant(rest), y) : less(y, constant(rest));
    }
    return compare(Op::less, a, b);
}

ExprId ExprPool::less(ExprId a, ExprId b) {
    if (a == b) return no;
    if (const auto known = decide(Op::less, {nodes_[a].lo, nodes_[a].hi}, {nodes_[b].lo, nodes_[b].hi}))
        return *known ? yes : no;
    if (is_constant(a) || is_constant(b)) return order_against_constant(a, b);
    return compare(Op::less, a, b);
}

ExprId ExprPool::less_equal(ExprId a, ExprId b) {
    if (a == b) return yes;
    if (const auto known = decide(Op::less_equal, {nodes_[a].lo, nodes_[a].hi}, {nodes_[b].lo, nodes_[b].hi}))
        return *known ? yes : no;
    // Undecided, so the constant lies inside the other's interval and has a neighbour on the needed side.
    if (is_constant(b)) return less(a, constant(value(b) + 1));
    if (is_constant(a)) return less(constant(value(a) - 1), b);
    return compare(Op::less_equal, a, b);
}

ExprId ExprPool::quantifier(Op op, int64_t number, TypeId type, int64_t size, ExprId body) {
    assert(op == Op::forall || op == Op::exists || op == Op::count);
    if (size <= 0) return op == Op::forall ? yes : no;
    if (is_constant(body)) {
        const bool holds = value(body) != 0;
        return op == Op::count ? constant(holds ? size : 0) : (holds ? yes : no);
    }
    Node n;
    n.op = op;
    n.value = number;
    n.type = type;
    n.lo = 0;
    n.hi = op == Op::count ? size : 1;
    return make(n, std::array{body});
}

ExprId ExprPool::quantify(Op op, ExprId variable, TypeId type, int64_t size, ExprId body) {
    assert(nodes_[variable].op == Op::bound);
    return quantifier(op, nodes_[variable].value, type, size, body);
}

/// The same operator over new arguments, through the constructors. Not for leaves.
ExprId ExprPool::rebuild(ExprId id, std::span<const ExprId> a) {
    const Node n = nodes_[id];
    switch (n.op) {
        case Op::negation: return negate(a[0]);
        case Op::conjunction: return both(a[0], a[1]);
        case Op::disjunction: return either(a[0], a[1]);
        case Op::equal:
        case Op::less:
        case Op::less_equal: return comparison(n.op, a[0], a[1]);
        case Op::add: return add(a[0], a[1]);
        case Op::subtract: return subtract(a[0], a[1]);
        case Op::multiply: return multiply(a[0], a[1]);
        case Op::divide: return divide(a[0], a[1]);
        case Op::modulo: return modulo(a[0], a[1]);
        case Op::ite: return ite(a[0], a[1], a[2]);
        case Op::bit_and: return bit_and(a[0], a[1]);
        case Op::bit_or: return bit_or(a[0], a[1]);
        case Op::bit_clear: return bit_clear(a[0], a[1]);
        case Op::shift_one: return shift_one(a[0]);
        case Op::popcount: return popcount(a[0]);
        case Op::forall:
        case Op::exists: return quantifier(n.op, n.value, n.type, 1, a[0]);  // not empty, or it would have folded
        case Op::count: return quantifier(n.op, n.value, n.type, n.hi, a[0]);
        case Op::constant:
        case Op::read:
        case Op::self:
        case Op::me:
        case Op::choice:
        case Op::bound: break;
    }
    assert(false && "rebuild of a leaf");
    return id;
}

// Iterative: unrolled loops can make chains longer than the stack is deep.
ExprId ExprPool::rewrite(ExprId id, const Leaf& leaf, std::unordered_map<ExprId, ExprId>& memo) {
    std::vector<ExprId> pending{id};
    while (!pending.empty()) {
        const ExprId at = pending.back();
        if (memo.contains(at)) {
            pending.pop_back();
            continue;
        }
        std::vector<ExprId> fresh;
        const size_t before = pending.size();
        for (const ExprId arg : args(at)) {
            const auto done = memo.find(arg);
            if (done == memo.end())
                pending.push_back(arg);
            else
                fresh.push_back(done->second);
        }
        if (pending.size() != before) continue;
        pending.pop_back();
        const Op op = nodes_[at].op;
        ExprId replacement = at;
        if (op == Op::read || op == Op::self || op == Op::me || op == Op::choice || op == Op::bound)
            replacement = leaf(at, fresh);
        else if (op != Op::constant && !std::ranges::equal(args(at), fresh))
            replacement = rebuild(at, fresh);
        memo.emplace(at, replacement);
    }
    return memo.at(id);
}

}  // namespace untorn::system
