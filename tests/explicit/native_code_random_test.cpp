// Native code against the interpreter in arbitrary states of systems that are made to be awkward.
#include <algorithm>
#include <array>
#include <random>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/native_code.h"
#include "tests/explicit/random_code.h"
#include "tests/explicit/state_code.h"

namespace untorn::testing {

namespace {

using checker::Layout;
using checker::Program;

/// Values of all kinds, at the ends of their types more often than not.
PackedState any_state(const Program& program, const Layout& layout, std::mt19937_64& random) {
    std::vector<int64_t> cells = program.cells.first_values();
    for (const Layout::Field& field : layout.fields()) {
        const checker::Cell& cell = program.cells[field.cell];
        uint64_t raw = 0;
        switch (random() % 4) {
            case 0: raw = 0; break;
            case 1: raw = cell.size - 1; break;
            case 2: raw = random() % std::min<uint64_t>(cell.size, 8); break;
            default: raw = random() % cell.size;
        }
        cells[field.cell] = cell.lo + static_cast<int64_t>(raw);
    }
    PackedState state(layout.words());
    layout.pack(cells.data(), state.data());
    return state;
}

/// Compares in all states of the one word that a layout of small cells has.
void compare_everywhere(const system::System& system) {
    const Program program(system);
    const Layout layout = layout_of(program);
    REQUIRE(layout.words() == 1);
    checker::InterpretedCode plain(program, layout);
    const auto native = checker::make_native_code(program, layout);
    if (!native) return;
    std::vector<int64_t> cells = program.cells.first_values();
    PackedState state(1);
    std::string difference;
    const auto at = [&](const auto& self, size_t number) -> void {
        if (number < layout.fields().size()) {
            const Layout::Field& field = layout.fields()[number];
            const checker::Cell& cell = program.cells[field.cell];
            for (uint64_t value = 0; value < cell.size; ++value) {
                cells[field.cell] = cell.lo + static_cast<int64_t>(value);
                self(self, number + 1);
            }
            return;
        }
        layout.pack(cells.data(), state.data());
        if (difference.empty()) difference = compare_codes(plain, *native, program, layout, state).difference;
    };
    at(at, 0);
    REQUIRE(difference == "");
}

}  // namespace

TEST_CASE("native code and the interpreter agree on any system in any state") {
    size_t words = 0, records_seen = 0, failures = 0, thrown = 0, instances = 0, interpreted = 0;
    size_t held = 0, did_not = 0;
    for (uint32_t seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        RandomCode random(seed);
        const system::System& system = random.make();
        const Program program(system);
        const Layout layout = layout_of(program);
        checker::InterpretedCode plain(program, layout);
        std::vector<checker::CodeId> conditions = program.properties;
        std::ranges::sort(conditions);
        const auto native_program = checker::NativeProgram::make(program, layout, conditions);
        if (!native_program) return;
        const auto native = checker::make_native_code(native_program, program, layout);
        words = std::max<size_t>(words, layout.words());
        instances += program.instances.size();
        interpreted += native_program->interpreted_instances();
        std::mt19937_64 values(seed);
        for (int i = 0; i < 40; ++i) {
            const PackedState state = any_state(program, layout, values);
            const Comparison result = compare_codes(plain, *native, program, layout, state);
            REQUIRE(result.difference == "");
            if (!result.thrown.empty()) ++thrown;
            if (result.thrown.empty())  // both were asked for the successors of this state
                for (const checker::CodeId condition : program.properties) {
                    const bool holds = plain.passes(condition);
                    REQUIRE(native->passes(condition) == holds);
                    ++(holds ? held : did_not);
                }
            for (size_t r = 0; r < result.records.size(); r += layout.words() + 1) {
                ++records_seen;
                if (checker::Tag{result.records[r + layout.words()]}.fails()) ++failures;
            }
        }
    }
    MESSAGE(words, " words at most, ", records_seen, " records, ", failures, " failures, ", thrown, " thrown, ",
            interpreted, " of ", instances, " instances interpreted");
    CHECK(words > 10);
    CHECK(records_seen > 50000);
    CHECK(failures > 5000);
    CHECK(thrown > 5000);
    CHECK(held > 5000);
    CHECK(did_not > 5000);
    CHECK(interpreted * 2 < instances);
}

TEST_CASE("what a guard says of a cell is enough to leave out a range check exactly where it is") {
    // The guard compares x with k in every way; x + change is stored where not all of it fits.
    for (int64_t k = -1; k <= 4; ++k)
        for (int64_t change = -1; change <= 1; ++change)
            for (int form = 0; form < 8; ++form) {
                CAPTURE(k);
                CAPTURE(change);
                CAPTURE(form);
                Build b;
                system::ExprPool& pool = b.system.pool;
                const VarId x = b.variable("x", b.range(-2, 5)), y = b.variable("y", b.range(0, 3));
                const ActorId actor = b.actor("main", ActorKind::thread, {"a"});
                const ExprId value = b.get(x), constant = b.number(k);
                const std::array<ExprId, 4> forms{
                    pool.less(value, constant), pool.less(constant, value), pool.equal(value, constant),
                    pool.both(pool.less(b.number(-2), value), pool.less(value, constant))};
                const ExprId condition = forms[static_cast<size_t>(form % 4)];
                b.point(actor, 2,
                        {form < 4 ? condition : pool.negate(condition),
                         {b.put(y, pool.add(value, b.number(change))), b.put(x, pool.add(b.get(y), b.number(1)))},
                         2});
                compare_everywhere(b.finish());
            }
}

TEST_CASE("arithmetic at the edges is the interpreter's") {
    Build b;
    system::ExprPool& pool = b.system.pool;
    constexpr int64_t limit = system::value_limit;
    const VarId x = b.variable("x", b.range(-7, 8)), y = b.variable("y", b.range(-2, 4)),
                z = b.variable("z", b.range(-2, 1)), set = b.variable("set", b.range(0, 7));
    const VarId array = b.variable("array", 0, Storage::memory, {b.range(-1, 1)});
    const ActorId actor = b.actor("main", ActorKind::thread, {"a"});
    const ExprId vx = b.get(x), vy = b.get(y), vz = b.get(z), vs = b.get(set);
    const auto is = [&](ExprId value, int64_t k) {
        b.property("p", PropertyKind::invariant, pool.equal(value, b.number(k)));
        b.property("q", PropertyKind::invariant, pool.less(value, b.number(k)));
    };
    for (int64_t k : {-3, -1, 0, 1, 2}) {
        is(pool.divide(vx, vy), k);  // by zero, and of either sign
        is(pool.modulo(vx, vy), k);
        is(pool.modulo(vx, b.number(4)), k);
        is(pool.divide(vs, b.number(4)), k);
        is(pool.shift_one(vx), k);
        is(pool.shift_one(pool.multiply(vx, vy)), k);  // up to 32
        is(pool.popcount(pool.bit_clear(vs, pool.shift_one(vy))), k);
        is(pool.popcount(vx), k);
        is(b.get(array, {vz}), k);  // may be a bad index
        is(b.get(array, {pool.add(vz, b.number(1))}), k);
        is(pool.add(pool.multiply(vx, b.number(limit / 4)), b.number(limit - 1)), k);  // saturates
        is(pool.multiply(vx, b.number(limit / 8)), k * (limit / 8));                   // just does not
        is(pool.subtract(pool.multiply(vy, b.number(-limit / 4)), b.number(limit / 2)), -limit);
    }
    b.point(
        actor, 2,
        std::vector<Branch>{
            {pool.less(vy, vz), {b.put(array, pool.add(vz, b.number(2)), {vz})}, 2},  // may break rules
            {pool.less(vz, vy), {b.put(array, b.number(1), {vz}), b.set(array, 1, {b.number(0)})}, 2},
            {pool.equal(vx, vy), {b.set(array, 1, {b.number(0)}), b.put(array, b.number(0), {vz})}, 2},
            {ExprPool::yes, {b.put(set, pool.bit_or(vs, b.number(2))), b.put(x, vy), b.put(y, pool.divide(vx, vz))}, 2},
            {ExprPool::yes, {b.put(z, pool.modulo(vx, b.number(2))), b.put(set, pool.bit_and(vs, b.number(9)))}, 2}});
    compare_everywhere(b.finish());
}

}  // namespace untorn::testing
