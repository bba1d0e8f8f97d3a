// What the parser says of a text that is none, and how it goes on.
#include <doctest/doctest.h>

#include "tests/language/parsed.h"
#include "tests/language/tree_text.h"

using namespace untorn;
using namespace untorn::language;

namespace {

/// What is said of statements; line 1 is the first of them.
std::string stmt_errors(const std::string& s) { return errors("thread w {" + s + "}"); }

}  // namespace

TEST_CASE("A missing semicolon is reported where it should stand, and parsing goes on") {
    CHECK(errors("var x: 0..3\nvar y: 0..3;") ==
          "1:12 expected `;` after the variable, found the reserved word `var`\n");
    const Parsed p = parsed("thread w {\n  x = 1 // one\n  y = 2;\n  f()\n}");
    CHECK(said(p) == "2:8 expected `;` after the assignment, found `y`\n4:6 expected `;` after the call, found `}`\n");
    CHECK(text(p.item().body) == "{(= x 1) (= y 2) (call f)}");
}

TEST_CASE("What C programmers write gets advice") {
    CHECK(stmt_errors("x = a && b;") == "1:17 expected an operator, found `&&` | write `and`\n");
    CHECK(stmt_errors("x = a || b && c;") ==
          "1:17 expected an operator, found `||` | write `or`\n1:22 expected an operator, found `&&` | write `and`\n");
    CHECK(stmt_errors("if (x = 2) y = 1;") == "1:17 expected a condition, found an assignment | `==` compares\n");
    CHECK(stmt_errors("await x = 2;") == "1:19 expected a condition, found an assignment | `==` compares\n");
    CHECK(errors("invariant p: x = 2;") == "1:16 expected a condition, found an assignment | `==` compares\n");
    CHECK(stmt_errors("x++;") == "1:12 expected `=` after `x`, found `++` | write `x += 1`\n");
    CHECK(stmt_errors("a.b[1]--;") == "1:17 expected `=` after `a.b[1]`, found `--` | write `a.b[1] -= 1`\n");
    CHECK(stmt_errors("++x;") == "1:11 expected a statement, found `++` | write `x += 1`\n");
    CHECK(stmt_errors("--x;") == "1:11 expected a statement, found `--` | write `x -= 1`\n");
    CHECK(stmt_errors("x *= 2;") == "1:13 expected `=` after `x`, found `*=` | write `x = x * ...`\n");
    CHECK(stmt_errors("x == 2;") == "1:13 expected `=` after `x`, found `==` | `=` assigns, `==` compares\n");
    CHECK(stmt_errors("f->x = 1;") == "1:12 expected `.`, found `->` | a member is selected with `.`\n");
    CHECK(stmt_errors("x = a < b < c;") == "1:21 comparisons do not chain | write `a < b and b < c`\n");
    CHECK(stmt_errors("a = b = 1;") ==
          "1:17 expected `;`, found `=` | assignments do not chain: `a, b = e, e;` assigns both at once\n");
    CHECK(stmt_errors("for (i = 0; i < n; i++) { x = ; }") ==
          "1:18 expected `in` and the values of `i`, found `=` | a loop over values is written `for (i in 0..n - 1)`\n"
          "1:41 expected an expression, found `;`\n");
    CHECK(stmt_errors("if x == 2 { y = ; }") ==
          "1:14 expected `(` after `if`, found `x` | the condition stands in parentheses\n"
          "1:27 expected an expression, found `;`\n");
    CHECK(stmt_errors("switch (x) { case 1: y = 2; }") ==
          "1:11 expected a statement, found `switch` | write `if` ... `else if` ...\n");
    CHECK(stmt_errors("int k = 3;") ==
          "1:11 expected a statement, found `int` | a variable is declared with `var name: lo..hi;`\n");
    CHECK(stmt_errors("var k = 3;") ==
          "1:17 expected `:` and the type, found `=` | a variable has a type: `var x: 0..3 = 1;`\n");
    CHECK(errors("thread g { };") == "1:13 expected a declaration or a property, found `;` | no `;` is needed here\n");
    CHECK(errors("enum E { A = 1, B }") == "1:12 expected `,` or `}`, found `=` | enumerators have no numbers\n");
    CHECK(errors("fn f(): bool { return x; }") ==
          "1:14 expected `=` and an expression, found `{` | an `fn` is one expression; statements stand in a `proc`\n");
    CHECK(errors("x = 3;") ==
          "1:1 expected a declaration or a property, found `x` | statements stand in the block of a "
          "`thread`, a `daemon`, a `proc` or `init`\n");
}

TEST_CASE("Misspelt words get the nearest one that fits") {
    CHECK(errors("invarient p: x;") ==
          "1:1 expected a declaration or a property, found `invarient` | did you mean `invariant`?\n");
    CHECK(errors("tread w { }") ==
          "1:1 expected a declaration or a property, found `tread` | did you mean `thread`?\n");
    CHECK(stmt_errors("whlie (x < 3) { y = 1; }") ==
          "1:11 expected a statement, found `whlie` | did you mean `while`?\n");
    CHECK(stmt_errors("awiat !x;") == "1:11 expected a statement, found `awiat` | did you mean `await`?\n");
    CHECK(stmt_errors("brek;") == "1:11 expected a statement, found `brek` | did you mean `break`?\n");
    CHECK(stmt_errors("lop { step; }") == "1:11 expected a statement, found `lop` | did you mean `loop`?\n");
    CHECK(stmt_errors("retrun x;") == "1:11 expected a statement, found `retrun` | did you mean `return`?\n");
    CHECK(stmt_errors("x = y an z;") == "1:16 expected `;` after the assignment, found `an` | did you mean `and`?\n");
    CHECK(errors("expect p violatd;") ==
          "1:10 expected `holds`, `violated` or `undecided`, found `violatd` | did you mean `violated`?\n");
    CHECK(errors("scenario S { ovr A; }") ==
          "1:14 expected a part of the scenario, found `ovr` | did you mean `over`?\n");
    CHECK(errors("variant A off B { }") ==
          "1:11 expected `of` and an interface, or `extends` and a variant, found `off` | did you mean `of`?\n");
    CHECK(errors("progress p: a leads too b;") ==
          "1:21 expected `to` after `leads`, found `too` | did you mean `to`?\n");
}

TEST_CASE("What is not supported yet is said to be so") {
    CHECK(errors("union Version { Old, A(Writer) }\nvar x: bool") ==
          "1:1 `union` is not supported yet | an `enum` for the tag and a `struct` with it take its place\n"
          "2:12 expected `;` after the variable, found the end of the file\n");
    CHECK(errors("var l: rwlock[T];") ==
          "1:8 `rwlock` is not supported yet | a `mutex` excludes readers from each other, too\n");
    CHECK(good("var union: bool; var rwlock: bool;").file.items.size() == 2);
}

TEST_CASE("Reserved words are no names") {
    CHECK(errors("var step: bool;") == "1:5 expected the name of the variable, found the reserved word `step`\n");
    CHECK(stmt_errors("x = while;") == "1:15 expected an expression, found the reserved word `while`\n");
    CHECK(stmt_errors("else x = 1;") ==
          "1:11 expected a statement, found the reserved word `else` | no `if` stands directly before it\n");
}

TEST_CASE("Several errors in one run, each once") {
    const Parsed p = parsed(
        "imprt pagecache;\n"
        "var x 0..3;\n"
        "thread w {\n"
        "  x = ;\n"
        "  if (x { y = 1; }\n"
        "  y = 2;\n"
        "}\n"
        "invariant p: x ==;\n"
        "invariant q: true;\n");
    CHECK(said(p) ==
          "1:1 expected a declaration or a property, found `imprt` | did you mean `import`?\n"
          "2:7 expected `:` and the type, found `0` | a variable has a type: `var x: 0..3 = 1;`\n"
          "4:7 expected an expression, found `;`\n"
          "5:9 expected `)`, found `{`\n"
          "8:18 expected an expression, found `;`\n");
    REQUIRE(p.file.items.size() == 2);
    CHECK(text(p.item(0).body) == "{(= y 2)}");
    CHECK(p.item(1).name.text == "q");
}

TEST_CASE("A missing brace is found where the next item begins") {
    const Parsed p = parsed("thread w {\n  if (x) {\n    y = 1;\n}\n\nthread v {\n  y = ;\n}\n");
    CHECK(said(p) ==
          "6:1 expected `}` at the end of the thread, found the reserved word `thread` | the `{` in line 1 is not "
          "closed\n"
          "7:7 expected an expression, found `;`\n");
    CHECK(errors("thread w { x = 1;\n") ==
          "1:18 expected `}` at the end of the thread, found the end of the file | the `{` in line 1 is not closed\n");
    CHECK(errors("thread w { x = (1 +\n 2; }") == "2:3 expected `)`, found `;` | the `(` in line 1 is not closed\n");
    CHECK(errors("thread w { } }\nvar x: bool;") ==
          "1:14 expected a declaration or a property, found `}` | no `{` is open here\n");
}

TEST_CASE("Assignments need places, and as many values") {
    CHECK(stmt_errors("f(x).a = 1;") ==
          "1:11 expected a variable, a member or an element, found `f(x).a` | a procedure "
          "changes data through its `ref` parameters\n");
    CHECK(stmt_errors("1 = x;") == "1:11 expected a statement, found `1`\n");
    CHECK(stmt_errors("a, b = 1;") == "1:11 2 places are assigned 1 values\n");
    CHECK(stmt_errors("a, b += 1, 2;") == "1:16 expected `=`, found `+=` | `+=` and `-=` change one place\n");
}

TEST_CASE("No more errors than the limit are built up, and parsing stops there") {
    const Parsed p = parsed(repeat("var ;\n", 1000));
    CHECK(p.diagnostics.sorted().size() == Diagnostics::limit);
    CHECK(p.diagnostics.errors() == Diagnostics::limit);
    const Parsed q = parsed(repeat("$\n", 100000));
    CHECK(q.diagnostics.sorted().size() == Diagnostics::limit);
    CHECK(q.diagnostics.errors() < 2 * Diagnostics::limit);
    Diagnostics full;
    for (size_t i = 0; i < Diagnostics::limit; ++i) full.error({0, 0, 0}, "x");
    CHECK(parse(0, "var x: bool; var ;", full).items.empty());
    CHECK(full.errors() == Diagnostics::limit);
}
