// Texts that are deep, long or large: read up to the limits, and refused beyond them with one error, in linear time.
#include <doctest/doctest.h>

#include "tests/language/parsed.h"

using namespace untorn;
using namespace untorn::language;

namespace {

const char* const too_deep = "nested deeper than 200 levels";

}  // namespace

TEST_CASE("Nesting up to the limit is read, deeper is one error") {
    for (const size_t n : {size_t{202}, size_t{10000}}) {
        const std::string sources[] = {
            "const K = " + repeat("(", n) + "1" + repeat(")", n) + ";",
            "const K = " + repeat("(", n),
            "const K = " + repeat("{", n) + repeat("}", n) + ";",
            "const K = " + repeat("!", n) + "x;",
            "const K = " + repeat("not ", n) + "x;",
            "const K = " + repeat("-", n) + "x;",
            "const K = x" + repeat(" + x", n) + ";",
            "const K = x" + repeat(" and x", n) + ";",
            "const K = x" + repeat(" implies x", n) + ";",
            "const K = x" + repeat(" ? x : x", n) + ";",
            "const K = " + repeat("x ? ", n) + "x" + repeat(": x", n) + ";",
            "const K = x" + repeat(".y", n) + ";",
            "const K = x" + repeat("[1]", n) + ";",
            "const K = " + repeat("x[", n) + "1" + repeat("]", n) + ";",
            "const K = " + repeat("f(", n) + "1" + repeat(")", n) + ";",
            "const K = " + repeat("S { a: ", n) + "1" + repeat("}", n) + ";",
            "const K = " + repeat("[x in T: ", n) + "1" + repeat("]", n) + ";",
            "const K = " + repeat("forall (x in T) ", n) + "x;",
            "const K = " + repeat("[x in 0..", n) + "1" + repeat(": 1]", n) + ";",
            "type T = " + repeat("set<", n) + "A" + repeat(">", n) + ";",
            "type T = A" + repeat("[B]", n) + ";",
            "type T = A" + repeat("?", n) + ";",
            "type T = " + repeat("A[", n) + "A" + repeat("]", n) + ";",
            "thread w " + repeat("{", n) + repeat("}", n),
            "thread w {" + repeat("if (x) {", n) + repeat("}", n) + "}",
            "thread w {" + repeat("if (x) ", n) + "y = 1; }",
            "thread w {" + repeat("if (x) y = 1; else ", n) + "y = 1; }",
            "thread w {" + repeat("choose { } or {", n) + repeat("}", n) + "}",
            "thread w {" + repeat("loop ", n) + "step; }",
            "thread w {" + repeat("atomic {", n),
            "thread w {" + repeat("x.y", n) + " = 1; }",
        };
        for (const std::string& source : sources) {
            const Parsed p = parsed(source);
            const std::string head = source.substr(0, 30);
            REQUIRE_MESSAGE(p.diagnostics.has_errors(), head);
            size_t deep = 0;
            for (const Diagnostic& d : p.diagnostics.sorted()) deep += d.message == too_deep ? 1 : 0;
            CHECK_MESSAGE(deep == 1, head);
            CHECK_MESSAGE(p.diagnostics.errors() <= 3, head);
        }
    }
}

TEST_CASE("Chains of a hundred thousand operands, members or signs are refused at the same limit") {
    constexpr size_t n = 100000;
    for (const std::string& e : {"x" + repeat(" + x", n), "x" + repeat(".y", n), repeat("!", n) + "x",
                                 "x" + repeat("[1]", n), "x" + repeat(" implies x", n), repeat("(", n)})
        CHECK(errors("const K = " + e + ";").find(too_deep) != std::string::npos);
}

TEST_CASE("The limit of nesting is exact for expressions, and counts parts that are high on the left, too") {
    const auto chain = [](size_t n) { return "const K = x" + repeat(" + x", n) + ";"; };
    CHECK(good(chain(199)).item().value->height == 200);
    CHECK(errors(chain(200)).find(too_deep) != std::string::npos);
    std::string e = "x";
    for (int i = 0; i < 150; ++i) e = "(" + e + repeat(" + x", 30) + ")";
    CHECK(errors("const K = " + e + ";").find(too_deep) != std::string::npos);
}

TEST_CASE("A large text that is all one statement list or one expression list is read") {
    CHECK(good("const K = {" + repeat("1,", 200000) + "};").item().value->args.size() == 200000);
    CHECK(good("thread w {" + repeat("step;", 100000) + "}").item().body.statements.size() == 100000);
    CHECK(good("thread w {" + repeat(";", 900000) + "}").item().body.statements.empty());
    CHECK(good("thread w {" + repeat("L: ", 100000) + "; }").item().body.statements[0]->labels.size() == 100000);
}

TEST_CASE("A text with too many tokens is refused with one error") {
    CHECK(errors("thread w {" + repeat("x=1;", 300000)) ==
          "1:1000008 the file has more than 1000000 words and symbols | divide it and `import` the parts\n");
}

TEST_CASE("Ten megabytes of nonsense are a few errors, in linear time") {
    const auto few_errors = [](const std::string& piece, size_t bytes) {
        const Parsed p = parsed(repeat(piece, bytes / piece.size()));
        CHECK_MESSAGE(p.diagnostics.sorted().size() <= Diagnostics::limit, piece);
    };
    for (const char* piece : {"a ", "{", "\xff", "\"", "/*", "/// x\n", "thread w { "}) few_errors(piece, 10'000'000);
    for (const char* piece :
         {";", "}", "(", "x = ", "if (x) {", "1 + ", "import ", "\n}", "a:", "{}", "init{}", "a b\n"})
        few_errors(piece, 1'000'000);
}
