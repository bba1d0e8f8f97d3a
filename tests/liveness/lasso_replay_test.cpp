// The replay of lassos accepts what rules 15 to 17 say and refuses everything else: it is what stands between a wrong
// engine and the user.
#include <doctest/doctest.h>

#include "checker/result/replay.h"
#include "tests/explicit/build.h"

namespace untorn::testing {

using checker::Claim;
using checker::FairnessReason;
using checker::Inconsistency;
using checker::Path;
using checker::Trace;
using checker::TraceStep;

namespace {

/// Daemon `a` flips x for ever; daemon `b` waits for x and sets y; thread `t` sets z and ends; daemon `f` moves on the
/// spot, with or without a fault.
struct Flipping {
    Build b;
    VarId x = 0, y = 0, z = 0;
    ActorId a = 0, waits = 0, t = 0, f = 0;
    Path path;
    static constexpr uint32_t flip = 0, set_y = 1, set_z = 2, on_the_spot = 3;  ///< transitions

    explicit Flipping(bool strong = false) {
        const uint32_t fault = b.fault("hiccup", std::nullopt);
        x = b.variable("x", 0);
        y = b.variable("y", 0);
        z = b.variable("z", 0);
        a = b.actor("a", ActorKind::daemon, {"flip"});
        waits = b.actor("b", ActorKind::daemon, {"*wait"});
        t = b.actor("t", ActorKind::thread, {"set"});
        f = b.actor("f", ActorKind::daemon, {"spin"});
        b.point(a, 2, Branch{ExprPool::yes, {Build::put(x, b.system.pool.negate(b.get(x)))}, 2});
        b.point(waits, 2, Branch{b.is(x, 1), {b.set(y, 1)}, 2});
        b.point(t, 2, Branch{ExprPool::yes, {b.set(z, 1)}, system::ended});
        b.point(f, 2, std::vector<Branch>{{ExprPool::yes, {}, 2}, {ExprPool::yes, {}, 2, {fault}}});
        for (const ActorId actor : {a, waits, t, f}) b.system.fairness.push_back({actor, "", false, {}});
        b.system.fairness[1].strong = strong;
        b.finish();
        path.moves.emplace_back().kind = TraceStep::Kind::initial;
        path.states.push_back({0, 0, 0, 2, 2, 2, 2});
    }

    Flipping& go(uint32_t transition, std::vector<int64_t> choices = {}) {
        std::vector<int64_t> cells = path.states.back();
        if (transition == flip) cells[0] = 1 - cells[0];
        if (transition == set_y) cells[1] = 1;
        if (transition == set_z) cells[2] = 1, cells[5] = system::ended;
        TraceStep step;
        step.transition = transition;
        step.choices = std::move(choices);
        path.moves.push_back(step);
        path.states.push_back(std::move(cells));
        return *this;
    }
    std::variant<Trace, Inconsistency> run(PropertyKind kind, ExprId expr, ExprId consequent,
                                           std::optional<size_t> loop, bool stutters) {
        b.system.properties.push_back({"p", kind, expr, consequent, {}});
        Claim claim;
        claim.property = static_cast<uint32_t>(b.system.properties.size() - 1);
        claim.loop_start = loop;
        claim.stutters = stutters;
        return checker::replay(b.system, system::Evaluator(b.system), path, claim);
    }
    /// What the replay objects to; empty: nothing.
    std::string objection(PropertyKind kind, ExprId expr, std::optional<size_t> loop, ExprId consequent = ExprPool::no,
                          bool stutters = false) {
        const auto answer = run(kind, expr, consequent, loop, stutters);
        const auto* wrong = std::get_if<Inconsistency>(&answer);
        if (wrong == nullptr) return "";
        const size_t begin = wrong->what.find("does not replay: ") + 17;
        return wrong->what.substr(begin, wrong->what.find(" (moves") - begin);
    }
};

/// `t` first, then `a` goes round twice a flip, with a step of `f`.
Flipping flipping(bool strong = false) {
    Flipping run(strong);
    run.go(Flipping::set_z).go(Flipping::flip).go(Flipping::on_the_spot, {0}).go(Flipping::flip);
    return run;
}

}  // namespace

TEST_CASE("a fair lasso replays, and each constraint has its reason") {
    Flipping run = flipping();
    const auto answer = run.run(PropertyKind::eventually, run.b.is(run.y, 1), ExprPool::no, 1, false);
    REQUIRE(std::holds_alternative<Trace>(answer));
    const Trace& trace = std::get<Trace>(answer);
    CHECK(trace.loop_start == 1);
    CHECK(trace.length == 4);
    REQUIRE(trace.fairness.size() == 4);
    using Why = FairnessReason::Why;
    CHECK(trace.fairness[0].why == Why::taken);  // a
    CHECK(trace.fairness[0].step == 2);
    CHECK(trace.fairness[1].why == Why::disabled);  // b, where x is false
    CHECK(trace.fairness[1].step == 1);
    CHECK(trace.fairness[2].why == Why::disabled);  // t has ended
    CHECK(trace.fairness[3].why == Why::taken);     // f
    CHECK(trace.fairness[3].step == 3);
}

TEST_CASE("a loop that is unfair is refused") {
    Flipping strong = flipping(true);
    CHECK(strong.objection(PropertyKind::eventually, strong.b.is(strong.y, 1), 1) == "the loop is unfair to b");

    Flipping without_t;
    without_t.go(Flipping::flip).go(Flipping::on_the_spot, {0}).go(Flipping::flip);
    CHECK(without_t.objection(PropertyKind::eventually, ExprPool::no, 0) == "the loop is unfair to t");

    Flipping moves_before;  // f moves, but not on the loop
    moves_before.go(Flipping::set_z).go(Flipping::on_the_spot, {0}).go(Flipping::flip).go(Flipping::flip);
    CHECK(moves_before.objection(PropertyKind::eventually, ExprPool::no, 2) == "the loop is unfair to f");

    Flipping by_fault;  // a step that spends a fault is no move
    by_fault.go(Flipping::set_z).go(Flipping::flip).go(Flipping::on_the_spot, {1}).go(Flipping::flip);
    CHECK(by_fault.objection(PropertyKind::eventually, ExprPool::no, 1) == "the loop is unfair to f");

    Flipping stays;
    stays.go(Flipping::set_z);
    CHECK(stays.objection(PropertyKind::eventually, ExprPool::no, std::nullopt, ExprPool::no, true) ==
          "the loop is unfair to a");
}

TEST_CASE("a lasso on which what is promised holds is refused") {
    Flipping run = flipping();
    CHECK(run.objection(PropertyKind::eventually, run.b.is(run.x, 1), 1) == "what is promised holds on the loop");
    CHECK(run.objection(PropertyKind::always_eventually, run.b.is(run.x, 0), 1) ==
          "what is promised holds on the loop");
    CHECK(run.objection(PropertyKind::eventually, run.b.is(run.z, 0), 1) == "what is promised holds on the way");
    CHECK(run.objection(PropertyKind::always_eventually, run.b.is(run.z, 0), 1) == "");
    const ExprId never = run.b.is(run.y, 1), once = run.b.is(run.z, 0), always = run.b.is(run.z, 1);
    CHECK(run.objection(PropertyKind::leads_to, once, 1, never) == "");
    CHECK(run.objection(PropertyKind::leads_to, always, 1, never) == "");
    CHECK(run.objection(PropertyKind::leads_to, never, 1, never) == "nothing was promised");
    // What was promised at the start came with the first step; nothing is promised after it.
    CHECK(run.objection(PropertyKind::leads_to, once, 1, always) == "what is promised holds on the loop");
    CHECK(run.objection(PropertyKind::leads_to, once, 1, once) == "nothing was promised");
}

TEST_CASE("a path that ends is no infinite run") {
    Flipping run = flipping();
    CHECK(run.objection(PropertyKind::eventually, ExprPool::no, std::nullopt) == "it does not go on for ever");
    CHECK(run.objection(PropertyKind::eventually, ExprPool::no, 2) == "it does not loop");
    CHECK(run.objection(PropertyKind::eventually, ExprPool::no, 4) == "it does not loop");
}

}  // namespace untorn::testing
