// `fair` and `strongly fair`: what is written, what it becomes, what is refused.
#include <algorithm>

#include "model/system/dump.h"
#include "model/system/evaluator.h"
#include "tests/language/compile_sources.h"

namespace untorn::language::testing {

using Lines = std::vector<std::string>;

namespace {

/// `weak t`, `strong t label`: one for each constraint of the first run.
Lines constraints(const std::string& text, const Selection& selection = {}) {
    const Run run = run_of(text, selection);
    Lines out;
    for (const system::Fairness& f : run.system.fairness)
        out.push_back(fmt::format("{} {}{}{}", f.strong ? "strong" : "weak", run.system.actors[f.actor].name,
                                  f.label.empty() ? "" : " ", f.label));
    return out;
}

const std::string actors =
    "var x: bool; thread t { got: x = true; } daemon d { loop { got: await x; x = false; } }\n"
    "environment e { loop { x = true; } }\n";

}  // namespace

TEST_CASE("threads and daemons are weakly fair, an environment is if it is declared") {
    CHECK(constraints(actors) == Lines{"weak t", "weak d"});
    CHECK(constraints(actors + "fair e;") == Lines{"weak t", "weak d", "weak e"});
    CHECK(constraints(actors + "strongly fair e, t;") == Lines{"strong t", "weak d", "strong e"});
}

TEST_CASE("a label is fair in each actor that has it, and a strong constraint takes the place of a weak one") {
    CHECK(constraints(actors + "fair got; strongly fair got; fair got;") ==
          Lines{"weak t", "weak d", "strong t got", "strong d got"});
    CHECK(constraints("var x: bool; proc p() { got: x = true; } thread a { p(); } thread b { step; }\nfair got;") ==
          Lines{"weak a", "weak b", "weak a got"});
}

TEST_CASE("a scenario's declarations hold in its runs, and an actor that does not run has none") {
    const std::string text = actors + "fair e; scenario s { run t, e; strongly fair d, got; }\nscenario r { run d; }";
    CHECK(constraints(text) == Lines{"weak t", "weak e", "strong t got"});
    Selection r;
    r.scenario = "r";
    CHECK(constraints(text, r) == Lines{"weak d"});
}

TEST_CASE("a family's constraint is one for the family, an actor with arguments has one for each run") {
    CHECK(constraints("thread w[i: 0..2] { step; }\nstrongly fair w;") == Lines{"strong w"});
    CHECK(constraints("thread w(i: 0..2) { step; }\nscenario s { run w(0), w(1); strongly fair w; }") ==
          Lines{"strong w(0)", "strong w(1)"});
}

TEST_CASE("what cannot be fair is refused with a place, also in scenarios that do not run") {
    CHECK(complaints(actors + "fair f;") == Lines{"3:6 error: there is no actor and no label 'f'"});
    CHECK(complaints(actors + "scenario s { strongly fair gott; }") ==
          Lines{"3:28 error: there is no actor and no label 'gott'"});
    CHECK(complaints(actors + "fault f;\nfair f;") ==
          Lines{"4:6 error: fault 'f' cannot be fair: no fault ever has to strike"});
    CHECK(complaints("thread t { t: step; }\nfair t;") == Lines{"2:6 error: 't' is an actor and a label"});
    CHECK(complaints(actors + "fair x;") == Lines{"3:6 error: there is no actor and no label 'x'"});
    CHECK(complaints(actors + "strongly e;") == Lines{"3:10 error: expected `fair` after `strongly`, found `e`"});
    CHECK(complaints(actors + "fair;") == Lines{"3:5 error: expected a name, found `;`"});
}

TEST_CASE("`fair` and `strongly` stay usable as names") {
    CHECK(complaints("var fair: bool; thread strongly { fair = true; }\nstrongly fair strongly;") == Lines{});
}

TEST_CASE("the dump lists fairness") {
    const std::string text = system::dump(run_of(actors + "strongly fair got; fair e;").system);
    const size_t begin = text.find("\nfairness\n");
    REQUIRE(begin != std::string::npos);
    CHECK(text.substr(begin) ==
          "\nfairness\n  weak t\n  weak d\n  strong t, label got\n  strong d, label got\n  weak e\n");
}

TEST_CASE("what cannot be evaluated does not make progress hold") {
    // a[i] has no element where i is 2: as what is promised it counts as false, as what promises it counts as true.
    const std::string head = "var i: 0..2; var a: bool[0..1]; thread t { i = 2; }\n";
    const auto property = [&](const std::string& text) {
        Run run = run_of(head + text);
        const auto at = std::ranges::find(run.system.properties, "p", &system::Property::name);
        REQUIRE(at != run.system.properties.end());
        const system::Evaluator evaluator(run.system);
        system::State state = evaluator.first();
        const auto i = std::ranges::find(run.system.variables, "i", &system::Variable::name);
        state.cells[evaluator.cell(static_cast<system::VarId>(i - run.system.variables.begin()), {})] = 2;
        return std::pair(evaluator.evaluate(at->expr, state), evaluator.evaluate(at->consequent, state));
    };
    CHECK(property("progress p: a[i] leads to a[i];") == std::pair<int64_t, int64_t>(1, 0));
    CHECK(property("eventually p: not a[i];").first == 0);
    CHECK(property("always eventually p: not a[i];").first == 0);
}

}  // namespace untorn::language::testing
