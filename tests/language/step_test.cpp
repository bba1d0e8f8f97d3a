// The rules of a step (model/system/README.md), seen in the shape of the compiled system: which points an actor has,
// and what one step between them does.
#include "model/system/evaluator.h"
#include "model/system/validate.h"
#include "tests/language/compile_sources.h"

using namespace untorn;
using language::testing::run_of;

namespace {

/// Texts of the actor's points, in order.
std::vector<std::string> points(const language::Run& run, size_t actor = 0) {
    std::vector<std::string> out;
    const auto& locations = run.system.actors[actor].locations;
    for (size_t i = 2; i < locations.size(); ++i) out.push_back(locations[i].text);
    return out;
}
using Texts = std::vector<std::string>;

/// The value of a cell after the first enabled step of the initial state.
int64_t after_first_step(const language::Run& run, const std::string& name, std::vector<int64_t> index = {}) {
    const system::Evaluator evaluator(run.system);
    const auto state = *evaluator.initial().front().second.next;
    const auto next = evaluator.execute(evaluator.enabled(state).front(), state).next;
    REQUIRE(next.has_value());
    for (system::VarId v = 0; v < run.system.variables.size(); ++v)
        if (run.system.variables[v].name == name) return next->cells[evaluator.cell(v, index)];
    FAIL("no variable " << name);
    return 0;
}

/// Steps that lead from the initial state to the end, taking the first enabled instance each time.
size_t length(const language::Run& run) {
    const system::Evaluator evaluator(run.system);
    auto state = *evaluator.initial().front().second.next;
    size_t steps = 0;
    for (auto enabled = evaluator.enabled(state); !enabled.empty() && steps < 100;
         enabled = evaluator.enabled(state), ++steps)
        state = *evaluator.execute(enabled.front(), state).next;
    return steps;
}

const std::string head =
    "var x: 0..3; var y: bool; var z: bool[0..1]; var m: mutex; option O: bool = false; ghost var g: 0..9;\n";

}  // namespace

TEST_CASE("rule 1: a point stands before what touches shared data, and nowhere else") {
    CHECK(points(run_of(head + "thread t { var a: 0..3 = 1; a = 2; x = a; a = 0; y = true; }")) ==
          Texts{"x = a;", "y = true;"});
    CHECK(points(run_of(head + "thread t { lock(m); unlock(m); step; await true; atomic { } choose { } }")).size() ==
          6);
    CHECK(points(run_of(head + "thread t { if (x == 1) y = true; }")) == Texts{"x == 1", "y = true;"});
}

TEST_CASE("rule 1: options do not move points") {
    for (const char* value : {"true", "false"}) {
        language::Selection selection;
        selection.set["O"] = value;
        const auto run =
            run_of(head + "thread t { if (O and y) x = 1; await O or y; z[O ? 1 : 0] = true; }", selection);
        CHECK(points(run) == Texts{"O and y", "x = 1;", "await O or y;", "z[O ? 1 : 0] = true;"});
    }
}

TEST_CASE("rule 2: a test of shared data is a step; the local code behind it belongs to it") {
    CHECK(length(run_of(head + "thread t { var a: bool; if (y) a = true; else a = false; if (a) step; }")) == 1);
    CHECK(length(run_of(head + "thread t { var a: 0..3; while (x > 0) a = 1; y = true; }")) == 2);
}

TEST_CASE("rule 3: arguments are one step if they touch shared data, a shared result another") {
    const std::string f = "proc f(a: 0..3): 0..3 { y = true; return a; }\n";
    CHECK(length(run_of(head + f + "thread t { var r: 0..3 = f(1); r = 0; }")) == 1);
    CHECK(length(run_of(head + f + "thread t { var r: 0..3 = f(x); r = 0; }")) == 2);
    CHECK(length(run_of(head + f + "thread t { x = f(x); }")) == 3);
    const std::string by_ref = "proc r(ref a: bool) { a = true; a = false; }\n";
    CHECK(points(run_of(head + by_ref + "thread t { r(z[1]); }")) == Texts{"a = true;", "a = false;"});
    CHECK(points(run_of(head + by_ref + "thread t { r(z[x == 0 ? 1 : 0]); }")) ==
          Texts{"r(z[x == 0 ? 1 : 0])", "a = true;", "a = false;"});
    CHECK(points(run_of(head + by_ref + "thread t { var mine: bool; r(mine); step; }")) == Texts{"step;"});
}

TEST_CASE("rule 4: choose commits together with the first step of its branch") {
    CHECK(length(run_of(head + "thread t { choose { x = 1; } }")) == 1);
    CHECK(length(run_of(head + "thread t { choose { } x = 1; }")) == 2);
    CHECK(length(run_of(head + "thread t { var a: bool; choose { a = true; x = 1; } }")) == 2);
    CHECK(length(run_of(head + "thread t { choose { choose { x = 1; } } }")) == 1);
    const auto run = run_of(
        head + "thread t { choose { await y; x = 1; } or { await x == 2; } or (i in 0..3 where i > 1) { x = i; } }");
    const system::Evaluator evaluator(run.system);
    const auto state = *evaluator.initial().front().second.next;
    const auto enabled = evaluator.enabled(state);  // neither await holds; i is 2 or 3
    REQUIRE(enabled.size() == 2);
    CHECK(enabled[0].choices == std::vector<int64_t>{2, 2});
    CHECK(enabled[1].choices == std::vector<int64_t>{2, 3});
}

TEST_CASE("rule 5: atomic is one step and sees its own updates") {
    const auto run =
        run_of(head + "thread t { atomic { x = 1; if (x == 1) { y = true; x = x + 1; } z[x - 1] = y; x = x + 1; } }");
    CHECK(points(run).size() == 1);
    CHECK(after_first_step(run, "x") == 3);
    CHECK(after_first_step(run, "y") == 1);
    CHECK(after_first_step(run, "z", {1}) == 1);
    CHECK(after_first_step(run, "z", {0}) == 0);
}

TEST_CASE("rule 6: ghost updates make no step and see the state the step is building") {
    const auto run = run_of(head + "thread t { x = 2; g = x; ghost { if (x == 2) g = g + 1; } y = true; }");
    CHECK(points(run) == Texts{"x = 2;", "y = true;"});
    CHECK(after_first_step(run, "g") == 3);
}

TEST_CASE("rules 3 and 6: neither binding arguments nor ghosts make a branch a step by itself") {
    const auto waits = [&](const std::string& procedures, const std::string& branch) {
        const auto run = run_of(head + procedures + "thread t { choose { " + branch + " } or { await x == 2; } } ");
        const system::Evaluator evaluator(run.system);
        return evaluator.enabled(*evaluator.initial().front().second.next).empty();
    };
    CHECK(waits("proc w(v: 0..3) { await x == v; }", "w(1);"));
    CHECK(waits("proc w(v: 0..3) { await x == v; v = 0; }", "w(1);"));
    CHECK(waits("proc w(v: 0..3, ref r: bool) { await x == v; r = true; }", "w(1, z[0]);"));
    CHECK(waits("", "ghost { if (g == 0) g = 1; } await x == 1;"));
    CHECK(waits("", "g = 1; await x == 1;"));
    CHECK(waits("", "{ var l: 0..3; } await x == 1;"));
    CHECK(waits("", "{ var l: 0..3 = 1; } await x == 1;") == false);
    CHECK(waits("", "ghost { g = 1; } lock(m); await false;") == false);
    const auto stored = run_of(head +
                               "proc w(v: 0..3) { await x == v - 1; v = 0; y = true; }\nthread t { atomic { y = false; "
                               "choose { w(1); } or { await x == 2; } } }");
    CHECK(after_first_step(stored, "y") == 1);
    CHECK(length(run_of(head + "proc nothing(v: 0..3) { v = 1; }\nthread t { choose { nothing(1); } x = 1; }")) == 2);
    CHECK(length(run_of(head + "thread t { choose { g = 1; } x = 1; }")) == 2);
}

TEST_CASE("rule 7: code before the first point runs in the initial state, of every family member") {
    const auto run = run_of("var x: 0..3; thread t[i: 0..1] { var a: 0..3 = i + 1; x = a; }");
    const system::Evaluator evaluator(run.system);
    const auto initial = evaluator.initial();
    REQUIRE(initial.size() == 1);
    for (system::VarId v = 0; v < run.system.variables.size(); ++v)
        if (run.system.variables[v].name == "t.a") {
            CHECK(initial[0].second.next->cells[evaluator.cell(v, {0})] == 1);
            CHECK(initial[0].second.next->cells[evaluator.cell(v, {1})] == 2);
        }
}

TEST_CASE("rule 8: a local that only lives inside a step leaves no update behind") {
    const auto run =
        run_of(head + "thread t { lock(m); { var a: 0..3 = x; var b: 0..3 = 1; y = b == 1; } unlock(m); }");
    for (const auto& transition : run.system.transitions)
        for (const auto& update : transition.step.updates) CHECK(run.system.variables[update.var].name != "t.b'");
    CHECK(length(run) == 4);
}

TEST_CASE("goto backwards returns locals declared after the label to their first value") {
    const auto run =
        run_of(head + "thread t { again: step; var a: 0..3; x = a; a = 3; if (x == 0 and y) goto again; }");
    CHECK(points(run) == Texts{"again: step;", "x = a;", "x == 0 and y"});
    CHECK(!system::validate(run.system).has_value());
}

TEST_CASE("a scenario's arguments are constants of the instance and name it") {
    const auto run = run_of("var x: 0..3; thread w(v: 0..3) { x = v; }\nscenario s { run w(1), w(2); }");
    REQUIRE(run.system.actors.size() == 2);
    CHECK(run.system.actors[0].name == "w(1)");
    CHECK(run.system.actors[1].name == "w(2)");
    CHECK(run.present == Texts{"w(1)", "w(2)"});
}

TEST_CASE("-D beats a variant, a variant beats a scenario, a scenario beats the default") {
    const std::string text =
        "option O: 0..9 = 1; var x: 0..9; interface i { proc p() { step; } } variant A of i { option O = 3; }\n"
        "thread t { p(); x = O; }\nscenario s { option O = 2; over A; } scenario q { option O = 2; } scenario r { }\n";
    const auto value = [&](const std::string& scenario, const std::string& given) {
        language::Selection selection;
        selection.scenario = scenario;
        if (!given.empty()) selection.set["O"] = given;
        return run_of(text, selection).options.at("O");
    };
    CHECK(value("r", "") == "1");
    CHECK(value("q", "") == "2");
    CHECK(value("s", "") == "3");
    CHECK(value("s", "4") == "4");
}

TEST_CASE("a default variant is bound where no other one of its interface is") {
    const std::string text =
        "option O: 0..9 = 1; interface i { proc p() { step; } } default variant A of i { option O = 3; }\n"
        "variant B of i { option O = 4; } variant none_of_it of i { }\n"
        "var x: 0..9; thread t { p(); x = O; }\n"
        "scenario r { } scenario s { with B; } scenario q { over none_of_it; } scenario d { with A; }\n";
    const auto value = [&](const std::string& scenario) {
        language::Selection selection;
        selection.scenario = scenario;
        return run_of(text, selection).options.at("O");
    };
    CHECK(value("r") == "3");
    CHECK(value("s") == "4");
    CHECK(value("q") == "1");
    CHECK(value("d") == "3");
}

TEST_CASE("rule 9: what comes after a failing check is neither asked nor chosen") {
    const auto enabled = [&](const std::string& body) {
        const auto run = run_of(head + "var o: 0..2?;\n" + body);
        const system::Evaluator evaluator(run.system);
        return evaluator.enabled(*evaluator.initial().front().second.next).size();
    };
    CHECK(enabled("thread t { atomic { x -= 1; choose { } or { x = 1; } } }") == 1);
    CHECK(enabled("thread t { atomic { choose { } or { x = 1; } x -= 1; } }") == 2);
    CHECK(enabled("thread t { choose (v in 0..2 where value(o) == v) { await o != none; x = v; } or { await y; } }") ==
          3);
    CHECK(enabled("thread t { choose (v in 0..2 where o == v) { await o != none; x = v; } or { await y; } }") == 0);
}

TEST_CASE("rule 9: a label behind a failing check is not passed") {
    const auto run = run_of(head + "thread t { atomic { before: y = true; x -= 1; behind: y = false; } }");
    const system::Evaluator evaluator(run.system);
    const auto state = *evaluator.initial().front().second.next;
    std::vector<std::string> passed;
    for (const auto& label : run.system.transitions.front().step.labels)
        if (evaluator.evaluate(label.when, state, 0) != 0) passed.push_back(label.label);
    CHECK(passed == Texts{"before"});
}

TEST_CASE("litmus properties speak of outcomes only") {
    using language::testing::complaints;
    using Lines = std::vector<std::string>;
    CHECK(complaints("durable var d: bool; ghost var g: bool; never n: d;") == Lines{});
    CHECK(complaints("durable var d: bool; ghost var g: bool; never n: d and g;") ==
          Lines{"1:56 error: 'g' is no part of an outcome"});
    CHECK(complaints("var m: bool; always n: m;") == Lines{"1:24 error: 'm' is no part of an outcome"});
    CHECK(complaints("thread t: bool { return true; } always n: result(t);") == Lines{});
}
