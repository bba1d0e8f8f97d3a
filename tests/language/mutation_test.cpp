// Which mistakes are made in a specification, and what they make of it.
#include "model/language/mutation.h"

#include <doctest/doctest.h>

#include "model/system/dump.h"
#include "tests/language/compile_sources.h"

namespace untorn::language::testing {

namespace {

/// `procedure operator: text` for each mutation of the file.
std::vector<std::string> all(const std::string& text) {
    Diagnostics diagnostics;
    const Program program = program_of(text, diagnostics);
    for (const Diagnostic& d : diagnostics.sorted()) FAIL_CHECK(d.message);
    std::vector<std::string> out;
    for (const Mutation& m : mutations(program, 0))
        out.push_back(fmt::format("{} {}: {}", m.procedure, name(m.op), m.text));
    return out;
}

/// A system as text; what is wrong if there is none.
std::string system_of(const Program& program) {
    Diagnostics diagnostics;
    check(program, diagnostics);
    const auto configs = runs(program, {}, diagnostics);
    if (!diagnostics.has_errors())
        if (const auto run = compile(program, configs.front(), diagnostics)) return system::dump(run->system, false);
    for (const Diagnostic& d : diagnostics.sorted())
        if (d.severity == Severity::error) return "error: " + d.message;
    return "no system";
}

/// The system of the mutant with this text, if it were written by hand: `by_hand` must be as long as the original in
/// each line, so that places are the same.
void check_mutant(const std::string& text, const std::string& mutation, const std::string& by_hand) {
    Diagnostics diagnostics;
    Program program = program_of(text, diagnostics);
    const std::string original = system_of(program);
    bool found = false;
    for (const Mutation& m : mutations(program, 0)) {
        if (fmt::format("{} {}: {}", m.procedure, name(m.op), m.text) != mutation) continue;
        found = true;
        const Mutated mutated(program, m);
        CHECK(system_of(program) == system_of(program_of(by_hand, diagnostics)));
        CHECK(system_of(program) != original);
    }
    CHECK(found);
    CHECK(system_of(program) == original);  // as it was
}

using Lines = std::vector<std::string>;

constexpr const char* everything = R"(var m: mutex;
var x: 0..3;
var busy: bool;
ghost var seen: 0..3;
fault glitch;
proc take() { lock(m); }
proc drop() { unlock(m); }
proc settle() { if (x > 0) await !busy; }
proc note() { ghost { seen = x; } seen = x; }
proc twice(): 0..3 { x = 1; return 2; }
interface path { proc work() { x = 3; } }
variant A of path { override proc work() { super(); } }
thread a {
    var l: 0..3 = 0;
    take();
    settle();
    note();
    work();
    l = twice();
    if (l == 2) note();
    if (l == 2) return;
    choose { x += 1; } or fault glitch { step; }
    await x == 3 and (!busy and l > 0) or busy;
    ghost { if (x == 1) seen = 1; }
    drop();
}
init { x = 1; }
power_loss { busy = true; }
)";

}  // namespace

TEST_CASE("what acts is mutated; ghost code, init, declarations and releases of locks are not") {
    CHECK(all(everything) == Lines{"take lock: lock(m);", "settle condition: x > 0", "settle wait: await !busy;",
                                   "twice update: x = 1;", "work update: x = 3;", "A.work call: super();",
                                   "a lock: take();", "a wait: settle();", "a call: work();", "a condition: l == 2",
                                   "a update: x += 1;", "a wait: await x == 3 and (!busy and l > 0) or busy;",
                                   "power_loss update: busy = true;"});
}

TEST_CASE("each conjunct of an await is one, however they are put in parentheses") {
    CHECK(all("var x: 0..3; thread a { await x > 0 and (x < 3 and\n  x != 2) and (x == 1 or x == 0); }\n") ==
          Lines{"a wait: await x > 0 and (x < 3 and x != 2) and (x == 1 or x == 0);", "a conjunct: x > 0",
                "a conjunct: x < 3", "a conjunct: x != 2", "a conjunct: (x == 1 or x == 0)"});
}

TEST_CASE("a mutant is what a careless author would have written") {
    const std::string text =
        "var x: 0..3;  var y: bool;\n"
        "thread a { x = 1; if (x == 2) y = true; else y = false; }\n"
        "thread b { await x > 0 and y; x = 2; }\n";
    check_mutant(text, "a update: x = 1;",
                 "var x: 0..3;  var y: bool;\n"
                 "thread a { ;      if (x == 2) y = true; else y = false; }\n"
                 "thread b { await x > 0 and y; x = 2; }\n");
    check_mutant(text, "b wait: await x > 0 and y;",
                 "var x: 0..3;  var y: bool;\n"
                 "thread a { x = 1; if (x == 2) y = true; else y = false; }\n"
                 "thread b { ;                  x = 2; }\n");
}

TEST_CASE("the branches of an if change places") {
    Diagnostics diagnostics;
    Program program = program_of("var x: 0..3; thread a { if (x == 1) x = 2; }\n", diagnostics);
    const auto found = mutations(program, 0);
    REQUIRE(found.size() == 2);
    CHECK(found[0].op == MutationOperator::condition);
    const Mutated mutated(program, found[0]);
    const std::string system = system_of(program);
    Program other = program_of("var x: 0..3; thread a { if (x != 1) x = 2; }\n", diagnostics);
    CHECK(system != system_of(other));  // the condition is the one that was written
    const ast::Stmt& s = *program.trees[0].items[1].body.statements[0];
    CHECK(s.body.statements.empty());
    CHECK(s.other.statements.size() == 1);
}

TEST_CASE("with one conjunct less an await is the rest") {
    Diagnostics diagnostics;
    Program program = program_of("var x: 0..3; thread a { await x > 0 and (x < 3 and x != 2); }\n", diagnostics);
    std::vector<std::string> guards;
    for (const Mutation& m : mutations(program, 0)) {
        if (m.op != MutationOperator::conjunct) continue;
        const Mutated mutated(program, m);
        const std::string system = system_of(program);
        const size_t at = system.find("guard ");
        REQUIRE(at != std::string::npos);
        guards.push_back(system.substr(at, system.find('\n', at) - at));
    }
    CHECK(guards == Lines{"guard x != 3 and x != 2", "guard x != 0 and x != 2", "guard x != 0 and x != 3"});
}

TEST_CASE("a lock that is not taken is not released, and other holders still release it in one step") {
    const std::string text =
        "var m: mutex;  var x: 0..3;\n"
        "proc leave() { done: unlock(m); }\n"
        "thread a { lock(m); x = 1; leave(); }\n"
        "thread b { lock(m); x = 2; leave(); }\n";
    check_mutant(text, "a lock: lock(m);",
                 "var m: mutex;  var x: 0..3;\n"
                 "proc leave() { done: atomic { if (holds(m)) unlock(m); } }\n"
                 "thread a { ;        x = 1; leave(); }\n"
                 "thread b { lock(m); x = 2; leave(); }\n");
}

TEST_CASE("labels stay where a statement is left out") {
    Diagnostics diagnostics;
    Program program = program_of("var x: 0..3; thread a { here: x = 1; x = 2; } cover c: at(a, here);\n", diagnostics);
    const auto found = mutations(program, 0);
    REQUIRE(found.size() == 2);
    const Mutated mutated(program, found[0]);
    CHECK(program.trees[0].items[1].body.statements[0]->labels.size() == 1);
}

TEST_CASE("a mutant that the language refuses says why") {
    Diagnostics diagnostics;
    Program program = program_of("var x: 0..3; daemon d { loop await x == 3; }\n", diagnostics);
    const auto found = mutations(program, 0);
    REQUIRE(found.size() == 1);
    const Mutated mutated(program, found[0]);
    CHECK(system_of(program).starts_with("error: "));
}

}  // namespace untorn::language::testing
