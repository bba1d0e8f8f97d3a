// Small systems whose counts, verdicts and traces are worked out by hand.
#include "checker/explicit/search.h"

#include "tests/explicit/trace_text.h"

namespace untorn::testing {

namespace {

/// Two threads that take two locks in opposite order.
void build_lock_order(Build& b) {
    const TypeId mutex = b.system.types.intern({system::TypeKind::mutex, "mutex", 0, 2, {"free", "ab", "ba"}, 0});
    const VarId first = b.variable("a", mutex), second = b.variable("b", mutex);
    const auto add = [&](const std::string& name, VarId one, VarId two) {
        const ActorId id = b.actor(name, ActorKind::thread, {"lock 1", "lock 2", "unlock 2", "unlock 1"});
        const ExprId me = b.system.pool.me(2);
        b.point(id, 2, {b.is(one, 0), {b.put(one, me)}, 3});
        b.point(id, 3, {b.is(two, 0), {b.put(two, me)}, 4});
        b.point(id, 4, {ExprPool::yes, {b.set(two, 0)}, 5});
        b.point(id, 5, {ExprPool::yes, {b.set(one, 0)}, system::ended});
    };
    add("ab", first, second);
    add("ba", second, first);
}

}  // namespace

TEST_CASE("locks taken in opposite order deadlock, and the shortest way there is shown") {
    Build b;
    build_lock_order(b);
    b.property("deadlock", PropertyKind::deadlock);
    const SearchResult result = searched(b);
    // Neither inside: 4. One inside at one of three points, the other not: 12. Both inside: each holds its first lock
    // and waits, or one of them has just released its second: 3.
    CHECK(result.states == 19);
    CHECK(result.transitions == 22);
    CHECK(result.depth == 8);
    CHECK(result.state_bits == 3 + 3 + 2 + 2);
    CHECK(result.exhaustive);
    CHECK(result.limit == "");
    CHECK(result.properties[0].verdict == Verdict::violated);
    CHECK(result.properties[0].how == "counterexample");
    CHECK(result.properties[0].shortest);
    CHECK(text(result.properties[0].trace) == "start ab:lock 1{a=ab} ba:lock 1{b=ba} STUCK");
    CHECK(result.properties[0].trace->length == 2);
    CHECK(result.properties[0].trace->faults == 0);
}

TEST_CASE("Peterson's algorithm excludes, each thread can enter, and nothing is left locked") {
    Build b;
    const TypeId side = b.range(0, 1);
    const VarId flag = b.variable("flag", 0, Storage::memory, {side}), turn = b.variable("turn", side);
    const ActorId id = b.actor("p", ActorKind::thread, {"flag", "turn", "wait", "critical"}, side);
    const ExprId self = b.self(id), other = b.system.pool.subtract(b.number(1), self);
    b.point(id, 2, {ExprPool::yes, {b.set(flag, 1, {self})}, 3});
    b.point(id, 3, {ExprPool::yes, {b.put(turn, other)}, 4});
    b.point(id, 4, {b.system.pool.either(b.is(flag, 0, {other}), b.system.pool.equal(b.get(turn), self)), {}, 5});
    b.point(id, 5, {ExprPool::yes, {b.set(flag, 0, {self})}, 2});
    const auto both_at = [&](LocationId location) {
        return b.system.pool.both(b.at(id, location, {b.number(0)}), b.at(id, location, {b.number(1)}));
    };
    b.property("exclusion", PropertyKind::invariant, b.system.pool.negate(both_at(5)));
    b.property("both wait", PropertyKind::cover, both_at(4));
    b.property("both critical", PropertyKind::cover, both_at(5));
    b.property("deadlock", PropertyKind::deadlock);
    const SearchResult result = searched(b);
    // Both before the wait: 4 pairs of points, turn free: 8. One of them at or behind it: 8 pairs, turn known. Both
    // waiting: turn free: 2. One critical and the other waiting: 2.
    CHECK(result.states == 20);
    CHECK(result.transitions == 34);
    CHECK(result.properties[0].verdict == Verdict::holds);
    CHECK(result.properties[0].how == "exhaustive");
    CHECK_FALSE(result.properties[0].trace);
    CHECK(result.properties[1].verdict == Verdict::holds);
    CHECK(result.properties[1].how == "reached");
    CHECK(text(result.properties[1].trace) ==
          "start p[0]:flag{flag[0]=true} p[0]:turn{turn=1} p[1]:flag{flag[1]=true} p[1]:turn{turn=0}");
    CHECK(result.properties[2].verdict == Verdict::violated);
    CHECK(result.properties[2].how == "not reached");
    CHECK_FALSE(result.properties[2].trace);
    CHECK(result.properties[3].verdict == Verdict::holds);
}

namespace {
/// A thread that reaches its goal by one step with a fault, or by three without.
void build_two_routes(Build& b, std::optional<int64_t> budget) {
    const uint32_t fault = b.fault("page_fault", budget);
    const VarId goal = b.variable("goal", 0);
    const ActorId id = b.actor("t", ActorKind::thread, {"p", "q", "r"});
    b.point(id, 2, std::vector<Branch>{{ExprPool::yes, {}, 3}, {ExprPool::yes, {b.set(goal, 1)}, 1, {fault}}});
    b.point(id, 3, {ExprPool::yes, {}, 4});
    b.point(id, 4, {ExprPool::yes, {b.set(goal, 1)}, 1});
    b.property("no goal", PropertyKind::invariant, b.is(goal, 0));
}
}  // namespace

TEST_CASE("fewest faults come before fewest steps") {
    Build b;
    build_two_routes(b, std::nullopt);
    const SearchResult result = searched(b);
    CHECK(result.states == 4);
    CHECK(result.transitions == 4);
    CHECK(result.depth == 3);
    CHECK(text(result.properties[0].trace) == "start t:p t:q t:r{goal=true}");
    CHECK(result.properties[0].trace->faults == 0);
    CHECK(result.properties[0].shortest);
}

TEST_CASE("with --order steps fewest steps come first") {
    Build b;
    build_two_routes(b, std::nullopt);
    SearchOptions options;
    options.order_by_steps = true;
    const SearchResult result = searched(b, options);
    CHECK(result.states == 4);
    CHECK(result.depth == 2);  // the goal is first met after one step
    CHECK(text(result.properties[0].trace) == "start t:p{goal=true}");
    CHECK(result.properties[0].trace->faults == 1);
    CHECK(result.properties[0].trace->steps[1].fault == "page_fault");
}

TEST_CASE("what remains of a budget is part of the state, and is spent") {
    Build b;
    build_two_routes(b, 1);
    const SearchResult result = searched(b);
    CHECK(result.states == 5);  // the goal with the fault spent, and without
    CHECK(result.depth == 3);
}

TEST_CASE("a fault without a budget left is disabled") {
    Build b;
    build_two_routes(b, 0);
    const SearchResult result = searched(b);
    CHECK(result.states == 4);
    CHECK(result.transitions == 3);
}

TEST_CASE("a failing check ends the run there, and the search goes on after it") {
    Build b;
    const uint32_t assertion = b.property("never two", PropertyKind::assertion);
    const uint32_t range = b.property("in range", PropertyKind::range);
    const VarId n = b.variable("n", b.range(0, 3));
    const ActorId id = b.actor("t", ActorKind::thread, {"count"});
    const ExprId next = b.system.pool.add(b.get(n), b.number(1));
    b.point(
        id, 2,
        std::vector<Branch>{{ExprPool::yes, {}, 1, {}, {b.check(b.system.pool.negate(b.is(n, 2)), assertion)}},
                            {ExprPool::yes,
                             {b.put(n, next)},
                             2,
                             {},
                             {b.check(b.system.pool.less_equal(next, b.number(3)), range, system::CheckKind::range)}}});
    const SearchResult result = searched(b);
    CHECK(result.states == 7);       // n in 0..3 while counting, and 0, 1, 3 at the end
    CHECK(result.transitions == 8);  // two from each counting state, the failing ones included
    CHECK(text(result.properties[assertion].trace) == "start t:count{n=1} t:count{n=2} t:count!it fails");
    CHECK(result.properties[assertion].trace->length == 3);
    CHECK(result.properties[range].trace->length == 4);
    CHECK(result.executed == std::vector<bool>{true});
}

TEST_CASE("a failing init step is a violation without a step") {
    Build b;
    const uint32_t assertion = b.property("never true", PropertyKind::assertion);
    const VarId knob = b.variable("knob", 0, Storage::option);
    b.actor("t", ActorKind::thread, {});
    const ExprId value = b.system.pool.choice(0, 0, 1);
    b.system.init.choices.push_back({"knob", 0, {}});
    b.system.init.updates.push_back(b.put(knob, value));
    b.system.init.checks.push_back(b.check(b.system.pool.equal(value, b.number(0)), assertion));
    const SearchResult result = searched(b);
    CHECK(result.states == 1);
    CHECK(result.transitions == 0);
    CHECK(text(result.properties[0].trace) == "start!it fails");
    CHECK(result.properties[0].trace->length == 0);
    CHECK(result.properties[0].trace->steps[0].choice_texts == std::vector<std::string>{"knob = true"});
}

TEST_CASE("final and quiescent look at the end of all threads, quiescent only where nothing else can move") {
    Build b;
    const VarId dirty = b.variable("dirty", 0);
    const ActorId writer = b.actor("writer", ActorKind::thread, {"write"});
    b.point(writer, 2, {ExprPool::yes, {b.set(dirty, 1)}, 1});
    const ActorId flusher = b.actor("flusher", ActorKind::daemon, {"*await dirty"});
    b.point(flusher, 2, {b.is(dirty, 1), {b.set(dirty, 0)}, 2});
    b.property("clean at the end", PropertyKind::final, b.is(dirty, 0));
    b.property("clean at rest", PropertyKind::quiescent, b.is(dirty, 0));
    b.property("dirty at rest", PropertyKind::quiescent, b.is(dirty, 1));
    b.property("deadlock", PropertyKind::deadlock);
    const SearchResult result = searched(b);
    CHECK(result.states == 3);
    CHECK(text(result.properties[0].trace) == "start writer:write{dirty=true}");
    CHECK(result.properties[1].verdict == Verdict::holds);
    CHECK(text(result.properties[2].trace) == "start writer:write{dirty=true} flusher:await dirty{dirty=false}");
    CHECK(result.properties[3].verdict == Verdict::holds);
}

TEST_CASE("a daemon that blocks elsewhere than at its idle await is a deadlock, also when all threads have ended") {
    Build b;
    const ActorId daemon = b.actor("d", ActorKind::daemon, {"*await work", "await never"});
    b.point(daemon, 2, {ExprPool::yes, {}, 3});
    b.point(daemon, 3, {ExprPool::no, {}, 2});
    b.property("deadlock", PropertyKind::deadlock);
    const SearchResult result = searched(b);
    CHECK(result.states == 2);
    CHECK(text(result.properties[0].trace) == "start d:await work STUCK");
}

TEST_CASE("progress is left undecided by this search, not ignored") {
    Build b;
    b.actor("t", ActorKind::thread, {});
    b.property("p", PropertyKind::eventually);
    b.property("q", PropertyKind::leads_to);
    const SearchResult result = searched(b);
    CHECK(result.exhaustive);
    for (const PropertyResult& property : result.properties) {
        CHECK(property.verdict == Verdict::undecided);
        CHECK(property.limit == "not asked");
    }
}

namespace {
/// A counter that goes round 0..n-1, a state and a transition each.
void build_ring(Build& b, int64_t n) {
    const VarId at = b.variable("at", b.range(0, n - 1));
    const ActorId id = b.actor("d", ActorKind::daemon, {"go"});
    const ExprId next = b.system.pool.modulo(b.system.pool.add(b.get(at), b.number(1)), b.number(n));
    b.point(id, 2, {ExprPool::yes, {b.put(at, next)}, 2});
    b.property("not 5", PropertyKind::invariant, b.system.pool.negate(b.is(at, 5)));
    b.property("small", PropertyKind::invariant, b.system.pool.less(b.get(at), b.number(n)));
    b.property("reach 20", PropertyKind::cover, b.is(at, 20));
}
}  // namespace

TEST_CASE("a limit on states ends with the last complete level, and keeps what was found") {
    Build b;
    build_ring(b, 1000);
    SearchOptions options;
    options.max_states = 10;
    const SearchResult result = searched(b, options);
    CHECK_FALSE(result.exhaustive);
    CHECK(result.states == 10);
    CHECK(result.transitions == 9);
    CHECK(result.depth == 9);
    CHECK(result.limit == "--max-states 10: reached depth 9 with 0 faults, 10 states");
    CHECK(result.properties[0].verdict == Verdict::violated);
    CHECK(result.properties[0].shortest);
    CHECK(result.properties[0].trace->length == 5);
    CHECK(result.properties[1].verdict == Verdict::undecided);
    CHECK(result.properties[1].limit == result.limit);
    CHECK(result.properties[2].verdict == Verdict::undecided);
}

TEST_CASE("a limit that is just met is none") {
    Build b;
    build_ring(b, 30);
    SearchOptions options;
    options.max_states = 30;
    const SearchResult result = searched(b, options);
    CHECK(result.exhaustive);
    CHECK(result.properties[1].verdict == Verdict::holds);
    CHECK(result.properties[2].verdict == Verdict::holds);
}

TEST_CASE("a limit on memory cuts the same search at the same place") {
    std::vector<std::string> limits;
    for (int run = 0; run < 2; ++run) {
        Build b;
        build_ring(b, 100000);
        SearchOptions options;
        options.memory_bytes = 1000000;
        const SearchResult result = searched(b, options);
        CHECK_FALSE(result.exhaustive);
        CHECK(result.states > 1000);
        limits.push_back(result.limit);
    }
    CHECK(limits[0] == limits[1]);
    CHECK(limits[0].starts_with("--memory 1000000 bytes: reached depth "));
}

TEST_CASE("too little memory to begin with is a limit, too") {
    Build b;
    build_ring(b, 10);
    SearchOptions options;
    options.memory_bytes = 100;
    const SearchResult result = searched(b, options);
    CHECK_FALSE(result.exhaustive);
    CHECK(result.states == 0);
    CHECK(result.properties[0].verdict == Verdict::undecided);
    CHECK(result.properties[0].limit == "--memory 100 bytes");
}

TEST_CASE("an interrupt ends the search, and so does a limit on time") {
    Build b;
    build_ring(b, 100000);
    const std::atomic<bool> interrupted = true;
    SearchOptions options;
    options.interrupted = &interrupted;
    CHECK(searched(b, options).limit.starts_with("interrupted: reached depth "));
    options.interrupted = nullptr;
    options.seconds = 1e-9;
    const auto answer = checker::search(b.system, options);
    CHECK(std::get<SearchResult>(answer).limit.starts_with("--time "));
}

TEST_CASE("stop early ends at the level of the first violation") {
    Build b;
    build_ring(b, 1000);
    SearchOptions options;
    options.stop_early = true;
    const SearchResult result = searched(b, options);
    CHECK_FALSE(result.exhaustive);
    CHECK(result.states == 6);
    CHECK(result.limit == "--stop-early: reached depth 5 with 0 faults, 6 states");
    CHECK(result.properties[0].verdict == Verdict::violated);
    CHECK(result.properties[0].shortest);
    CHECK(result.properties[1].verdict == Verdict::undecided);
}

TEST_CASE("a step with too many choice vectors is a limit, not a wrong answer") {
    Build b;
    const VarId x = b.variable("x", b.range(0, 4));
    const ActorId id = b.actor("t", ActorKind::thread, {"choose"});
    b.point(id, 2, {{ExprPool::yes, {b.set(x, 1)}, 1}}, {{"y", b.range(0, 300), {}}, {"z", b.range(0, 300), {}}});
    b.property("p", PropertyKind::invariant, b.is(x, 0));
    const SearchResult result = searched(b);
    CHECK_FALSE(result.exhaustive);
    CHECK(result.limit == "a step with more than 65536 choice vectors (t, \"choose\")");
    CHECK(result.properties[0].verdict == Verdict::undecided);
}

TEST_CASE("cells that nothing changes take no bits") {
    Build b;
    b.variable("constant", b.range(0, 1000));
    const VarId array = b.variable("array", b.range(0, 3), Storage::memory, {b.range(0, 7)});
    const ActorId id = b.actor("t", ActorKind::thread, {"set"});
    b.point(id, 2, {ExprPool::yes, {b.set(array, 2, {b.number(5)})}, 1});
    const SearchResult result = searched(b);
    CHECK(result.state_bits == 2 + 2);  // array[5], and where t stands: one of three places
    CHECK(result.states == 2);
}

}  // namespace untorn::testing
