// validate() accepts the example and names what is wrong in each broken copy of it.

#include "model/system/validate.h"

#include <doctest/doctest.h>

#include "tests/system/example.h"

using namespace untorn::system;
using namespace untorn::system::example;

TEST_SUITE("system: validate") {
    TEST_CASE("the example is consistent") { CHECK_FALSE(validate(build()).has_value()); }

    TEST_CASE("actors, counters and instances") {
        System s = build();
        s.actors[flusher].first_instance = 1;
        CHECK(validate(s) == "actor flusher: its first instance is 1, not 2");
        s = build();
        s.instances = 4;
        CHECK(validate(s) == "the actors have 3 instances, not 4");
        s = build();
        s.actors[flusher].counter = writer_pc;
        CHECK(validate(s) == "actor flusher: writer.pc is not its program counter");
        s = build();
        s.actors[flusher].locations.resize(9);
        CHECK(validate(s) == "actor flusher: its program counter does not reach every location");
        s = build();
        s.variables[before].dims.clear();
        CHECK(validate(s) == "variable writer.before: its first index is not the identity of writer");
        s = build();
        s.power_loss.reset();
        CHECK(validate(s) == "actor recover: recover after no power loss");
    }

    TEST_CASE("transitions are sorted, unique and stand at locations") {
        System s = build();
        std::swap(s.transitions[0], s.transitions[1]);
        CHECK(validate(s) == "writer at L2: out of order, or the second of its point");
        s = build();
        s.transitions[1].from = 2;
        CHECK(validate(s) == "writer at L2: out of order, or the second of its point");
        s = build();
        s.transitions[recover_repair].from = 3;
        CHECK(validate(s) == "recover at L3: no such location");
    }

    TEST_CASE("lemmas speak of states that there are, with expressions of their own") {
        System s = build();
        s.lemmas.push_back(
            {"small", s.pool.less(s.pool.read(disk, {}, 0, 3), s.pool.constant(2)), true, {}, "disk < 2"});
        CHECK_FALSE(validate(s).has_value());
        s.lemmas[0].expr = s.pool.equal(s.pool.me(3), s.pool.constant(1));
        CHECK(validate(s) == "lemma small: me without an actor");
        s.lemmas[0].expr = s.pool.equal(s.pool.read(n, {}, 0, 3), s.pool.constant(2));
        CHECK(validate(s) == "lemma small: n has nothing but its first value after power loss");
        s.lemmas[0].expr = s.pool.equal(s.pool.read(flusher_pc, {}, 0, 4), s.pool.constant(2));
        CHECK(validate(s) == "lemma small: flusher.pc has nothing but its first value after power loss");
        s.lemmas[0].expr = s.pool.equal(s.pool.read(recover_pc, {}, 0, 4), s.pool.constant(2));
        CHECK_FALSE(validate(s).has_value());
        s.lemmas[0].expr = s.pool.equal(s.pool.read(n, {}, 0, 3), s.pool.constant(2));
        s.lemmas[0].after_loss = false;
        CHECK_FALSE(validate(s).has_value());
    }

    TEST_CASE("leaves of expressions fit the step that they stand in") {
        System s = build();
        s.transitions[writer_lock].step.guard = s.pool.equal(s.pool.choice(0, 0, 3), s.pool.constant(2));
        CHECK(validate(s) == "writer at L2: no choice 0");
        s = build();
        s.transitions[flusher_wait].step.guard = s.pool.self(0, 1);
        CHECK(validate(s) == "flusher at L2: self without a family");
        s = build();
        s.init.guard = s.pool.equal(s.pool.me(3), s.pool.constant(1));
        CHECK(validate(s) == "init: me without an actor");
        s = build();
        s.init.guard = s.pool.bound(0, 1);
        CHECK(validate(s)->ends_with("outside its quantifier"));
        s = build();
        s.init.guard = s.pool.read(77, {}, 0, 1);
        CHECK(validate(s) == "init: a read of no variable");
        s = build();
        s.init.guard = s.pool.read(strict, std::vector{s.pool.constant(0)}, 0, 1);
        CHECK(validate(s) == "init: a read of strict with 1 indices");
        s = build();
        s.init.guard = s.pool.equal(s.pool.read(n, {}, 0, 2), s.pool.constant(1));
        CHECK(validate(s) == "init: a read of n with too narrow an interval");
        s = build();
        s.init.guard = 1000000;
        CHECK(validate(s) == "init: no expression 1000000");
    }

    TEST_CASE("updates have the arity of their variable; options are frozen; power loss writes what is durable") {
        System s = build();
        s.transitions[writer_lock].step.updates[1].index.clear();
        CHECK(validate(s) == "writer at L2: an update of writer.before with 0 indices");
        s = build();
        s.transitions[writer_lock].step.updates.push_back({ExprPool::yes, strict, {}, ExprPool::yes});
        CHECK(validate(s) == "writer at L2: an update of option strict");
        s = build();
        s.power_loss->step.updates.push_back({ExprPool::yes, cache, {}, ExprPool::no});
        CHECK(validate(s) == "power loss: it writes cache");
    }

    TEST_CASE("nothing but ghosts depends on ghosts, and a budget has its variable") {
        const auto ghost = [](System& system) { return system.pool.read(dropped, {}, 0, 1); };
        System s = build();
        s.transitions[flusher_wait].step.guard = ghost(s);
        CHECK(validate(s) == "flusher at L2: it depends on ghost dropped");
        s = build();
        s.transitions[flusher_wait].step.updates.push_back({ghost(s), n, {}, ExprPool::no});
        CHECK(validate(s) == "flusher at L2: it depends on ghost dropped");
        s = build();
        s.transitions[flusher_wait].step.updates.push_back({ghost(s), dropped, {}, ExprPool::no});
        CHECK_FALSE(validate(s).has_value());
        s.faults[0].remaining = none;
        CHECK(validate(s) == "flusher at L3: fault lost has a budget but no variable for it");
    }
}
