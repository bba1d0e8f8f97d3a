#include "tools/cli/matrix.h"

#include <doctest/doctest.h>

namespace untorn::tools {

namespace {

using checker::Verdict;
using system::PropertyKind;

struct Promise {
    std::string name;
    PropertyKind kind = PropertyKind::invariant;
    Verdict verdict = Verdict::holds;
};

RunReport run(const std::string& spec, const std::string& scenario, const std::string& variant,
              const std::vector<Promise>& promises) {
    RunReport report;
    report.spec = spec;
    report.run.config.scenario = scenario;
    report.run.config.variant = variant;
    for (const Promise& promise : promises) {
        system::Property& property = report.run.system.properties.emplace_back();
        property.name = promise.name;
        property.kind = promise.kind;
        checker::PropertyResult result;
        result.property = static_cast<uint32_t>(report.run.system.properties.size() - 1);
        result.verdict = promise.verdict;
        report.result.properties.push_back(result);
        if (promise.verdict == Verdict::holds) continue;
        language::Expected expected;
        expected.kind = language::Expected::Kind::violated;
        report.run.expected[promise.name] = expected;
    }
    report.result.states = promises.size();
    judge_run(report);
    return report;
}

std::string letters(const std::vector<Promise>& promises) { return matrix_letters(run("s", "", "", promises)); }

constexpr Verdict violated = Verdict::violated, holds = Verdict::holds, undecided = Verdict::undecided;
constexpr PropertyKind crash = PropertyKind::crash_invariant, invariant = PropertyKind::invariant;

}  // namespace

TEST_CASE("each kind of broken promise has its letter, the gravest first, each once") {
    CHECK(letters({{"no_tear", crash, holds}, {"other", invariant, holds}}) == "ok");
    CHECK(letters({{"no_phantom", invariant, violated}, {"no_tear", crash, violated}}) == "T P");
    CHECK(letters({{"no_lost_ack", invariant, violated}, {"no_lost_sync", crash, violated}}) == "L");
    CHECK(letters({{"no_spurious_error", invariant, violated}, {"returns", PropertyKind::eventually, violated}}) ==
          "S");
    CHECK(letters({{"answered", PropertyKind::leads_to, violated}}) == "S");
    CHECK(letters({{"deadlock", invariant, violated}}) == "S");
    CHECK(letters({{"mine", invariant, violated}, {"no_phantom", invariant, violated}}) == "P *");
}

TEST_CASE("the strict property has a letter only where no write is torn") {
    CHECK(letters({{"no_tear_strict", crash, violated}}) == "a");
    CHECK(letters({{"no_tear_strict", crash, violated}, {"no_tear", crash, violated}}) == "T");
}

TEST_CASE("a cover that is not reached breaks no promise; what is undecided is never ok") {
    CHECK(letters({{"seen", PropertyKind::cover, violated}}) == "ok");
    CHECK(letters({{"no_tear", crash, undecided}}) == "?");
    CHECK(letters({{"no_tear", crash, undecided}, {"no_phantom", invariant, violated}}) == "P ?");
}

namespace {
Matrix sample_matrix() {
    Matrix matrix;
    matrix.add(run("a.untorn", "first", "A", {{"no_tear", crash, violated}}));
    matrix.add(run("a.untorn", "first", "B", {{"no_tear", crash, holds}}));
    RunReport unexpected = run("a.untorn", "second", "B", {{"no_phantom", invariant, violated}});
    unexpected.run.expected.clear();
    judge_run(unexpected);
    matrix.add(unexpected);
    matrix.add(run("b.untorn", "third", "A", {{"no_tear", crash, holds}}));
    matrix.add(run("b.untorn", "third", "B", {{"no_tear", crash, holds}}));
    matrix.add(run("c.untorn", "", "", {{"x", invariant, violated}}));
    return matrix;
}
constexpr const char* legend =
    "violated: T: no_tear, L: no_lost_sync or no_lost_ack, P: no_phantom, S: no_spurious_error, deadlock, or "
    "progress,\n"
    "          a: no_tear_strict alone, *: another property, ?: undecided, !: not as expected, -: no such run\n";
}  // namespace

TEST_CASE("files share a table; what there is no run of is a dash") {
    CHECK(sample_matrix().text({}) == std::string("a.untorn\n"
                                                  "          A   B\n"
                                                  "  first   T   ok\n"
                                                  "  second  -   P !\n"
                                                  "b.untorn\n"
                                                  "  third   ok  ok\n"
                                                  "\n"
                                                  "c.untorn\n"
                                                  "    *\n"
                                                  "\n") +
                                          legend + "6 cells; states: median 1, largest 1, together 6\n\n");
    CHECK(Matrix{}.text({}).empty());
}

TEST_CASE("a row stands where its variants are columns, also if that table is first needed by a later row") {
    Matrix matrix;
    matrix.add(run("a.untorn", "one", "B", {{"no_tear", crash, violated}}));
    matrix.add(run("a.untorn", "local", "B_drop", {{"no_tear", crash, holds}}));
    for (const char* variant : {"A", "B", "C"}) matrix.add(run("b.untorn", "all", variant, {}));
    CHECK(matrix.text({}) == std::string("a.untorn\n"
                                         "       A   B   C\n"
                                         "  one  -   T   -\n"
                                         "b.untorn\n"
                                         "  all  ok  ok  ok\n"
                                         "\n"
                                         "a.untorn\n"
                                         "         B_drop\n"
                                         "  local  ok\n"
                                         "\n") +
                                 legend + "5 cells; states: median 0, largest 1, together 2\n\n");
}

TEST_CASE("a column is named after what the cells of a row differ in") {
    RunReport device = run("a.untorn", "first", "A", {{"no_tear", crash, holds}});
    device.run.config.with = {"A", "nvme"};
    RunReport alone = run("b.untorn", "second", "", {{"no_tear", crash, holds}});
    alone.run.config.with = {"A", "nvme"};
    Matrix matrix;
    matrix.add(device);
    matrix.add(alone);
    CHECK(matrix.to_json()[0]["cells"][0]["variant"] == "A");
    CHECK(matrix.to_json()[1]["cells"][0]["variant"] == "A nvme");
}

TEST_CASE("the same as Markdown and as JSON") {
    CHECK(sample_matrix().markdown() == std::string("| scenario | what happens | A | B |\n"
                                                    "|---|---|---|---|\n"
                                                    "| [first](a.untorn) |  | T | ok |\n"
                                                    "| [second](a.untorn) |  | - | P ! |\n"
                                                    "| [third](b.untorn) |  | ok | ok |\n"
                                                    "\n"
                                                    "| scenario | what happens |  |\n"
                                                    "|---|---|---|\n"
                                                    "| [c.untorn](c.untorn) |  | * |\n"
                                                    "\n") +
                                            legend + "\n6 cells; states: median 1, largest 1, together 6\n");
    CHECK(sample_matrix().to_json()[1].dump() == R"({"spec":"a.untorn","scenario":"second","title":"","cells":[)"
                                                 R"({"variant":"B","letters":"P","as_expected":false}]})");
}

}  // namespace untorn::tools
