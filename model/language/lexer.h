// Source text to tokens, one at a time, so that a parser that gives up has read no further than it must. Takes any
// bytes: what is no token is reported once and handed on as `invalid`. Linear time, constant memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/language/diagnostic.h"

namespace untorn::language {

/// Most tokens in one file; what follows is an error. With it the size of a syntax tree is bounded, whatever the text.
inline constexpr size_t max_tokens = 1'000'000;

/// Greatest integer that can be written.
inline constexpr int64_t max_integer = int64_t{1} << 31;

enum class TokenKind : uint8_t {
    end,  // of the file
    identifier,
    reserved,  // a reserved word
    integer,
    string,  // text: with its quotes
    symbol,  // also those of C that are always refused, such as `&&`, for the parser's advice
    invalid  // was reported
};

struct Token {
    TokenKind kind = TokenKind::end;
    bool first_on_line = false;
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t documentation = 0;  ///< where the `///` lines before it begin; equal to `begin` if there are none
    int64_t integer = 0;         ///< the value of an integer
    std::string_view text;

    /// Whether this is the word or symbol `spelling`.
    bool is(std::string_view spelling) const {
        return text == spelling && kind != TokenKind::string && kind != TokenKind::invalid;
    }
};

class Lexer {
 public:
    /// `text` stays alive as long as the tokens are used, and is shorter than 4 GiB.
    Lexer(uint32_t file, std::string_view text, Diagnostics& diagnostics);

    /// The next token; `end` again and again after the last one.
    Token next();
    /// Whether the end came too early, because there were too many tokens; that was reported.
    bool cut_short() const { return cut_short_; }

 private:
    void skip_space(Token& token);
    void skip_line_comment();
    void skip_block_comment();
    void check_nul(size_t begin, size_t end);
    void read_word(Token& token);
    void read_number(Token& token);
    void read_string(Token& token);
    void read_symbol(Token& token);
    void read_nonsense(Token& token);
    Token make_end(Token token);
    Span span(size_t begin, size_t end) const;
    char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    uint32_t file_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    size_t at_ = 0;
    size_t tokens_ = 0;
    bool ended_ = false;
    bool cut_short_ = false;
    bool warned_octal_ = false;
};

/// Whether `word` is a reserved word of the language.
bool is_reserved(std::string_view word);

/// The text of the `///` lines before `token`, without the slashes and one space after them, joined with `\n`.
std::string documentation_before(std::string_view text, const Token& token);

}  // namespace untorn::language
