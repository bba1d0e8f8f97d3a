// What `untorn check` says of code that no run executes, and of properties, faults and options without effect.
#include "tools/cli/coverage.h"

#include <doctest/doctest.h>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

Ended untorn(const std::string& arguments) {
    return shell("cd '" UNTORN_SOURCE_DIR "' && '" UNTORN_BINARY "' " + arguments + " 2>&1");
}

/// The last line: the warnings, if there are any.
std::string last_line(const std::string& text) {
    const size_t end = text.size() - 1;
    const size_t begin = text.rfind('\n', end - 1);
    return text.substr(begin == std::string::npos ? 0 : begin + 1);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("--coverage shows each line with the runs that executed it, and what was never done") {
    const Ended o = untorn("check tests/specs/language/coverage.untorn --coverage");
    CHECK(o.status == 0);
    const size_t begin = o.out.find("tests/specs/language/coverage.untorn, all 2 runs:");
    REQUIRE(begin != std::string::npos);
    CHECK(o.out.substr(begin) == R"(tests/specs/language/coverage.untorn, all 2 runs:
  warning: 3 statements never executed, 2 branches never taken; --coverage shows where
  warning: fault glitch is allowed and never spent
  warning: option UNUSED changes nothing
  warning: says_nothing says nothing: `x == 3` never holds

coverage of tests/specs/language/coverage.untorn: 8 of 11 statements executed, 5 of 7 branches taken
             1 | // What this file leaves undone is what `untorn check --coverage` says of it (tests/tools/coverage_test.cpp has its output).
             2 | //
             3 | // a reads x, chooses, ends: (start, x = 0), (at the choose, x = 0), and at the end x = 1, or x = 2 with the fault spent.
             4 | // 4 states, 3 transitions, depth 2. The branch of `glitch` is never possible.
             5 | option SLOW: bool = false;
             6 | option UNUSED: 0..1 = 0;        // no code reads it
             7 |
             8 | var x: 0..3;
             9 | var y: 0..3;
            10 | fault lost budget 1;
            11 | fault glitch budget 1;
            12 |
            13 | thread a {
            14 |     var i: 0..3;
      2/2   15 |     i = x;
   partly   16 |     if (i == 3) {
               |   ^ never true: i == 3
    never   17 |         y = 1;
      2/2   18 |     } else i = 0;
      1/2   19 |     if (SLOW) step;
      2/2   20 |     choose {
      2/2   21 |         x = 1;
      2/2   22 |     } or fault lost {
      2/2   23 |         x = 2;
            24 |         ghost { marked = true; }
    never   25 |     } or fault glitch {
               |   ^ never taken: await x == 3;
    never   26 |         await x == 3;
    never   27 |         return;
            28 |     }
            29 | }
            30 |
            31 | ghost var marked: bool;
            32 |
            33 | invariant says_something: x == 1 implies y == 0;
            34 | invariant says_nothing: x == 3 implies y == 0;
            35 | cover lost_once: x == 2;
            36 | cover not_here: x == 3;
            37 |
            38 | scenario quick {
            39 |     expect not_here violated;
            40 |     expect states 4;
            41 |     expect transitions 3;
            42 |     expect depth 2;
            43 | }
            44 |
            45 | scenario slow "one more step before the choose, in which x = 0" {
            46 |     option SLOW = true;
            47 |     expect not_here violated;
            48 |     expect states 5;
            49 |     expect transitions 4;
            50 |     expect depth 3;
            51 | }

faults
  tests/specs/language/coverage.untorn: glitch never spent
  tests/specs/language/coverage.untorn: lost spent in 2 of 2 runs
covers
  tests/specs/language/coverage.untorn: lost_once reached in 2 of 2 runs
options
  tests/specs/language/coverage.untorn: UNUSED changes nothing in any run
properties that say nothing
  tests/specs/language/coverage.untorn: says_nothing: `x == 3` never holds

2 runs in 1 file: 18 verdicts as expected
warnings: 3 statements never executed in any run; 2 branches never taken; 1 fault never spent (glitch); 1 option changes nothing (UNUSED); 1 property says nothing (says_nothing)
)");
}

TEST_CASE("warnings stay with --quiet, and do not change the exit status") {
    const Ended o = untorn("check tests/specs/language/coverage.untorn --quiet");
    CHECK(o.status == 0);
    CHECK(o.out ==
          "2 runs in 1 file: 18 verdicts as expected\n"
          "warnings: 3 statements never executed in any run; 2 branches never taken; 1 fault never spent (glitch); 1 "
          "option changes nothing (UNUSED); 1 property says nothing (says_nothing)\n");
}

TEST_CASE("nothing is claimed where the search did not see everything") {
    const Ended limited = untorn("check tests/specs/language/coverage.untorn --quiet --max-states 3");
    CHECK(limited.status == 3);
    CHECK(last_line(limited.out) == "warnings: 1 option changes nothing (UNUSED)\n");
    CHECK(contains(untorn("check tests/specs/language/coverage.untorn --coverage --max-states 3").out,
                   "        ?   16 |     if (i == 3) {\n"));
    const Folder folder;
    folder.write("two.untorn", R"(var x: 0..2;  var y: 0..2;
thread a { x = 1; if (x == 2) step; }
thread b { y = 1; y = 2; }
final f: x == 2 implies y == 2;
)");
    const std::string path = folder.quoted("two.untorn");
    CHECK(contains(untorn("check " + path).out,
                   "warnings: 1 statement never executed in any run; 1 branch never "
                   "taken; 1 property says nothing (f)\n"));
    CHECK(!contains(untorn("check --stubborn " + path).out, "warning"));
}

TEST_CASE("a statement is never executed if no file's run executes it; properties are asked file by file") {
    const Folder folder;
    folder.write("shared.untorn",
                 "option DEEP: bool = false;\nvar x: 0..1;\n"
                 "proc f() { if (DEEP) x = 1; }\n");
    const std::string file = "import \"shared.untorn\";\nthread a { f(); }\n";
    folder.write("shallow.untorn", file + "invariant p: x == 1 implies DEEP;\n");
    folder.write("deep.untorn", file + "scenario s { option DEEP = true; }\n");
    const Ended one = untorn("check " + folder.quoted("shallow.untorn"));
    CHECK(last_line(one.out) ==
          "warnings: 1 statement never executed in any run; 1 branch never taken; 1 property "
          "says nothing (p)\n");
    const Ended both = untorn("check " + folder.quoted());
    CHECK(last_line(both.out) == "warnings: 1 property says nothing (p)\n");
    CHECK(contains(folder.stripped(both.out),
                   "shallow.untorn, its run:\n"
                   "  warning: 1 statement never executed, 1 branch never taken; --coverage shows where\n"
                   "  warning: p says nothing: `x == 1` never holds\n"));
    CHECK(contains(folder.stripped(untorn("check --coverage " + folder.quoted()).out),
                   "coverage of shared.untorn: 2 of 2 statements executed, 2 of 2 branches taken\n"));
}

TEST_CASE("kernel modules are shown, but not warned about") {
    const Ended o = untorn("check specs/seed/inode_lock.untorn --coverage");
    CHECK(contains(o.out, "coverage of <kernel>/usercopy.untorn: "));
    const size_t at = o.out.find("cut_inside_page: ");  // of a fault that the scenario rules out
    REQUIRE(at != std::string::npos);
    CHECK(o.out.substr(o.out.rfind('\n', at) + 1, 9) == "    never");
    CHECK(!contains(o.out, "warning"));
}

TEST_CASE("faults that a scenario rules out, and covers that it expects to miss, are no news") {
    const Folder folder;
    const std::string text = R"(var x: 0..1;  fault f budget 1;
thread a { choose { x = 1; } or fault f { await x == 1; } }
cover c: x == 0 and ended(a);
)";
    folder.write("a.untorn", text);
    CHECK(last_line(untorn("check " + folder.quoted("a.untorn")).out) ==
          "warnings: 1 statement never executed in any run; 1 branch never taken; 1 fault never spent (f); 1 cover not "
          "reached (c)\n");
    folder.write("b.untorn", text + "scenario s { budget f = 0; expect c violated; }\n");
    CHECK(last_line(untorn("check " + folder.quoted("b.untorn")).out) ==
          "warnings: 1 statement never executed in any run; 1 branch never taken\n");
}

TEST_CASE("coverage is the same for any number of threads, reductions, and for machine code and interpreter") {
    const std::string command = "check specs/bench/awb.untorn -D W=4 -D P=2 -D R=1 -D FIX=false --coverage --quiet ";
    const auto annotated = [&](const std::string& options) {
        const std::string out = untorn(command + options).out;
        return out.substr(out.find("coverage of"));
    };
    const std::string one = annotated("--threads 1 --no-reduce");
    CHECK(contains(one, "1/1"));
    CHECK(contains(one, "never"));
    for (const char* options : {"--threads 2 --no-reduce", "--threads 3", "--no-native --threads 1 --no-reduce"})
        CHECK(annotated(options) == one);
}

}  // namespace untorn::tools
