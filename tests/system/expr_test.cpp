// The expression pool against a mirror: random trees are built twice, through the simplifying constructors and as a
// plain tree that is evaluated node by node; both must agree in every state, and every value must lie in the interval
// of its node. The named simplifications are asserted one by one below.

#include "model/system/expr.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <random>

#include "model/system/evaluator.h"

using namespace untorn::system;

namespace {

__extension__ typedef __int128 Wide;

struct Tree {
    Op op = Op::constant;
    int64_t value = 0;  // constant; variable of a read; number of a choice or quantifier
    TypeId type = 0;    // domain of a quantifier
    std::vector<std::shared_ptr<Tree>> args;
    ExprId pooled = 0;
};
using TreeRef = std::shared_ptr<Tree>;

struct Point {
    State state;
    int64_t self = 0;
    std::vector<int64_t> choices;
};

/// A system of nothing but variables: b0, b1, b2: bool; n: -2..2; r: 0..3; a: 1..4 [0..1]; s: 0..7.
struct World {
    System system;
    TypeId small = system.types.range(0, 3), sign = system.types.range(-2, 2), two = system.types.range(0, 1),
           elements = system.types.range(1, 4), mask = system.types.range(0, 7), empty = system.types.range(0, -1);

    World() {
        const auto variable = [&](std::string name, TypeId type, std::vector<TypeId> dims = {}) {
            Variable v;
            v.name = std::move(name);
            v.type = type;
            v.dims = std::move(dims);
            system.variables.push_back(v);
        };
        for (const char* name : {"b0", "b1", "b2"}) variable(name, TypeTable::boolean);
        variable("n", sign);
        variable("r", small);
        variable("a", elements, {two});
        variable("s", mask);
        Variable counter;
        counter.name = "w.pc";
        counter.storage = Storage::counter;
        counter.dims = {two};
        counter.type = two;
        counter.actor = 0;
        system.variables.push_back(counter);
        Actor family;
        family.name = "w";
        family.identity = two;
        family.counter = 7;
        family.locations.resize(2);
        system.actors.push_back(family);
        system.instances = 2;
    }
};

class Generator {
 public:
    Generator(World& world, uint64_t seed) : w_(world), pool_(world.system.pool), random_(seed) {}

    int64_t below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }

    TreeRef condition(int depth) {
        if (!conditions_.empty() && below(4) == 0) return pick(conditions_);
        TreeRef t = depth == 0 ? atom() : connective(depth);
        conditions_.push_back(t);
        return t;
    }

    TreeRef number(int depth) {
        if (!numbers_.empty() && below(5) == 0) return pick(numbers_);
        TreeRef t = depth == 0 ? plain_number() : arithmetic(depth);
        if (bound_.empty()) numbers_.push_back(t);
        return t;
    }

    bool plain = false;  ///< only connectives over b0..b2 and comparisons of r with constants

    void forget() {
        conditions_.clear();
        numbers_.clear();
    }

 private:
    TreeRef node(Op op, std::vector<TreeRef> args, ExprId pooled) {
        return std::make_shared<Tree>(Tree{op, 0, 0, std::move(args), pooled});
    }
    TreeRef pick(const std::vector<TreeRef>& from) { return from[static_cast<size_t>(below(std::ssize(from)))]; }

    TreeRef read(VarId var, int64_t lo, int64_t hi, std::vector<TreeRef> index = {}) {
        std::vector<ExprId> ids;
        for (const TreeRef& i : index) ids.push_back(i->pooled);
        TreeRef t = node(Op::read, std::move(index), pool_.read(var, ids, lo, hi));
        t->value = var;
        return t;
    }

    TreeRef literal(int64_t v) {
        TreeRef t = node(Op::constant, {}, pool_.constant(v));
        t->value = v;
        return t;
    }

    TreeRef atom() {
        if (plain && below(2) == 0) {
            const TreeRef r = read(4, 0, 3), k = literal(below(4));
            if (below(2) == 0) return node(Op::less, {r, k}, pool_.less(r->pooled, k->pooled));
            return node(Op::equal, {r, k}, pool_.equal(r->pooled, k->pooled));
        }
        return below(12) == 0 ? literal(below(2)) : read(static_cast<VarId>(below(3)), 0, 1);
    }

    TreeRef connective(int depth) {
        switch (below(plain ? 6 : 10)) {
            case 0: {
                const TreeRef a = condition(depth - 1);
                return node(Op::negation, {a}, pool_.negate(a->pooled));
            }
            case 1:
            case 2: {
                const TreeRef a = condition(depth - 1), b = condition(depth - 1);
                return node(Op::conjunction, {a, b}, pool_.both(a->pooled, b->pooled));
            }
            case 3:
            case 4: {
                const TreeRef a = condition(depth - 1), b = condition(depth - 1);
                return node(Op::disjunction, {a, b}, pool_.either(a->pooled, b->pooled));
            }
            case 5: return choosing(condition(depth - 1), condition(depth - 1), condition(depth - 1));
            case 6: return quantifier(below(2) == 0 ? Op::forall : Op::exists, depth);
            case 7: {
                const TreeRef a = condition(depth - 1), b = condition(depth - 1);
                return node(Op::equal, {a, b}, pool_.equal(a->pooled, b->pooled));
            }
            default: return comparison(depth);
        }
    }

    TreeRef comparison(int depth) {
        const TreeRef a = below(2) == 0 ? number(depth - 1) : plain_number(),
                      b = below(2) == 0 ? literal(below(8) - 3) : number(depth - 1);
        const bool swapped = below(2) == 0;
        const TreeRef x = swapped ? b : a, y = swapped ? a : b;
        switch (below(3)) {
            case 0: return node(Op::equal, {x, y}, pool_.equal(x->pooled, y->pooled));
            case 1: return node(Op::less, {x, y}, pool_.less(x->pooled, y->pooled));
            default: return node(Op::less_equal, {x, y}, pool_.less_equal(x->pooled, y->pooled));
        }
    }

    TreeRef choosing(const TreeRef& c, const TreeRef& a, const TreeRef& b) {
        return node(Op::ite, {c, a, b}, pool_.ite(c->pooled, a->pooled, b->pooled));
    }

    TreeRef plain_number() {
        switch (below(9)) {
            case 0: return read(3, -2, 2);
            case 1: return read(4, 0, 3);
            case 2: return read(5, 1, 4, {below(2) == 0 ? read(3, -2, 2) : literal(below(4) - 1)});
            case 3: return read(6, 0, 7);
            case 4: return node(Op::self, {}, pool_.self(0, 1));
            case 5: {
                TreeRef t = node(Op::choice, {}, pool_.choice(0, 0, 3));
                return t;
            }
            case 6:
                if (!bound_.empty()) return pick(bound_);
                return literal(below(5) - 2);
            case 7:
                if (below(8) == 0) return literal(below(2) == 0 ? value_limit - below(3) : below(3) - value_limit);
                return literal(below(9) - 4);
            default: return literal(below(9) - 4);
        }
    }

    TreeRef arithmetic(int depth) {
        if (below(6) == 0) return plain_number();
        if (below(5) == 0) return choosing(condition(depth - 1), number(depth - 1), number(depth - 1));
        const TreeRef a = number(depth - 1);
        switch (below(12)) {
            case 0: return node(Op::shift_one, {a}, pool_.shift_one(a->pooled));
            case 1: return node(Op::popcount, {a}, pool_.popcount(a->pooled));
            case 2: return quantifier(Op::count, depth);
            default: break;
        }
        const TreeRef b = number(depth - 1);
        const ExprId x = a->pooled, y = b->pooled;
        switch (below(8)) {
            case 0: return node(Op::add, {a, b}, pool_.add(x, y));
            case 1: return node(Op::subtract, {a, b}, pool_.subtract(x, y));
            case 2: return node(Op::multiply, {a, b}, pool_.multiply(x, y));
            case 3: return node(Op::divide, {a, b}, pool_.divide(x, y));
            case 4: return node(Op::modulo, {a, b}, pool_.modulo(x, y));
            case 5: return node(Op::bit_and, {a, b}, pool_.bit_and(x, y));
            case 6: return node(Op::bit_or, {a, b}, pool_.bit_or(x, y));
            default: return node(Op::bit_clear, {a, b}, pool_.bit_clear(x, y));
        }
    }

    TreeRef quantifier(Op op, int depth) {
        const TypeId type = below(8) == 0 ? w_.empty : below(2) == 0 ? w_.small : w_.two;
        const Type domain = w_.system.types[type];
        const ExprId variable = pool_.bound(domain.lo, domain.hi);
        TreeRef leaf = node(Op::bound, {}, variable);
        leaf->value = pool_[variable].value;
        bound_.push_back(leaf);
        const std::vector<TreeRef> outside = conditions_;  // what mentions the variable must not escape
        const TreeRef body = condition(depth - 1);
        conditions_ = outside;
        bound_.pop_back();
        TreeRef t = node(op, {body}, pool_.quantify(op, variable, type, domain.size(), body->pooled));
        t->value = leaf->value;
        t->type = type;
        return t;
    }

    World& w_;
    ExprPool& pool_;
    std::mt19937_64 random_;
    std::vector<TreeRef> conditions_, numbers_, bound_;
};

int64_t saturated(Wide v) { return static_cast<int64_t>(std::clamp<Wide>(v, -Wide{value_limit}, Wide{value_limit})); }

/// The mirror's value, by the definitions in expr.h alone.
class Mirror {
 public:
    Mirror(const World& world, const Point& point) : w_(world), at_(point) {}

    int64_t value(const Tree& t) {
        const int64_t v = compute(t);
        const Node& n = w_.system.pool[t.pooled];
        inside_ = inside_ && n.lo <= v && v <= n.hi;
        return v;
    }
    bool inside() const { return inside_; }

 private:
    int64_t compute(const Tree& t) {
        switch (t.op) {
            case Op::constant: return t.value;
            case Op::read: return read(t);
            case Op::self: return at_.self;
            case Op::choice: return at_.choices[0];
            case Op::bound: return bound_.at(t.value);
            case Op::forall:
            case Op::exists:
            case Op::count: return quantified(t);
            default: break;
        }
        const int64_t a = value(*t.args[0]), b = t.args.size() > 1 ? value(*t.args[1]) : 0;
        switch (t.op) {
            case Op::negation: return a == 0 ? 1 : 0;
            case Op::conjunction: return a * b;
            case Op::disjunction: return a + b > 0 ? 1 : 0;
            case Op::equal: return a == b;
            case Op::less: return a < b;
            case Op::less_equal: return a <= b;
            case Op::add: return saturated(Wide{a} + b);
            case Op::subtract: return saturated(Wide{a} - b);
            case Op::multiply: return saturated(Wide{a} * b);
            case Op::divide: return b == 0 ? 0 : a / b;
            case Op::modulo: return b == 0 ? 0 : a % b;
            case Op::ite: {
                const int64_t c = value(*t.args[2]);
                return a != 0 ? b : c;
            }
            case Op::bit_and: return saturated(a & b);
            case Op::bit_or: return saturated(a | b);
            case Op::bit_clear: return saturated(a & ~b);
            case Op::shift_one: return a >= 0 && a <= 31 ? int64_t{1} << a : 0;
            default: return std::popcount(static_cast<uint64_t>(a));
        }
    }

    int64_t read(const Tree& t) {
        if (t.value != 5) return at_.state.cells[static_cast<size_t>(t.value < 5 ? t.value : t.value + 1)];
        const int64_t i = value(*t.args[0]);
        return i == 0 || i == 1 ? at_.state.cells[static_cast<size_t>(5 + i)] : 1;
    }

    int64_t quantified(const Tree& t) {
        const Type& domain = w_.system.types[t.type];
        int64_t holding = 0;
        for (int64_t v = domain.lo; v <= domain.hi; ++v) {
            bound_[t.value] = v;
            holding += value(*t.args[0]);
        }
        if (t.op == Op::count) return holding;
        return t.op == Op::forall ? holding == domain.size() : holding != 0;
    }

    const World& w_;
    const Point& at_;
    std::unordered_map<int64_t, int64_t> bound_;
    bool inside_ = true;
};

Point random_point(Generator& g) {
    Point p;
    for (int i = 0; i < 3; ++i) p.state.cells.push_back(g.below(2));
    p.state.cells.push_back(g.below(5) - 2);
    p.state.cells.push_back(g.below(4));
    p.state.cells.push_back(g.below(4) + 1);
    p.state.cells.push_back(g.below(4) + 1);
    p.state.cells.push_back(g.below(8));
    p.state.cells.push_back(0);
    p.state.cells.push_back(0);
    p.self = g.below(2);
    p.choices = {g.below(4)};
    return p;
}

/// Small names for the assertions about single simplifications.
struct Pool {
    ExprPool p;
    ExprId a = p.read(0, {}, 0, 1), b = p.read(1, {}, 0, 1), c = p.read(2, {}, 0, 1), d = p.read(3, {}, 0, 1);
    ExprId x = p.read(4, {}, 0, 5), y = p.read(5, {}, 0, 5);

    ExprId k(int64_t v) { return p.constant(v); }
    ExprId is(ExprId e, int64_t v) { return p.equal(e, k(v)); }
    ExprId no(ExprId e) { return p.negate(e); }
};

constexpr ExprId never = ExprPool::no, always = ExprPool::yes;

}  // namespace

TEST_SUITE("system: expressions") {
    TEST_CASE("random expressions keep their value in every sampled state, and values lie in their intervals") {
        for (uint64_t seed = 1; seed <= 4; ++seed) {
            World world;
            Generator g(world, seed);
            const Evaluator evaluator(world.system);
            int64_t wrong = 0, outside = 0, folded = 0;
            for (int round = 0; round < 1500; ++round) {
                if (round % 10 == 0) g.forget();
                const TreeRef t = round % 2 == 0 ? g.condition(4) : g.number(4);
                folded += world.system.pool.is_constant(t->pooled) ? 1 : 0;
                for (int sample = 0; sample < 12; ++sample) {
                    const Point p = random_point(g);
                    Mirror mirror(world, p);
                    const int64_t expected = mirror.value(*t);
                    wrong += evaluator.evaluate(t->pooled, p.state, 0, p.self, p.choices) != expected;
                    outside += !mirror.inside();
                }
            }
            CAPTURE(seed);
            CHECK(wrong == 0);
            CHECK(outside == 0);
            CHECK(folded > 0);
            CHECK(folded < 1000);
        }
    }

    TEST_CASE("all states of a few conditions agree on deep random formulas") {
        World world;
        Generator g(world, 99);
        g.plain = true;
        const Evaluator evaluator(world.system);
        int64_t wrong = 0;
        for (int round = 0; round < 4000; ++round) {
            if (round % 5 == 0) g.forget();
            const TreeRef t = g.condition(5);
            Point p = random_point(g);
            for (int64_t bits = 0; bits < 32; ++bits) {
                for (size_t i = 0; i < 3; ++i) p.state.cells[i] = bits >> i & 1;
                p.state.cells[4] = bits >> 3;
                wrong += evaluator.evaluate(t->pooled, p.state, 0, p.self, p.choices) != Mirror(world, p).value(*t);
            }
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("a rewriting that replaces nothing gives the same node; one that replaces leaves gives their value") {
        World world;
        Generator g(world, 7);
        ExprPool& pool = world.system.pool;
        const Evaluator evaluator(world.system);
        int64_t changed = 0, wrong = 0;
        std::unordered_map<ExprId, ExprId> same, fixed;
        const ExprPool::Leaf keep = [&](ExprId leaf, std::span<const ExprId> index) {
            if (pool[leaf].op != Op::read) return leaf;
            return pool.read(pool[leaf].var, index, pool[leaf].lo, pool[leaf].hi);
        };
        const ExprPool::Leaf fix = [&](ExprId leaf, std::span<const ExprId> index) {
            if (pool[leaf].op == Op::read && pool[leaf].var == 4) return pool.constant(2);
            if (pool[leaf].op == Op::self) return pool.constant(1);
            return keep(leaf, index);
        };
        for (int round = 0; round < 800; ++round) {
            if (round % 10 == 0) g.forget();
            const TreeRef t = g.condition(4);
            changed += pool.rewrite(t->pooled, keep, same) != t->pooled;
            Point p = random_point(g);
            const ExprId replaced = pool.rewrite(t->pooled, fix, fixed);
            const int64_t after = evaluator.evaluate(replaced, p.state, 0, p.self, p.choices);
            p.state.cells[4] = 2;
            wrong += after != evaluator.evaluate(t->pooled, p.state, 0, 1, p.choices);
        }
        CHECK(changed == 0);
        CHECK(wrong == 0);
    }

    TEST_CASE_FIXTURE(Pool, "equal expressions are one node") {
        CHECK(p.both(a, b) == p.both(b, a));
        CHECK(p.add(x, y) == p.add(y, x));
        CHECK(p.less(x, k(3)) == p.less_equal(x, k(2)));
        CHECK(p.read(9, std::vector{x}, 0, 3) == p.read(9, std::vector{x}, 0, 3));
        CHECK(p.read(9, std::vector{x}, 0, 3) != p.read(9, std::vector{y}, 0, 3));
        CHECK(k(0) == never);
        CHECK(k(1) == always);
    }

    TEST_CASE_FIXTURE(Pool, "boolean identities") {
        CHECK(p.both(a, a) == a);
        CHECK(p.both(a, always) == a);
        CHECK(p.both(a, never) == never);
        CHECK(p.either(a, always) == always);
        CHECK(p.both(a, no(a)) == never);
        CHECK(p.either(a, no(a)) == always);
        CHECK(no(no(a)) == a);
        CHECK(p.both(a, p.either(a, b)) == a);
        CHECK(p.either(a, p.both(a, b)) == a);
        CHECK(p.either(a, p.both(no(a), b)) == p.either(a, b));
        CHECK(p.both(a, p.either(no(a), b)) == p.both(a, b));
        CHECK(p.implies(p.both(a, b), a) == always);
        CHECK(p.both(p.both(a, b), p.both(c, no(b))) == never);
        CHECK(p.either(p.both(a, b), no(p.both(a, b))) == always);
    }

    TEST_CASE_FIXTURE(Pool, "the paths of a branch join to the condition before it") {
        CHECK(p.either(p.both(a, c), p.both(a, no(c))) == a);
        CHECK(p.either(p.both(no(c), a), p.both(c, a)) == a);
        const ExprId ab = p.both(a, b);
        CHECK(p.either(p.both(ab, c), p.both(ab, no(c))) == ab);
        CHECK(p.either(p.both(p.both(a, c), b), p.both(a, p.both(no(c), b))) == ab);
        const ExprId test = p.less(x, y);
        CHECK(p.either(p.both(a, test), p.both(a, p.less_equal(y, x))) == a);
        // if (c) .. else if (d) .. else ..
        const ExprId first = p.both(a, c), second = p.both(p.both(a, no(c)), d),
                     third = p.both(p.both(a, no(c)), no(d));
        CHECK(p.either(p.either(first, second), third) == a);
        CHECK(p.either(first, p.either(second, third)) == a);
        CHECK(p.either(p.either(third, first), second) == a);
        // a join inside a longer disjunction
        CHECK(p.either(p.either(b, p.both(a, c)), p.both(a, no(c))) == p.either(b, a));
        CHECK(p.either(p.either(b, p.both(p.both(a, c), d)), p.both(a, no(c))) != p.either(b, a));
    }

    TEST_CASE_FIXTURE(Pool, "comparisons are decided by intervals and by what else is known") {
        CHECK(p.equal(x, x) == always);
        CHECK(p.less(x, x) == never);
        CHECK(p.less_equal(x, x) == always);
        CHECK(p.less(x, k(6)) == always);
        CHECK(p.less_equal(k(0), x) == always);
        CHECK(is(x, 6) == never);
        CHECK(p.less(p.add(x, k(3)), k(3)) == never);
        CHECK(no(p.less(x, y)) == p.less_equal(y, x));
        CHECK(p.less(x, k(1)) == is(x, 0));
        CHECK(p.less(k(0), x) == no(is(x, 0)));
        CHECK(is(p.add(x, k(2)), 4) == is(x, 2));
        CHECK(p.both(is(x, 1), is(x, 2)) == never);
        CHECK(p.both(is(x, 1), p.less(x, k(4))) == is(x, 1));
        CHECK(p.both(p.less(x, k(2)), p.less(k(3), x)) == never);
        CHECK(p.both(p.less(x, k(3)), no(is(x, 2))) == p.both(p.less(x, k(3)), no(is(x, 2))));
        CHECK(is(a, 1) == a);
        CHECK(is(a, 0) == no(a));
        CHECK(p.equal(a, no(a)) == never);
    }

    TEST_CASE_FIXTURE(Pool, "ite folds") {
        CHECK(p.ite(always, x, y) == x);
        CHECK(p.ite(never, x, y) == y);
        CHECK(p.ite(c, x, x) == x);
        CHECK(p.ite(c, always, never) == c);
        CHECK(p.ite(c, never, always) == no(c));
        CHECK(p.ite(no(c), x, y) == p.ite(c, y, x));
        CHECK(p.ite(c, p.ite(c, x, y), k(9)) == p.ite(c, x, k(9)));
        CHECK(p.ite(c, k(9), p.ite(c, x, y)) == p.ite(c, k(9), y));
        CHECK(p.ite(c, p.ite(no(c), x, y), k(9)) == p.ite(c, y, k(9)));
        CHECK(p.ite(p.both(c, d), p.ite(c, x, y), k(9)) == p.ite(p.both(c, d), x, k(9)));
        CHECK(p.ite(is(x, 3), k(3), x) == x);
        CHECK(p.ite(p.equal(x, y), x, y) == y);
        CHECK(p.ite(c, a, never) == p.both(c, a));
        CHECK(p.ite(is(x, 4), p.divide(x, k(2)), y) == p.ite(is(x, 4), k(2), y));
        CHECK(is(p.ite(c, k(3), k(4)), 3) == c);
        CHECK(is(p.ite(c, k(3), k(4)), 4) == no(c));
        CHECK(is(p.ite(c, k(3), k(4)), 5) == never);
        CHECK(is(p.ite(c, k(3), x), 3) == p.either(c, is(x, 3)));
        CHECK(is(p.ite(c, k(3), x), 4) == p.both(no(c), is(x, 4)));
        CHECK(p.less(p.ite(c, k(1), k(7)), k(5)) == c);
        CHECK(p.add(p.ite(c, k(1), k(7)), k(1)) == p.ite(c, k(2), k(8)));
    }

    TEST_CASE_FIXTURE(Pool, "arithmetic folds and stays inside the limit") {
        CHECK(p.add(k(2), k(3)) == k(5));
        CHECK(p.add(x, k(0)) == x);
        CHECK(p.add(p.add(x, k(1)), k(2)) == p.add(x, k(3)));
        CHECK(p.subtract(p.add(x, k(1)), k(1)) == x);
        CHECK(p.subtract(x, x) == never);
        CHECK(p.multiply(x, k(1)) == x);
        CHECK(p.multiply(x, k(0)) == k(0));
        CHECK(p.divide(k(-7), k(2)) == k(-3));
        CHECK(p.modulo(k(-7), k(2)) == k(-1));
        CHECK(p.divide(x, k(0)) == k(0));
        CHECK(p.modulo(x, k(0)) == k(0));
        CHECK(p.modulo(x, k(6)) == x);
        CHECK(p.bit_and(x, k(7)) == x);
        CHECK(p.bit_clear(x, k(7)) == k(0));
        CHECK(p.shift_one(k(32)) == k(0));
        CHECK(p.popcount(k(7)) == k(3));
        CHECK(p.add(k(value_limit), k(1)) == k(value_limit));
        CHECK(p.multiply(k(value_limit), k(-4)) == k(-value_limit));
        const ExprId near = p.add(x, k(value_limit - 2));
        CHECK(p[near].hi == value_limit);
        CHECK(p.add(near, k(2 - value_limit)) != x);
        CHECK(is(near, value_limit) != is(x, 2));
        CHECK(p[p.multiply(x, y)].hi == 25);
        CHECK(p[p.subtract(x, y)].lo == -5);
        CHECK(p[p.bit_or(x, y)].hi == 7);
    }

    TEST_CASE_FIXTURE(Pool, "quantifiers over nothing, and over what does not depend on the variable") {
        const ExprId v = p.bound(0, 2), body = is(v, 1);
        CHECK(p.quantify(Op::forall, v, 0, 0, body) == always);
        CHECK(p.quantify(Op::exists, v, 0, 0, body) == never);
        CHECK(p.quantify(Op::count, v, 0, 0, body) == k(0));
        CHECK(p.quantify(Op::forall, v, 0, 3, always) == always);
        CHECK(p.quantify(Op::exists, v, 0, 3, never) == never);
        CHECK(p.quantify(Op::count, v, 0, 3, always) == k(3));
        CHECK(p[p.quantify(Op::count, v, 0, 3, body)].hi == 3);
        CHECK(p.bound(0, 2) != v);
        std::unordered_map<ExprId, ExprId> memo;
        const ExprPool::Leaf replace_x = [&](ExprId leaf, std::span<const ExprId>) { return leaf == x ? y : leaf; };
        const ExprId counted = p.rewrite(p.quantify(Op::count, v, 0, 3, p.less(v, x)), replace_x, memo);
        CHECK(counted == p.quantify(Op::count, v, 0, 3, p.less(v, y)));
    }

    TEST_CASE_FIXTURE(Pool, "a chain of fifty thousand links is rewritten without a deep stack") {
        ExprId sum = x;
        for (int i = 0; i < 50000; ++i) sum = p.add(p.multiply(sum, y), i % 2 == 0 ? x : y);
        std::unordered_map<ExprId, ExprId> memo;
        const ExprId same = p.rewrite(
            sum, [](ExprId leaf, std::span<const ExprId>) { return leaf; }, memo);
        CHECK(same == sum);
    }

    TEST_CASE_FIXTURE(Pool, "long if/else chains join while they are short, and stay cheap when they are long") {
        // Path conditions of: if (r0) .. else if (r1) .. else if (r2) .. else ..
        const auto join = [&](VarId branches) {
            ExprId otherwise = a, joined = never;
            for (VarId v = 100; v < 100 + branches; ++v) {
                const ExprId condition = p.read(v, {}, 0, 1);
                joined = p.either(joined, p.both(otherwise, condition));
                otherwise = p.both(otherwise, no(condition));
            }
            return p.either(joined, otherwise);
        };
        CHECK(join(12) == a);
        join(300);
        CHECK(p.size() < 4000);
    }
}
