// Dead-variable resetting: which cells are dead where, and that nothing is lost by resetting them.
#include "checker/explicit/dead_variables.h"

#include "checker/explicit/cone.h"
#include "checker/explicit/search.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/reduced_search.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::testing {

using checker::DeadVariables;

namespace {

std::pair<ReducedSearch::Result, ReducedSearch::Result> compare_reset(const system::System& system, const Asked& asked,
                                                                      uint64_t most = UINT64_MAX) {
    const Program program(system);
    const Program after_loss = slice(program, relevant_after_power_loss(program, asked));
    Reduction reduced{&program, &after_loss, run_layout(program)};
    const DeadVariables dead(program, reduced.layout, asked);
    reduced.normal = [&](uint64_t* state) { dead.reset(state); };
    return compare(unreduced(program), reduced, asked, most);
}

/// Both reductions of this kind together, as a search uses them.
std::pair<ReducedSearch::Result, ReducedSearch::Result> compare_both(const system::System& system, const Asked& asked,
                                                                     uint64_t most = UINT64_MAX) {
    const Program program(system);
    const Program run = slice(program, relevant_cells(program, asked));
    const Program after_loss = slice(program, relevant_after_power_loss(program, asked));
    Reduction reduced{&run, &after_loss, run_layout(run)};
    const DeadVariables dead(run, reduced.layout, asked);
    reduced.normal = [&](uint64_t* state) { dead.reset(state); };
    return compare(unreduced(program), reduced, asked, most);
}

/// The cells that are put to their first value in a state where the counters have these locations and everything else
/// its last value.
std::vector<std::string> reset_at(const Program& program, const Asked& asked,
                                  const std::vector<LocationId>& locations) {
    const checker::Layout layout = run_layout(program);
    const DeadVariables dead(program, layout, asked);
    std::vector<int64_t> cells;
    for (size_t c = 0; c < program.cells.size(); ++c)
        cells.push_back(program.cells[c].lo + static_cast<int64_t>(program.cells[c].size) - 1);
    for (size_t a = 0; a < locations.size(); ++a) cells[program.actors[a].counter] = locations[a];
    std::vector<uint64_t> packed(layout.words());
    layout.pack(cells.data(), packed.data());
    dead.reset(packed.data());
    std::vector<int64_t> after = cells;
    layout.unpack(packed.data(), after.data());
    std::vector<std::string> names;
    for (size_t c = 0; c < cells.size(); ++c) {
        if (after[c] == cells[c]) continue;
        CHECK(after[c] == program.cells[c].lo);
        names.push_back(program.system.variables[program.cells[c].var].name);
    }
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a cell is dead after its last read and before it is written") {
    Build b;
    const VarId in = b.variable("in", 0), out = b.variable("out", 0), x = b.variable("x", 0);
    const ActorId a = b.actor("a", ActorKind::daemon, {"read", "use", "rest"});
    const ActorId other = b.actor("other", ActorKind::daemon, {"flip"});
    b.point(a, 2, {ExprPool::yes, {b.put(x, b.get(in))}, 3});
    b.point(a, 3, {ExprPool::yes, {b.put(out, b.get(x))}, 4});
    b.point(a, 4, {ExprPool::yes, {}, 2});
    b.point(other, 2, {ExprPool::yes, {b.put(in, b.system.pool.negate(b.get(in)))}, 2});
    const uint32_t p = b.property("out", PropertyKind::cover, b.is(out, 1));
    const Asked asked{{p}, false};
    const Program program(b.finish());
    // `in` is read by `other`, too, who keeps its value; `out` by the property.
    CHECK(reset_at(program, asked, {2, 2}) == Names{"x"});
    CHECK(reset_at(program, asked, {3, 2}).empty());
    CHECK(reset_at(program, asked, {4, 2}) == Names{"x"});
    // If nobody asks, `out` is written for nobody.
    CHECK(reset_at(program, {}, {3, 2}) == Names{"out"});
    // in and out: 4 ways; x only counts at `use`: 4 + 8 + 4. Without resetting: at `rest` x == out, at `read` too
    // (after the first round; before it all are 0), so again 4 + 8 + 4; but at `use` x is new and out is old.
    const auto [whole, less] = compare_reset(b.system, asked);
    CHECK(whole.states == 16);
    CHECK(less.states == 16);
}

TEST_CASE("a buffer that was used up makes no states") {
    Build b;
    const TypeId content = b.range(0, 3);
    const VarId x = b.variable("x", content), sum = b.variable("parity", 0);
    const ActorId a = b.actor("a", ActorKind::thread, {"read", "use", "rest"});
    system::ExprPool& pool = b.system.pool;
    const ExprId choice = pool.choice(0, 0, 3);
    b.point(a, 2, std::vector<Branch>{{ExprPool::yes, {b.put(x, choice)}, 3}}, {{"c", content, {}}});
    b.point(a, 3, {ExprPool::yes, {b.put(sum, pool.modulo(b.get(x), b.number(2)))}, 4});
    b.point(a, 4, {ExprPool::yes, {}, system::ended});
    const uint32_t p = b.property("odd", PropertyKind::cover, b.is(sum, 1));
    b.finish();
    // 1 at `read`, 4 at `use`, then 4 and 4; with x forgotten 2 and 2.
    const auto [whole, less] = compare_reset(b.system, {{p}, false});
    CHECK(whole.states == 13);
    CHECK(less.states == 9);
    CHECK(less.holds.at(p) == LevelKey{0, 2});
}

TEST_CASE("a conditional write, a computed address and a bare read keep a cell alive") {
    for (const int kind : {0, 1, 2, 3}) {
        CAPTURE(kind);
        Build b;
        const TypeId index = b.range(0, 1);
        const VarId array = b.variable("array", 0, Storage::memory, {index}), knob = b.variable("knob", 0);
        const ActorId a = b.actor("a", ActorKind::daemon, {"before", "after"});
        const ActorId other = b.actor("other", ActorKind::daemon, {"p"});
        system::Update write = b.set(array, 1, {b.number(0)});
        if (kind == 1) write.when = b.is(knob, 1);
        if (kind == 2) write.index = {b.get(knob)};
        b.point(a, 2, {kind == 3 ? b.is(array, 1, {b.number(0)}) : ExprPool::yes, {write}, 3});
        b.point(a, 3, {b.is(array, 1, {b.number(0)}), {}, 2});
        b.point(other, 2, {ExprPool::yes, {b.set(knob, 1), b.set(array, 1, {b.number(1)})}, 2});
        const Program program(b.finish());
        const std::vector<std::string> reset = reset_at(program, {}, {2, 2});
        // array[1] is read by nobody; array[0] is dead before a sure write only. So is knob, if nobody reads it.
        const Names expected[] = {{"array", "array", "knob"}, {"array"}, {"array"}, {"array", "knob"}};
        CHECK(reset == expected[kind]);
    }
}

TEST_CASE("a step that leads to several locations keeps alive what one of them needs") {
    for (const int kind : {0, 1, 2}) {
        CAPTURE(kind);
        Build b;
        const VarId x = b.variable("x", 0), knob = b.variable("knob", 0);
        const ActorId a = b.actor("a", ActorKind::daemon, {"branch", "write", "read"});
        const VarId counter = b.system.actors[a].counter;
        const auto where = [&](LocationId yes, LocationId no) {
            return b.put(counter, b.system.pool.ite(b.is(knob, 1), b.number(yes), b.number(no)));
        };
        // From `branch` always to `write`; to `write` or `read`, by the value; the same, by a condition.
        b.point(a, 2, {ExprPool::yes, {b.set(knob, 1)}, 3});
        b.point(a, 3, {ExprPool::yes, {b.set(x, 1)}, 4});
        b.point(a, 4, {b.is(x, 1), {}, 2});
        b.finish();
        auto& updates = b.system.transitions[0].step.updates;
        if (kind == 1) updates.back() = where(3, 4);
        if (kind == 2) {
            Update maybe = b.set(counter, 3);
            maybe.when = b.is(knob, 1);
            updates.back() = b.set(counter, 4);
            updates.push_back(maybe);
        }
        if (kind > 0) b.system.init.updates.push_back(b.set(x, 1));
        const Program program(b.system);
        CHECK(reset_at(program, {}, {2}) == (kind == 0 ? Names{"x", "knob"} : Names{}));
        CHECK(reset_at(program, {}, {3}) == (kind == 0 ? Names{"x", "knob"} : Names{"x"}));
        const auto [whole, less] = compare_reset(b.system, {});
        // (location, x, knob). kind 0: 200 301 411 211 311; x and knob are dead at 2 and 3, and knob is read nowhere.
        // kinds 1 and 2: 210 411 211 311; x is dead at 3 only.
        CHECK(whole.states == (kind == 0 ? 5 : 4));
        CHECK(less.states == (kind == 0 ? 3 : 4));
    }
}

TEST_CASE("each path through a step goes with its own writes, as long as few values decide") {
    for (const int64_t most : {1, 255, 256}) {
        CAPTURE(most);
        Build b;
        const VarId x = b.variable("x", 0), knob = b.variable("knob", b.range(0, most));
        const ActorId a = b.actor("a", ActorKind::daemon, {"branch", "write", "read"});
        b.point(a, 2, {ExprPool::yes, {b.set(x, 1)}, 3});
        b.point(a, 3, {ExprPool::yes, {b.set(x, 1)}, 4});
        b.point(a, 4, {b.is(x, 1), {b.set(knob, 1)}, 2});
        b.system.init.updates.push_back(b.set(x, 1));
        b.finish();
        // `branch` writes x if it leads to `read`, and leaves it to `write` else: x is dead at `branch`, on either
        // path.
        auto& updates = b.system.transitions[0].step.updates;
        updates.front().when = b.is(knob, 1);
        updates.back().value = b.system.pool.ite(b.is(knob, 1), b.number(4), b.number(3));
        const Program program(b.system);
        CHECK(reset_at(program, {}, {2}) == (most < 256 ? Names{"x"} : Names{}));
        CHECK(reset_at(program, {}, {3}) == Names{"x", "knob"});
        CHECK(reset_at(program, {}, {4}) == Names{"knob"});
        compare_reset(b.system, {});
    }
}

TEST_CASE("a local that its scope has put back needs no resetting, unless that is not sure") {
    for (const int kind : {0, 1, 2, 3}) {
        CAPTURE(kind);
        Build b;
        const VarId x = b.variable("x", 0), large = b.variable("large", b.range(0, 300));
        const ActorId a = b.actor("a", ActorKind::daemon, {"before", "in scope", "after"});
        const ActorId other = b.actor("other", ActorKind::daemon, {"p"});
        b.point(a, 2, {ExprPool::yes, {b.set(x, 1)}, 3});
        Update back = b.set(x, 0);
        if (kind == 3) back.when = b.is(large, 5);
        b.system.init.updates.push_back(b.set(large, 5));
        b.point(a, 3, {b.is(x, 1), {back}, 4});
        b.point(a, 4, {b.is(large, 5), {}, 2});
        b.point(other, 2, {ExprPool::yes, kind == 1 ? std::vector<Update>{b.set(x, 1)} : std::vector<Update>{}, 2});
        // Another actor may write it, it may start with another value, it may not be put back.
        if (kind == 2) b.system.init.updates.push_back(b.set(x, 1));
        const Program program(b.finish());
        CHECK(reset_at(program, {}, {2, 2}) == (kind == 0 ? Names{} : Names{"x"}));
        CHECK(reset_at(program, {}, {3, 2}).empty());
        CHECK(reset_at(program, {}, {4, 2}) == (kind == 1 || kind == 3 ? Names{"x"} : Names{}));
        CHECK(DeadVariables(program, run_layout(program), {}).any() == (kind != 0));
        compare_reset(b.system, {});
    }
}

TEST_CASE("what another actor may send elsewhere keeps all that it reads") {
    Build b;
    const VarId x = b.variable("x", 0);
    const ActorId a = b.actor("a", ActorKind::daemon, {"write", "read"});
    const ActorId other = b.actor("other", ActorKind::daemon, {"send"});
    b.point(a, 2, {ExprPool::yes, {b.set(x, 1)}, 3});
    b.point(a, 3, {b.is(x, 1), {}, 2});
    b.point(other, 2, {ExprPool::yes, {b.set(b.system.actors[a].counter, 3)}, 2});
    const Program program(b.finish());
    CHECK(reset_at(program, {}, {2, 2}).empty());
}

TEST_CASE("a cell with two readers is dead where it is dead for both") {
    Build b;
    const VarId x = b.variable("x", 0);
    const ActorId a = b.actor("a", ActorKind::thread, {"read"}), c = b.actor("c", ActorKind::thread, {"write", "read"});
    b.point(a, 2, {b.is(x, 1), {}, system::ended});
    b.point(c, 2, {ExprPool::yes, {b.set(x, 1)}, 3});
    b.point(c, 3, {b.is(x, 1), {}, system::ended});
    const Program program(b.finish());
    CHECK(reset_at(program, {}, {2, 2}).empty());
    CHECK(reset_at(program, {}, {2, 3}).empty());
    CHECK(reset_at(program, {}, {1, 3}).empty());
    CHECK(reset_at(program, {}, {2, 1}).empty());
    CHECK(reset_at(program, {}, {1, 2}).empty());  // it has not been written yet
    CHECK(reset_at(program, {}, {1, 1}) == Names{"x"});
}

TEST_CASE("what survives power loss is dead only if nothing after it reads it") {
    for (const bool read : {false, true}) {
        Build b;
        const VarId disk = b.variable("disk", 0, Storage::durable), cache = b.variable("cache", 0, Storage::device),
                    other = b.variable("other", 0, Storage::durable);
        const ActorId a = b.actor("a", ActorKind::daemon, {"write", "read"});
        b.point(a, 2, {ExprPool::yes, {b.set(disk, 1), b.set(cache, 1)}, 3});
        b.point(a, 3, {b.system.pool.both(b.is(disk, 1), b.is(cache, 1)), {}, 2});
        system::PowerLoss loss;
        loss.step.updates.push_back(b.put(other, b.get(cache)));
        b.system.power_loss = loss;
        const uint32_t p = b.property("other", PropertyKind::crash_invariant, b.is(read ? other : disk, 0));
        const Program program(b.finish());
        CHECK(reset_at(program, {{p}, false}, {2}) == (read ? Names{"disk"} : Names{"cache", "other"}));
        CHECK(reset_at(program, {{p}, false}, {3}) == (read ? Names{} : Names{"other"}));
        CHECK(reset_at(program, {}, {2}) == Names{"disk", "cache", "other"});
        CHECK(reset_at(program, {{}, true}, {2}).empty());
    }
}

TEST_CASE("cells of scalarset type are spared if resetting must commute with permutations") {
    Build b;
    system::Type members{system::TypeKind::scalarset, "S", 0, 1, {}, 0};
    const TypeId s = b.system.types.intern(members);
    const VarId x = b.variable("x", s), maybe = b.variable("maybe", b.system.types.optional(s));
    const ActorId a = b.actor("a", ActorKind::daemon, {"write", "read"});
    b.point(a, 2, {ExprPool::yes, {b.set(x, 1), b.set(maybe, 1)}, 3});
    b.point(a, 3, {b.system.pool.both(b.is(x, 1), b.is(maybe, 1)), {}, 2});
    const Program program(b.finish());
    const checker::Layout layout = run_layout(program);
    std::vector<int64_t> cells = program.cells.first_values();
    cells[program.actors[0].counter] = 2;
    cells[program.cells.base(x)] = cells[program.cells.base(maybe)] = 1;
    for (const bool symmetric : {false, true}) {
        std::vector<uint64_t> packed(layout.words());
        layout.pack(cells.data(), packed.data());
        DeadVariables(program, layout, {}, symmetric).reset(packed.data());
        std::vector<int64_t> after = cells;
        layout.unpack(packed.data(), after.data());
        CHECK(after[program.cells.base(x)] == (symmetric ? 1 : 0));
        CHECK(after[program.cells.base(maybe)] == 0);
    }
}

TEST_CASE("on random systems resetting changes no answer, whatever is asked") {
    uint64_t states = 0, reset = 0, both = 0, notes = 0, runs = 0;
    for (uint32_t seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        const system::System& system = random.make();
        Asked asked;
        for (uint32_t p = 0; p < system.properties.size(); ++p)
            if ((seed * 2654435761U >> (p % 29)) % 3 == 0) asked.properties.push_back(p);
        asked.outcomes = seed % 2 == 0;
        const auto [whole, less] = compare_reset(system, asked);
        states += whole.states;
        reset += less.states;
        both += compare_both(system, asked).second.states;
        notes += whole.holds.size() + whole.fails.size();
        runs += less.runs.size();
    }
    // The systems are worth the while: 110083 states, 73226, 71152.
    CHECK(states > 100000);
    CHECK(reset * 4 < states * 3);
    CHECK(both < reset);
    CHECK(notes > 8000);
    CHECK(runs > 6000);
}

TEST_CASE("on the specifications of the repository resetting changes no answer") {
    uint64_t states = 0, reset = 0, both = 0;
    for_each_spec_run({"specs", "tests/specs"}, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        const Asked asked = Asked::everything(system);
        const auto [whole, less] = compare_reset(system, asked, 2000);
        states += whole.states;
        reset += less.states;
        both += compare_both(system, asked, 2000).second.states;
        compare_both(system, {}, 500);
    });
    CHECK(reset * 20 < states * 19);
    CHECK(both <= reset);
}

TEST_CASE("states of some specifications, before and after") {
    struct Pin {
        std::string run;
        uint64_t whole, reduced;
    };
    // Peterson: `turn` is dead while both are outside. Two-phase commit: votes that were counted. awb: the results
    // only.
    const std::vector<Pin> pins{{"peterson.untorn swapped ", 50, 41},
                                {"two_phase_commit.untorn no_crash_3 ", 135, 111},
                                {"awb.untorn fix_321_stable ", 1682, 1211},
                                {"d_three_rounds.untorn reclaimed_thrice D", 1935, 879}};
    size_t found = 0;
    for_each_spec_run({"specs", "tests/specs/classic"}, [&](const std::string& name, const system::System& system) {
        for (const Pin& pin : pins) {
            if (name.find(pin.run) == std::string::npos) continue;
            CAPTURE(pin.run);
            const auto [whole, less] = compare_both(system, Asked::everything(system));
            CHECK(whole.states == pin.whole);
            CHECK(less.states == pin.reduced);
            ++found;
        }
    });
    CHECK(found == pins.size());
}

TEST_CASE("without the cone of influence, too, traces to what follows power loss are rebuilt") {
    size_t after_loss = 0;
    for_each_spec_run({"specs/seed"}, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        checker::SearchOptions options;
        options.reductions.dead_variables = true;
        const auto answer = checker::search(system, options);
        REQUIRE(std::holds_alternative<checker::SearchResult>(answer));
        for (const checker::PropertyResult& p : std::get<checker::SearchResult>(answer).properties)
            if (p.trace && system.properties[p.property].kind == system::PropertyKind::crash_invariant) ++after_loss;
    });
    CHECK(after_loss > 50);
}

}  // namespace untorn::testing
