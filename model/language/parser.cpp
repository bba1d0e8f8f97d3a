// Tokens, errors and recovery of the parser; what it is stands in parser_internal.h.
#include "model/language/parser.h"

#include <fmt/format.h>

#include "model/language/parser_internal.h"

namespace untorn::language {

namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Source text in a message: one line, not too long.
std::string clip(std::string_view text) {
    constexpr size_t most = 40;
    text = text.substr(0, std::min(text.find('\n'), text.size()));
    return text.size() <= most ? std::string(text) : std::string(text.substr(0, most)) + "...";
}

}  // namespace

ast::File parse(uint32_t file, const std::string& text, Diagnostics& diagnostics) {
    if (text.size() >= UINT32_MAX) {
        diagnostics.error({file, 0, 0}, "the file is 4 GiB or larger");
        ast::File empty;
        empty.number = file;
        return empty;
    }
    return Parser(file, text, diagnostics).parse_file();
}

Parser::Parser(uint32_t file, const std::string& text, Diagnostics& diagnostics)
    : file_(file), text_(text), diagnostics_(diagnostics), lexer_(file, text, diagnostics) {
    token_ = lexer_.next();
    next_ = lexer_.next();
}

ast::File Parser::parse_file() {
    ast::File out;
    out.number = file_;
    while (!at_end()) {
        const uint32_t begin = token_.begin;
        try {
            item(out.items);
        } catch (const Abandon&) {
            skip_to_item(begin);
        }
    }
    return out;
}

/// With enough errors reported, the text ends here.
void Parser::advance() {
    previous_ = token_;
    token_ = next_;
    if (diagnostics_.full()) token_.kind = TokenKind::end;
    if (at_end()) {
        token_.text = {};
        return;
    }
    next_ = lexer_.next();
}

bool Parser::accept(std::string_view spelling) {
    if (!at(spelling)) return false;
    advance();
    return true;
}

void Parser::expect(std::string_view spelling, std::string_view context) {
    if (!accept(spelling)) fail_expected(fmt::format("`{}` {}", spelling, context));
}

void Parser::close(std::string_view spelling, const Token& open) {
    if (accept(spelling)) return;
    std::string help = advice();
    if (help.empty() && line_of(open.begin) != line_of(token_.begin))
        help = fmt::format("the `{}` in line {} is not closed", open.text, line_of(open.begin));
    fail_expected(fmt::format("`{}`", spelling), help);
}

/// The `;` at the end of something. Where a line ends without it, parsing goes on as if it were there.
void Parser::end_of(std::string_view what) {
    if (accept(";")) return;
    if (at(TokenKind::invalid)) throw Abandon{};
    report({file_, previous_.end, previous_.end},
           fmt::format("expected `;` after {}, found {}", what, describe(token_)),
           token_.first_on_line ? "" : advice());
    if (!token_.first_on_line && !at("}") && !at_end()) throw Abandon{};
}

ast::Name Parser::here() const { return {std::string(token_.text), span(token_)}; }

ast::Name Parser::name(std::string_view what) {
    if (!at(TokenKind::identifier)) fail_expected(what);
    ast::Name out = here();
    advance();
    return out;
}

std::string Parser::quote(Span where) const { return clip(text_.substr(where.begin, where.end - where.begin)); }

void Parser::report(Span where, std::string message, std::string help) {
    const bool known = at_end() && lexer_.cut_short();
    if (!known && !diagnostics_.full()) diagnostics_.error(where, std::move(message), std::move(help));
}

void Parser::fail(Span where, std::string message, std::string help) {
    report(where, std::move(message), std::move(help));
    throw Abandon{};
}

void Parser::fail_expected(std::string_view what, std::string help) {
    if (at(TokenKind::invalid)) throw Abandon{};  // the lexer has reported it
    const Span where = at_end() ? Span{file_, previous_.end, previous_.end} : span(token_);
    fail(where, fmt::format("expected {}, found {}", what, describe(token_)),
         help.empty() ? advice() : std::move(help));
}

void Parser::fail_too_deep() {
    if (!reported_depth_) {
        reported_depth_ = true;
        report(span(token_), fmt::format("nested deeper than {} levels", max_nesting),
               "give a name to a part of it: a `const`, an `fn`, a `type` or a `proc`");
    }
    throw Abandon{.too_deep = true};
}

std::string Parser::describe(const Token& token) const {
    switch (token.kind) {
        case TokenKind::end: return "the end of the file";
        case TokenKind::string: return "a string";
        case TokenKind::reserved: return fmt::format("the reserved word `{}`", token.text);
        default: return fmt::format("`{}`", clip(token.text));
    }
}

/// What to write instead of the token that was not expected.
std::string Parser::advice() const {
    if (at("->")) return "a member is selected with `.`";
    if (at("&&")) return "write `and`";
    if (at("||")) return "write `or`";
    if (at("=") || at(":=")) return "`=` assigns and stands in statements of its own; `==` compares";
    if (at("<<")) return "there are no bit operations";
    if (at("++")) return "write `x += 1`, as a statement of its own";
    if (at(TokenKind::identifier))
        return did_you_mean(std::string(token_.text), {"and", "or", "implies", "in", "where", "not", "to", "leads"});
    return {};
}

std::string Parser::did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
    const std::string found = word.size() < 2 ? "" : nearest(word, candidates);
    return found.empty() || found == word ? "" : fmt::format("did you mean `{}`?", found);
}

size_t Parser::line_of(uint32_t offset) const {
    return 1 + static_cast<size_t>(std::count(text_.begin(), text_.begin() + offset, '\n'));
}

bool Parser::in_first_column() const { return token_.begin == 0 || text_[token_.begin - 1] == '\n'; }

/// Whether an item seems to begin here. `device`, `durable` and `crash` are no reserved words: only before another
/// word.
bool Parser::at_item() const {
    if (at("device") || at("durable")) return next_.is("var");
    if (at("crash")) return next_.is("invariant") || next_.is("cover") || next_.is("lemma");
    return at(TokenKind::reserved) && contains(item_words(), token_.text);
}

/// Inside braces: the end of the file, or an item that begins in the first column, means that a `}` is missing.
void Parser::expect_no_item(std::string_view what, const std::vector<std::string>& starts, const Token& open) {
    const bool item = in_first_column() && at_item() && !contains(starts, token_.text);
    if (!at_end() && !item) return;
    const Span where = at_end() ? Span{file_, previous_.end, previous_.end} : span(token_);
    report(where, fmt::format("expected `}}` at the end {}, found {}", what, describe(token_)),
           fmt::format("the `{{` in line {} is not closed", line_of(open.begin)));
    throw Abandon{.to_items = true};
}

/// After an error in an element that began at `begin`: behind its `;`, or at a word that begins the next one, or at the
/// end of the braces around it; there at once, if it was too deep. Always moves, except at a `}`.
void Parser::skip_to_next(const std::vector<std::string>& starts, uint32_t begin, Abandon reason) {
    const bool statements = &starts == &statement_words();
    int open = 0;
    while (!at_end()) {
        const bool may_stop = token_.begin > begin && !reason.too_deep;
        const bool word = token_.first_on_line && (at_item() || contains(starts, token_.text));
        if (open == 0) {
            if (at("}") || (may_stop && word)) return;
            if (!reason.too_deep && accept(";")) return;
            const bool begins_block = at("{") && (previous_.is(")") || previous_.kind == TokenKind::reserved);
            if (statements && may_stop && begins_block) return;
        } else if (may_stop && word && in_first_column()) {
            return;
        }
        if (at("{")) ++open;
        const bool closes = at("}") && --open == 0;
        advance();
        if (closes && token_.first_on_line && !reason.too_deep) return;
    }
}

/// After an error between items: at the next word that begins one, or at what stands in the first column after a `;` or
/// `}`. Always moves.
void Parser::skip_to_item(uint32_t begin) {
    int open = 0;
    while (!at_end()) {
        const bool word = at_item();
        const bool after_end = previous_.is(";") || previous_.is("}");
        const bool starts = word ? in_first_column() || (open == 0 && (token_.first_on_line || after_end))
                                 : open == 0 && after_end && in_first_column() && !at("}");
        if (token_.begin > begin && starts) return;
        if (at("{")) ++open;
        if (at("}")) open = std::max(0, open - 1);
        advance();
    }
}

/// From an opening bracket to behind the one that closes it.
void Parser::skip_balanced() {
    int open = 0;
    while (!at_end()) {
        if (at("{") || at("(")) ++open;
        if ((at("}") || at(")")) && --open <= 0) return advance();
        advance();
    }
}

}  // namespace untorn::language
