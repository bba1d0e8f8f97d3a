// The parser: every form of the grammar as a tree, and exact spans.
#include "model/language/parser.h"

#include <doctest/doctest.h>

#include "tests/language/parsed.h"
#include "tests/language/tree_text.h"

using namespace untorn;
using namespace untorn::language;

namespace {

std::string expr(const std::string& e) { return text(*good("const K = " + e + ";").item().value); }
std::string type(const std::string& t) { return text(*good("type T = " + t + ";").item().type); }
std::string stmts(const std::string& s) { return text(good("thread w { " + s + " }").item().body); }

}  // namespace

TEST_CASE("Operators bind as the grammar says") {
    CHECK(expr("1 + 2 * 3 - 4") == "(- (+ 1 (* 2 3)) 4)");
    CHECK(expr("(1 + 2) * -x % 3") == "(% (* (+ 1 2) (- x)) 3)");
    CHECK(expr("a or b and c or d") == "(or (or a (and b c)) d)");
    CHECK(expr("a implies b implies c") == "(implies a (implies b c))");
    CHECK(expr("a or b implies c ? 1 : d ? 2 : 3") == "(? (implies (or a b) c) 1 (? d 2 3))");
    CHECK(expr("not a == !b") == "(== (not a) (not b))");
    CHECK(expr("x in s | t & {1, 2} - u") == "(in x (& (| s t) (- {1 2} u)))");
    CHECK(expr("a <= b and c != d") == "(and (<= a b) (!= c d))");
    CHECK(expr("--1") == "(- (- 1))");
}

TEST_CASE("Primary and postfix expressions") {
    CHECK(expr("f.data[i][g(1, x)].old") == "(. ([] ([] (. f data) i) (call g 1 x)) old)");
    CHECK(expr("true != none") == "(!= true none)");
    CHECK(expr("{}") == "{}");
    CHECK(expr("{a, b,}") == "{a b}");
    CHECK(expr("F { a: 1, b: G {}, }") == "(F a: 1 b: (G))");
    CHECK(expr("[b in 0..3: [c in C: Old]]") == "(array b in 0..3 (array c in C Old))");
    CHECK(expr("h(at(w, L))") == "(call h (call at w L))");
    CHECK(expr("0x10") == "16");
}

TEST_CASE("Quantifiers reach as far right as possible") {
    CHECK(expr("forall (x in T) a and b") == "(forall x in T (and a b))");
    CHECK(expr("exists (x in 0..n - 1 where x != y) p(x) ? 1 : 2") ==
          "(exists x in 0..(- n 1) (? (call p x) 1 2) (!= x y))");
    CHECK(expr("2 == count (x in T) x or y") == "(== 2 (count x in T (or x y)))");
    CHECK(expr("not forall (x in T) x") == "(not (forall x in T x))");
}

TEST_CASE("Types") {
    CHECK(type("bool") == "bool");
    CHECK(type("mutex[A]") == "(array A of mutex)");
    CHECK(type("0..N * 2 - 1") == "0..(- (* N 2) 1)");
    CHECK(type("(a ? 1 : 2)..f(x)") == "(? a 1 2)..(call f x)");
    CHECK(type("-1..1[B]") == "(array B of (- 1)..1)");
    CHECK(type("T[A][0..3]") == "(array A of (array 0..3 of T))");
    CHECK(type("set<0..3>?") == "(optional (set 0..3))");
    CHECK(type("Version?[Block]") == "(array Block of (optional Version))");
    CHECK(text(*good("var s: set<T>= {};").item().type) == "(set T)");
    CHECK(good("proc p(): N { }").item().procedure.body.statements.empty());
    CHECK(text(*good("proc p(): 0..N { x = 1; }").item().procedure.result) == "0..N");
}

TEST_CASE("Statements") {
    CHECK(stmts("var x: 0..3 = 1; var y: bool;") == "{(var x in 0..3 1) (var y in bool)}");
    CHECK(stmts("a, b.c[1] = b.c[1], a; a += 2; a -= b;") ==
          "{(= a ([] (. b c) 1) ([] (. b c) 1) a) (=+ a 2) (=- a b)}");
    CHECK(stmts("f(); lock(m[i]); super(x);") == "{(call f) (call lock ([] m i)) (call super x)}");
    CHECK(stmts("if (a) x = 1; else if (b) { } else y = 1;") == "{(if a {(= x 1)} else {(if b {} else {(= y 1)})})}");
    CHECK(stmts("if (a) if (b) x = 1; else x = 2;") == "{(if a {(if b {(= x 1)} else {(= x 2)})})}");
    CHECK(stmts("while (a) { break; continue; } loop step;") == "{(while a {(break) (continue)}) (loop {(step)})}");
    CHECK(stmts("for (i in 0..N) atomic { x[i] = 1; }") == "{(for i in 0..N {(atomic {(= ([] x i) 1)})})}");
    CHECK(stmts("await !f.w; assert a; ghost { n += 1; } { x = 1; }") ==
          "{(await (not (. f w))) (assert a) (ghost {(=+ n 1)}) (block {(= x 1)})}");
    CHECK(stmts("L: M: assert a; goto L; return; return a;") == "{L: M: (assert a) (goto L) (return) (return a)}");
    CHECK(stmts(";; ; end: ;") == "{end: (empty)}");
    CHECK(stmts("x = F { a: 1 };") == "{(= x (F a: 1))}");
    CHECK(stmts("device = crash; free(device);") == "{(= device crash) (call free device)}");
}

TEST_CASE("Alternatives of choose") {
    CHECK(
        stmts("choose { x = 1; } or fault pf { } or (b in Block) { } or fault io (b in 0..3 where b != x) { step; }") ==
        "{(choose ({(= x 1)}) (fault pf {}) (b in Block {}) (fault io b in 0..3 where (!= b x) {(step)}))}");
    CHECK(stmts("choose (b in Block where ok(b)) { }") == "{(choose (b in Block where (call ok b) {}))}");
}

TEST_CASE("Declarations") {
    const Parsed p = good(
        "import a; import \"../b.untorn\"; param W = 2, P: 0..9 = W + 1,; option FIX: bool = true; const K: 0..3 = 1;\n"
        "const L = 2; type T = 0..K; enum E { A, B, } enum F { C }; struct S { a: bool; m: mutex[T]; }; scalarset "
        "Id[W];\n"
        "var v: T; device var d: T = 1; durable var e: T; ghost var g: T; fault pf; fault io budget K;\n"
        "fn f(x: T, y: E): bool = x == 1; fn c(): T = 0;");
    using ast::ItemKind;
    REQUIRE(p.file.items.size() == 20);
    CHECK(p.item(0).name.text == "a");
    CHECK_FALSE(p.item(0).quoted);
    CHECK(p.item(1).name.text == "../b.untorn");
    CHECK(p.item(1).quoted);
    CHECK(p.item(2).kind == ItemKind::param);
    CHECK(p.item(2).name.text == "W");
    CHECK(p.item(2).type == nullptr);
    CHECK(p.item(3).name.text == "P");
    CHECK(text(*p.item(3).type) == "0..9");
    CHECK(text(*p.item(3).value) == "(+ W 1)");
    CHECK(p.item(4).kind == ItemKind::option);
    CHECK(p.item(5).kind == ItemKind::constant);
    CHECK(p.item(6).type == nullptr);
    CHECK(p.item(7).kind == ItemKind::type);
    CHECK(p.item(8).names.size() == 2);
    CHECK(p.item(8).names[1].text == "B");
    CHECK(p.item(9).names.size() == 1);
    CHECK(p.item(10).kind == ItemKind::structure);
    REQUIRE(p.item(10).formals.size() == 2);
    CHECK(text(*p.item(10).formals[1].type) == "(array T of mutex)");
    CHECK(p.item(11).kind == ItemKind::scalarset);
    CHECK(text(*p.item(11).value) == "W");
    CHECK(p.item(12).storage == ast::StorageWord::memory);
    CHECK(p.item(13).storage == ast::StorageWord::device);
    CHECK(text(*p.item(13).value) == "1");
    CHECK(p.item(14).storage == ast::StorageWord::durable);
    CHECK(p.item(15).storage == ast::StorageWord::ghost);
    CHECK(p.item(16).value == nullptr);
    CHECK(text(*p.item(17).value) == "K");
    CHECK(p.item(18).formals.size() == 2);
    CHECK(text(*p.item(18).value) == "(== x 1)");
    CHECK(p.item(19).formals.empty());
}

TEST_CASE("Procedures, interfaces and variants") {
    const Parsed p = good(
        "proc p(ref f: Folio, n: 0..3): Errno { return OK; }\n"
        "interface I { proc a() { } proc b(): bool { return true; } }\n"
        "variant V of I { override proc a() { super(); } option X = 1, Y = true; option Z = 2; }\n"
        "variant U extends V { }");
    const ast::Procedure& proc = p.item(0).procedure;
    CHECK(p.item(0).name.text == "p");
    CHECK(proc.name.text == "p");
    REQUIRE(proc.formals.size() == 2);
    CHECK(proc.formals[0].by_reference);
    CHECK_FALSE(proc.formals[1].by_reference);
    CHECK(proc.result->name.text == "Errno");
    CHECK(text(proc.body) == "{(return OK)}");
    REQUIRE(p.item(1).procedures.size() == 2);
    CHECK(p.item(1).procedures[1].name.text == "b");
    CHECK(p.item(1).procedures[0].result == nullptr);
    CHECK(p.item(2).parent.text == "I");
    CHECK_FALSE(p.item(2).extends);
    REQUIRE(p.item(2).settings.size() == 3);
    CHECK(p.item(2).settings[2].name.text == "Z");
    CHECK(text(p.item(2).procedures[0].body) == "{(call super)}");
    CHECK(p.item(3).parent.text == "V");
    CHECK(p.item(3).extends);
}

TEST_CASE("Actors and the blocks of a run") {
    const Parsed p = good(
        "thread w[i: Writer](req: Write): 0..3 { } daemon device { } environment user(x: T) { }\n"
        "power_loss budget N { } recover { } init { x = 1; } power_loss { }");
    CHECK(p.item(0).actor == ast::ActorWord::thread);
    REQUIRE(p.item(0).family);
    CHECK(p.item(0).family->name.text == "i");
    CHECK(p.item(0).formals[0].name.text == "req");
    CHECK(text(*p.item(0).type) == "0..3");
    CHECK(p.item(1).actor == ast::ActorWord::daemon);
    CHECK(p.item(1).name.text == "device");
    CHECK_FALSE(p.item(1).family);
    CHECK(p.item(2).actor == ast::ActorWord::environment);
    CHECK(p.item(3).kind == ast::ItemKind::power_loss);
    CHECK(text(*p.item(3).value) == "N");
    CHECK(p.item(4).kind == ast::ItemKind::recover);
    CHECK(text(p.item(5).body) == "{(= x 1)}");
    CHECK(p.item(6).value == nullptr);
}

TEST_CASE("Every kind of property") {
    const Parsed p = good(
        "invariant a: x; crash invariant b: x; final c: x; quiescent d: x; cover e: x; crash cover f: x; eventually g: "
        "x;\n"
        "always eventually h: x; progress i: x leads to y; never j: x; sometimes k: x; always l: x;");
    using ast::PropertyWord;
    const PropertyWord kinds[] = {PropertyWord::invariant,  PropertyWord::crash_invariant,
                                  PropertyWord::final,      PropertyWord::quiescent,
                                  PropertyWord::cover,      PropertyWord::crash_cover,
                                  PropertyWord::eventually, PropertyWord::always_eventually,
                                  PropertyWord::progress,   PropertyWord::never,
                                  PropertyWord::sometimes,  PropertyWord::always};
    REQUIRE(p.file.items.size() == 12);
    for (size_t i = 0; i < 12; ++i) {
        CHECK(p.item(i).property == kinds[i]);
        CHECK(p.item(i).name.text == std::string(1, static_cast<char>('a' + i)));
    }
    CHECK(text(*p.item(8).consequent) == "y");
}

TEST_CASE("Lemmas, and the recovery that they may ask about") {
    const Parsed p = good(
        "lemma a: x implies y;\n/// of the disk\ncrash lemma b: ended(recover) or at(recover, L) or "
        "f(result(recover));");
    REQUIRE(p.file.items.size() == 2);
    for (size_t i = 0; i < 2; ++i) {
        CHECK(p.item(i).kind == ast::ItemKind::lemma);
        CHECK(p.item(i).name.text == (i == 0 ? "a" : "b"));
        CHECK(p.item(i).after_loss == (i == 1));
    }
    CHECK(text(*p.item(0).value) == "(implies x y)");
    CHECK(text(*p.item(1).value) ==
          "(or (or (call ended recover) (call at recover L)) (call f (call result recover)))");
    CHECK(p.at(p.item(0).span) == "lemma a: x implies y;");
    CHECK(p.item(1).documentation == "of the disk");
    CHECK(p.at(p.item(1).span).starts_with("crash lemma b"));
    // Elsewhere `recover` is no expression, and `crash` a name like any other.
    CHECK(errors("lemma a: recover;") != "");
    CHECK(errors("lemma a: f(recover);") != "");
    CHECK(errors("lemma a: at(L, recover.x);") != "");
    CHECK(text(*good("lemma crash: crash;").item().value) == "crash");
}

TEST_CASE("What is wrong about lemmas") {
    CHECK(errors("lemma x == 1;") == "1:9 expected `:` and what the lemma says, found `==`\n");
    CHECK(errors("lemma : x;") == "1:7 expected the name of the lemma, found `:`\n");
    CHECK(errors("lemma a: x") == "1:11 expected `;` after the lemma, found the end of the file\n");
    CHECK(errors("crash final a: x;") ==
          "1:7 expected `invariant`, `cover` or `lemma` after `crash`, found the reserved word `final`\n");
    CHECK(errors("lemmma a: x;") ==
          "1:1 expected a declaration or a property, found `lemmma` | did you mean `lemma`?\n");
    CHECK(errors("scenario S { lemma a: x; }").find("lemmas stand outside of scenarios") != std::string::npos);
    CHECK(errors("scenario S { crash lemma a: x; }").find("lemmas stand outside of scenarios") != std::string::npos);
    // After an error the next lemma is found again.
    CHECK(errors("invariant a: (;\nlemma b: (;\ncrash lemma c: (;\n").find("3:17") != std::string::npos);
}

TEST_CASE("Expectations") {
    const Parsed p = good(
        "expect p holds;\n"
        "expect p violated with 2 faults in 7 steps via short_copy { A, B } holds { C } else undecided;\n"
        "expect p violated\n with 1 fault\n in 1 step;\n"
        "expect states 120 { A } 7 { B, C };\n"
        "expect depth 3;\n"
        "expect states holds;\n"
        "expect p holds with 1 fault in 3 steps via short_copy { A };");
    using Kind = ast::Expected::Kind;
    REQUIRE(p.file.items.size() == 7);
    const auto& first = p.item(0).expectation;
    REQUIRE(first.cells.size() == 1);
    CHECK(first.cells[0].kind == Kind::holds);
    CHECK_FALSE(first.otherwise);
    const auto& second = p.item(1).expectation;
    REQUIRE(second.cells.size() == 2);
    CHECK(second.cells[0].kind == Kind::violated);
    CHECK(second.cells[0].faults == 2);
    CHECK(second.cells[0].steps == 7);
    CHECK(second.cells[0].via->text == "short_copy");
    CHECK(second.cells[0].variants.size() == 2);
    CHECK(p.at(second.cells[0].span) == "violated with 2 faults in 7 steps via short_copy { A, B }");
    CHECK(second.cells[1].variants[0].text == "C");
    REQUIRE(second.otherwise);
    CHECK(second.otherwise->kind == Kind::undecided);
    CHECK(p.item(2).expectation.cells[0].steps == 1);
    CHECK(p.item(3).expectation.cells[1].count == 7);
    CHECK(p.item(3).expectation.cells[1].kind == Kind::count);
    CHECK(p.item(4).expectation.cells[0].count == 3);
    const auto& reached = p.item(6).expectation.cells[0];
    CHECK(reached.kind == Kind::holds);
    CHECK(reached.faults == 1);
    CHECK(reached.steps == 3);
    CHECK(reached.via->text == "short_copy");
    CHECK(p.at(reached.span) == "holds with 1 fault in 3 steps via short_copy { A }");
    CHECK(p.item(5).expectation.name.text == "states");
    CHECK(p.item(5).expectation.cells[0].kind == Kind::holds);
}

TEST_CASE("Scenarios") {
    const Parsed p = good(
        "scenario S03 \"fsync between\" { param B = 2, P = 1; option X = true; with V; over A, B; free option Y, Z;\n"
        "run pwritev2(A(1), 2), fsync(0), flusher; init { f = warm(0); } budget gone = 1, power_loss = 2; cover c;\n"
        "expect p holds; expect q violated { A } else holds; }\n"
        "scenario empty { }");
    const ast::Scenario& s = *p.item(0).scenario;
    CHECK(s.name.text == "S03");
    CHECK(s.title == "fsync between");
    CHECK(s.params.size() == 2);
    CHECK(s.options.size() == 1);
    CHECK(s.with.size() == 1);
    CHECK(s.over.size() == 2);
    CHECK(s.free_options.size() == 2);
    CHECK(s.has_run);
    REQUIRE(s.run.size() == 3);
    CHECK(s.run[0].args.size() == 2);
    CHECK(p.at(s.run[0].span) == "pwritev2(A(1), 2)");
    CHECK_FALSE(s.run[2].has_args);
    CHECK(text(s.init[0]) == "{(= f (call warm 0))}");
    CHECK(s.covers[0].text == "c");
    CHECK(s.expectations.size() == 2);
    CHECK_FALSE(p.item(1).scenario->has_run);
    CHECK(p.item(1).scenario->title.empty());
}

TEST_CASE("power_loss has a budget in scenarios, although it is a reserved word") {
    const Parsed p = good("scenario s { budget power_loss = 2; }");
    CHECK(p.item().scenario->budgets[0].name.text == "power_loss");
}

TEST_CASE("Documentation lines belong to the item behind them") {
    const Parsed p = good("/// First line.\n///  second\nvar x: bool;\nvar y: bool;\n/// Sizes.\nparam A = 1, B = 2;");
    CHECK(p.item(0).documentation == "First line.\n second");
    CHECK(p.item(1).documentation.empty());
    CHECK(p.item(2).documentation == "Sizes.");
    CHECK(p.item(3).documentation == "Sizes.");
}

TEST_CASE("Spans cover exactly what was written") {
    const Parsed p =
        good("/// doc\nthread w { L: x . a [ 1 ] = ( a + b ) * f ( 1 ) ;  if (x) { y = 1; } }\nvar q : T [A]? = 1 ;");
    const ast::Item& w = p.item(0);
    CHECK(p.at(w.span) == "thread w { L: x . a [ 1 ] = ( a + b ) * f ( 1 ) ;  if (x) { y = 1; } }");
    CHECK(p.at(w.name.span) == "w");
    CHECK(p.at(w.body.span) == "{ L: x . a [ 1 ] = ( a + b ) * f ( 1 ) ;  if (x) { y = 1; } }");
    const ast::Stmt& s = *w.body.statements[0];
    CHECK(p.at(s.span) == "x . a [ 1 ] = ( a + b ) * f ( 1 ) ;");
    CHECK(p.at(s.labels[0].span) == "L");
    CHECK(p.at(s.targets[0]->span) == "x . a [ 1 ]");
    CHECK(p.at(s.targets[0]->args[0]->span) == "x . a");
    CHECK(p.at(s.targets[0]->args[0]->name.span) == "a");
    CHECK(p.at(s.values[0]->span) == "( a + b ) * f ( 1 )");
    CHECK(p.at(s.values[0]->args[0]->span) == "( a + b )");
    CHECK(p.at(s.values[0]->args[0]->args[1]->span) == "b");
    CHECK(p.at(s.values[0]->args[1]->span) == "f ( 1 )");
    const ast::Stmt& branch = *w.body.statements[1];
    CHECK(p.at(branch.span) == "if (x) { y = 1; }");
    CHECK(p.at(branch.values[0]->span) == "x");
    CHECK(p.at(branch.body.span) == "{ y = 1; }");
    CHECK(p.at(p.item(1).span) == "var q : T [A]? = 1 ;");
    CHECK(p.at(p.item(1).type->span) == "T [A]?");
    CHECK(p.at(p.item(1).type->base->span) == "T [A]");
}

TEST_CASE("Spans carry the number of their file") {
    Diagnostics d;
    const ast::File f = parse(7, "const K = 1 +;", d);
    CHECK(f.number == 7);
    CHECK(d.sorted()[0].span.file == 7);
    const ast::File g = parse(3, "const K = 1 + x;", d);
    CHECK(g.items[0].value->args[1]->span == Span{3, 14, 15});
}
