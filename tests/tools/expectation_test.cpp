#include "tools/cli/expectation.h"

#include <doctest/doctest.h>

#include "tests/tools/sample.h"
#include "tools/cli/exit_status.h"

namespace untorn::tools {

using checker::Verdict;
using Kind = language::Expected::Kind;

namespace {

checker::PropertyResult result(Verdict v) {
    checker::PropertyResult r;
    r.verdict = v;
    if (v == Verdict::violated) r.trace = sample::torn();
    r.shortest = r.trace.has_value();
    return r;
}

language::Expected expect(Kind kind) {
    language::Expected e;
    e.kind = kind;
    return e;
}

}  // namespace

TEST_CASE("without an expectation a property should hold") {
    CHECK(judge(result(Verdict::holds), nullptr).fit == Fit::as_expected);
    CHECK(judge(result(Verdict::violated), nullptr).fit == Fit::unexpected);
    CHECK(judge(result(Verdict::undecided), nullptr).fit == Fit::undecided);
}

TEST_CASE("a verdict is compared with the expected one") {
    const language::Expected holds = expect(Kind::holds);
    const language::Expected violated = expect(Kind::violated);
    const language::Expected undecided = expect(Kind::undecided);
    CHECK(judge(result(Verdict::holds), &holds).fit == Fit::as_expected);
    CHECK(judge(result(Verdict::violated), &holds).fit == Fit::unexpected);
    CHECK(judge(result(Verdict::undecided), &holds).fit == Fit::undecided);
    CHECK(judge(result(Verdict::holds), &violated).fit == Fit::unexpected);
    CHECK(judge(result(Verdict::violated), &violated).fit == Fit::as_expected);
    CHECK(judge(result(Verdict::undecided), &violated).fit == Fit::undecided);
    CHECK(judge(result(Verdict::holds), &undecided).fit == Fit::unexpected);
    CHECK(judge(result(Verdict::violated), &undecided).fit == Fit::unexpected);
    CHECK(judge(result(Verdict::undecided), &undecided).fit == Fit::as_expected);
}

TEST_CASE("violated via a label: the trace must pass it") {
    language::Expected e = expect(Kind::violated);
    e.via = "short_copy";
    CHECK(judge(result(Verdict::violated), &e).fit == Fit::as_expected);
    e.via = "long_copy";
    const Judgement other = judge(result(Verdict::violated), &e);
    CHECK(other.fit == Fit::unexpected);
    CHECK(other.why == "the trace does not pass label long_copy");
}

TEST_CASE("violated with N faults and in N steps: the trace must cost exactly that") {
    language::Expected e = expect(Kind::violated);
    e.faults = 2;
    e.steps = 3;
    CHECK(judge(result(Verdict::violated), &e).fit == Fit::as_expected);
    e.steps = 4;
    CHECK(judge(result(Verdict::violated), &e).why == "takes 3 steps");
    e.faults = 1;
    CHECK(judge(result(Verdict::violated), &e).why == "takes 2 faults");
    checker::PropertyResult bare = result(Verdict::violated);
    bare.trace.reset();
    CHECK(judge(bare, &e).fit == Fit::unexpected);
    CHECK(judge(bare, &e).why == "there is no trace to compare");
}

TEST_CASE("a trace that another one may precede is as expected, or it is not known") {
    language::Expected e = expect(Kind::violated);
    e.faults = 2;
    e.via = "short_copy";
    checker::PropertyResult some = result(Verdict::violated);
    some.shortest = false;
    CHECK(judge(some, &e).fit == Fit::as_expected);
    e.via = "long_copy";
    CHECK(judge(some, &e).fit == Fit::undecided);
    e.faults = 1;
    CHECK(judge(some, &e).fit == Fit::undecided);
    CHECK(judge(some, &e).why == "takes 2 faults");
    some.trace->loop_start = 0;
    CHECK(judge(some, &e).fit == Fit::unexpected);
}

TEST_CASE("holds with N faults, in N steps, via a label: so is the trace to where it is reached") {
    language::Expected e = expect(Kind::holds);
    e.faults = 2;
    e.steps = 3;
    e.via = "short_copy";
    checker::PropertyResult reached = result(Verdict::violated);
    reached.verdict = Verdict::holds;
    CHECK(judge(reached, &e).fit == Fit::as_expected);
    CHECK(judge(result(Verdict::violated), &e).why == "it is violated");
    e.via = "long_copy";
    CHECK(judge(reached, &e).why == "the trace does not pass label long_copy");
    e.steps = 4;
    CHECK(judge(reached, &e).why == "takes 3 steps");
    e.faults = 1;
    CHECK(judge(reached, &e).why == "takes 2 faults");
    CHECK(judge(result(Verdict::holds), &e).fit == Fit::unexpected);
    CHECK(judge(result(Verdict::holds), &e).why == "there is no trace to compare");
}

TEST_CASE("expected counts are compared, if the search was exhaustive") {
    std::map<std::string, language::Expected> expected;
    expected["states"] = expect(Kind::count);
    expected["states"].count = 12345;
    expected["depth"] = expect(Kind::count);
    expected["depth"].count = 20;
    expected["no_tear"] = expect(Kind::holds);
    checker::SearchResult r = sample::report().result;
    std::vector<CountJudgement> counts = judge_counts(r, expected);
    REQUIRE(counts.size() == 2);
    CHECK(counts[0].name == "states");
    CHECK(counts[0].fit == Fit::as_expected);
    CHECK(counts[1].name == "depth");
    CHECK(counts[1].actual == 21);
    CHECK(counts[1].fit == Fit::unexpected);
    r.exhaustive = false;
    for (const CountJudgement& c : judge_counts(r, expected)) CHECK(c.fit == Fit::undecided);
}

TEST_CASE("an expectation of something that the run does not have is noticed") {
    std::map<std::string, language::Expected> expected;
    expected["states"] = expect(Kind::count);
    expected["no_tear"] = expect(Kind::violated);
    expected["no_bear"] = expect(Kind::holds);
    CHECK(unanswered(sample::system(), expected) == std::vector<std::string>{"no_bear"});
}

TEST_CASE("where several exit statuses apply: 4, 2, 1, 3, 0") {
    const std::vector<int> order{4, 2, 1, 3, 0};
    for (size_t i = 0; i < order.size(); ++i)
        for (size_t j = i; j < order.size(); ++j) {
            CHECK(worse(order[i], order[j]) == order[i]);
            CHECK(worse(order[j], order[i]) == order[i]);
        }
}

TEST_CASE("a run's exit status follows from its verdicts and counts") {
    RunReport r = sample::report();
    judge_run(r);
    CHECK(r.status == exit_unexpected);

    r = sample::report();
    r.run.expected["no_tear"] = expect(Kind::violated);
    judge_run(r);
    CHECK(r.status == exit_ok);

    r.run.expected["states"] = expect(Kind::count);
    r.run.expected["states"].count = 1;
    r.judgements.clear();
    judge_run(r);
    CHECK(r.status == exit_unexpected);

    r = sample::report();
    r.run.expected["no_tear"] = expect(Kind::violated);
    r.result.properties[2].verdict = Verdict::undecided;
    judge_run(r);
    CHECK(r.status == exit_undecided);

    r = sample::report();
    r.inconsistency = "the trace does not replay";
    judge_run(r);
    CHECK(r.status == exit_inconsistent);
}

}  // namespace untorn::tools
