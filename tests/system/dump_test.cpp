// The dump of the hand-built example, byte for byte, and the printing of single expressions.

#include "model/system/dump.h"

#include <doctest/doctest.h>

#include "model/system/expr_text.h"
#include "tests/system/example.h"

using namespace untorn::system;
using namespace untorn::system::example;

namespace {

const std::string golden = R"(types
  bool: boolean, 2 values, 1 bit
  0..3: range, 4 values, 2 bits
  0..1: range, 2 values, 1 bit
  Writer: scalarset, 2 values, 1 bit
  mutex: mutex { free, writer[Writer#0], writer[Writer#1], flusher }, 4 values, 2 bits
  location: location, 5 values, 3 bits

variables
  memory m: mutex = free, 2 bits
  memory n: 0..3 = 0, 2 bits
  device cache: 0..3 = 0, 2 bits
  durable disk: 0..3 = 0, 2 bits
  ghost dropped: bool = false, 1 bit
  budget lost.left: 0..1 = 0, 1 bit
  option strict: bool = false, 1 bit
  local writer[Writer].before: 0..3 = 0, 4 bits
  counter writer[Writer].pc: location = not_started, 6 bits
  counter flusher.pc: location = not_started, 3 bits
  counter recover.pc: location = not_started, 3 bits
  packed: 27 bits

faults
  lost: budget 1, remaining in lost.left

actors
  thread writer[Writer], instances 2 from 0, counter writer.pc
    L2 example.untorn:11:5: lock(m);
    L3 example.untorn:12:5: n = n + 1;
    L4 example.untorn:13:5: unlock(m);
  daemon flusher, instances 1 from 2, counter flusher.pc
    L2 example.untorn:17:9: await cache != n;  idle
    L3 example.untorn:18:9: choose { cache = n; }
  recover recover, counter recover.pc
    L2 example.untorn:22:11: atomic {  labels repair

init
  choose ?strict in bool
  set lost.left = 1
  set strict = ?strict
  set writer[Writer#0].pc = L2
  set writer[Writer#1].pc = L2
  set flusher.pc = L2

step writer[Writer] at L2, example.untorn:11:5
  guard m == free
  set m = me
  set writer[self].before = n
  set writer[self].pc = L3

step writer[Writer] at L3, example.untorn:12:5
  check range example.untorn:12:5 "value out of range 0..3" for range: n != 3
  check assertion example.untorn:12:5 "assert fails" for first_only: not strict or n == 0
  set n = n + 1
  set writer[self].pc = L4

step writer[Writer] at L4, example.untorn:13:5
  check lock example.untorn:13:5 "the lock is not held" for lock: m == me
  set m = free
  set writer[self].before = 0
  set writer[self].pc = ended

step flusher at L2, example.untorn:17:9
  guard cache != n
  set flusher.pc = L3

step flusher at L3, example.untorn:18:9
  choose ?branch0 in 0..1 (cache = n | fault lost)
  guard ?branch0 == 0 or lost.left == 1
  set cache = n  when ?branch0 == 0
  set lost.left = lost.left - 1  when ?branch0 == 1
  set dropped = true  when ?branch0 == 1
  set flusher.pc = L2
  fault lost  when ?branch0 == 1
  label drop  when ?branch0 == 1

step recover at L2, example.untorn:22:11
  set disk = 1  when disk > 1
  set recover.pc = ended

power loss, budget 1, then recover
  choose ?keep in bool
  set disk = cache  when ?keep

properties
  invariant one_inside: (count (x_0 in Writer) writer[x_0].pc > L2) != 2
  range range
  assert first_only
  lock lock
  crash invariant repaired: disk < 2
)";

struct Printing {
    System s = build();
    ExprPool& p = s.pool;
    ExprId b = p.read(dropped, {}, 0, 1), c = p.read(strict, {}, 0, 1), left = p.read(lost_left, {}, 0, 1);
    ExprId x = p.read(n, {}, 0, 3), y = p.read(cache, {}, 0, 3), z = p.read(disk, {}, 0, 3);

    ExprId k(int64_t v) { return p.constant(v); }
    std::string condition(ExprId e) { return ExprText(s, nullptr, writer).condition(e); }
    std::string number(ExprId e) { return ExprText(s, nullptr, writer).value(e, n); }
};

}  // namespace

TEST_SUITE("system: dump") {
    TEST_CASE("the example is printed whole, the same each time") {
        CHECK(dump(build()) == golden);
        CHECK(dump(build()) == dump(build()));
    }

    TEST_CASE("lemmas stand behind the properties, with what they share named in front of them") {
        System s = build();
        ExprPool& p = s.pool;
        const ExprId d = p.read(disk, {}, 0, 3), c = p.read(cache, {}, 0, 3);
        s.lemmas.push_back({"same", p.equal(d, c), false, {}, "disk == cache"});
        s.lemmas.push_back({"small", p.less(d, p.constant(2)), true, {}, "disk < 2"});
        CHECK(dump(s) == golden + R"(
lemmas
  lemma same: disk == cache
  crash lemma small: disk < 2
)");
    }

    TEST_CASE_FIXTURE(Printing, "parentheses stand where precedence needs them") {
        CHECK(condition(p.either(b, p.both(c, p.less(x, y)))) == "dropped or strict and n < cache");
        CHECK(condition(p.both(c, p.either(b, p.less(x, y)))) == "strict and (dropped or n < cache)");
        CHECK(condition(p.negate(p.both(b, c))) == "not (dropped and strict)");
        CHECK(condition(p.negate(b)) == "not dropped");
        CHECK(condition(p.negate(p.equal(x, y))) == "cache != n");
        CHECK(number(p.multiply(p.add(x, y), z)) == "(n + cache) * disk");
        CHECK(number(p.subtract(x, p.subtract(y, z))) == "n - (cache - disk)");
        CHECK(number(p.subtract(p.subtract(x, y), z)) == "n - cache - disk");
        CHECK(number(p.divide(x, p.multiply(y, z))) == "n / (cache * disk)");
        CHECK(number(p.add(x, k(-2))) == "n - 2");
        CHECK(number(p.ite(c, x, p.ite(b, y, z))) == "strict ? n : dropped ? cache : disk");
        CHECK(number(p.add(p.ite(c, x, y), z)) == "(strict ? n : cache) + disk");
        CHECK(number(p.popcount(p.bit_and(x, y))) == "size(n & cache)");
    }

    TEST_CASE_FIXTURE(Printing, "constants are written in the words of the type beside them") {
        CHECK(condition(p.equal(p.read(m, {}, 0, 3), k(3))) == "m == flusher");
        CHECK(condition(p.equal(p.read(m, {}, 0, 3), p.me(3))) == "m == me");
        CHECK(condition(p.equal(p.read(flusher_pc, {}, 0, 4), k(1))) == "flusher.pc == ended");
        CHECK(condition(p.equal(p.read(flusher_pc, {}, 0, 4), k(3))) == "flusher.pc == L3");
        CHECK(condition(left) == "lost.left == 1");
        CHECK(condition(p.negate(left)) == "lost.left == 0");
        CHECK(condition(p.equal(p.self(0, 1), k(1))) == "self == Writer#1");
        CHECK(condition(p.equal(p.read(before, std::vector{p.self(0, 1)}, 0, 3), x)) == "writer[self].before == n");
        CHECK(condition(ExprPool::yes) == "true");
        CHECK(number(ExprPool::yes) == "1");
    }

    TEST_CASE_FIXTURE(Printing, "constants of enumerations, options and sets, too") {
        const TypeId phase = s.types.intern({TypeKind::enumeration, "Phase", 0, 2, {"idle", "busy", "done"}, 0});
        const auto variable = [&](const std::string& name, TypeId type) {
            Variable v;
            v.name = name;
            v.type = type;
            s.variables.push_back(v);
            return p.read(static_cast<VarId>(s.variables.size() - 1), {}, 0, s.types[type].hi);
        };
        const ExprId at = variable("at", phase), maybe = variable("maybe", s.types.optional(phase)),
                     some = variable("some", s.types.set(phase));
        CHECK(condition(p.equal(at, k(1))) == "at == busy");
        CHECK(condition(p.equal(maybe, k(0))) == "maybe == none");
        CHECK(condition(p.equal(maybe, k(3))) == "maybe == done");
        CHECK(condition(p.equal(some, k(5))) == "some == {idle, done}");
        CHECK(condition(p.equal(p.bit_clear(some, k(1)), k(0))) == "some - {idle} == {}");
        CHECK(condition(p.equal(p.bit_and(some, p.shift_one(x)), k(0))) == "some & bit(n) == {}");
    }

    TEST_CASE_FIXTURE(Printing, "quantifiers name their variable and its type") {
        const ExprId v = p.bound(0, 1);
        const ExprId inside = p.equal(p.read(before, std::vector{v}, 0, 3), k(2));
        const std::string name = "x_" + std::to_string(p[v].value);
        const std::string body = " (" + name + " in Writer) writer[" + name + "].before == 2";
        const TypeId type = *s.actors[writer].identity;
        CHECK(condition(p.quantify(Op::forall, v, type, 2, inside)) == "forall" + body);
        CHECK(condition(p.both(b, p.quantify(Op::exists, v, type, 2, inside))) == "dropped and (exists" + body + ")");
    }

    TEST_CASE_FIXTURE(Printing, "what is shared and large is printed once") {
        ExprId sum = x;
        for (int i = 0; i < 40; ++i) sum = p.add(p.multiply(sum, y), z);
        const ExprId square = p.multiply(sum, sum);
        ExprText text(s, nullptr, none);
        const auto definitions = text.name_shared({p.less(square, x), p.less(y, sum)});
        REQUIRE(definitions.size() == 1);
        CHECK(definitions[0].ends_with(") * cache + disk"));
        CHECK(text.condition(p.less(square, x)) == "$1 * $1 < n");
        CHECK(text.condition(p.less(y, sum)) == "cache < $1");
    }

    TEST_CASE("text grows with the nodes of an expression, not with its paths") {
        Printing f;
        ExprId e = f.x;
        for (int i = 0; i < 200; ++i) e = f.p.modulo(f.p.add(f.p.multiply(e, e), f.y), f.k(1000));
        f.s.init.updates.push_back({ExprPool::yes, n, {}, e});
        CHECK(dump(f.s).size() < golden.size() + 20000);
    }
}
