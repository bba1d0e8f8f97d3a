// The reference evaluator on the hand-built example: every step with its exact effect, and the whole state space of the
// two writers, counted by hand.

#include "model/system/evaluator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <set>
#include <stdexcept>

#include "tests/system/example.h"

using namespace untorn::system;
using namespace untorn::system::example;

namespace {

using Cells = std::vector<int64_t>;

// Cells: m, n, cache, disk, dropped, lost.left, strict, before[0..1], writer.pc[0..1], flusher.pc, recover.pc
const Cells start{0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 2, 2, 0};

State with(Cells cells, std::initializer_list<std::pair<size_t, int64_t>> changes) {
    for (const auto& [cell, value] : changes) cells[cell] = value;
    return {std::move(cells)};
}

struct Counts {
    size_t states = 0, transitions = 0, failures = 0, deadlocks = 0, finals = 0, violations = 0;
};

/// Breadth-first over everything that is reachable.
Counts explore(const System& system) {
    const Evaluator evaluator(system);
    Counts counts;
    std::set<Cells> seen;
    std::deque<State> queue;
    const auto reach = [&](const Executed& e) {
        if (!e.next)
            ++counts.failures;
        else if (seen.insert(e.next->cells).second)
            queue.push_back(*e.next);
    };
    for (const auto& [choices, executed] : evaluator.initial()) reach(executed);
    while (!queue.empty()) {
        const State state = queue.front();
        queue.pop_front();
        ++counts.states;
        counts.deadlocks += evaluator.deadlocked(state);
        counts.finals += evaluator.all_threads_ended(state);
        counts.violations += evaluator.evaluate(system.properties[0].expr, state) == 0;
        for (const Instance& i : evaluator.enabled(state)) {
            ++counts.transitions;
            reach(evaluator.execute(i, state));
        }
    }
    return counts;
}

void remove_steps_of(System& system, ActorId actor) {
    std::erase_if(system.transitions, [&](const Transition& t) { return t.actor == actor; });
}

}  // namespace

TEST_SUITE("system: evaluator") {
    TEST_CASE("cells lie in the order of variables, and are named as users know them") {
        const System system = build();
        const Evaluator evaluator(system);
        CHECK(evaluator.cell_count() == 13);
        CHECK(evaluator.cell(before, {1}) == 8);
        CHECK(evaluator.variable_of(8) == before);
        CHECK(evaluator.variable_of(9) == writer_pc);
        CHECK(evaluator.cell_name(1) == "n");
        CHECK(evaluator.cell_name(8) == "writer[Writer#1].before");
        CHECK(evaluator.first() == with(Cells(13), {}));
    }

    TEST_CASE("each value of a free option is an initial state") {
        const System system = build();
        const auto initial = Evaluator(system).initial();
        REQUIRE(initial.size() == 2);
        CHECK(initial[0].first == Cells{0});
        CHECK(initial[0].second.next == with(start, {}));
        CHECK(initial[1].first == Cells{1});
        CHECK(initial[1].second.next == with(start, {{strict, 1}}));
    }

    TEST_CASE("instances come by actor, identity and choices; a mutex lets one writer in") {
        const System system = build();
        const Evaluator evaluator(system);
        CHECK(evaluator.enabled({start}) == std::vector<Instance>{{writer_lock, 0, {}}, {writer_lock, 1, {}}});
        const Executed locked = evaluator.execute({writer_lock, 1, {}}, with(start, {{n, 2}, {cache, 2}}));
        CHECK(locked.next == with(start, {{m, 2}, {n, 2}, {cache, 2}, {8, 2}, {10, 3}}));
        CHECK(evaluator.enabled(*locked.next) == std::vector<Instance>{{writer_add, 1, {}}});
        CHECK(evaluator.enabled(with(start, {{m, 2}, {n, 1}, {10, 4}, {11, 3}})) ==
              std::vector<Instance>{{writer_unlock, 1, {}}, {flusher_choose, 0, {0}}, {flusher_choose, 0, {1}}});
    }

    TEST_CASE("the first check that fails ends the step") {
        const System system = build();
        const Evaluator evaluator(system);
        const Instance add{writer_add, 0, {}};
        CHECK(evaluator.execute(add, with(start, {{n, 2}})).next == with(start, {{n, 3}, {9, 4}}));
        const Executed full = evaluator.execute(add, with(start, {{n, 3}, {strict, 1}}));
        CHECK(full.failed_check == 0);
        CHECK_FALSE(full.next.has_value());
        CHECK(evaluator.execute(add, with(start, {{n, 1}, {strict, 1}})).failed_check == 1);
        const Instance unlock{writer_unlock, 0, {}};
        CHECK(evaluator.execute(unlock, with(start, {{m, 2}})).failed_check == 0);
        CHECK(evaluator.execute(unlock, with(start, {{m, 1}, {7, 3}})).next == with(start, {{9, 1}}));
    }

    TEST_CASE("a fault is spent from its budget, and disabled without one") {
        const System system = build();
        const Evaluator evaluator(system);
        const State before_write = with(start, {{m, 3}, {n, 1}, {11, 3}});
        CHECK(evaluator.enabled(before_write) ==
              std::vector<Instance>{{flusher_choose, 0, {0}}, {flusher_choose, 0, {1}}});
        const Executed written = evaluator.execute({flusher_choose, 0, {0}}, before_write);
        CHECK(written.next == with(start, {{m, 3}, {n, 1}, {cache, 1}}));
        CHECK(written.faults.empty());
        const Executed lost = evaluator.execute({flusher_choose, 0, {1}}, before_write);
        CHECK(lost.next == with(start, {{m, 3}, {n, 1}, {dropped, 1}, {lost_left, 0}}));
        CHECK(lost.faults == std::vector<uint32_t>{0});
        CHECK(evaluator.enabled(with(before_write.cells, {{lost_left, 0}})) ==
              std::vector<Instance>{{flusher_choose, 0, {0}}});
    }

    TEST_CASE("power loss keeps what is durable, ghost, budget and option, and starts recovery") {
        const System system = build();
        const Evaluator evaluator(system);
        const State running = with(start, {{m, 1},
                                           {n, 3},
                                           {cache, 2},
                                           {disk, 1},
                                           {dropped, 1},
                                           {lost_left, 1},
                                           {strict, 1},
                                           {7, 2},
                                           {9, 4},
                                           {11, 3}});
        CHECK(evaluator.enabled_choices(system.power_loss->step, running, none, 0) == std::vector<Cells>{{0}, {1}});
        const Cells gone{0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 2};
        CHECK(evaluator.lose_power(running, {0}).next == State{gone});
        const State kept = with(gone, {{disk, 2}});
        CHECK(evaluator.lose_power(running, {1}).next == kept);
        CHECK(evaluator.enabled(kept).empty());
        CHECK(evaluator.enabled(kept, true) == std::vector<Instance>{{recover_repair, 0, {}}});
        const Executed repaired = evaluator.execute({recover_repair, 0, {}}, kept);
        CHECK(repaired.next == with(gone, {{disk, 1}, {recover_pc + 2, ended}}));
        CHECK(evaluator.evaluate(system.properties[4].expr, kept) == 0);
        CHECK(evaluator.evaluate(system.properties[4].expr, *repaired.next) == 1);
        CHECK(evaluator.lose_power(kept, {1}).next == State{with(gone, {{disk, 0}})});
    }

    TEST_CASE("a recovery without a scheduling point has ended at once; without one nothing starts") {
        System system = build();
        system.actors[recover].locations.resize(2);
        CHECK(Evaluator(system).lose_power({start}, {0}).next->cells[12] == ended);
        system.power_loss->recover = none;
        CHECK(Evaluator(system).lose_power({start}, {0}).next->cells[12] == not_started);
    }

    TEST_CASE("two writers alone have 12 states with 12 transitions; under the strict option the second one fails") {
        // By hand, positions of the two writers (lock, add, unlock, ended): LL, AL, UL, EL, EA, EU and the same four
        // mirrored, EE. Strict: EA fails in both orders, so EU, UE and EE are missing.
        System system = build();
        remove_steps_of(system, flusher);
        const Counts counts = explore(system);
        CHECK(counts.states == 12 + 9);
        CHECK(counts.transitions == 12 + 10);
        CHECK(counts.failures == 2);
        CHECK(counts.finals == 1);
        CHECK(counts.deadlocks == 0);
        CHECK(counts.violations == 0);
    }

    TEST_CASE("a writer that forgets to unlock blocks the other one: a deadlock, though the daemon may rest") {
        System system = build();
        std::erase_if(system.transitions[writer_unlock].step.updates, [](const Update& u) { return u.var == m; });
        const Evaluator evaluator(system);
        const State stuck = with(start, {{m, 1}, {n, 1}, {cache, 1}, {9, ended}});
        CHECK(evaluator.enabled(stuck).empty());
        CHECK(evaluator.deadlocked(stuck));
        CHECK_FALSE(evaluator.deadlocked(with(stuck.cells, {{cache, 0}})));   // the flusher moves
        CHECK_FALSE(evaluator.deadlocked(with(stuck.cells, {{m, 0}})));       // the writer moves
        CHECK_FALSE(evaluator.deadlocked(with(stuck.cells, {{10, ended}})));  // all have ended, the daemon rests
        remove_steps_of(system, flusher);
        CHECK(explore(system).deadlocks == 4);  // one for each writer that came first, with either option
    }

    TEST_CASE("a daemon that is blocked elsewhere than at its idle point is deadlocked") {
        System system = build();
        const State rest = with(start, {{9, ended}, {10, ended}});
        CHECK_FALSE(Evaluator(system).deadlocked(rest));
        system.actors[flusher].locations[2].idle = false;
        CHECK(Evaluator(system).deadlocked(rest));
        system.actors[flusher].kind = ActorKind::environment;
        CHECK_FALSE(Evaluator(system).deadlocked(rest));
    }

    TEST_CASE("a step that spends a fault does not prevent a deadlock") {
        System system = build();
        ExprPool& pool = system.pool;
        Step& choose = system.transitions[flusher_choose].step;
        choose.guard = pool.both(choose.guard, pool.choice(0, 0, 1));  // the fault branch only
        const Evaluator evaluator(system);
        const State state = with(start, {{n, 1}, {9, ended}, {10, ended}, {11, 3}});
        CHECK(evaluator.enabled(state) == std::vector<Instance>{{flusher_choose, 0, {1}}});
        CHECK(evaluator.deadlocked(state));
        CHECK_FALSE(evaluator.all_threads_ended({start}));
        CHECK(evaluator.all_threads_ended(state));
    }

    TEST_CASE("choices are enumerated with the first one most significant, and an empty type has none") {
        System system = build();
        ExprPool& pool = system.pool;
        Step step;
        step.choices = {{"x", system.types.range(1, 2), {}}, {"y", system.types.range(0, 2), {}}};
        step.guard = pool.negate(pool.equal(pool.choice(0, 1, 2), pool.choice(1, 0, 2)));
        const Evaluator evaluator(system);
        CHECK(evaluator.enabled_choices(step, {start}, none, 0) == std::vector<Cells>{{1, 0}, {1, 2}, {2, 0}, {2, 1}});
        step.choices.push_back({"z", system.types.range(0, -1), {}});
        CHECK(evaluator.enabled_choices(step, {start}, none, 0).empty());
    }

    TEST_CASE("of many choices only those are tried that the guard leaves after the ones before them") {
        System system = build();
        ExprPool& pool = system.pool;
        // Forty choices, of which 10, 20 and 39 can be made, the last only after another value of the first of them.
        Step step;
        for (int64_t i = 0; i < 40; ++i) {
            step.choices.push_back({"c" + std::to_string(i), system.types.range(0, 2), {}});
            const ExprId least = pool.equal(pool.choice(i, 0, 2), pool.constant(0));
            const ExprId after = pool.equal(pool.choice(10, 0, 2), pool.constant(1));
            if (i != 10 && i != 20) step.guard = pool.both(step.guard, i == 39 ? pool.either(after, least) : least);
        }
        const Evaluator evaluator(system);
        const auto enabled = evaluator.enabled_choices(step, {start}, none, 0);
        REQUIRE(enabled.size() == 9 + 2 * 3);
        for (const auto& choices : enabled) CHECK(evaluator.can_choose(step, {start}, none, 0, choices));
        CHECK(std::ranges::is_sorted(enabled));
        CHECK(std::ranges::count(enabled, 2, [](const Cells& choices) { return choices[39]; }) == 3);
        Cells other(40, 0);
        CHECK(evaluator.can_choose(step, {start}, none, 0, other));
        other[39] = 1;
        CHECK_FALSE(evaluator.can_choose(step, {start}, none, 0, other));
        other[10] = 1;
        CHECK(evaluator.can_choose(step, {start}, none, 0, other));
        other[20] = 3;
        CHECK_FALSE(evaluator.can_choose(step, {start}, none, 0, other));
        CHECK_FALSE(evaluator.can_choose(step, {start}, none, 0, {0}));
    }

    TEST_CASE("updates read the state before the step, and the later one of a cell wins") {
        System system = build();
        ExprPool& pool = system.pool;
        const ExprId old_n = pool.read(n, {}, 0, 3), old_cache = pool.read(cache, {}, 0, 3);
        Step step;
        step.updates = {{ExprPool::yes, n, {}, old_cache}, {ExprPool::yes, cache, {}, old_n}};
        const State state = with(start, {{n, 1}, {cache, 2}});
        CHECK(Evaluator(system).execute(step, state, none, 0, {}).next == with(start, {{n, 2}, {cache, 1}}));
        step.updates.push_back({ExprPool::yes, n, {}, pool.constant(3)});
        step.updates.push_back({pool.equal(old_n, pool.constant(2)), n, {}, pool.constant(0)});
        CHECK(Evaluator(system).execute(step, state, none, 0, {}).next == with(start, {{n, 3}, {cache, 1}}));
    }

    TEST_CASE(
        "reading out of range gives the first value; storing out of range is a fault of the system, not of its user") {
        System system = build();
        ExprPool& pool = system.pool;
        const ExprId beyond = pool.read(writer_pc, std::vector{pool.constant(7)}, 0, 4);
        CHECK(Evaluator(system).evaluate(beyond, {start}) == 0);
        Step step;
        step.updates = {{ExprPool::yes, n, {}, pool.constant(4)}};
        CHECK_THROWS_AS(Evaluator(system).execute(step, {start}, none, 0, {}), std::logic_error);
        step.updates = {{ExprPool::yes, writer_pc, {pool.constant(2)}, pool.constant(1)}};
        CHECK_THROWS_AS(Evaluator(system).execute(step, {start}, none, 0, {}), std::logic_error);
    }
}
