// The cone of influence: which cells are in it, and that nothing is lost without the others.
#include "checker/explicit/cone.h"

#include "tests/explicit/random_system.h"
#include "tests/explicit/reduced_search.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::testing {

using checker::relevant_after_power_loss;
using checker::relevant_cells;
using checker::slice;

namespace {

/// The names of the variables that have a relevant cell, counters left out.
std::vector<std::string> names(const Program& program, const std::vector<bool>& relevant) {
    std::vector<std::string> names;
    for (uint32_t cell = 0; cell < relevant.size(); ++cell) {
        const system::Variable& variable = program.system.variables[program.cells[cell].var];
        if (!relevant[cell] || variable.storage == Storage::counter) continue;
        if (names.empty() || names.back() != variable.name) names.push_back(variable.name);
    }
    return names;
}

using Names = std::vector<std::string>;

/// Some of the properties, a different selection for each seed; outcomes for every other one.
Asked some_of(const system::System& system, uint32_t seed) {
    Asked asked;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if ((seed * 2654435761U >> (p % 29)) % 3 == 0) asked.properties.push_back(p);
    asked.outcomes = seed % 2 == 0;
    return asked;
}

std::pair<ReducedSearch::Result, ReducedSearch::Result> compare_slice(const system::System& system, const Asked& asked,
                                                                      uint64_t most = UINT64_MAX) {
    const Program program(system);
    const Program run = slice(program, relevant_cells(program, asked));
    const Program after_loss = slice(program, relevant_after_power_loss(program, asked));
    return compare(unreduced(program), {&run, &after_loss, run_layout(run)}, asked, most);
}

}  // namespace

TEST_CASE("what decides is relevant, and what flows into it; what only receives is not") {
    Build b;
    const VarId guard = b.variable("guard", 0), source = b.variable("source", 0), sink = b.variable("sink", 0),
                still = b.variable("still", 0);
    const ActorId a = b.actor("a", ActorKind::thread, {"p", "q"});
    b.point(a, 2, {b.is(guard, 0), {b.put(guard, b.get(source)), b.put(sink, b.get(guard))}, 3});
    b.point(a, 3, {b.is(still, 0), {b.set(source, 1), b.put(sink, b.get(sink))}, 2});
    const uint32_t p = b.property("sink is 0", PropertyKind::invariant, b.is(sink, 0));
    const Program program(b.finish());
    CHECK(names(program, relevant_cells(program, {})) == Names{"guard", "source"});
    CHECK(names(program, relevant_cells(program, {{p}, false})) == Names{"guard", "source", "sink"});
    // Twice round with source = 0 and 1: (p,g,s) = 2,0,0 / 3,0,0 / 2,0,1 / 3,1,1 / 2,1,1; with sink, the last two steps
    // give sink = 0 still, since guard was 0 when it was copied.
    const auto [whole, less] = compare_slice(b.system, {});
    CHECK(whole.states == 5);
    CHECK(less.states == 5);
}

TEST_CASE("a cell that is written and never read makes no states") {
    Build b;
    const VarId log = b.variable("log", b.range(0, 3));
    const ActorId a = b.actor("a", ActorKind::thread, {"p"});
    b.point(a, 2,
            std::vector<Branch>{{ExprPool::yes, {b.set(log, 1)}, system::ended},
                                {ExprPool::yes, {b.set(log, 2)}, system::ended},
                                {ExprPool::yes, {b.set(log, 3)}, system::ended}});
    b.finish();
    const auto [whole, less] = compare_slice(b.system, {});
    CHECK(whole.states == 4);
    CHECK(less.states == 2);
    CHECK(less.transitions == 3);
}

TEST_CASE("a check that can fail makes what it reads relevant, whatever is asked") {
    Build b;
    const VarId count = b.variable("count", b.range(0, 2));
    const ActorId a = b.actor("a", ActorKind::daemon, {"p"});
    const uint32_t range = b.property("in range", PropertyKind::range);
    const ExprId more = b.system.pool.add(b.get(count), b.number(1));
    Branch step{ExprPool::yes, {b.put(count, more)}, 2};
    step.checks.push_back(b.check(b.system.pool.less_equal(more, b.number(2)), range));
    b.point(a, 2, step);
    b.finish();
    const Program program(b.system);
    CHECK(names(program, relevant_cells(program, {})) == Names{"count"});
    const auto [whole, less] = compare_slice(b.system, {});
    CHECK(less.states == 3);
    CHECK(less.fails.at(range) == LevelKey{0, 3});
}

TEST_CASE("a write that may change a relevant cell is kept whole") {
    Build b;
    const TypeId index = b.range(0, 1);
    const VarId array = b.variable("array", 0, Storage::memory, {index}), where = b.variable("where", index),
                what = b.variable("what", 0);
    const ActorId a = b.actor("a", ActorKind::daemon, {"p"});
    b.point(a, 2,
            std::vector<Branch>{{ExprPool::yes, {b.put(array, b.get(what), {b.get(where)})}, 2},
                                {ExprPool::yes, {b.set(where, 1)}, 2},
                                {ExprPool::yes, {b.set(what, 1)}, 2}});
    const uint32_t p = b.property("0", PropertyKind::invariant, b.is(array, 0, {b.number(0)}));
    b.finish();
    const Program program(b.system);
    const std::vector<bool> relevant = relevant_cells(program, {{p}, false});
    CHECK(names(program, relevant) == Names{"array", "where", "what"});
    CHECK(relevant[program.cells.base(array)]);
    CHECK_FALSE(relevant[program.cells.base(array) + 1]);
    const auto [whole, less] = compare_slice(b.system, {{p}, false});
    // (where, what, array[0]): array[0] is 1 only with what = 1, so 2 * 3; array[1] doubles those with where = what
    // = 1.
    CHECK(less.states == 6);
    CHECK(whole.states == 8);
}

TEST_CASE("with power loss, what recovery and crash properties read is relevant; after it, nothing else") {
    Build b;
    const VarId cache = b.variable("cache", 0, Storage::device), disk = b.variable("disk", 0, Storage::durable),
                log = b.variable("log", 0, Storage::durable), history = b.variable("history", 0, Storage::ghost),
                turn = b.variable("turn", 0, Storage::durable);
    const ActorId a = b.actor("a", ActorKind::daemon, {"p"});
    b.point(a, 2,
            std::vector<Branch>{{b.is(turn, 0), {b.set(cache, 1), b.set(turn, 1)}, 2},
                                {ExprPool::yes, {b.set(log, 1), b.set(history, 1)}, 2}});
    system::PowerLoss loss;
    loss.step.updates.push_back(b.put(disk, b.get(cache)));
    b.system.power_loss = loss;
    const uint32_t p = b.property("disk", PropertyKind::crash_invariant, b.is(disk, 0));
    const uint32_t q = b.property("history", PropertyKind::crash_invariant, b.is(history, 0));
    b.finish();
    const Program program(b.system);
    CHECK(names(program, relevant_cells(program, {})) == Names{"turn"});
    CHECK(names(program, relevant_cells(program, {{p}, false})) == Names{"cache", "disk", "turn"});
    CHECK(names(program, relevant_after_power_loss(program, {{p}, false})) == Names{"cache", "disk"});
    CHECK(names(program, relevant_after_power_loss(program, {{q}, false})) == Names{"history"});
    CHECK(names(program, relevant_cells(program, {{}, true})) == Names{"cache", "disk", "log", "turn"});
    const auto [whole, less] = compare_slice(b.system, {{p}, false});
    // The run: cache and turn change together; log and history together. After the loss: disk, log, history, turn.
    CHECK(whole.states == 4);
    CHECK(less.states == 2);
    CHECK(whole.crash_states == 4);
    CHECK(less.crash_states == 2);
    CHECK(less.fails.at(p) == LevelKey{1, 1});
}

TEST_CASE("on random systems the slice and the whole agree, whatever is asked") {
    uint64_t states = 0, sliced = 0, crashed = 0, crashed_sliced = 0, notes = 0, runs = 0;
    for (uint32_t seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        const system::System& system = random.make();
        const auto [whole, less] = compare_slice(system, some_of(system, seed));
        states += whole.states;
        sliced += less.states;
        crashed += whole.crash_states;
        crashed_sliced += less.crash_states;
        notes += whole.holds.size() + whole.fails.size();
        runs += less.runs.size();
    }
    // The systems are worth the while: 110083 states and 80985, 8024 after power loss and 4673.
    CHECK(states > 100000);
    CHECK(sliced * 5 < states * 4);
    CHECK(crashed_sliced * 3 < crashed * 2);
    CHECK(notes > 8000);
    CHECK(runs > 6000);
}

TEST_CASE("on the specifications of the repository the slice and the whole agree") {
    uint64_t states = 0, sliced = 0;
    for_each_spec_run({"specs", "tests/specs"}, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        const auto [whole, less] = compare_slice(system, Asked::everything(system, true), 2000);
        states += whole.states;
        sliced += less.states;
        compare_slice(system, {}, 500);
    });
    CHECK(sliced * 20 < states * 19);
}

TEST_CASE("in awb, PG_atomic matters only if somebody asks about it, and the threads' results only as outcomes") {
    size_t runs = 0;
    for_each_spec_run({"specs/bench/awb.untorn"}, [&](const std::string&, const system::System& system) {
        const Program program(system);
        const auto has = [&](const Asked& asked, const std::string& name) {
            return std::ranges::count(names(program, relevant_cells(program, asked)), name) > 0;
        };
        const Asked everything = Asked::everything(system), outcomes = Asked::everything(system, true);
        CHECK(has(everything, "atomic_write"));
        CHECK_FALSE(has({}, "atomic_write"));
        CHECK_FALSE(has(everything, "writer.result"));
        CHECK(has(outcomes, "writer.result"));
        ++runs;
    });
    CHECK(runs > 10);
}

}  // namespace untorn::testing
