#include "checker/explicit/symmetry.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/explicit/quotient.h"
#include "tests/language/compile_sources.h"
#include "tools/cli/runs.h"

namespace untorn::checker {

namespace {

using language::testing::run_of;
using testing::check_quotient;
using testing::Packed;
using testing::Quotient;

language::Run awb(int64_t writers, int64_t pages, int64_t faults) {
    tools::Options options;
    options.paths = {UNTORN_SOURCE_DIR "/specs/bench/awb.untorn"};
    options.quiet = true;
    options.set = {{"W", std::to_string(writers)}, {"P", std::to_string(pages)}, {"R", std::to_string(faults)}};
    tools::Complaints complaints(options);
    std::optional<language::Run> result;
    tools::for_each_run(tools::load_specs(options, complaints), complaints, [&](const tools::Spec&, language::Run run) {
        result = std::move(run);
        return false;
    });
    REQUIRE(result.has_value());
    return std::move(*result);
}

/// The reason why the first scalarset of the program is not symmetric; empty if it is.
std::string why_not(const std::string& text) {
    const language::Run run = run_of(text);
    const Program program = testing::changing_together(run.system);
    const SymmetryReport report = find_symmetry(program, testing::layout_of_run(program));
    REQUIRE(!report.scalarsets.empty());
    CHECK((report.symmetry == nullptr) == !report.scalarsets.front().why_not.empty());
    return report.scalarsets.front().why_not;
}

/// How many states and orbits there are, after the oracle agreed.
std::string sizes(const std::string& text) {
    const language::Run run = run_of(text);
    Quotient q(run.system);
    for (const ScalarsetSymmetry& scalarset : q.report.scalarsets) CHECK(scalarset.why_not == "");
    const size_t orbits = check_quotient(q);
    return fmt::format("{} states, {} orbits", q.explore(false).size(), orbits);
}

}  // namespace

TEST_CASE("the writers of awb are symmetric, and its orbits are those of brute force") {
    for (const auto& [w, p, r] : {std::tuple{2, 2, 1}, {2, 3, 2}, {3, 2, 1}}) {
        const language::Run run = awb(w, p, r);
        Quotient q(run.system);
        REQUIRE(q.report.symmetry != nullptr);
        CHECK(q.report.symmetry->exact());
        REQUIRE(q.report.symmetry->scalarsets().size() == 1);
        CHECK(q.report.symmetry->scalarsets()[0].name == "Writer");
        CHECK(q.report.symmetry->scalarsets()[0].identities == static_cast<uint32_t>(w));
        check_quotient(q);
    }
}

TEST_CASE("awb has as many normal forms as Rumur and CMurphi count with symmetry") {
    {
        const language::Run run = awb(6, 2, 2);
        Quotient q(run.system);
        CHECK(q.explore(true).size() == 27'469);
    }
    {
        const language::Run run = awb(6, 4, 2);
        Quotient q(run.system);
        CHECK(q.explore(true).size() == 109'040);
    }
    {
        const language::Run run = awb(4, 4, 3);
        Quotient q(run.system);
        CHECK(q.explore(true).size() == 54'586);
    }
}

TEST_CASE("identities in optionals, sets, arrays and mutexes are renamed") {
    CHECK(sizes(R"(
scalarset W[3];
var m: mutex;
var last: W?;
var seen: set<W>;
var entered: 0..3;
ghost var first: W?;
thread w[i: W] {
    lock(m);
    atomic { last = i; seen = seen | {i}; entered += 1; }
    ghost { if (first == none) first = i; }
    unlock(m);
}
invariant counted: size(seen) == entered;
invariant in_seen: last != none implies value(last) in seen;
final all: forall (i in W) i in seen;
)") == "46 states, 10 orbits");
}

TEST_CASE("two identities: comparisons that were simplified to truth values are seen through") {
    CHECK(sizes(R"(
scalarset W[2];
var last: W?;
var turn: W?[W];
thread w[i: W] {
    last = i;
    turn[i] = last;
    if (last == i) step;
    await last != none and value(last) == i or turn[i] != none;
    atomic { choose (j in W where j != i) { turn[j] = i; } }
}
invariant good: forall (i in W) (turn[i] == i implies last != none);
)") == "143 states, 72 orbits");
}

TEST_CASE("a mutex may be held by members of two families, and there may be one for each identity") {
    CHECK(sizes(R"(
scalarset W[3];
var m: mutex;
var own: mutex[W];
thread reader[i: W] {
    lock(own[i]);
    lock(m);
    unlock(m);
    unlock(own[i]);
}
thread writer[i: W] {
    choose (j in W where j != i) { lock(own[j]); unlock(own[j]); } or { lock(m); unlock(m); }
}
)") == "4104 states, 758 orbits");
}

TEST_CASE("a local that holds an identity is no identity where it is out of scope") {
    CHECK(sizes(R"(
scalarset W[3];
var asked: bool[W];
var served: 0..3;
thread w[i: W] {
    asked[i] = true;
    await !asked[i];
}
daemon server {
    loop {
        choose (j in W where asked[j]) {
            step;
            asked[j] = false;
            if (served < 3) served += 1;
        }
    }
}
final all: served == 3;
)") == "304 states, 70 orbits");
    CHECK(sizes(R"(
scalarset W[3];
var hand: W?;
var got: bool[W];
thread w[i: W] {
    atomic { await hand == none; hand = i; }
    await got[i];
}
daemon server {
    loop {
        await hand != none;
        { var j: W = value(hand);
          step;
          if (got[j]) { step; }
          got[j] = true;
          hand = none; }
    }
}
)") == "216 states, 52 orbits");
}

TEST_CASE("two scalarsets, apart and related") {
    CHECK(sizes(R"(
scalarset A[3];
scalarset B[2];
var last: A?;
var used: bool[B];
thread a[i: A] { last = i; step; }
thread b[i: B] { used[i] = true; step; }
)") == "495 states, 78 orbits");
    CHECK(sizes(R"(
scalarset A[3];
scalarset B[3];
var home: B?[A];
var guests: set<A>[B];
thread a[i: A] {
    atomic { choose (b in B where size(guests[b]) < 2) { home[i] = b; guests[b] = guests[b] | {i}; } }
    step;
    atomic { guests[value(home[i])] = guests[value(home[i])] - {i}; }
}
invariant room: forall (i in A) (home[i] != none implies size(guests[value(home[i])]) < 3);
invariant full: forall (b in B) size(guests[b]) < 3;
)") == "976 states, 50 orbits");
}

TEST_CASE("identities that point at each other are told apart as far as they are different, no further") {
    CHECK(sizes(R"(
scalarset W[4];
var next: W?[W];
thread w[i: W] {
    choose (j in W) { next[i] = j; } or { step; }
}
)") == "1296 states, 90 orbits");
    CHECK(sizes(R"(
scalarset W[3];
var likes: bool[W][W];
thread w[i: W] {
    choose (j in W where j != i) { likes[i][j] = true; }
    choose (j in W where !likes[j][i]) { likes[i][j] = !likes[i][j]; }
}
)") == "342 states, 69 orbits");
}

TEST_CASE("updates over all members, checks, faults and power loss") {
    CHECK(sizes(R"(
scalarset W[3];
type P = 1..2;
fault torn budget 1;
type N = 0..2;
var n: N[W];
device var cache: W?[P];
durable var disk: W?[P];
durable var done: set<W>;
thread w[i: W] {
    for (p in P) cache[p] = i;
    choose { step; } or fault torn { cache[1] = none; }
    atomic { for (j in W) n[j] = j != i and n[j] < 2 ? n[j] + 1 : n[j]; }
    Bound: assert n[i] < 2;
    atomic { disk = cache; done = done | {i}; }
}
power_loss { for (p in P) choose { disk[p] = cache[p]; } or { } }
recover { done = {}; if (disk[1] != disk[2]) disk[2] = disk[1]; }
invariant twice: forall (j in W) n[j] <= 2;
crash invariant same: disk[1] == disk[2];
)") == "8500 states, 1458 orbits");
}

TEST_CASE("a program that tells identities apart has no symmetry, and says why") {
    CHECK(why_not(R"(
scalarset W[3];
var last: W;
thread w[i: W] { last = i; step; }
)") == "'last' begins with a particular identity, or differently for some identities");
    CHECK(why_not(R"(
scalarset W[3];
var last: W?;
var copy: W?;
thread w[i: W] { var j: W; last = i; step; atomic { if (last == j) copy = j; else j = i; } step; }
)") == "w, \"atomic { if (last == j) copy = j; else j = i; }\": what it assigns to 'w.j' may treat identities "
       "differently");
    CHECK(why_not(R"(
scalarset W[3];
var last: W?[W];
thread w[i: W]: W { choose (j in W) { return j; } }
invariant same: forall (i in W) result(w[i]) == i;
)") == "'same' may tell identities apart");
    CHECK(why_not(R"(
scalarset W[2];
var m: W;
durable var d: W?;
init { choose (j in W) { m = j; } }
thread w[i: W] { m = i; step; }
power_loss { }
recover { choose (j in W) { d = j; step; d = j; } }
)") == "recover, \"d = j;\" reads an identity that is lost with power");
}

TEST_CASE("power loss with more choice vectors than can be compared leaves no symmetry, and says so") {
    const auto kept = [](int places) {
        return fmt::format(R"(
scalarset W[2];
type P = 1..{};
device var cache: W?[P];
durable var disk: W?[P];
thread w[i: W] {{ cache[1] = i; cache[2] = i; }}
power_loss {{ for (p in P) choose {{ disk[p] = cache[p]; }} or {{ }} }}
)",
                           places);
    };
    CHECK(why_not(kept(17)) == "power_loss has more choice vectors than can be compared");
    CHECK(sizes(kept(3)) == "15 states, 8 orbits");
}

TEST_CASE("a choice behind a check is made where the check holds, and is no choice where it fails") {
    CHECK(sizes(R"(
scalarset W[3];
var n: 0..2;
var chosen: set<W>;
durable var last: W?;
durable var saved: set<W>;
thread w[i: W] {
    atomic {
        n += 1;
        choose (j in W where j != i) { chosen = chosen | {j}; last = j; }
    }
}
power_loss {
    if (last != none) assert value(last) in saved;
    choose (j in W) { last = j; }
}
recover { step; }
)") == "28 states, 6 orbits");
}

TEST_CASE("an identity in the device is lost with power: a second loss must not read it") {
    const auto losses = [](int budget) {
        return fmt::format(R"(
scalarset W[3];
device var last: W;
durable var disk: W?;
init {{ choose (j in W) {{ last = j; }} }}
thread w[i: W] {{ last = i; step; }}
power_loss budget {} {{ disk = last; }}
recover {{ step; }}
)",
                           budget);
    };
    CHECK(sizes(losses(1)) == "57 states, 13 orbits");
    CHECK(why_not(losses(2)) == "power_loss reads an identity that is lost with power, and may come twice");
}

TEST_CASE("every specification of the repository that has a scalarset is symmetric, as brute force says") {
    tools::Options options;
    options.paths = {UNTORN_SOURCE_DIR "/specs", UNTORN_SOURCE_DIR "/tests/specs/language"};
    options.quiet = true;
    options.color = tools::Color::never;
    tools::Complaints complaints(options);
    size_t symmetric = 0;
    tools::for_each_run(tools::load_specs(options, complaints), complaints,
                        [&](const tools::Spec& spec, language::Run run) {
                            INFO(spec.path << ", " << run.config.scenario);
                            Quotient q(run.system);
                            for (const ScalarsetSymmetry& scalarset : q.report.scalarsets)
                                CHECK(scalarset.why_not == "");
                            if (q.report.symmetry == nullptr || q.explore(true).size() > 1500) return true;
                            check_quotient(q);
                            ++symmetric;
                            return true;
                        });
    CHECK(symmetric > 10);
}

TEST_CASE("whatever favours identity 0 in awb is found, wherever it stands") {
    const language::Run run = awb(3, 2, 1);
    const auto refuted = [](const system::System& system) {
        const Program program = testing::changing_together(system);
        return find_symmetry(program, testing::layout_of_run(program)).symmetry == nullptr;
    };
    REQUIRE_FALSE(refuted(run.system));
    const auto not_zero = [](system::System& system, system::ActorId actor) {
        const system::Type& type = system.types[*system.actors[actor].identity];
        return system.pool.negate(system.pool.equal(system.pool.self(type.lo, type.hi), system.pool.constant(0)));
    };
    size_t changes = 0;
    for (size_t t = 0; t < run.system.transitions.size(); ++t) {
        const system::ActorId actor = run.system.transitions[t].actor;
        if (!run.system.actors[actor].identity) continue;
        {
            system::System system = run.system;
            system::ExprId& guard = system.transitions[t].step.guard;
            guard = system.pool.both(guard, not_zero(system, actor));
            CHECK(refuted(system));
        }
        {
            system::System system = run.system;
            system.transitions[t].step.checks.push_back(
                {not_zero(system, actor), system::CheckKind::assertion, 0, {}, "fails for 0"});
            CHECK(refuted(system));
        }
        {
            system::System system = run.system;
            system.faults.push_back({"bias", std::nullopt, system::none, {}});
            system.transitions[t].step.faults.push_back(
                {not_zero(system, actor), static_cast<uint32_t>(system.faults.size() - 1)});
            CHECK(refuted(system));
        }
        for (size_t u = 0; u < run.system.transitions[t].step.updates.size(); ++u) {
            system::System system = run.system;
            system::ExprId& when = system.transitions[t].step.updates[u].when;
            when = system.pool.both(when, not_zero(system, actor));
            CHECK_MESSAGE(refuted(system), "transition " << t << ", update " << u);
            ++changes;
        }
    }
    CHECK(changes > 20);
    for (size_t u = 0; u < run.system.init.updates.size(); ++u) {
        system::System system = run.system;
        system::Update& update = system.init.updates[u];
        const auto& dims = system.variables[update.var].dims;
        if (dims.size() != 1 || system.types[dims[0]].kind != system::TypeKind::scalarset) continue;
        update.when = system::ExprPool::no;
        CHECK(refuted(system));
    }
    for (size_t p = 0; p < run.system.properties.size(); ++p) {
        system::System system = run.system;
        if (system.properties[p].kind != system::PropertyKind::invariant) continue;
        for (system::VarId var = 0; var < system.variables.size(); ++var) {
            const system::Variable& variable = system.variables[var];
            if (variable.dims.size() != 1 || system.types[variable.dims[0]].kind != system::TypeKind::scalarset)
                continue;
            const system::Type& type = system.types[variable.type];
            const system::ExprId zero[] = {system.pool.constant(0)};
            const system::ExprId cell = system.pool.read(var, zero, type.lo, type.hi);
            system.properties[p].expr = system.pool.less(system.pool.constant(type.lo), cell);
            CHECK(refuted(system));
        }
    }
}

TEST_CASE("a range is no scalarset, and a scalarset of one identity is none either") {
    const std::string families[] = {"type W = 0..2;", "scalarset W[1];", "enum W { A, B }"};
    for (const std::string& family : families) {
        const language::Run run = run_of(family + " var last: W?; thread w[i: W] { last = i; step; }");
        const Program program(run.system);
        const SymmetryReport report = find_symmetry(program, testing::layout_of_run(program));
        CHECK(report.symmetry == nullptr);
        CHECK(report.scalarsets.empty());
    }
}

TEST_CASE("one scalarset may be symmetric where another is not") {
    const language::Run run = run_of(R"(
scalarset A[2];
scalarset B[3];
var first: A;
thread a[i: A] { first = i; step; }
thread b[i: B] { step; }
)");
    Quotient q(run.system);
    REQUIRE(q.report.scalarsets.size() == 2);
    CHECK(q.report.scalarsets[0].why_not ==
          "'first' begins with a particular identity, or differently for some identities");
    CHECK(q.report.scalarsets[1].why_not == "");
    REQUIRE(q.report.symmetry->scalarsets().size() == 1);
    CHECK(q.report.symmetry->scalarsets()[0].name == "B");
    CHECK(check_quotient(q) == 52);  // 13 of A with what `first` holds, times 0 to 3 of B that have ended
}

TEST_CASE("records wider than a word are sorted, too") {
    CHECK(sizes(R"(
scalarset W[3];
type I = 0..20;
type N = 0..4095;
var wide: N[W][I];
thread w[i: W] {
    atomic { for (k in I) wide[i][k] = 4095 - k; }
    wide[i][20] = 7;
}
)") == "27 states, 10 orbits");
}

TEST_CASE("where there are too many orders the form is inexact, but in the orbit and a function of the state") {
    // A cycle of eight looks the same everywhere: 8! orders are too many to promise, but the search needs few.
    const language::Run run = run_of(R"(
scalarset W[8];
var next: W?[W];
thread w[i: W] { choose (j in W) { next[i] = j; } }
)");
    Quotient q(run.system);
    REQUIRE(q.report.symmetry != nullptr);
    CHECK_FALSE(q.report.symmetry->exact());
    const system::VarId next = 1 - (q.system.variables[0].name == "next" ? 1 : 0);
    REQUIRE(q.system.variables[next].name == "next");
    std::set<Packed> forms;
    std::vector<uint32_t> order(8);
    std::iota(order.begin(), order.end(), 0);
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
        std::ranges::shuffle(order, random);
        std::vector<int64_t> cells = q.initial.front();
        for (size_t k = 0; k < 8; ++k) cells[q.program.cells.base(next) + order[k]] = 1 + order[(k + 1) % 8];
        const Packed form = q.normal(q.pack(cells));
        CHECK(q.normal(q.pack(cells)) == form);
        // In the orbit: still one cycle through all.
        const std::vector<int64_t> after = q.unpack(form);
        size_t length = 0;
        int64_t at = 0;
        do {
            at = after[q.program.cells.base(next) + static_cast<uint32_t>(at)] - 1;
            ++length;
        } while (at > 0 && length < 20);
        CHECK(length == 8);
        forms.insert(form);
    }
    CHECK(forms.size() == 1);
}

TEST_CASE("copies normalize like the original") {
    const language::Run run = awb(3, 2, 1);
    Quotient q(run.system);
    Symmetry copy = *q.report.symmetry;
    for (Packed state : q.explore(false)) {
        Packed other = state;
        q.report.symmetry->normalize(state.data());
        copy.normalize(other.data());
        CHECK(state == other);
    }
    CHECK_FALSE(Symmetry::preserves_outcomes);
}

}  // namespace untorn::checker
