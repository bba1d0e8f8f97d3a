// Boolean connectives and `ite` of the expression pool. Each constructor simplifies one operand under what the other
// one says when it matters: `b` of `a and b` is only asked where `a` holds, `b` of `a or b` where it does not, the
// branches of an `ite` where its condition does or does not. That gives absorption, complements, and the collapse of
// nested conditions. Then common parts are factored out, so that the two paths of an `if` join to the condition before
// it: (A and c) or (A and not c) = A.
//
// Every rewriting replaces a part by a constant or drops it, so construction ends; each walk is bounded (walk_limit),
// so that it stays cheap. Syntactic, not complete: equivalent conditions may keep different nodes.

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "model/system/expr.h"

namespace untorn::system {
namespace {

constexpr size_t walk_limit = 128;  // nodes visited for one simplification
constexpr size_t parts_limit = 16;  // operands of a chain that are compared pairwise
constexpr size_t facts_limit = 64;  // facts taken from one operand

/// Operands of a chain of `op`, left to right; `e` alone if it is no such chain.
std::vector<ExprId> parts_of(const ExprPool& pool, Op op, ExprId e) {
    std::vector<ExprId> parts, pending{e};
    while (!pending.empty()) {
        const ExprId at = pending.back();
        pending.pop_back();
        if (pool[at].op == op && parts.size() + pending.size() < parts_limit) {
            pending.push_back(pool.args(at)[1]);
            pending.push_back(pool.args(at)[0]);
        } else {
            parts.push_back(at);
        }
    }
    return parts;
}

/// A few values by id. Made for each operation on expressions, so it lies on the stack, and most of it is left as it
/// is found there: lists of entries by the last bits of the id.
template <typename T, size_t capacity>
class IdMap {
 public:
    IdMap() { heads_.fill(end); }
    void add(ExprId id, T value) {
        if (find(id) != nullptr) return;
        assert(size_ < capacity);
        Entry& entry = entries_[size_];
        entry.id = id;
        entry.value = value;
        entry.next = std::exchange(heads_[id % heads_.size()], static_cast<uint8_t>(size_));
        ++size_;
    }
    T* find(ExprId id) {
        for (uint8_t at = heads_[id % heads_.size()]; at != end; at = entries_[at].next)
            if (entries_[at].id == id) return &entries_[at].value;
        return nullptr;
    }
    size_t size() const { return size_; }

 private:
    static constexpr uint8_t end = UINT8_MAX;
    static_assert(capacity < end);
    struct Entry {
        ExprId id;
        T value;
        uint8_t next;
    };
    std::array<uint8_t, 256> heads_;
    std::array<Entry, capacity> entries_;
    size_t size_ = 0;
};

/// What is known while another expression is evaluated: conditions with their value, and intervals of expressions
/// that were compared with constants.
class Facts {
 public:
    Facts(ExprPool& pool, ExprId fact, bool holds) : pool_(pool) { assume(fact, holds); }

    /// An expression that has the value of `e` in every state in which the facts are true.
    ExprId simplify(ExprId e) {
        if (const auto value = known(e)) return *value;
        if (const ExprId* seen = memo_.find(e)) return *seen;
        const Op op = pool_[e].op;
        if (++visited_ > walk_limit) return e;
        ExprId result = e;
        if (op == Op::ite)
            result = simplify_ite(e);
        else if (Op::negation <= op && op <= Op::modulo)
            result = simplify_arguments(e);
        memo_.add(e, result);
        return result;
    }

 private:
    struct Range {
        int64_t lo, hi;
    };

    void assume(ExprId e, bool holds) {
        if (pool_.is_constant(e) || literals_.size() >= facts_limit) return;
        literals_.add(e, holds);
        const Op op = pool_[e].op;
        const ExprId a = pool_[e].arity > 0 ? pool_.args(e)[0] : e;
        const ExprId b = pool_[e].arity > 1 ? pool_.args(e)[1] : e;
        if (op == Op::negation) assume(a, !holds);
        if ((op == Op::conjunction && holds) || (op == Op::disjunction && !holds)) {
            assume(a, holds);
            assume(b, holds);
        }
        if (op == Op::equal || op == Op::less) assume_range(op, a, b, holds);
        if ((op == Op::less && !pool_.is_constant(a) && !pool_.is_constant(b)) || op == Op::less_equal)
            literals_.add(pool_.negate(e), !holds);
    }

    void assume_range(Op op, ExprId a, ExprId b, bool holds) {
        const bool left = pool_.is_constant(b);
        if (!left && !pool_.is_constant(a)) return;
        const ExprId x = left ? a : b;
        const int64_t k = pool_.value(left ? b : a);
        Range r = range_of(x);
        if (op == Op::equal && holds) r.lo = r.hi = k;
        if (op == Op::equal && !holds && r.lo == k) ++r.lo;
        if (op == Op::equal && !holds && r.hi == k) --r.hi;
        if (op == Op::less && left) holds ? r.hi = std::min(r.hi, k - 1) : r.lo = std::max(r.lo, k);
        if (op == Op::less && !left) holds ? r.lo = std::max(r.lo, k + 1) : r.hi = std::min(r.hi, k);
        if (r.lo > r.hi) return;  // the facts contradict each other
        if (Range* old = ranges_.find(x))
            *old = r;
        else
            ranges_.add(x, r);
    }

    Range range_of(ExprId x) {
        const Range* known = ranges_.find(x);
        return known != nullptr ? *known : Range{pool_[x].lo, pool_[x].hi};
    }

    std::optional<ExprId> known(ExprId e) {
        const Node& n = pool_[e];
        if (n.op == Op::constant) return e;
        if (const bool* literal = literals_.find(e)) return *literal ? ExprPool::yes : ExprPool::no;
        const Range own = range_of(e);
        if (own.lo == own.hi) return pool_.constant(own.lo);
        if (n.op != Op::equal && n.op != Op::less) return std::nullopt;
        const Range a = range_of(pool_.args(e)[0]), b = range_of(pool_.args(e)[1]);
        if (a.hi < b.lo) return n.op == Op::less ? ExprPool::yes : ExprPool::no;
        if (n.op == Op::equal ? b.hi < a.lo : b.hi <= a.lo) return ExprPool::no;
        return std::nullopt;
    }

    ExprId simplify_arguments(ExprId e) {
        const ExprId a = pool_.args(e)[0], b = pool_.args(e)[pool_[e].arity - 1];
        const ExprId x = simplify(a), y = pool_[e].arity == 1 ? x : simplify(b);
        if (x == a && (y == b || pool_[e].arity == 1)) return e;
        switch (pool_[e].op) {
            case Op::negation: return pool_.negate(x);
            case Op::conjunction: return pool_.both(x, y);
            case Op::disjunction: return pool_.either(x, y);
            case Op::equal: return pool_.equal(x, y);
            case Op::less: return pool_.less(x, y);
            case Op::less_equal: return pool_.less_equal(x, y);
            case Op::add: return pool_.add(x, y);
            case Op::subtract: return pool_.subtract(x, y);
            case Op::multiply: return pool_.multiply(x, y);
            case Op::divide: return pool_.divide(x, y);
            default: assert(pool_[e].op == Op::modulo); return pool_.modulo(x, y);
        }
    }

    ExprId simplify_ite(ExprId e) {
        const ExprId c = pool_.args(e)[0], a = pool_.args(e)[1], b = pool_.args(e)[2];
        const ExprId condition = simplify(c);
        if (condition == ExprPool::yes) return simplify(a);
        if (condition == ExprPool::no) return simplify(b);
        const ExprId x = simplify(a), y = simplify(b);
        return condition == c && x == a && y == b ? e : pool_.ite(condition, x, y);
    }

    ExprPool& pool_;
    // An assumption adds two literals at most; of each comes one range at most.
    IdMap<bool, facts_limit + 1> literals_;
    IdMap<Range, facts_limit + 1> ranges_;
    IdMap<ExprId, walk_limit> memo_;
    size_t visited_ = 0;
};

bool is_boolean(const Node& n) { return n.lo >= 0 && n.hi <= 1; }

}  // namespace

ExprId ExprPool::negate(ExprId a) {
    assert(is_boolean(nodes_[a]));
    if (is_constant(a)) return a == no ? yes : no;
    if (nodes_[a].op == Op::negation) return args(a)[0];
    if (nodes_[a].op == Op::less) return less_equal(args(a)[1], args(a)[0]);
    if (nodes_[a].op == Op::less_equal) return less(args(a)[1], args(a)[0]);
    Node n;
    n.op = Op::negation;
    n.lo = 0;
    n.hi = 1;
    return make(n, std::array{a});
}

ExprId ExprPool::both(ExprId a, ExprId b) { return combine(Op::conjunction, a, b); }
ExprId ExprPool::either(ExprId a, ExprId b) { return combine(Op::disjunction, a, b); }

/// `a op b` for the two connectives, which are each other's dual: `unit` is what changes nothing, `zero` what decides.
ExprId ExprPool::combine(Op op, ExprId a, ExprId b) {
    assert(is_boolean(nodes_[a]) && is_boolean(nodes_[b]));
    const bool conjunctive = op == Op::conjunction;
    const ExprId unit = conjunctive ? yes : no, zero = conjunctive ? no : yes;
    if (a == unit || a == b) return b;
    if (b == unit) return a;
    if (a == zero || b == zero) return zero;
    if (const ExprId s = Facts(*this, a, conjunctive).simplify(b); s != b) return combine(op, a, s);
    if (const ExprId s = Facts(*this, b, conjunctive).simplify(a); s != a) return combine(op, s, b);
    if (const ExprId f = factored(op, a, b); f != none_found) return f;
    if (const ExprId r = resolved(op, a, b); r != none_found) return r;
    Node n;
    n.op = op;
    n.lo = 0;
    n.hi = 1;
    return make_commutative(n, a, b);
}

/// The chain of some operands of one chain: they were simplified against each other when that one was built.
ExprId ExprPool::chain(Op op, std::span<const ExprId> parts) {
    if (parts.empty()) return op == Op::conjunction ? yes : no;
    Node n;
    n.op = op;
    n.lo = 0;
    n.hi = 1;
    ExprId all = parts[0];
    for (const ExprId p : parts.subspan(1)) all = make_commutative(n, all, p);
    return all;
}

/// (A and x) or (A and y) = A and (x or y), and its dual.
ExprId ExprPool::factored(Op op, ExprId a, ExprId b) {
    const Op dual = op == Op::conjunction ? Op::disjunction : Op::conjunction;
    if (nodes_[a].op != dual || nodes_[b].op != dual) return none_found;
    std::vector<ExprId> shared, only_a, only_b = parts_of(*this, dual, b);
    for (const ExprId p : parts_of(*this, dual, a)) (std::erase(only_b, p) > 0 ? shared : only_a).push_back(p);
    if (shared.empty()) return none_found;
    const ExprId rest = combine(op, chain(dual, only_a), chain(dual, only_b));
    return combine(dual, chain(dual, shared), rest);
}

/// The same inside a chain, where two operands differ in one complementary part only: X or (A and c) or (A and not c) =
/// X or A, and its dual.
ExprId ExprPool::resolved(Op op, ExprId a, ExprId b) {
    const Op dual = op == Op::conjunction ? Op::disjunction : Op::conjunction;
    const std::vector<ExprId> left = parts_of(*this, op, a), right = parts_of(*this, op, b);
    if (left.size() == 1 && right.size() == 1) return none_found;
    for (const ExprId p : left)
        for (const ExprId q : right) {
            if (nodes_[p].op != dual || nodes_[q].op != dual) continue;
            std::vector<ExprId> shared, only_p, only_q = parts_of(*this, dual, q);
            for (const ExprId x : parts_of(*this, dual, p)) (std::erase(only_q, x) > 0 ? shared : only_p).push_back(x);
            if (shared.empty() || only_p.size() != 1 || only_q.size() != 1) continue;
            if (negate(only_p[0]) != only_q[0]) continue;
            std::vector<ExprId> rest_left = left, rest_right = right;
            std::erase(rest_left, p);
            std::erase(rest_right, q);
            const ExprId rest = combine(op, chain(op, rest_left), chain(op, rest_right));
            return combine(op, rest, chain(dual, shared));
        }
    return none_found;
}

ExprId ExprPool::ite(ExprId c, ExprId a, ExprId b) {
    assert(is_boolean(nodes_[c]));
    if (is_constant(c)) return c == yes ? a : b;
    if (a == b) return a;
    if (nodes_[c].op == Op::negation) return ite(args(c)[0], b, a);
    if (nodes_[c].op == Op::equal) {  // a == b ? a : b is b either way
        const ExprId x = args(c)[0], y = args(c)[1];
        if ((a == x && b == y) || (a == y && b == x)) return b;
    }
    const ExprId then = Facts(*this, c, true).simplify(a), otherwise = Facts(*this, c, false).simplify(b);
    if (then != a || otherwise != b) return ite(c, then, otherwise);
    if (is_boolean(nodes_[a]) && is_boolean(nodes_[b]))
        if (const ExprId e = boolean_ite(c, a, b); e != none_found) return e;
    if (const ExprId e = nested_ite(c, a, b); e != none_found) return e;
    Node n;
    n.op = Op::ite;
    n.lo = std::min(nodes_[a].lo, nodes_[b].lo);
    n.hi = std::max(nodes_[a].hi, nodes_[b].hi);
    return make(n, std::array{c, a, b});
}

ExprId ExprPool::boolean_ite(ExprId c, ExprId a, ExprId b) {
    if (a == yes) return either(c, b);
    if (a == no) return both(negate(c), b);
    if (b == yes) return either(negate(c), a);
    if (b == no) return both(c, a);
    return none_found;
}

/// An inner `ite` that shares a value with the outer one: one condition decides both.
ExprId ExprPool::nested_ite(ExprId c, ExprId a, ExprId b) {
    if (nodes_[a].op == Op::ite) {
        const ExprId d = args(a)[0], x = args(a)[1], y = args(a)[2];
        if (y == b) return ite(both(c, d), x, b);
        if (x == b) return ite(both(c, negate(d)), y, b);
    }
    if (nodes_[b].op == Op::ite) {
        const ExprId d = args(b)[0], x = args(b)[1], y = args(b)[2];
        if (x == a) return ite(either(c, d), a, y);
        if (y == a) return ite(either(c, negate(d)), a, x);
    }
    return none_found;
}

}  // namespace untorn::system
