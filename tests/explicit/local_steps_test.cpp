// Invisible local steps: which they are, and that following them at once changes no answer.
#include "checker/explicit/local_steps.h"

#include "checker/explicit/cone.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/reduced_search.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::testing {

using checker::invisible_instances;

namespace {

/// Follows invisible local steps, and remembers which transitions they belong to.
class Follower {
 public:
    Follower(const Program& program, const checker::Layout& layout, const Asked& asked)
        : program_(program), layout_(layout), code_(program, layout), invisible_(invisible_instances(program, asked)) {}

    void follow(uint64_t* state) {
        std::vector<uint64_t> next(layout_.words() + 1);
        for (bool moved = true; moved;) {
            moved = false;
            for (uint32_t i = 0; i < program_.instances.size() && !moved; ++i) {
                if (!invisible_[i] || !stands_at(state, i)) continue;
                if (code_.successors(i, i + 1, state, next.data()) == next.data()) continue;
                REQUIRE_FALSE(checker::Tag{next.back()}.fails());
                std::copy(next.begin(), next.end() - 1, state);
                executed.insert(program_.instances[i].transition);
                moved = true;
            }
        }
    }

    std::set<uint32_t> executed;

 private:
    bool stands_at(const uint64_t* state, uint32_t instance) const {
        for (const checker::ActorInstance& actor : program_.actors) {
            if (instance < actor.first_of.front() || instance >= actor.first_of.back()) continue;
            std::vector<int64_t> cells = program_.cells.first_values();
            layout_.unpack(state, cells.data());
            const auto location = static_cast<size_t>(cells[actor.counter]);
            return instance >= actor.first_of[location] && instance < actor.first_of[location + 1];
        }
        return false;
    }

    const Program& program_;
    const checker::Layout& layout_;
    checker::InterpretedCode code_;
    std::vector<bool> invisible_;
};

std::map<uint32_t, uint64_t> faults(const std::map<uint32_t, LevelKey>& notes) {
    std::map<uint32_t, uint64_t> faults;
    for (const auto& [p, key] : notes) faults[p] = key.faults;
    return faults;
}

/// Numbers of states: of the whole, of the slice, and of the slice if invisible local steps are followed.
struct Counts {
    uint64_t whole = 0, slice = 0, followed = 0;
};

Counts compare_followed(const system::System& system, const Asked& asked, uint64_t most = UINT64_MAX) {
    const Program program(system);
    const Program run = slice(program, relevant_cells(program, asked));
    const Program after_loss = slice(program, relevant_after_power_loss(program, asked));
    const Reduction full = unreduced(program);
    const auto whole = ReducedSearch(full, asked).explore(most);
    Reduction reduced{&run, &after_loss, run_layout(run)};
    const auto sliced = ReducedSearch(reduced, asked).explore();
    if (whole.cut) return {};
    Follower follower(run, reduced.layout, asked);
    reduced.normal = [&](uint64_t* state) { follower.follow(state); };
    auto less = ReducedSearch(reduced, asked).explore();
    CHECK(faults(less.holds) == faults(whole.holds));
    CHECK(faults(less.fails) == faults(whole.fails));
    std::set<std::vector<int64_t>> outcomes, expected;
    for (const auto& [values, key] : less.outcomes) outcomes.insert(values);
    for (const auto& [values, key] : whole.outcomes) expected.insert(values);
    CHECK(outcomes == expected);
    less.executed.insert(follower.executed.begin(), follower.executed.end());
    CHECK(less.executed == whole.executed);
    return {whole.states, sliced.states, less.states};
}

}  // namespace

TEST_CASE("a step that touches only its actor's own data is invisible; what others read, or is judged, is not") {
    Build b;
    const VarId own = b.variable("own", b.range(0, 2)), shared = b.variable("shared", 0);
    const ActorId a = b.actor("a", ActorKind::thread, {"own", "shared", "await own", "either", "end"});
    const ActorId other = b.actor("other", ActorKind::daemon, {"p"});
    b.point(a, 2, {ExprPool::yes, {b.set(own, 1)}, 3});
    b.point(a, 3, {ExprPool::yes, {b.set(shared, 1)}, 4});
    b.point(a, 4, {b.is(own, 1), {}, 5});
    b.point(a, 5, std::vector<Branch>{{b.is(own, 1), {}, 6}, {b.system.pool.negate(b.is(own, 1)), {}, 6}});
    b.point(a, 6, {ExprPool::yes, {b.set(own, 2)}, system::ended});
    b.point(other, 2, {b.is(shared, 0), {}, 2});
    const uint32_t p = b.property("own", PropertyKind::invariant, b.is(own, 0));
    const uint32_t q = b.property("own at the end", PropertyKind::final, b.is(own, 2));
    const uint32_t r = b.property("a at its end", PropertyKind::invariant, b.at(a, 6));
    const Program program(b.finish());
    using Flags = std::vector<bool>;
    // own; shared; await, which never waits; the two of either; end; p, which could go round for ever.
    CHECK(invisible_instances(program, {}) == Flags{true, false, true, true, true, true, false});
    CHECK(invisible_instances(program, {{p}, false}) == Flags{false, false, true, true, true, false, false});
    CHECK(invisible_instances(program, {{q}, false}) == Flags{true, false, true, true, true, true, false});
    CHECK(invisible_instances(program, {{r}, false}) == Flags{false, false, false, false, false, false, false});
    // a stands at six locations; with steps followed at once at `shared`, and at its end.
    const Counts counts = compare_followed(b.system, {{q}, false});
    CHECK(counts.whole == 6);
    CHECK(counts.followed == 2);
}

TEST_CASE("a cycle of invisible steps keeps one location") {
    Build b;
    const ActorId a = b.actor("a", ActorKind::daemon, {"p", "q", "r"});
    b.point(a, 2, {ExprPool::yes, {}, 3});
    b.point(a, 3, {ExprPool::yes, {}, 4});
    b.point(a, 4, {ExprPool::yes, {}, 2});
    const Program program(b.finish());
    CHECK(invisible_instances(program, {}) == std::vector<bool>{false, true, true});
    CHECK(compare_followed(b.system, {}).followed == 1);
}

namespace {

/// Two threads that change the same data under a lock; the second does it in the way of `kind`.
std::vector<bool> invisible_under_lock(int kind) {
    Build b;
    const VarId lock = b.variable("lock", b.range(0, 2)), data = b.variable("data", b.range(0, 3));
    const uint32_t misuse = b.property("lock", PropertyKind::lock);
    const auto holds = [&](int64_t who) { return b.check(b.is(lock, who), misuse, system::CheckKind::lock); };
    const ExprId free = b.is(lock, 0), taken = b.system.pool.negate(free);
    const ActorId a = b.actor("a", ActorKind::thread, {"lock", "data", "unlock"});
    b.point(a, 2, {free, {b.set(lock, 1)}, 3});
    b.point(a, 3, {ExprPool::yes, {b.set(data, 1)}, 4});
    b.point(a, 4, {ExprPool::yes, {b.set(lock, 0)}, system::ended, {}, {holds(1)}});
    const ActorId other = b.actor("other", ActorKind::thread, {"lock", "data", "unlock", "after"});
    const VarId local = b.variable("local", 0, Storage::local, {}, other);
    switch (kind) {
        case 1: b.point(other, 2, std::vector<Branch>{{free, {b.set(lock, 2)}, 3}, {taken, {}, 5}}); break;  // trylock
        case 2: b.point(other, 2, {ExprPool::yes, {b.set(lock, 2)}, 3}); break;                              // robbery
        default: b.point(other, 2, {free, {b.set(lock, 2)}, 3});
    }
    b.point(other, 3, {ExprPool::yes, {b.set(data, 2)}, 4});
    b.point(other, 4, {ExprPool::yes, {b.set(lock, kind == 3 ? 1 : 0)}, 5, {}, {holds(2)}});  // 3: hands it over
    b.point(other, 5, {ExprPool::yes, {kind == 4 ? b.put(local, b.is(data, 0)) : b.set(local, 1)}, system::ended});
    return invisible_instances(Program(b.finish()), {});
}

}  // namespace

TEST_CASE("under a lock a step is invisible if nobody else touches its data without the lock; so is unlocking") {
    using Flags = std::vector<bool>;
    // lock, data, unlock; lock, data, unlock, after.
    CHECK(invisible_under_lock(0) == Flags{false, true, true, false, true, true, true});
    // trylock (the two of it) sees whether the lock is free.
    CHECK(invisible_under_lock(1) == Flags{false, true, false, false, false, true, true, true});
    // Who takes a held lock: the data is nobody's own, and unlocking can fail its check.
    CHECK(invisible_under_lock(2) == Flags{false, false, false, false, false, false, true});
    // Handing the lock over is as good as unlocking it.
    CHECK(invisible_under_lock(3) == Flags{false, true, true, false, true, true, true});
    // Data that is read without the lock.
    CHECK(invisible_under_lock(4) == Flags{false, false, true, false, true, true, false});
}

TEST_CASE("a check that can fail, a fault, and data that power loss reads make a step visible") {
    for (const int kind : {0, 1, 2, 3}) {
        CAPTURE(kind);
        Build b;
        const VarId own = b.variable("own", 0, Storage::device), disk = b.variable("disk", 0, Storage::durable);
        const ActorId a = b.actor("a", ActorKind::thread, {"p"});
        const uint32_t fault = b.fault("f", std::nullopt);
        const uint32_t assertion = b.property("assertion", PropertyKind::assertion);
        const uint32_t crash = b.property("disk", PropertyKind::crash_invariant, b.is(disk, 0));
        Branch step{ExprPool::yes, {b.set(own, 1)}, system::ended};
        if (kind == 1) step.checks.push_back(b.check(b.is(own, 0), assertion));
        if (kind == 2) step.faults.push_back(fault);
        if (kind == 3) {
            b.system.power_loss = system::PowerLoss{};
            b.system.power_loss->step.updates.push_back(b.put(disk, b.get(own)));
        }
        b.point(a, 2, step);
        const Program program(b.finish());
        CHECK(invisible_instances(program, {{crash}, false}) == std::vector<bool>{kind == 0});
    }
}

TEST_CASE("on random systems following invisible local steps changes no answer but lengths") {
    Counts sum;
    for (uint32_t seed = 0; seed < 2000; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        const system::System& system = random.make();
        Asked asked;
        for (uint32_t p = 0; p < system.properties.size(); ++p)
            if ((seed * 2654435761U >> (p % 29)) % 3 == 0) asked.properties.push_back(p);
        asked.outcomes = seed % 2 == 0;
        const Counts counts = compare_followed(system, asked);
        sum.slice += counts.slice;
        sum.followed += counts.followed;
    }
    for (uint32_t seed = 0; seed < 600; ++seed) {
        CAPTURE(seed);
        RandomActors random(seed);
        const system::System& system = random.make();
        Asked asked = Asked::everything(system);
        if (seed % 2 == 0) asked.properties.resize(asked.properties.size() / 2);
        const Counts counts = compare_followed(system, asked, 4000);
        sum.slice += counts.slice;
        sum.followed += counts.followed;
    }
    // The systems are worth the while: 69050 states, 56102 with steps followed.
    CHECK(sum.slice > 50000);
    CHECK(sum.followed * 6 < sum.slice * 5);
}

TEST_CASE("on the specifications of the repository following invisible local steps changes no answer but lengths") {
    Counts sum;
    for_each_spec_run({"specs", "tests/specs"}, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        const Counts counts = compare_followed(system, Asked::everything(system), 500);
        sum.slice += counts.slice;
        sum.followed += counts.followed;
    });
    CHECK(sum.followed < sum.slice);
}

}  // namespace untorn::testing
