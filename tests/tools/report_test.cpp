#include "tools/cli/report.h"

#include <doctest/doctest.h>

#include "tests/tools/sample.h"
#include "tools/cli/outcomes.h"
#include "tools/cli/progress.h"

namespace untorn::tools {

namespace {

RunReport judged(RunReport report) {
    judge_run(report);
    return report;
}

language::Expected violated_via(const std::string& label) {
    language::Expected e;
    e.kind = language::Expected::Kind::violated;
    e.via = label;
    e.text = "violated via " + label;
    return e;
}

constexpr const char* head =
    "specs/torn.untorn: scenario S01 with A - a short copy\n"
    "  sizes:   BLOCKS = 2, mode = Strict, stable = true\n"
    "  faults:  power_loss at most 1, source_gone unlimited\n"
    "  present: writer[2], flusher\n"
    "  absent:  mapper\n"
    "  12,345 states, 45,678 transitions, depth 21, 7 crash images, 9 bits a state\n";

constexpr const char* torn_grid =
    R"(  step | place   | writer[Writer#0]    | flusher            | memory             | in device | media
  -----+---------+---------------------+--------------------+--------------------+-----------+------------
       |         | (start)                                  |                    |           |
     1 | torn:10 | folio.dirty = true; |                    | folio.dirty = true |           |
     2 | torn:12 | !fault source_gone  |                    |                    |           |
       |         | return short(i);    |                    |                    |           |
     3 | torn:20 |                     | cache = folio.mem; |                    | cache = 1 |
       |         |                     | -> b = 0           |                    |           |
       | torn:50 | !fault power_loss landed = {0}           |                    |           | disk[0] = 1
   *** | torn:4  | no_tear VIOLATED                         |                    |           |
)";

}  // namespace

TEST_CASE("a run is reported with what its verdicts stand for, and an unexpected violation with its trace") {
    CHECK(text(judged(sample::report()), {}) == std::string(head) +
                                                    "  !!  no_tear  violated     2 faults, 3 steps\n"
                                                    "  ok  seen     reached      0 faults, 1 step\n"
                                                    "  ok  built-in checks hold (deadlock): exhaustive\n"
                                                    "\n"
                                                    "  how no_tear is violated (2 faults, 3 steps):\n" +
                                                    torn_grid + "\n");
}

TEST_CASE("a violation that is expected takes one line") {
    RunReport r = sample::report();
    r.run.expected["no_tear"] = violated_via("short_copy");
    CHECK(text(judged(r), {}) == std::string(head) +
                                     "  ok  no_tear  violated     2 faults, 3 steps; as expected\n"
                                     "  ok  seen     reached      0 faults, 1 step\n"
                                     "  ok  built-in checks hold (deadlock): exhaustive\n"
                                     "\n");
    TextOptions options;
    options.traces = Traces::violated;
    CHECK(text(judged(r), options).find(torn_grid) != std::string::npos);
}

TEST_CASE("a violation for another reason than the expected one says which was expected") {
    RunReport r = sample::report();
    r.run.expected["no_tear"] = violated_via("long_copy");
    r.run.expected["states"].kind = language::Expected::Kind::count;
    r.run.expected["states"].count = 12346;
    r.run.expected["no_bear"] = language::Expected{};
    TextOptions options;
    options.traces = Traces::none;
    CHECK(text(judged(r), options) ==
          std::string(head) +
              "  !!  no_tear  violated     2 faults, 3 steps; expected: violated via long_copy, but the trace does not "
              "pass label long_copy\n"
              "  ok  seen     reached      0 faults, 1 step\n"
              "  ok  built-in checks hold (deadlock): exhaustive\n"
              "  !!  states   12345        expected: 12346\n"
              "  !!  no_bear               expected, but there is no such property in this run\n"
              "\n");
}

TEST_CASE("an unreached cover is a finding") {
    RunReport r = sample::report();
    r.result.properties = {r.result.properties[1]};
    r.result.properties[0].verdict = checker::Verdict::violated;
    r.result.properties[0].how = "not reached";
    r.result.properties[0].trace.reset();
    CHECK(text(judged(r), {}) ==
          std::string(head) + "  !!  seen  not reached  what the properties say may be empty\n\n");
}

TEST_CASE("an undecided run says which limit ended it") {
    RunReport r = sample::report();
    r.result.exhaustive = false;
    r.result.limit = "100 states";
    for (checker::PropertyResult& p : r.result.properties) {
        p.verdict = checker::Verdict::undecided;
        p.how = "";
        p.limit = "100 states";
        p.trace.reset();
    }
    const std::string all = text(judged(r), {});
    CHECK(all.find("9 bits a state; not exhaustive: 100 states\n"
                   "  ??  no_tear   undecided    100 states\n"
                   "  ??  seen      undecided    100 states\n"
                   "  ??  deadlock  undecided    100 states\n") != std::string::npos);
}

TEST_CASE("quiet shows only what is not as expected") {
    TextOptions options;
    options.quiet = true;
    options.traces = Traces::none;
    RunReport r = sample::report();
    CHECK(text(judged(r), options) ==
          "specs/torn.untorn: scenario S01 with A - a short copy\n"
          "  !!  no_tear  violated     2 faults, 3 steps\n");
    r.run.expected["no_tear"] = violated_via("short_copy");
    CHECK(text(judged(r), options).empty());
}

TEST_CASE("a system in which nothing moves gets a warning") {
    RunReport r = sample::report();
    r.result.transitions = 0;
    CHECK(text(judged(r), {}).find("warning: nothing ever moves") != std::string::npos);
}

TEST_CASE("an inconsistency is all that is said of a run") {
    RunReport r = sample::report();
    r.result = {};
    r.inconsistency = "step 3 does not replay";
    CHECK(text(judged(r), {}) ==
          "specs/torn.untorn: scenario S01 with A - a short copy\n"
          "  INCONSISTENT: step 3 does not replay\n"
          "  Please report this with the specification and `untorn dump`.\n");
}

TEST_CASE("a report that becomes an inconsistency loses its judgements") {
    RunReport r = judged(sample::report());
    REQUIRE(!r.judgements.empty());
    r.inconsistency = "engines differ";
    r.result = {};
    judge_run(r);
    CHECK(r.judgements.empty());
    CHECK(r.counts.empty());
    CHECK(r.unanswered.empty());
    CHECK(r.status == 4);
}

TEST_CASE("the last line counts") {
    Tally tally;
    tally.files = 2;
    tally.add(judged(sample::report()));
    CHECK(text(tally, Style(false)) == "1 run in 2 files: 2 verdicts as expected, 1 not\n");
    RunReport r = sample::report();
    r.result.properties[2].verdict = checker::Verdict::undecided;
    tally.add(judged(r));
    CHECK(text(tally, Style(false)) == "2 runs in 2 files: 3 verdicts as expected, 2 not, 1 undecided\n");
}

TEST_CASE("long lists of sizes are wrapped") {
    RunReport r = sample::report();
    for (int i = 10; i < 30; ++i) r.run.options["PARAM_" + std::to_string(i)] = "1";
    TextOptions options;
    options.width = 60;
    const std::string all = text(judged(r), options);
    CHECK(all.find("  sizes:   BLOCKS = 2, PARAM_10 = 1, PARAM_11 = 1,\n"
                   "           PARAM_12 = 1, PARAM_13 = 1, PARAM_14 = 1,\n") != std::string::npos);
}

TEST_CASE("what was said of the run above is not said again") {
    RunReport r = sample::report();
    const std::vector<std::string> above = meaning(r, 120);
    CHECK(text(judged(r), {}, above).find("\n  sizes, faults and actors as above\n  12,345 states") !=
          std::string::npos);
    r.run.options["BLOCKS"] = "3";
    CHECK(text(judged(r), {}, above)
              .find("\n  sizes:   BLOCKS = 3, mode = Strict, stable = true\n  the rest as above\n  12,345 states") !=
          std::string::npos);
}

TEST_CASE("statements and branches that no step passed are counted, and listed with the traces of a single run") {
    RunReport r = sample::report();
    using system::SiteKind;
    r.run.system.sites = {{SiteKind::statement, {0, 110, 112}, "await folio.dirty;"},
                          {SiteKind::statement, {0, 121, 123}, "cache = folio.mem;"},
                          {SiteKind::when_true, {0, 121, 122}, "folio.dirty"},
                          {SiteKind::when_false, {0, 121, 122}, "folio.dirty"}};
    r.result.passed = {false, true, false, true};
    TextOptions options;
    CHECK(text(judged(r), options)
              .find("9 bits a state; 1 of 2 statements never executed; 1 of 2 branches never taken\n") !=
          std::string::npos);
    CHECK(text(judged(r), options).find("await folio.dirty") == std::string::npos);
    options.traces = Traces::violated;
    CHECK(text(judged(r), options)
              .find("\n  never executed:\n    specs/torn.untorn:11: await folio.dirty;\n"
                    "\n  never taken:\n    specs/torn.untorn:12: folio.dirty (true)\n") != std::string::npos);
    r.result.exhaustive = false;
    CHECK(text(judged(r), options).find("never executed") == std::string::npos);
    r.result.exhaustive = true;
    r.result.passed.clear();  // a search that leaves steps out
    CHECK(text(judged(r), options).find("never executed") == std::string::npos);
}

TEST_CASE("a property that says nothing has that on its line") {
    RunReport r = sample::report();
    system::Property antecedent{"no_tear", system::PropertyKind::antecedent, {}, {}, {}, 0, "a == b"};
    r.run.system.properties.push_back(antecedent);
    r.result.properties[0].verdict = checker::Verdict::holds;
    r.result.properties[0].trace.reset();
    r.result.antecedents = {{3, false}};
    const std::string says = "  ok  no_tear  holds        exhaustive; says nothing: `a == b` never holds\n";
    CHECK(text(judged(r), {}).find(says) != std::string::npos);
    r.run.system.properties.back().text.clear();
    CHECK(text(judged(r), {}).find("says nothing: it is judged in no state\n") != std::string::npos);
    r.result.antecedents[0].held = true;
    CHECK(text(judged(r), {}).find("says nothing") == std::string::npos);
    r.result.antecedents[0].held = false;
    r.result.exhaustive = false;
    CHECK(text(judged(r), {}).find("says nothing") == std::string::npos);
    r.result.exhaustive = true;
    r.result.properties[0].verdict = checker::Verdict::violated;  // so it did say something
    CHECK(text(judged(r), {}).find("says nothing") == std::string::npos);
}

TEST_CASE("outcomes are listed with their witnesses") {
    RunReport r = sample::report();
    checker::Outcome outcome;
    outcome.content = {{"disk[0]", "1"}, {"disk[1]", "0"}};
    outcome.after_power_loss = true;
    outcome.witness = sample::torn();
    r.result.outcomes = {outcome};
    r.run.system.properties[0].kind = system::PropertyKind::never;
    TextOptions options;
    options.quiet = true;
    CHECK(outcomes_text(judged(r), options) ==
          "specs/torn.untorn: scenario S01 with A - a short copy\n"
          "  1 outcome\n"
          "\n"
          "     1  disk[0] = 1  disk[1] = 0\n"
          "        (power loss, after 2 faults, 3 steps)\n"
          "\n"
          "  !!  never no_tear  violated     2 faults, 3 steps\n"
          "\n");
    options.quiet = false;
    CHECK(outcomes_text(judged(r), options).find("| !fault power_loss landed = {0}") != std::string::npos);
    CHECK(outcomes_status(judged(r)) == 1);
}

TEST_CASE("the progress line says how far the search is") {
    checker::SearchProgress now;
    now.states = 1234567;
    now.depth = 20;
    now.queued = 4000;
    now.bytes = 64U << 20U;
    CHECK(progress_text("a.untorn S03", now, 2.0) ==
          "a.untorn S03: 1,234,567 states, 617,283/s, depth 20, 4,000 waiting, 64 MiB");
    now.faults = 2;
    CHECK(progress_text("a", now, 0) == "a: 1,234,567 states, 0/s, depth 20, 2 faults, 4,000 waiting, 64 MiB");
    now.graph = true;
    now.transitions = 3000000;
    CHECK(progress_text("a", now, 2.0) == "a: infinite runs: 1,234,567 states, 3,000,000 edges, 4,000 waiting, 64 MiB");
    now.queued = 0;
    CHECK(progress_text("a", now, 2.0) ==
          "a: infinite runs: 1,234,567 states, 3,000,000 edges, looking for fair cycles, 64 MiB");
}

}  // namespace untorn::tools
