// Lemmas: what they may read, which states they are about, and that nothing else depends on them.
#include <algorithm>

#include "model/system/dump.h"
#include "model/system/evaluator.h"
#include "model/system/validate.h"
#include "tests/language/compile_sources.h"

namespace untorn::language::testing {

namespace {

using Lines = std::vector<std::string>;

const std::string disk =
    "var m: 0..3; device var c: 0..3; durable var d: 0..3; ghost var g: 0..3; option O: 0..3 = 1;\n"
    "thread t { put: m = 1; sync: d = m; }\n"
    "power_loss budget 2 { }\n"
    "recover { first: d = 2; second: d = 3; }\n";

const system::Lemma& lemma(const system::System& system, const std::string& name) {
    const auto at = std::ranges::find(system.lemmas, name, &system::Lemma::name);
    REQUIRE(at != system.lemmas.end());
    return *at;
}

/// The cell of a variable without indices.
int64_t& cell(const system::System& system, system::State& state, const std::string& variable) {
    const auto at = std::ranges::find(system.variables, variable, &system::Variable::name);
    REQUIRE(at != system.variables.end());
    const auto number = static_cast<system::VarId>(at - system.variables.begin());
    return state.cells[system::Evaluator(system).cell(number, {})];
}

/// The dump of the run without the lines under `lemmas`.
std::string without_lemmas(system::System system) {
    system.lemmas.clear();
    return system::dump(system, true);
}

}  // namespace

TEST_CASE("lemmas stand in the system in the order of the source, with their text, and are no properties") {
    const Run run = run_of(disk + "lemma low: m <=\n   O;\ninvariant i: m < 3;\ncrash lemma late: d > 0;\n");
    REQUIRE(run.system.lemmas.size() == 2);
    CHECK(run.system.lemmas[0].name == "low");
    CHECK(run.system.lemmas[0].text == "m <= O");
    CHECK_FALSE(run.system.lemmas[0].after_loss);
    CHECK(run.system.lemmas[1].name == "late");
    CHECK(run.system.lemmas[1].after_loss);
    CHECK(run.system.files[run.system.lemmas[1].span.file].place(run.system.lemmas[1].span.begin).line == 8);
    CHECK_FALSE(system::validate(run.system).has_value());
    for (const system::Property& p : run.system.properties) {
        CHECK(p.name != "low");
        CHECK(p.name != "late");
    }
}

TEST_CASE("nothing but the lemmas themselves depends on lemmas") {
    const std::string claims =
        "lemma a: at(t, sync) implies m == 1 and d == 0;\n"
        "lemma b: forall (x in 0..3) x < 3 or x != m or not ended(t);\n"
        "crash lemma e: at(recover, second) implies d == 2;\n";
    const Run with = run_of(disk + "invariant i: d <= m or m == 0;\n" + claims);
    const Run bare = run_of(disk + "invariant i: d <= m or m == 0;\n");
    CHECK(with.system.lemmas.size() == 3);
    CHECK(without_lemmas(with.system) == without_lemmas(bare.system));
    CHECK(system::dump(with.system, true).find("\nlemmas\n  lemma a: ") != std::string::npos);
}

TEST_CASE("a lemma is true of exactly the states that it describes") {
    const Run run = run_of(disk +
                           "lemma synced: at(t, sync) implies m == 1;\nlemma wrong: at(t, sync);\n"
                           "lemma late: ended(t) implies d == 1;\n");
    const system::Evaluator evaluator(run.system);
    const auto value = [&](const std::string& name, const system::State& state) {
        return evaluator.evaluate(lemma(run.system, name).expr, state);
    };
    system::State state = *evaluator.initial().front().second.next;
    const int64_t expected[3][3] = {{1, 0, 1}, {1, 1, 1}, {1, 0, 1}};
    for (const auto& row : expected) {
        CHECK(value("synced", state) == row[0]);
        CHECK(value("wrong", state) == row[1]);
        CHECK(value("late", state) == row[2]);
        const auto enabled = evaluator.enabled(state);
        if (!enabled.empty()) state = *evaluator.execute(enabled.front(), state).next;
    }
}

TEST_CASE("a crash lemma knows where recovery stands, from the loss to its end") {
    const Run run = run_of(disk +
                           "crash lemma start: at(recover, first);\ncrash lemma middle: at(recover, second);\n"
                           "crash lemma end: ended(recover);\ncrash lemma grows: ended(recover) implies d == 3;\n");
    CHECK_FALSE(system::validate(run.system).has_value());
    const system::Evaluator evaluator(run.system);
    system::State state = *evaluator.lose_power(*evaluator.initial().front().second.next, {}).next;
    for (size_t steps = 0; steps < 3; ++steps) {
        CHECK(evaluator.evaluate(lemma(run.system, "start").expr, state) == (steps == 0));
        CHECK(evaluator.evaluate(lemma(run.system, "middle").expr, state) == (steps == 1));
        CHECK(evaluator.evaluate(lemma(run.system, "end").expr, state) == (steps == 2));
        CHECK(evaluator.evaluate(lemma(run.system, "grows").expr, state) == 1);
        const auto enabled = evaluator.enabled(state, true);
        REQUIRE(enabled.size() == (steps < 2 ? 1 : 0));
        if (steps < 2) state = *evaluator.execute(enabled.front(), state).next;
    }
}

TEST_CASE("without a recover block recovery has ended, and stands at no label") {
    const std::string head = "durable var d: bool; power_loss { }\n";
    const Run run = run_of(head + "crash lemma e: ended(recover) and d;\n");
    const system::Evaluator evaluator(run.system);
    system::State state = evaluator.first();
    CHECK(evaluator.evaluate(run.system.lemmas[0].expr, state) == 0);
    cell(run.system, state, "d") = 1;
    CHECK(evaluator.evaluate(run.system.lemmas[0].expr, state) == 1);
    CHECK(complaints(head + "crash lemma e: at(recover, L);") ==
          Lines{"2:28 error: 'recover' never stands at a label 'L'"});
}

TEST_CASE("a lemma that cannot be evaluated does not hold") {
    const Run run = run_of(
        "var x: 0..3; var a: bool[0..1]; type Bit = 0..1; var o: Bit?;\n"
        "thread t { atomic { a[0] = true; a[1] = true; } }\n"
        "lemma inside: a[x] or true;\nlemma there: value(o) == 0 or true;\n");
    const system::Evaluator evaluator(run.system);
    system::State state = evaluator.first();
    CHECK(evaluator.evaluate(run.system.lemmas[0].expr, state) == 1);
    CHECK(evaluator.evaluate(run.system.lemmas[1].expr, state) == 0);  // none
    cell(run.system, state, "x") = 2;
    CHECK(evaluator.evaluate(run.system.lemmas[0].expr, state) == 0);
}

TEST_CASE("a lemma reads what an invariant may read, a crash lemma what survives and where recovery stands") {
    CHECK(complaints(disk + "lemma a: m == c and d == g and O == 1 and at(t, put) and not ended(t);\n"
                            "crash lemma b: d == g and O == 1 and not ended(recover) and at(recover, first);") ==
          Lines{});
    CHECK(complaints(disk + "crash lemma b: m == 0;") == Lines{"5:16 error: 'm' does not survive power loss"});
    CHECK(complaints(disk + "crash lemma b: c == 0;") == Lines{"5:16 error: 'c' does not survive power loss"});
    CHECK(complaints(disk + "crash lemma b: ended(t);") ==
          Lines{"5:16 error: when power was lost nobody but recover runs"});
    CHECK(complaints(disk + "crash lemma b: result(recover) == 1;") ==
          Lines{"5:16 error: when power was lost nobody but recover runs"});
    CHECK(complaints(disk + "crash lemma b: at(recover);") ==
          Lines{"5:16 error: when power was lost nobody but recover runs"});
    CHECK(complaints(disk + "crash lemma b: at(recover, third);") ==
          Lines{"5:28 error: 'recover' never stands at a label 'third'"});
    const Lines elsewhere = {
        "5:14 error: recover runs when power was lost: only a `crash lemma` speaks of where it stands"};
    CHECK(complaints(disk + "lemma     b: ended(recover);") == elsewhere);
    CHECK(complaints(disk + "invariant b: at(recover, first);") == elsewhere);
    CHECK(complaints(disk + "final     b: ended(recover);") == elsewhere);
    CHECK(complaints(disk + "crash invariant b: ended(recover);").size() == 1);
}

TEST_CASE("a lemma is a boolean with a name of its own, and has no verdict to expect") {
    CHECK(complaints(disk + "lemma a: m;") == Lines{"5:10 error: a condition must be bool, not 0..3"});
    CHECK(complaints(disk + "lemma m: d == 1;") == Lines{"5:7 error: 'm' is declared twice"});
    CHECK(complaints(disk + "lemma a: d == 1;\ninvariant a: d == 1;") == Lines{"6:11 error: 'a' is declared twice"});
    CHECK(complaints(disk + "lemma a: d == 1;\ninvariant b: a;") == Lines{"6:14 error: 'a' is not a value"});
    CHECK(complaints(disk + "lemma a: d == 1;\nexpect a holds;") ==
          Lines{"6:8 error: 'a' is a lemma, and has no verdict"});
    CHECK(complaints(disk + "lemma a: d == 1;\nscenario S { expect a violated; }") ==
          Lines{"6:21 error: 'a' is a lemma, and has no verdict"});
    CHECK(complaints(disk + "lemma a: d == 1;\nscenario S { cover a; }") == Lines{"6:20 error: there is no cover 'a'"});
    CHECK(complaints("durable var d: bool;\ncrash lemma a: d;") ==
          Lines{"2:1 error: a lemma about what is left after power loss, without power_loss"});
}

TEST_CASE("lemmas of a file are claimed of each of its scenarios, under each variant") {
    const std::string text =
        "var x: 0..3; interface i { proc p() { x = 1; } } variant V of i { override proc p() { x = 2; } }\n"
        "thread t { p(); }\nlemma low: x < 3;\nscenario A { over V; }\nscenario B { }\n";
    for (const std::string name : {"A", "B"}) {
        Selection selection;
        selection.scenario = name;
        const Run run = run_of(text, selection);
        REQUIRE(run.system.lemmas.size() == 1);
        CHECK(run.system.lemmas[0].text == "x < 3");
    }
}

}  // namespace untorn::language::testing
