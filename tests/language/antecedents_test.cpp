// When a property says anything: the antecedents that are made of it, and whether they are ever met.
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "checker/explicit/search.h"
#include "model/system/validate.h"
#include "tests/language/compile_sources.h"

namespace untorn::language::testing {

namespace {

struct Lines : std::vector<std::string> {
    using std::vector<std::string>::vector;
};
doctest::String toString(const Lines& lines) { return fmt::format("{}", fmt::join(lines, " | ")).c_str(); }

/// `property: antecedent`, with `, never` behind one that is not met.
Lines antecedents(const std::string& text) {
    const Run run = run_of(text);
    CHECK(!system::validate(run.system));
    const auto answer = checker::search(run.system, {});
    const auto& result = std::get<checker::SearchResult>(answer);
    Lines out;
    for (const checker::AntecedentResult& a : result.antecedents) {
        const system::Property& p = run.system.properties[a.antecedent];
        CHECK(run.system.properties[p.of].name == p.name);
        out.push_back(fmt::format("{}: {}{}", p.name, p.text.empty() ? "(judged)" : p.text, a.held ? "" : ", never"));
    }
    CHECK(result.properties.size() + result.antecedents.size() == run.system.properties.size());
    return out;
}

const std::string counter = "type T = 0..3;  var x: T;  var y: T;  thread a { x = 1; x = 2; }\n";

}  // namespace

TEST_CASE("the left side of `implies` must hold in some state in which the property is judged") {
    CHECK(antecedents(counter + "invariant met: x == 1 implies y < 3;\n"
                                "invariant never_met: x == 3 implies y < 3;\n"
                                "invariant plain: y < 3;\n") == Lines{"met: x == 1", "never_met: x == 3, never"});
    CHECK(antecedents(counter + "final end: x == 1 implies y == 2;\n"  // x == 1 holds, but not at the end
                                "final at_end: x == 2 implies y != 1;\n") ==
          Lines{"end: (judged)", "end: x == 1, never", "at_end: (judged)", "at_end: x == 2"});
    CHECK(antecedents(counter + "cover c: x == 3 implies x == 1;\n") == Lines{});
}

TEST_CASE("under forall it must hold for some value; a where is an antecedent, too") {
    CHECK(antecedents(counter + "invariant some: forall (i in T) x == i implies y < 3;\n"
                                "invariant no_one: forall (i in T) x + i == 7 implies y < 3;\n"
                                "invariant filtered: forall (i in T where i == x + 3) y != i;\n"
                                "invariant nowhere: forall (i in T where i == x + 4) y != i;\n"
                                "invariant deep: forall (i in T) forall (j in T) x == i + j + 3 implies y == i;\n") ==
          Lines{"some: x == i", "no_one: x + i == 7, never", "filtered: i == x + 3", "nowhere: i == x + 4, never",
                "deep: x == i + j + 3, never"});
}

TEST_CASE("chains of implications count as one antecedent, conjuncts one by one") {
    CHECK(antecedents(counter + "invariant chain: x == 1 implies x == 2 implies y == 3;\n"
                                "invariant parts: (x == 1 implies y < 3) and y < 3 and (x == 3 implies y == 0);\n") ==
          Lines{"chain: x == 1, never", "parts: x == 1", "parts: x == 3, never"});
}

TEST_CASE("a property of some states only says nothing if there is no such state") {
    CHECK(antecedents("var x: 0..1;  durable var d: 0..1;\n"
                      "thread a { x = 1; await x == 0; }\n"
                      "final end: x == 0;\n"
                      "quiescent rest: x == 0;\n"
                      "never n: d == 1;\n") ==
          Lines{"end: (judged), never", "rest: (judged), never", "n: (judged), never"});
}

TEST_CASE("crash properties are judged after power loss, and not asked about where it is ruled out") {
    const std::string text =
        "durable var d: 0..2;  durable var e: 0..2;\n"
        "thread a { d = 1; }\n"
        "crash invariant small: d == 2 implies e == 1;\n"
        "crash invariant one: d == 1 implies e < 2;\n";
    CHECK(antecedents(text + "power_loss budget 1 { }\n") ==
          Lines{"small: (judged)", "small: d == 2, never", "one: (judged)", "one: d == 1"});
    CHECK(antecedents(text + "power_loss budget 0 { }\n") == Lines{});
}

TEST_CASE("progress asks for its left side") {
    CHECK(antecedents(counter + "progress p: x == 1 leads to x == 2;\n"
                                "progress q: x == 3 leads to x == 2;\n") == Lines{"p: x == 1", "q: x == 3, never"});
}

TEST_CASE("what an option decides is said as it is in the run") {
    CHECK(antecedents("option ON: bool = false;\n" + counter +
                      "invariant off: ON implies y < 3;\n"
                      "invariant on: !ON implies y < 3;\n") == Lines{"off: ON, never"});
}

TEST_CASE("an antecedent that cannot be evaluated is not met where it cannot") {
    CHECK(antecedents("type T = 0..3;  var x: T;  var z: T?;  thread a { x = 1; x = 2; }\n"
                      "invariant v: value(z) == 1 implies x < 3;\n") == Lines{"v: value(z) == 1, never"});
}

}  // namespace untorn::language::testing
