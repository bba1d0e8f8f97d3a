// The replay accepts what is true and refuses everything that was tampered with.
#include "checker/result/replay.h"

#include "tests/explicit/build.h"

namespace untorn::testing {

using checker::Claim;
using checker::Inconsistency;
using checker::Path;
using checker::replay;
using checker::Trace;
using checker::TraceStep;

namespace {

/// A thread that counts a durable cell from 0 to 2 in two steps, the second with a fault; then power may be lost.
struct Counting {
    Build b;
    VarId n = 0;
    ActorId thread = 0;
    uint32_t below_two = 0, deadlock = 0, crash = 0, assertion = 0;
    Path path;  ///< start, both steps, power loss

    Counting() {
        const uint32_t fault = b.fault("page_fault", 1);
        n = b.variable("n", b.range(0, 2), Storage::durable);
        thread = b.actor("t", ActorKind::thread, {"one", "two"});
        b.system.files.push_back(LineIndex("count.untorn", "one\ntwo\n"));
        b.system.actors[thread].locations[3].span = {0, 4, 7};
        b.point(thread, 2, {ExprPool::yes, {b.set(n, 1)}, 3});
        b.point(thread, 3, {ExprPool::yes, {b.set(n, 2)}, 1, {fault}});
        b.system.power_loss = system::PowerLoss{};
        below_two = b.property("below two", PropertyKind::invariant, b.system.pool.less(b.get(n), b.number(2)));
        deadlock = b.property("deadlock", PropertyKind::deadlock);
        crash = b.property("zero", PropertyKind::crash_invariant, b.is(n, 0));
        assertion = b.property("assertion", PropertyKind::assertion);
        b.finish();
        add(TraceStep::Kind::initial, 0, {1, 0, 2});
        add(TraceStep::Kind::step, 0, {1, 1, 3});
        add(TraceStep::Kind::step, 1, {0, 2, 1});
        add(TraceStep::Kind::power_loss, 0, {0, 2, 0});
    }
    /// The cells: what remains of the budget, n, where t stands.
    void add(TraceStep::Kind kind, uint32_t transition, std::vector<int64_t> cells) {
        TraceStep step;
        step.kind = kind;
        step.transition = transition;
        path.moves.push_back(step);
        path.states.push_back(std::move(cells));
    }
    Path first(size_t moves) const {
        Path part = path;
        part.moves.resize(moves);
        part.states.resize(moves);
        return part;
    }
    std::variant<Trace, Inconsistency> run(const Path& p, const Claim& claim) const {
        return replay(b.system, system::Evaluator(b.system), p, claim);
    }
    /// What the replay objects to.
    std::string objection(const Path& p, const Claim& claim) const {
        const auto answer = run(p, claim);
        const auto* wrong = std::get_if<Inconsistency>(&answer);
        if (wrong == nullptr) return "";
        const size_t begin = wrong->what.find("does not replay: ") + 17;
        return wrong->what.substr(begin, wrong->what.find(" (moves") - begin);
    }
};

}  // namespace

TEST_CASE("a true trace is described: places, faults, what changed") {
    const Counting c;
    const auto answer = c.run(c.first(3), {c.below_two, {}, {}});
    REQUIRE(std::holds_alternative<Trace>(answer));
    const Trace& trace = std::get<Trace>(answer);
    CHECK(trace.length == 2);
    CHECK(trace.faults == 1);
    using Changes = std::vector<std::pair<std::string, std::string>>;
    CHECK(trace.steps[0].changed == Changes{{"page_fault.remaining", "1"}});
    CHECK(trace.steps[1].changed == Changes{{"n", "1"}});
    CHECK(trace.steps[1].fault == "");
    CHECK(trace.steps[2].changed == Changes{{"page_fault.remaining", "0"}, {"n", "2"}});
    CHECK(trace.steps[2].fault == "page_fault");
    CHECK(trace.steps[2].actor == "t");
    CHECK(trace.steps[2].text == "two");
    CHECK(trace.steps[2].place == Place{"count.untorn", 2, 1});
}

TEST_CASE("after power loss only crash properties can be shown") {
    const Counting c;
    CHECK(c.objection(c.path, {c.crash, {}, {}}) == "");
    CHECK(c.objection(c.first(3), {c.crash, {}, {}}) == "recovery has not ended");
    CHECK(c.objection(c.path, {c.below_two, {}, {}}) == "power was lost");
    CHECK(c.objection(c.path, {std::nullopt, {{1, 2}}, {}}) == "");
    CHECK(c.objection(c.path, {std::nullopt, {{1, 1}}, {}}) == "it ends in another outcome");
    CHECK(c.objection(c.first(3), {std::nullopt, {{1, 2}}, {}}) == "it does not end in an outcome");
}

TEST_CASE("a trace that was tampered with does not replay") {
    const Counting c;
    const Claim claim{c.below_two, {}, {}};
    CHECK(c.objection(c.first(2), claim) == "the expression holds");
    CHECK(c.objection(c.first(0), claim) == "it does not begin initially");

    Path wrong_state = c.first(3);
    wrong_state.states[2][1] = 1;
    CHECK(c.objection(wrong_state, claim) == "entry 2: it leads to another state");

    Path skipped = c.first(3);
    skipped.moves.erase(skipped.moves.begin() + 1);
    skipped.states.erase(skipped.states.begin() + 1);
    CHECK(c.objection(skipped, claim) == "entry 1: the step is not enabled");

    Path twice = c.path;
    twice.moves.push_back(twice.moves.back());
    twice.states.push_back(twice.states.back());
    CHECK(c.objection(twice, {c.crash, {}, {}}) == "entry 4: power is lost too often");

    Path no_state = c.first(3);
    no_state.states.pop_back();
    CHECK(c.objection(no_state, claim) == "entry 2: it leads to another state");

    Path begins_twice = c.first(1);
    begins_twice.moves.push_back(begins_twice.moves[0]);
    begins_twice.states.push_back(begins_twice.states[0]);
    CHECK(c.objection(begins_twice, claim) == "entry 1: it begins twice");
}

TEST_CASE("a claim that the run does not show is refused") {
    const Counting c;
    CHECK(c.objection(c.first(3), {c.deadlock, {}, {}}) == "there is no deadlock");
    CHECK(c.objection(c.first(3), {c.assertion, {}, {}}) == "no check of it fails");
    CHECK(c.objection(c.first(3), {c.below_two, {}, 1}) == "it does not loop");
    // Only the fault can move t on: that is a deadlock.
    CHECK(c.objection(c.first(2), {c.deadlock, {}, {}}) == "");
}

}  // namespace untorn::testing
