// Options that make no difference to any run.
#include "model/language/idle_options.h"

#include <doctest/doctest.h>

#include "tests/language/compile_sources.h"

namespace untorn::language::testing {

namespace {

OptionStudy study(const std::string& text, const Selection& selection = {}) {
    Diagnostics diagnostics;
    const Program program = program_of(text, diagnostics);
    const std::vector<RunConfig> configs = runs(program, selection, diagnostics);
    REQUIRE(!diagnostics.has_errors());
    return study_options(program, configs);
}

std::vector<std::string> idle(const std::string& text, const Selection& selection = {}) {
    std::vector<std::string> names;
    for (const IdleOption& option : study(text, selection).idle)
        names.push_back(option.name + (option.sampled ? " (sampled)" : ""));
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an option that nothing reads, or whose value nothing follows from, changes nothing") {
    CHECK(idle("option UNREAD: bool = false;\n"
               "option USED: 0..3 = 0;\n"
               "option FOLDED: bool = true;\n"
               "enum Way { THIS, THAT }  option WAY: Way = THIS;\n"
               "var x: 0..3;\n"
               "thread a { x = USED; if (FOLDED or !FOLDED) x = 1; if (WAY == THAT) x = 2; }\n") ==
          Names{"FOLDED", "UNREAD"});
}

TEST_CASE("an option that only lemmas read changes nothing") {
    const std::string text = "option BOUND: 0..3 = 2;  var x: 0..3;  thread a { x = 1; }\n";
    CHECK(idle(text + "lemma small: x <= BOUND;\n") == Names{"BOUND"});
    CHECK(idle(text + "invariant small: x <= BOUND;\n") == Names{});
}

TEST_CASE("an option matters if it does with some value in some run") {
    const std::string text =
        "option MODE: 0..3 = 0;  option DEEP: bool = false;\n"
        "var x: 0..3;\n"
        "thread a { if (MODE == 3) x = 1; if (MODE == 2 and DEEP) x = 2; }\n"
        "scenario one { option MODE = 0; }\n";
    CHECK(idle(text) == Names{"DEEP"});  // MODE is 0 wherever DEEP is asked about
    CHECK(idle(text + "scenario two { option MODE = 2; }\n") == Names{});
}

TEST_CASE("what is free, or given with -D, is not asked about") {
    const std::string text =
        "option A: bool = false;  option B: bool = false;\n"
        "thread a { step; }\n";
    CHECK(idle(text) == Names{"A", "B"});
    CHECK(idle(text + "scenario s { free option A; }\n") == Names{"B"});
    Selection selection;
    selection.set["B"] = "true";
    CHECK(idle(text, selection) == Names{"A"});
}

TEST_CASE("large ranges are compared at their ends, and no file takes too many compilations") {
    CHECK(idle("option N: 0..64 = 3;  var x: 0..1;  thread a { if (N == 7) x = 1; }\n") == Names{"N (sampled)"});
    CHECK(idle("option N: 0..63 = 3;  var x: 0..1;  thread a { if (N == 7) x = 1; }\n") == Names{});
    std::string text = "option A: 0..63 = 0;  option B: 0..63 = 0;  thread a { step; }\n";
    for (int i = 0; i < 3; ++i) text += fmt::format("scenario s{} {{ }}\n", i);
    CHECK(study(text).idle.empty());
    CHECK(study(text).too_many == Names{"A", "B"});
}

}  // namespace untorn::language::testing
