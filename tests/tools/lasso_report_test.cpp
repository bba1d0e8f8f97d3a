// What the user sees where progress fails: the line, the lasso, and why it is fair.
#include "tests/language/compile_sources.h"
#include "tools/cli/check.h"
#include "tools/cli/coverage.h"
#include "tools/cli/json.h"

namespace untorn::tools {

namespace {

/// One thread spins on a lock bit that a daemon takes and gives back for ever; another waits for what never comes.
constexpr const char* spin =
    "var held: bool; fault noise;\n"
    "thread spinner {\n"
    "    var got: bool;\n"
    "    while (!got) {\n"
    "        try_it: atomic { if (!held) { held = true; got = true; } }\n"
    "    }\n"
    "}\n"
    "daemon other { loop { atomic { await !held; held = true; } held = false; } }\n"
    "eventually gets_it: ended(spinner);\n";

std::string reported(const std::string& source, const checker::SearchOptions& options = {}) {
    TextOptions text_options;
    text_options.traces = Traces::violated;
    return text(search_run("t.untorn", language::testing::run_of(source), options), text_options);
}

}  // namespace

// By hand: other takes the bit, spinner looks at it in vain, other gives it back; nobody is unfairly treated, since
// spinner moves.
TEST_CASE("a lasso is shown with where it comes back to and why it is fair") {
    CHECK(reported(spin) == R"(t.untorn
  faults:  none
  fair:    threads and daemons
  present: spinner, other
  3 states, 4 transitions, depth 1, 6 bits a state; infinite runs: 3 states, 4 edges
  !!  gets_it  violated     0 faults, 3 steps, the last 3 for ever
  ok  built-in checks hold (deadlock, range): exhaustive

  how gets_it is violated (0 faults, 3 steps, the last 3 for ever):
  step | place | other                                | spinner | memory
  -----+-------+--------------------------------------+---------+-------------
       |       | (start)                                        |
     1 | t:8   | atomic { await !held; held = true; } |         | held = true
     2 | t:5   |                                      | try_it  |
     3 | t:8   | held = false;                        |         | held = false
   ... |       | for ever: all is as at the start again         |
   *** | t:9   | gets_it VIOLATED                               |
  fair, since from there on for ever:
    spinner  takes step 2
    other    takes step 1

)");
}

TEST_CASE("a run that stays where it is is shown as one") {
    CHECK(reported("var x: bool; thread t { step; }\neventually p: x;\nenvironment e { x = true; }") == R"(t.untorn
  faults:  none
  fair:    threads and daemons
  present: t, e
  4 states, 4 transitions, depth 2, 5 bits a state; infinite runs: 4 states, 4 edges
  !!  p  violated     0 faults, 1 step, then it stays so for ever
  ok  built-in checks hold (deadlock, range): exhaustive

  how p is violated (0 faults, 1 step, then it stays so for ever):
  step | place | t
  -----+-------+-----------------------------------------------
       |       | (start)
     1 | t:1   | step;
   ... |       | for ever: nothing has to move, and it stays so
   *** | t:2   | p VIOLATED
  fair, since from there on for ever:
    t  disabled after step 1

)");
}

TEST_CASE("a fault that strikes for ever is on the loop, and a strong constraint and a label are named") {
    const std::string copy =
        "var x: bool; fault gone;\n"
        "thread copy { loop choose { done: x = true; break; } or fault gone { step; step; } }\n"
        "eventually copied: x;\n";
    CHECK(reported(copy + "strongly fair copy;") == R"(t.untorn
  faults:  gone unlimited
  fair:    threads and daemons, copy strongly
  present: copy
  3 states, 3 transitions, depth 1, 3 bits a state; infinite runs: 3 states, 3 edges
  !!  copied  violated     1 fault, 2 steps, the last 2 for ever
  ok  built-in checks hold (deadlock, range): exhaustive

  how copied is violated (1 fault, 2 steps, the last 2 for ever):
  step | place | copy
  -----+-------+---------------------------------------
       |       | (start)
     1 | t:2   | !fault gone
       |       | -> step;
     2 | t:2   | step;
   ... |       | for ever: all is as at the start again
   *** | t:3   | copied VIOLATED
  fair, since from there on for ever:
    copy (strongly)  takes step 2

)");
    CHECK(reported(copy + "strongly fair done;").find("  ok  copied  holds        exhaustive\n") != std::string::npos);
}

TEST_CASE("under which fairness progress is asked stands with sizes and budgets") {
    const std::string text = reported(
        "var x: bool; thread t { go: x = true; }\nenvironment e { loop x = false; }\ndaemon d { loop { await x; step; "
        "} }\n"
        "fair e, go; strongly fair d;\neventually p: x;\n");
    CHECK(text.find("\n  fair:    threads and daemons, d strongly, e, go of t\n") != std::string::npos);
    CHECK(reported("thread t { step; }").find("fair:") == std::string::npos);
}

TEST_CASE("what holds of nothing says so, and is warned about") {
    const std::string text = reported("thread t { step; a: assert false; }\neventually p: ended(t);");
    CHECK(text.find("  ok  p  holds        says nothing: no infinite run is fair\n") != std::string::npos);
    Coverage coverage;
    coverage.add(search_run(
        "t.untorn", language::testing::run_of("thread t { step; a: assert false; }\neventually p: ended(t);"), {}));
    CHECK(coverage.summary({}) == "warnings: 1 property says nothing (p)\n");
    CHECK(coverage.warnings() == std::vector<std::string>{"p says nothing: no infinite run is fair"});
}

TEST_CASE("a run without progress properties does not mention infinite runs") {
    CHECK(reported("thread t { step; }").find("infinite") == std::string::npos);
}

TEST_CASE("reductions that do not keep fair cycles are named where they were left out") {
    checker::SearchOptions options;
    options.reductions = checker::Reductions::bisimilar();
    const std::string text =
        reported("scalarset W[2]; thread w[i: W] { step; step; }\neventually p: forall (i in W) ended(w[i]);", options);
    CHECK(
        text.find("  6 states, 8 transitions, depth 4, 4 bits a state (reduced: symmetry); infinite runs: 9 states, 12 "
                  "edges, without symmetry\n") != std::string::npos);
}

}  // namespace untorn::tools
