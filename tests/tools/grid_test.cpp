#include "tools/cli/grid.h"

#include <doctest/doctest.h>

#include <sstream>

#include "tests/tools/sample.h"

namespace untorn::tools {

namespace {

size_t widest_line(const std::string& text) {
    std::istringstream in(text);
    size_t widest = 0;
    for (std::string line; std::getline(in, line);) widest = std::max(widest, columns(line));
    return widest;
}

}  // namespace

TEST_CASE(
    "a trace fits 80 columns: wide cells are wrapped, and actors share a column where each would have too little") {
    const std::string text = grid(sample::torn(), sample::system(), {Style(false), 80, "no_tear VIOLATED", {}});
    CHECK(widest_line(text) <= 80);
    CHECK(text == R"(  step | place   | actor            | memory           | in device | media
  -----+---------+------------------+------------------+-----------+------------
       |         | (start)          |                  |           |
     1 | torn:10 | writer[          | folio.dirty =    |           |
       |         |  Writer#0]:      |  true            |           |
       |         |  folio.dirty =   |                  |           |
       |         |  true;           |                  |           |
     2 | torn:12 | !fault           |                  |           |
       |         |  source_gone     |                  |           |
       |         | return short(i); |                  |           |
     3 | torn:20 |   flusher: cache |                  | cache = 1 |
       |         |    = folio.mem;  |                  |           |
       |         |   -> b = 0       |                  |           |
       | torn:50 | !fault           |                  |           | disk[0] = 1
       |         |  power_loss      |                  |           |
       |         |  landed = {0}    |                  |           |
   *** |         | no_tear VIOLATED |                  |           |
)");
}

TEST_CASE("history and locals are shown where there is room") {
    const checker::Trace trace = sample::torn();
    const std::string wide = grid(trace, sample::system(), {Style(false), 200, "", {}});
    CHECK(
        wide.substr(0, wide.find('\n')) ==
        R"(  step | place   | writer[Writer#0]    | flusher            | memory             | in device | media       )"
        R"(| history             | locals)");
    CHECK(wide.find("| writer.i[Writer#0] = 1\n") != std::string::npos);
    const std::string narrow = grid(trace, sample::system(), {Style(false), 120, "", {}});
    CHECK(narrow.find("locals") == std::string::npos);
}

TEST_CASE("a step that fails a check and a deadlock are marked") {
    checker::Trace trace;
    trace.steps.push_back(sample::start());
    trace.steps.push_back(sample::step("flusher", "", 20, "assert cache == 0;", {}));
    trace.steps.back().violation = "the assertion does not hold";
    CHECK(grid(trace, sample::system(), {Style(false), 120, "", {}}) ==
          R"(  step | place   | flusher
  -----+---------+--------------------------------
       |         | (start)
     1 | torn:20 | assert cache == 0;
       |         | *** the assertion does not hold
)");
    trace.steps.pop_back();
    checker::TraceStep stuck = sample::start();
    stuck.kind = checker::TraceStep::Kind::deadlock;
    trace.steps.push_back(stuck);
    CHECK(grid(trace, sample::system(), {Style(false), 120, "", {}}) ==
          R"(  step | place |
  -----+-------+---------------------
       |       | (start)
       |       | *** nothing can move
)");
}

TEST_CASE("a run that goes on for ever says where it comes back to") {
    checker::Trace trace = sample::torn();
    trace.steps.push_back(sample::step("flusher", "", 21, "cache = 0;", {{"cache", "0"}}));
    trace.loop_start = 4;
    const std::string after_loss = grid(trace, sample::system(), {Style(false), 120, "recovery VIOLATED", {}});
    CHECK(after_loss.find("   ... |         | for ever: all is as after the last power loss again |") !=
          std::string::npos);
    trace.loop_start = 3;
    const std::string after_step = grid(trace, sample::system(), {Style(false), 120, "", {}});
    CHECK(after_step.find("   ... |         | for ever: all is as after step 3 again") != std::string::npos);
}

TEST_CASE("entries may be left out, and steps keep their numbers") {
    GridOptions options{Style(false), 120, "torn", {}};
    const std::string all = grid(sample::torn(), sample::system(), options);
    options.skip = 2;
    const std::string some = grid(sample::torn(), sample::system(), options);
    CHECK(all.find("     1 | ") != std::string::npos);
    CHECK(some.find("     1 | ") == std::string::npos);
    CHECK(some.find("     2 | ") != std::string::npos);
    CHECK(some.find("(start)") == std::string::npos);
    options.skip = 99;
    CHECK(grid(sample::torn(), sample::system(), options).find(" 1 | ") == std::string::npos);
}

TEST_CASE("a check that failed elsewhere in the step is shown with its place") {
    checker::Trace trace;
    trace.steps.push_back(sample::step("flusher", "", 20, "atomic {", {}));
    trace.steps.back().violation = "value out of range 0..3";
    trace.steps.back().violation_place = {"specs/torn.untorn", 22, 1};
    CHECK(grid(trace, sample::system(), {Style(false), 120, "", {}}).find("| *** torn:22: value out of range 0..3\n") !=
          std::string::npos);
}

TEST_CASE("color marks faults and violations and changes no text") {
    const std::string plain = grid(sample::torn(), sample::system(), {Style(false), 120, "torn", {}});
    std::string colored = grid(sample::torn(), sample::system(), {Style(true), 120, "torn", {}});
    CHECK(colored.find("\033[33m!fault source_gone\033[0m") != std::string::npos);
    CHECK(colored.find("\033[1;31mtorn\033[0m") != std::string::npos);
    for (size_t at = colored.find('\033'); at != std::string::npos; at = colored.find('\033'))
        colored.erase(at, colored.find('m', at) - at + 1);
    // Painted text is followed by its padding, so lines that end in a painted cell may keep blanks.
    CHECK(colored == plain);
}

}  // namespace untorn::tools
