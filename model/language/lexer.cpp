// Lexical rules: README.md, "Lexical". Outside comments and strings the text is ASCII; strings are valid UTF-8;
// comments are any bytes but NUL.
#include "model/language/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace untorn::language {

namespace {

constexpr auto unsorted_words = std::to_array<std::string_view>(
    {"and",      "assert",    "atomic",     "await",   "bool",      "break",     "budget",      "choose",     "const",
     "continue", "count",     "cover",      "daemon",  "else",      "enum",      "environment", "eventually", "exists",
     "expect",   "extends",   "false",      "fault",   "final",     "fn",        "for",         "forall",     "ghost",
     "goto",     "if",        "implies",    "import",  "in",        "init",      "interface",   "invariant",  "leads",
     "loop",     "mutex",     "never",      "none",    "not",       "of",        "option",      "or",         "over",
     "override", "param",     "power_loss", "proc",    "progress",  "quiescent", "recover",     "ref",        "return",
     "run",      "scalarset", "scenario",   "set",     "sometimes", "step",      "struct",      "super",      "thread",
     "true",     "type",      "var",        "variant", "where",     "while",     "with",        "always",     "lemma"});

constexpr auto reserved_words = [] {
    auto words = unsorted_words;
    std::sort(words.begin(), words.end());
    return words;
}();

// Longest first. Those from `&&` to `<<` are never valid: they are read as one for the sake of a good message.
constexpr auto symbols = std::to_array<std::string_view>({"..", "==", "!=", "<=", ">=", "+=", "-=", "&&", "||", "++",
                                                          "->", "*=", "/=", "%=", "|=", "&=", ":=", "<<", "{",  "}",
                                                          "(",  ")",  "[",  "]",  ";",  ",",  ":",  ".",  "?",  "=",
                                                          "<",  ">",  "+",  "-",  "*",  "/",  "%",  "!",  "|",  "&"});

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_plain(char c) { return c >= '\t' && c < '\x7f' && (c >= ' ' || is_space(c)); }

/// The UTF-8 sequence at the start of `s`: its length and code point; length 0 if it is none.
struct Decoded {
    size_t length = 0;
    uint32_t point = 0;
};

Decoded decode(std::string_view s) {
    const auto byte = [&](size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
    const uint32_t first = byte(0);
    if (first < 0x80) return {s.empty() ? 0U : 1U, first};
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4) return {};
    uint32_t point = first & (0x7fU >> length);
    for (size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return {};
        point = (point << 6U) | (byte(i) & 0x3fU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return {};
    return {length, point};
}

/// What to do about a character that the language does not know.
std::string advice_for(char c) {
    switch (c) {
        case '#': return "`import` takes the place of `#include`, `const` that of `#define`";
        case '\'': return "strings stand in double quotes";
        case '^':
        case '~': return "there are no bit operations; sets have `|`, `&` and `-`";
        default: return {};
    }
}

}  // namespace

bool is_reserved(std::string_view word) {
    return std::binary_search(reserved_words.begin(), reserved_words.end(), word);
}

Lexer::Lexer(uint32_t file, std::string_view text, Diagnostics& diagnostics)
    : file_(file), text_(text), diagnostics_(diagnostics) {
    if (text_.substr(0, 3) == "\xef\xbb\xbf") at_ = 3;  // byte order mark
}

Span Lexer::span(size_t begin, size_t end) const {
    return {file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

Token Lexer::next() {
    Token token;
    token.first_on_line = at_ == 0 || (at_ == 3 && tokens_ == 0);
    skip_space(token);
    if (ended_ || at_ >= text_.size()) return make_end(token);
    if (++tokens_ > max_tokens) {
        diagnostics_.error(span(at_, at_), fmt::format("the file has more than {} words and symbols", max_tokens),
                           "divide it and `import` the parts");
        cut_short_ = true;
        return make_end(token);
    }
    token.begin = static_cast<uint32_t>(at_);
    const char c = peek();
    if (is_letter(c))
        read_word(token);
    else if (is_digit(c))
        read_number(token);
    else if (c == '"')
        read_string(token);
    else
        read_symbol(token);
    token.end = static_cast<uint32_t>(at_);
    token.text = text_.substr(token.begin, token.end - token.begin);
    if (token.documentation > token.begin) token.documentation = token.begin;
    return token;
}

Token Lexer::make_end(Token token) {
    ended_ = true;
    at_ = text_.size();
    token.kind = TokenKind::end;
    token.begin = token.end = token.documentation = static_cast<uint32_t>(at_);
    return token;
}

void Lexer::skip_space(Token& token) {
    token.documentation = UINT32_MAX;
    while (at_ < text_.size()) {
        const char c = peek();
        if (c == '\n') token.first_on_line = true;
        if (is_space(c)) {
            ++at_;
        } else if (c == '/' && peek(1) == '/') {
            const bool documents = token.first_on_line && peek(2) == '/' && peek(3) != '/';
            if (documents && token.documentation == UINT32_MAX) token.documentation = static_cast<uint32_t>(at_);
            skip_line_comment();
        } else if (c == '/' && peek(1) == '*') {
            const size_t begin = at_;
            skip_block_comment();
            if (text_.substr(begin, at_ - begin).find('\n') != std::string_view::npos) token.first_on_line = true;
        } else {
            return;
        }
    }
}

void Lexer::check_nul(size_t begin, size_t end) {
    const size_t found = text_.substr(begin, end - begin).find('\0');
    if (found == std::string_view::npos) return;
    diagnostics_.error(span(begin + found, begin + found + 1), "NUL byte in the text", "is this a text file?");
}

void Lexer::skip_line_comment() {
    const size_t begin = at_;
    at_ = std::min(text_.find('\n', at_), text_.size());
    check_nul(begin, at_);
}

void Lexer::skip_block_comment() {
    const size_t begin = at_;
    const size_t close = text_.find("*/", at_ + 2);
    at_ = close == std::string_view::npos ? text_.size() : close + 2;
    check_nul(begin, at_);
    if (close == std::string_view::npos)
        diagnostics_.error(span(begin, begin + 2), "the comment is not closed", "`*/` ends it");
}

void Lexer::read_word(Token& token) {
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    token.kind =
        is_reserved(text_.substr(token.begin, at_ - token.begin)) ? TokenKind::reserved : TokenKind::identifier;
}

void Lexer::read_number(Token& token) {
    token.kind = TokenKind::integer;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    const std::string_view all = text_.substr(token.begin, at_ - token.begin);
    const bool hexadecimal = all.size() > 2 && all[0] == '0' && (all[1] == 'x' || all[1] == 'X');
    const std::string_view digits = hexadecimal ? all.substr(2) : all;
    bool too_large = false;
    for (const char c : digits) {
        const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        if (!is_digit(c) && !(hexadecimal && lower >= 'a' && lower <= 'f')) {
            const std::string shown(all.substr(0, 40));
            diagnostics_.error(span(token.begin, at_), fmt::format("`{}` is neither a number nor a name", shown),
                               "integers are decimal or 0x hexadecimal, without suffix");
            token.kind = TokenKind::invalid;
            return;
        }
        token.integer = token.integer * (hexadecimal ? 16 : 10) + (is_digit(c) ? c - '0' : lower - 'a' + 10);
        too_large = too_large || token.integer > max_integer;
        token.integer = std::min(token.integer, max_integer);
    }
    if (too_large)
        diagnostics_.error(span(token.begin, at_), "the integer is too large",
                           fmt::format("the greatest is {} (2^31)", max_integer));
    else if (!hexadecimal && all.size() > 1 && all[0] == '0' && !std::exchange(warned_octal_, true))
        diagnostics_.warning(span(token.begin, at_), "a number with a leading 0 is decimal here, not octal");
    if (peek() == '.' && is_digit(peek(1))) {
        diagnostics_.error(span(token.begin, at_ + 1), "numbers are integers",
                           "a range is written with two dots: `0..9`");
        ++at_;
        while (is_digit(peek())) ++at_;
        token.kind = TokenKind::invalid;
    }
}

void Lexer::read_string(Token& token) {
    token.kind = TokenKind::string;
    ++at_;
    bool reported = false;
    while (at_ < text_.size() && peek() != '"' && peek() != '\n') {
        const Decoded c = decode(text_.substr(at_, 4));
        if ((c.length == 0 || c.point == 0) && !reported) {
            diagnostics_.error(span(at_, at_ + 1),
                               c.length == 0 ? "the string is not valid UTF-8" : "NUL byte in the text");
            reported = true;
        }
        at_ += std::max<size_t>(c.length, 1);
    }
    if (peek() == '"')
        ++at_;
    else
        diagnostics_.error(span(token.begin, at_), "the string is not closed", "a string ends on its line, with `\"`");
}

void Lexer::read_symbol(Token& token) {
    const std::string_view rest = text_.substr(at_, 2);
    const auto found = std::find_if(symbols.begin(), symbols.end(), [&](auto s) { return rest.starts_with(s); });
    if (found == symbols.end()) return read_nonsense(token);
    token.kind = TokenKind::symbol;
    at_ += found->size();
}

/// Takes a whole run of bytes that cannot begin a token: binary data is then one error, not thousands.
void Lexer::read_nonsense(Token& token) {
    token.kind = TokenKind::invalid;
    const char c = peek();
    if (is_plain(c)) {
        ++at_;
        diagnostics_.error(span(token.begin, at_), fmt::format("unexpected character `{}`", c), advice_for(c));
        return;
    }
    const Decoded character = decode(text_.substr(at_, 4));
    while (at_ < text_.size() && !is_plain(peek())) ++at_;
    const Span where = span(token.begin, token.begin + std::max<size_t>(character.length, 1));
    if (c == '\0')
        diagnostics_.error(where, "NUL byte in the text", "is this a text file?");
    else if (character.length == 0)
        diagnostics_.error(where, fmt::format("byte 0x{:02x} is not valid UTF-8", static_cast<unsigned char>(c)),
                           "is this a text file?");
    else
        diagnostics_.error(where, fmt::format("unexpected character U+{:04X}", character.point),
                           character.point < 0x80 ? "" : "outside comments and strings the text is ASCII");
}

std::string documentation_before(std::string_view text, const Token& token) {
    std::string out;
    bool first = true;
    std::string_view rest = text.substr(token.documentation, token.begin - token.documentation);
    while (!rest.empty()) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (!line.starts_with("///") || line.starts_with("////")) continue;
        line.remove_prefix(line.substr(3).starts_with(' ') ? 4 : 3);
        while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
        if (!first) out += '\n';
        out += line;
        first = false;
    }
    return out;
}

}  // namespace untorn::language
