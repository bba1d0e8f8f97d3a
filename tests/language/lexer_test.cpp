// The lexer: every kind of token, places, and everything that is no token.
#include "model/language/lexer.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

using namespace untorn;
using namespace untorn::language;

namespace {

struct Lexed {
    std::string text;
    Diagnostics diagnostics;
    std::vector<Token> tokens;
};

Lexed lex(std::string text) {
    Lexed out;
    out.text = std::move(text);
    Lexer lexer(0, out.text, out.diagnostics);
    for (Token t = lexer.next(); t.kind != TokenKind::end; t = lexer.next()) out.tokens.push_back(t);
    CHECK(lexer.next().kind == TokenKind::end);
    return out;
}

/// The tokens with one letter for the kind before each.
std::string kinds(const std::string& text) {
    const Lexed l = lex(text);
    std::string out;
    for (const Token& t : l.tokens)
        out += std::string(out.empty() ? "" : " ") + "?irns.!"[static_cast<size_t>(t.kind)] + std::string(t.text);
    return out;
}

/// Every diagnostic as `begin-end message | help`, one a line.
std::string said(const std::string& text) {
    std::string out;
    for (const Diagnostic& d : lex(text).diagnostics.sorted())
        out += std::to_string(d.span.begin) + "-" + std::to_string(d.span.end) + " " + d.message +
               (d.help.empty() ? "" : " | " + d.help) + "\n";
    return out;
}

}  // namespace

TEST_CASE("The lexer tells names, reserved words, numbers, strings and symbols apart") {
    CHECK(kinds("while x_1 0x1F 42 \"a b\" <= <") == "rwhile ix_1 n0x1F n42 s\"a b\" .<= .<");
    CHECK(kinds("lock holds free device crash via") == "ilock iholds ifree idevice icrash ivia");
    CHECK(kinds("") == "");
    CHECK(kinds(" \t\r\n\v\f") == "");
}

TEST_CASE("Symbols are read as the longest that fits, and a range is not a decimal point") {
    CHECK(kinds("0..3") == "n0 ... n3");
    CHECK(kinds("a+=b==c!d!=e") == "ia .+= ib .== ic .! id .!= ie");
    CHECK(kinds("set<set<T>>") == "rset .< rset .< iT .> .>");
    CHECK(kinds("&& || ++ -> *= /= %= |= &= := <<") == ".&& .|| .++ .-> .*= ./= .%= .|= .&= .:= .<<");
}

TEST_CASE("The reserved words are those that the reference lists") {
    std::ifstream in(UNTORN_SOURCE_DIR "/model/language/README.md");
    const std::string page((std::istreambuf_iterator<char>(in)), {});
    const size_t begin = page.find("Reserved: `");
    REQUIRE(begin != std::string::npos);
    const size_t first = begin + std::string("Reserved: `").size();
    std::istringstream words(page.substr(first, page.find('`', first) - first));
    size_t count = 0;
    for (std::string word; words >> word; ++count) CHECK_MESSAGE(is_reserved(word), word);
    CHECK(count == 72);
    CHECK_FALSE(is_reserved("lock"));
    CHECK_FALSE(is_reserved("While"));
    CHECK_FALSE(is_reserved(""));
}

TEST_CASE("Integers are decimal or hexadecimal, up to 2 to the power of 31") {
    const Lexed l = lex("0 7 0x10 0XfF 2147483648 0x80000000");
    REQUIRE(l.tokens.size() == 6);
    CHECK(l.diagnostics.errors() == 0);
    CHECK(l.tokens[1].integer == 7);
    CHECK(l.tokens[2].integer == 16);
    CHECK(l.tokens[3].integer == 255);
    CHECK(l.tokens[4].integer == 2147483648);
    CHECK(l.tokens[5].integer == 2147483648);
}

TEST_CASE("Integers that are too large, or none, are errors") {
    CHECK(said("2147483649") == "0-10 the integer is too large | the greatest is 2147483648 (2^31)\n");
    CHECK(said("x 0x80000001") == "2-12 the integer is too large | the greatest is 2147483648 (2^31)\n");
    CHECK(said(std::string(100000, '9')).starts_with("0-100000 the integer is too large"));
    CHECK(said("12ab") ==
          "0-4 `12ab` is neither a number nor a name | integers are decimal or 0x hexadecimal, without suffix\n");
    CHECK(said("0x") ==
          "0-2 `0x` is neither a number nor a name | integers are decimal or 0x hexadecimal, without suffix\n");
    CHECK(said("10UL").starts_with("0-4 `10UL` is neither"));
    CHECK(said("1.5") == "0-2 numbers are integers | a range is written with two dots: `0..9`\n");
    CHECK(said("010 020") == "0-3 a number with a leading 0 is decimal here, not octal\n");
    CHECK(lex("010").diagnostics.errors() == 0);
}

TEST_CASE("Comments are passed over, whatever bytes are in them") {
    CHECK(kinds("a // b \xff\xfe \xe2\x82\xac\nc /* d\n \x80 ** / */ e /**/ f") == "ia ic ie if");
    CHECK(lex("// \xff").diagnostics.errors() == 0);
    CHECK(said("a /* b") == "2-4 the comment is not closed | `*/` ends it\n");
    CHECK(said("/*/") == "0-2 the comment is not closed | `*/` ends it\n");
}

TEST_CASE("A string ends on its line") {
    CHECK(said("\"abc\nd") == "0-4 the string is not closed | a string ends on its line, with `\"`\n");
    CHECK(said("\"") == "0-1 the string is not closed | a string ends on its line, with `\"`\n");
    CHECK(kinds("\"\" \"\xe2\x82\xac\\\" x") == "s\"\" s\"\xe2\x82\xac\\\" ix");
    CHECK(said("\"\xe2\x82\xac\"").empty());
    CHECK(said("\"\xe2\x82\"") == "1-2 the string is not valid UTF-8\n");
    CHECK(said("\"\xed\xa0\x80\"") == "1-2 the string is not valid UTF-8\n");
}

TEST_CASE("A NUL byte is an error wherever it stands") {
    using namespace std::string_literals;
    CHECK(said("a \0 b"s) == "2-3 NUL byte in the text | is this a text file?\n");
    CHECK(said("// \0"s) == "3-4 NUL byte in the text | is this a text file?\n");
    CHECK(said("/* \0 */"s) == "3-4 NUL byte in the text | is this a text file?\n");
    CHECK(said("\"\0\""s) == "1-2 NUL byte in the text\n");
}

TEST_CASE("Characters that the language does not know are named, a run of them once") {
    CHECK(said("a $ b") == "2-3 unexpected character `$`\n");
    CHECK(said("#include") ==
          "0-1 unexpected character `#` | `import` takes the place of `#include`, `const` that of `#define`\n");
    CHECK(said("a \xff\xfe\xff b") == "2-3 byte 0xff is not valid UTF-8 | is this a text file?\n");
    CHECK(said("\xe2\x80\x9cx") ==
          "0-3 unexpected character U+201C | outside comments and strings the text is ASCII\n");
    CHECK(said("\x01") == "0-1 unexpected character U+0001\n");
    CHECK(kinds("a \xff\xfe b") == "ia !\xff\xfe ib");
    CHECK(kinds("\xef\xbb\xbfvar") == "rvar");
}

TEST_CASE("A token knows its place and whether it is the first on its line") {
    const Lexed l = lex("ab cd\n  ef /* \n */ gh");
    REQUIRE(l.tokens.size() == 4);
    CHECK(l.tokens[1].begin == 3);
    CHECK(l.tokens[1].end == 5);
    CHECK(l.tokens[0].first_on_line);
    CHECK_FALSE(l.tokens[1].first_on_line);
    CHECK(l.tokens[2].first_on_line);
    CHECK(l.tokens[3].first_on_line);
}

TEST_CASE("Documentation is the text of the lines with three slashes before a token") {
    const auto documentation = [](const std::string& text) {
        const Lexed l = lex(text);
        return documentation_before(l.text, l.tokens.back());
    };
    CHECK(documentation("/// One.\n///  two\n///\n///three\r\nx") == "One.\n two\n\nthree");
    CHECK(documentation("// One.\n//// two\nx").empty());
    CHECK(documentation("/// One.\n\n// no\n  /// two\nx") == "One.\ntwo");
    CHECK(documentation("y /// of y\nx").empty());
}

TEST_CASE("A file has at most a million tokens") {
    std::string text(max_tokens, ';');
    CHECK(lex(text).diagnostics.errors() == 0);
    text += "; ; ;";
    const Lexed l = lex(text);
    CHECK(l.tokens.size() == max_tokens);
    REQUIRE(l.diagnostics.errors() == 1);
    CHECK(l.diagnostics.sorted()[0].message == "the file has more than 1000000 words and symbols");
}
