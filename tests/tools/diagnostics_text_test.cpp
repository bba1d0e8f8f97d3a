#include "tools/cli/diagnostics_text.h"

#include <doctest/doctest.h>

namespace untorn::tools {

namespace {

std::string shown(const std::string& text, uint32_t begin, uint32_t end, const std::string& help = {}) {
    const std::vector<language::SourceFile> files{{LineIndex("a.untorn", text), text}};
    return render({language::Severity::error, {0, begin, end}, "what", help}, files, Style(false));
}

}  // namespace

TEST_CASE("a diagnostic shows place, message, line, underline and help") {
    CHECK(shown("var x: bool;\nvar y: boo;\n", 20, 23, "did you mean `bool`?") ==
          "a.untorn:2:8: error: what\n"
          "    2 | var y: boo;\n"
          "      |        ^^^\n"
          "      = help: did you mean `bool`?\n");
}

TEST_CASE("tabs move the underline as they move the text") {
    CHECK(shown("\tx\ty = 1;", 3, 4) ==
          "a.untorn:1:4: error: what\n"
          "    1 |     x   y = 1;\n"
          "      |         ^\n");
}

TEST_CASE("a span of several lines is underlined to the end of its first") {
    CHECK(shown("if (x) {\n}\n", 3, 10) ==
          "a.untorn:1:4: error: what\n"
          "    1 | if (x) {\n"
          "      |    ^^^^^\n");
}

TEST_CASE("the end of the file can be pointed at") {
    CHECK(shown("var x", 5, 5) ==
          "a.untorn:1:6: error: what\n"
          "    1 | var x\n"
          "      |      ^\n");
    CHECK(shown("var x\n", 6, 6) ==
          "a.untorn:2:1: error: what\n"
          "    2 | \n"
          "      | ^\n");
}

TEST_CASE("a long line is cut around the place") {
    const std::string text = std::string(500, 'a') + "!!" + std::string(500, 'b');
    CHECK(shown(text, 500, 502) == "a.untorn:1:501: error: what\n    1 | ..." + std::string(40, 'a') + "!!" +
                                       std::string(78, 'b') + "...\n      | " + std::string(43, ' ') + "^^\n");
    const std::string megabytes(3U << 20U, 'x');
    CHECK(shown(megabytes, 2U << 20U, (2U << 20U) + 1).size() < 400);
}

TEST_CASE("bytes that could disturb a terminal are written out") {
    CHECK(shown("\x1b[31m \xff \xe2\x80\xae x", 0, 1) ==
          "a.untorn:1:1: error: what\n"
          "    1 | \\x1b[31m \\xff \\u{202e} x\n"
          "      | ^^^^\n");
    CHECK(shown(std::string("a\0b", 3), 1, 2) ==
          "a.untorn:1:2: error: what\n"
          "    1 | a\\x00b\n"
          "      |  ^^^^\n");
    CHECK(shown("// caf\xc3\xa9 x", 9, 10) ==
          "a.untorn:1:10: error: what\n"
          "    1 | // caf\xc3\xa9 x\n"
          "      |         ^\n");
}

TEST_CASE("an error about no file has no excerpt") {
    CHECK(render({language::Severity::warning, {3, 0, 0}, "what", {}}, {}, Style(false)) == "untorn: warning: what\n");
}

TEST_CASE("errors that were not kept are counted") {
    const std::string text = "x\n";
    const std::vector<language::SourceFile> files{{LineIndex("a.untorn", text), text}};
    language::Diagnostics diagnostics;
    for (int i = 0; i < 25; ++i) diagnostics.error({0, 0, 1}, "wrong " + std::to_string(i));
    const std::string all = render(diagnostics, files, Style(false));
    CHECK(all.substr(all.rfind('\n', all.size() - 2) + 1) == "5 more errors not shown\n");
}

TEST_CASE("color marks severity, message and place") {
    const std::string text = "x\n";
    const std::vector<language::SourceFile> files{{LineIndex("a.untorn", text), text}};
    CHECK(render({language::Severity::error, {0, 0, 1}, "what", {}}, files, Style(true)) ==
          "a.untorn:1:1: \033[1;31merror:\033[0m \033[1mwhat\033[0m\n"
          "    1 | x\n"
          "      | \033[1;31m^\033[0m\n");
}

}  // namespace untorn::tools
