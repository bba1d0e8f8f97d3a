// The static checks: every complaint once, with its place.
#include "tests/language/compile_sources.h"

using untorn::language::testing::complaints;
using Lines = std::vector<std::string>;

TEST_CASE("a thread must not read a ghost; ghost code, properties and asserts in ghost code may") {
    CHECK(complaints("var x: 0..3; ghost var g: 0..3;\nthread t { x = g; }") ==
          Lines{"2:16 error: 'g' is a ghost: nothing but ghosts and properties may depend on it"});
    CHECK(complaints("var x: 0..3; ghost var g: 0..3;\nthread t { if (g == 1) x = 1; }") ==
          Lines{"2:16 error: 'g' is a ghost: nothing but ghosts and properties may depend on it"});
    CHECK(complaints("var x: 0..3; ghost var g: 0..3; fn f(): bool = g == 1;\nthread t { await f(); x = 1; }") ==
          Lines{"1:48 error: 'g' is a ghost: nothing but ghosts and properties may depend on it"});
    CHECK(complaints("var x: 0..3; ghost var g: 0..3;\nthread t { x = 1; g = x; ghost { if (g == x) g = 0; assert g < "
                     "3; } }\ninvariant i: g < 3;") == Lines{});
    CHECK(complaints("var x: bool; ghost var g: bool;\nthread t { ghost { x = g; } }") ==
          Lines{"2:20 error: ghost code assigns ghosts only"});
    CHECK(complaints("var x: bool; ghost var g: bool;\nthread t { g, x = true, true; }") ==
          Lines{"2:12 error: ghosts and other places are not assigned together"});
    CHECK(complaints("ghost var g: bool;\nthread t { ghost { step; } }") ==
          Lines{"2:20 error: ghost code only computes: it takes no steps and does not jump or call procedures"});
}

TEST_CASE("an identity is good for equality, storing and indexing, and for nothing else") {
    const std::string head = "scalarset W[2]; var w: W; var a: bool[W]; var n: 0..3;\n";
    const std::string identity = "identities";
    CHECK(complaints(head + "thread t[i: W] { w = i; a[w] = true; await w == i; }") == Lines{});
    CHECK(complaints(head + "thread t[i: W] { await i < w; }") ==
          Lines{"2:24 error: only numbers have an order, not W"});
    CHECK(complaints(head + "thread t[i: W] { n = i + 1; }") == Lines{"2:22 error: arithmetic needs numbers, not W"});
    CHECK(complaints(head + "thread t[i: W] { w = 0; }") == Lines{"2:22 error: the value must be W, not an integer"});
    CHECK(complaints(head + "invariant p: w != 1;") == Lines{"2:14 error: W and an integer cannot be compared"});
    CHECK(complaints(head + "thread t { for (x in W) a[x] = true; }") ==
          Lines{"2:12 error: a `for` over a scalarset is one update: its members have no order"});
    CHECK(complaints(head + "thread t { atomic { for (x in W) a[x] = true; } }") == Lines{});
    CHECK(complaints(head + "thread t { atomic { for (x in W) w = x; } }") ==
          Lines{"2:34 error: this depends on the order of the members of 'W'"});
    CHECK(complaints(head + "thread t[i: W] { atomic { for (x in W) a[x] = a[i]; } }") ==
          Lines{"2:47 error: this depends on the order of the members of 'W'"});
}

TEST_CASE("recursion is found through functions, procedures and variants; super is no recursion") {
    CHECK(complaints("fn f(n: 0..3): bool = g(n);\nfn g(n: 0..3): bool = f(n);") ==
          Lines{"1:4 error: 'f' calls itself through f, g", "2:4 error: 'g' calls itself through f, g"});
    CHECK(complaints("proc p() { p(); }") == Lines{"1:6 error: 'p' calls itself"});
    CHECK(complaints("interface i { proc p() { } proc q() { } }\nvariant A of i { override proc p() { q(); } override "
                     "proc q() { p(); } }")
              .size() == 2);
    CHECK(
        complaints(
            "var x: bool; interface i { proc p() { x = true; } }\nvariant A of i { override proc p() { super(); } }") ==
        Lines{});
}

TEST_CASE("every cycle of control needs a scheduling point, and atomic none") {
    CHECK(complaints("daemon d { loop { } }") ==
          Lines{"1:10 error: this loop can go round without a scheduling point"});
    CHECK(complaints("thread t { var q: bool; while (!q) q = false; }") ==
          Lines{"1:32 error: this loop can go round without a scheduling point"});
    CHECK(complaints("daemon d { again: ; goto again; }").size() == 1);
    CHECK(complaints("daemon d { loop { step; } }") == Lines{});
    CHECK(complaints("daemon d { loop { choose { } or { step; } } }") == Lines{});
    CHECK(complaints("var x: 0..9;\nthread t { atomic { while (x < 3) x += 1; } }") ==
          Lines{"2:28 error: a loop inside an atomic step could run for ever"});
    CHECK(complaints("var x: 0..9;\nthread t { atomic { for (i in 0..3) x = i; } }") == Lines{});
}

TEST_CASE("blocking in the middle of atomic is warned about unless the first statement excludes it") {
    const std::string head = "var x: bool; var m: mutex;\n";
    CHECK(complaints(head + "thread t { atomic { x = true; await !x; } }") ==
          Lines{"2:31 warning: this can block in the middle of an atomic step, which is a violation"});
    CHECK(complaints(head + "thread t { atomic { await x and !locked(m); lock(m); } unlock(m); }") == Lines{});
    CHECK(complaints(head + "thread t { atomic { await x; lock(m); } unlock(m); }\nthread u { x = true; }") ==
          Lines{"2:30 warning: this can block in the middle of an atomic step, which is a violation"});
}

TEST_CASE("ranges that can never hold and code that is never reached are warnings, judged before options are folded") {
    CHECK(complaints("var x: 0..3;\nthread t { x = 7; }") ==
          Lines{"2:16 warning: this always fails: value out of range 0..3"});
    CHECK(complaints("var x: 0..3;\nthread t { if (x > 3) step; }") ==
          Lines{"2:16 warning: this condition never holds"});
    CHECK(complaints("var x: 0..3;\nthread t { if (x >= 0) step; }") ==
          Lines{"2:16 warning: this condition always holds"});
    CHECK(complaints(
              "option O: bool = true; param P = 2; var x: 0..3;\nthread t { if (O) step; if (P == 2) step; x = P; }") ==
          Lines{});
    CHECK(complaints("var x: 0..3;\nthread t { return; x = 1; }") ==
          Lines{"2:20 warning: this statement is never reached"});
    CHECK(complaints("var x: 0..3;\ndaemon d { loop { step; continue; x = 1; } x = 2; }") ==
          Lines{"2:35 warning: this statement is never reached", "2:44 warning: this statement is never reached"});
}

TEST_CASE("a lost update is warned about: shared, not atomic, no lock held, and written by others") {
    const std::string head = "var x: 0..9; var m: mutex;\n";
    const std::string warning = " warning: 'x' is read and written in one step without a lock";
    CHECK(complaints(head + "thread t[i: 0..1] { x += 1; }") == Lines{"2:21" + warning});
    CHECK(complaints(head + "thread t[i: 0..1] { lock(m); x = x + 1; unlock(m); }") == Lines{});
    CHECK(complaints(head + "thread t[i: 0..1] { if (x == 0) lock(m); x = x + 1; }") == Lines{"2:42" + warning});
    CHECK(complaints(head + "thread t[i: 0..1] { atomic { x += 1; } }") == Lines{});
    CHECK(complaints(head + "thread t { x += 1; }") == Lines{});
    CHECK(complaints(head + "thread t { x += 1; }\nthread u { x = 0; }") == Lines{"2:12" + warning});
}

TEST_CASE("where data lives decides who may touch it") {
    const std::string head = "var m: bool; device var c: bool; durable var d: bool; ghost var g: bool;\n";
    CHECK(complaints(head +
                     "power_loss { if (c) d = true; }\nrecover { if (d) d = false; }\ncrash invariant i: d or g;") ==
          Lines{});
    CHECK(complaints(head + "power_loss { if (m) d = true; }") ==
          Lines{"2:18 error: 'm' cannot be read when power is lost"});
    CHECK(complaints(head + "power_loss { c = true; }") == Lines{"2:14 error: power_loss writes durable data only"});
    CHECK(complaints(head + "power_loss { }\nrecover { if (c) d = true; }") ==
          Lines{"3:15 error: 'c' does not survive power loss"});
    CHECK(complaints(head + "power_loss { }\nrecover { m = true; }") ==
          Lines{"3:11 error: recover writes durable data and its own locals only"});
    CHECK(complaints(head + "power_loss { }\ncrash invariant i: c;") ==
          Lines{"3:20 error: 'c' does not survive power loss"});
    CHECK(complaints(head + "crash invariant i: d;") ==
          Lines{"2:1 error: a property of what survives power loss, without power_loss"});
    CHECK(complaints(head + "recover { }") == Lines{"2:1 error: recover without power_loss"});
}

TEST_CASE("a whole array assigned outside atomic hides a tear") {
    const std::string head = "var a: bool[0..1]; var b: bool[0..1];\n";
    CHECK(complaints(head + "thread t { a = b; }") ==
          Lines{"2:12 error: a whole array is assigned in one step, which hides a tear"});
    CHECK(complaints(head + "thread t { atomic { a = b; } var c: bool[0..1]; c = b; }") == Lines{});
}

TEST_CASE("options and variables size nothing") {
    CHECK(complaints("option O: 0..3 = 1; var x: 0..O;") ==
          Lines{"1:31 error: 'O' is an option: it cannot size anything"});
    CHECK(complaints("var y: 0..3; var x: 0..y;") ==
          Lines{"1:24 error: 'y' is a variable, and this must be a constant"});
    CHECK(complaints("param P = 3; type T = 5..P;") == Lines{"1:23 error: the range 5..3 is the wrong way round"});
    CHECK(complaints("type A = B; type B = A;").size() == 1);
    CHECK(complaints("const A = B; const B = A;").size() == 1);
}

TEST_CASE("misspelt names get the near one as advice, and one run reports many errors") {
    untorn::language::Diagnostics diagnostics;
    const auto program = untorn::language::testing::program_of(
        "var dirty: bool; var writeback: bool;\nthread t { drity = true; await !writebcak; }", diagnostics);
    untorn::language::check(program, diagnostics);
    const auto all = diagnostics.sorted();
    REQUIRE(all.size() == 2);
    CHECK(all[0].help == "did you mean 'dirty'?");
    CHECK(all[1].help == "did you mean 'writeback'?");
}

TEST_CASE("an interface has one default variant") {
    CHECK(complaints("interface i { proc p() { } } default variant A of i { } default variant B of i { }\n"
                     "thread t { p(); }") ==
          Lines{"1:73 error: variants 'A' and 'B' are both the default of interface 'i'"});
    CHECK(complaints("interface i { proc p() { } } default A of i { }\nthread t { p(); }") ==
          Lines{"1:38 error: expected `variant` and its name, found `A`"});
}

TEST_CASE("expectations, scenarios and variants name what exists") {
    const std::string head =
        "option O: bool = true; fault f; interface i { proc p() { } }\nvariant A of i { }\nthread t { here: p(); step; "
        "}\ninvariant inv: O;\n";
    CHECK(complaints(head +
                     "scenario s { run t; over A; budget f = 1; expect inv violated via here { A } else holds; }") ==
          Lines{});
    CHECK(complaints(head + "scenario s { run tt; }") == Lines{"5:18 error: there is no actor 'tt'"});
    CHECK(complaints(head + "scenario s { over B; }") == Lines{"5:19 error: there is no variant 'B'"});
    CHECK(complaints(head + "scenario s { budget f = unlimited; }") == Lines{});
    CHECK(complaints(head + "power_loss { }\nscenario s { budget power_loss = unlimited; }") ==
          Lines{"6:21 error: power loss has a budget: each loss begins another run"});
    CHECK(complaints(head + "scenario s { budget g = 1; }") == Lines{"5:21 error: there is no fault 'g'"});
    CHECK(complaints(head + "scenario s { expect inv2 holds; }") == Lines{"5:21 error: there is no property 'inv2'"});
    CHECK(complaints(head + "scenario s { expect inv violated via there; }") ==
          Lines{"5:38 error: there is no label 'there'"});
    CHECK(complaints(head + "cover c: O;\nscenario s { expect c holds with 0 faults in 1 step via here; }") == Lines{});
    CHECK(complaints(head + "power_loss { }\nsometimes m: O;\nscenario s { expect m holds in 1 step; }") == Lines{});
    CHECK(complaints(head + "scenario s { expect inv holds in 1 step; }") ==
          Lines{"5:25 error: there is no trace where 'inv' holds"});
    CHECK(complaints(head + "scenario s { expect inv violated else holds via here; }") ==
          Lines{"5:39 error: there is no trace where 'inv' holds"});
    CHECK(complaints(head + "scenario s { over A; expect inv holds { Z }; }") ==
          Lines{"5:41 error: this scenario does not run over 'Z'"});
    CHECK(complaints(head + "variant B of i { override proc q() { } }") ==
          Lines{"5:32 error: interface 'i' has no procedure 'q'"});
    CHECK(complaints(head + "variant B of i { override proc p(n: bool) { } }") ==
          Lines{"5:32 error: 'p' has other parameters or another result than in interface 'i'"});
    CHECK(complaints("invariant deadlock: true;") ==
          Lines{"1:11 error: 'deadlock' is the name of a property that is always asked"});
}

TEST_CASE("calls: arity, results, procedures inside expressions, goto into a scope") {
    const std::string head = "var x: 0..3; proc p(n: 0..3): 0..3 { return n; } proc q() { }\n";
    CHECK(complaints(head + "thread t { x = p(1); p(2); q(); }") == Lines{});
    CHECK(complaints(head + "thread t { x = p(); }") == Lines{"2:16 error: 'p' takes 1 arguments, not 0"});
    CHECK(complaints(head + "thread t { x = q(); }") == Lines{"2:16 error: 'q' has no result"});
    CHECK(complaints(head + "thread t { x = p(1) + 1; }") ==
          Lines{"2:16 error: 'p' is a procedure: it takes steps and cannot stand inside an expression"});
    CHECK(complaints("proc r(): bool { step; }") == Lines{"1:24 error: 'r' can end here without a result"});
    CHECK(complaints("thread t: bool { step; }") == Lines{"1:24 error: 't' can end here without a result"});
    CHECK(complaints("thread t { goto l; atomic { l: step; } }") ==
          Lines{"1:17 error: goto never leads into a scope, an atomic or a copy of a `for`",
                "1:20 warning: this statement is never reached"});
    CHECK(complaints("daemon d { break; }") == Lines{"1:12 error: break outside a loop"});
}

TEST_CASE("deep call chains and explosive unrolling end in an error, not in exhaustion") {
    std::string deep = "proc p0() { step; }\n";
    for (int i = 1; i < 2000; ++i) deep += fmt::format("proc p{}() {{ p{}(); }}\n", i, i - 1);
    const auto chain = complaints(deep + "thread t { p1999(); }");
    REQUIRE(!chain.empty());
    CHECK(chain.front().find("calls nest deeper than 64") != std::string::npos);
    std::string wide = "proc p0() { step; }\n";
    for (int i = 1; i < 40; ++i) wide += fmt::format("proc p{}() {{ p{}(); p{}(); }}\n", i, i - 1, i - 1);
    const auto doubling = complaints(wide + "thread t { p39(); }");
    REQUIRE(!doubling.empty());
    CHECK(doubling.front().find("more than 200000 statements") != std::string::npos);
    std::string functions = "fn f0(x: 0..9): 0..9 = x;\n";
    for (int i = 1; i < 40; ++i)
        functions += fmt::format("fn f{}(x: 0..9): 0..9 = f{}(x) == f{}(x) ? x : 0;\n", i, i - 1, i - 1);
    const auto exploded = complaints(functions + "invariant i: f39(1) == 1;");
    REQUIRE(!exploded.empty());
    CHECK(exploded.front().find("more than 200000 function calls") != std::string::npos);
}
