// The parser's insides, shared by parser.cpp (tokens, errors, recovery), parser_expr.cpp (expressions, types),
// parser_stmt.cpp, parser_item.cpp and parser_scenario.cpp. Recursive descent with one token of lookahead. A syntax
// error is reported where it is found and thrown as `Abandon` to the nearest list (of statements, members, items),
// which skips to where its next element seems to begin. The exception never leaves parse(). Trees are at most
// max_nesting high, so that neither this parser nor any recursive walk or destructor can run out of stack.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/language/ast.h"
#include "model/language/diagnostic.h"
#include "model/language/lexer.h"
#include "model/language/parser.h"

namespace untorn::language {

class Parser {
 public:
    Parser(uint32_t file, const std::string& text, Diagnostics& diagnostics);
    ast::File parse_file();

 private:
    /// Thrown once an error has been reported.
    struct Abandon {
        bool too_deep = false;  ///< skip the whole nested part: it would only be too deep again
        bool to_items = false;  ///< a `}` is missing: the next token begins an item
    };

    /// Sets a variable for as long as a scope lasts.
    template <typename T>
    class Restore {
     public:
        Restore(T& variable, T value) : variable_(variable), old_(std::exchange(variable, value)) {}
        ~Restore() { variable_ = old_; }
        Restore(const Restore&) = delete;
        Restore& operator=(const Restore&) = delete;

     private:
        T& variable_;
        T old_;
    };

    /// What an expression may not contain, because what follows it would look the same; parentheses lift this.
    struct Mode {
        bool structures = true;  ///< `T { ... }`: no, where a block follows
        bool indices = true;     ///< `e[...]`: no, in the bounds of `lo..hi`, where an array's index type follows
    };

    // Tokens (parser.cpp).
    void advance();
    bool at_end() const { return token_.kind == TokenKind::end; }
    bool at(std::string_view spelling) const { return token_.is(spelling); }
    bool at(TokenKind kind) const { return token_.kind == kind; }
    bool accept(std::string_view spelling);
    void expect(std::string_view spelling, std::string_view context);
    void close(std::string_view spelling, const Token& open);
    void end_of(std::string_view what);
    ast::Name name(std::string_view what);
    ast::Name here() const;
    template <typename Element>
    void list(std::string_view closing, Element element);
    Span span(const Token& token) const { return {file_, token.begin, token.end}; }
    Span since(uint32_t begin) const { return {file_, begin, std::max(begin, previous_.end)}; }
    std::string quote(Span where) const;

    // Errors (parser.cpp).
    void report(Span where, std::string message, std::string help = {});
    [[noreturn]] void fail(Span where, std::string message, std::string help = {});
    [[noreturn]] void fail_expected(std::string_view what, std::string help = {});
    [[noreturn]] void fail_too_deep();
    void check_depth(int below) {
        if (depth_ + below > max_nesting) fail_too_deep();
    }
    int deeper() {
        check_depth(1);
        return depth_ + 1;
    }
    std::string describe(const Token& token) const;
    std::string advice() const;
    size_t line_of(uint32_t offset) const;
    static std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

    // Recovery (parser.cpp).
    template <typename Element>
    void braced(std::string_view what, const std::vector<std::string>& starts, Element element);
    void expect_no_item(std::string_view what, const std::vector<std::string>& starts, const Token& open);
    void skip_to_next(const std::vector<std::string>& starts, uint32_t begin, Abandon reason);
    void skip_to_item(uint32_t begin);
    void skip_balanced();
    bool in_first_column() const;
    bool at_item() const;

    // Expressions and types (parser_expr.cpp).
    ast::ExprPtr expression();
    ast::ExprPtr condition();
    ast::ExprPtr conditional();
    ast::ExprPtr binary(int least_precedence);
    ast::ExprPtr unary();
    ast::ExprPtr postfix();
    ast::ExprPtr primary();
    ast::ExprPtr quantifier();
    ast::ExprPtr parenthesised();
    ast::ExprPtr array_value();
    ast::ExprPtr set_value();
    ast::ExprPtr call_or_structure();
    bool at_structure() const;
    void call_arguments(ast::Expr& call);
    ast::ExprPtr recover_name();
    ast::ExprPtr begin_expression(ast::ExprKind kind) const;
    ast::ExprPtr finish(ast::ExprPtr e);
    ast::TypePtr type();
    ast::TypePtr base_type();
    ast::TypePtr array_type(ast::TypePtr base, uint32_t begin);
    ast::TypePtr finish(ast::TypePtr t, uint32_t begin);

    // Statements (parser_stmt.cpp).
    ast::Block block(std::string_view what);
    ast::Block body();
    ast::StmtPtr statement();
    void variable_statement(ast::Stmt& s);
    void if_statement(ast::Stmt& s);
    void while_statement(ast::Stmt& s);
    void loop_statement(ast::Stmt& s);
    void for_statement(ast::Stmt& s);
    void choose_statement(ast::Stmt& s);
    void await_statement(ast::Stmt& s);
    void step_statement(ast::Stmt& s);
    void atomic_statement(ast::Stmt& s);
    void ghost_statement(ast::Stmt& s);
    void assert_statement(ast::Stmt& s);
    void goto_statement(ast::Stmt& s);
    void break_statement(ast::Stmt& s);
    void continue_statement(ast::Stmt& s);
    void return_statement(ast::Stmt& s);
    void place_statement(ast::Stmt& s);
    void assignment(ast::Stmt& s);
    void increment_before(ast::Stmt& s);
    void increment_after(ast::Stmt& s);
    void check_place(const ast::Expr& e);
    ast::ExprPtr head_condition(std::string_view word);
    ast::Alternative alternative();
    std::string misspelt_statement(const std::string& word) const;

    // Items (parser_item.cpp).
    using ItemParser = void (Parser::*)(ast::Item&);
    void item(std::vector<ast::Item>& items);
    [[noreturn]] void fail_item();
    void union_item();
    void param_items(std::vector<ast::Item>& items, const std::string& documentation);
    void import_item(ast::Item& i);
    void option_item(ast::Item& i);
    void constant_item(ast::Item& i);
    void type_item(ast::Item& i);
    void enumeration_item(ast::Item& i);
    void structure_item(ast::Item& i);
    void scalarset_item(ast::Item& i);
    void variable_item(ast::Item& i);
    void fault_item(ast::Item& i);
    void function_item(ast::Item& i);
    void procedure_item(ast::Item& i);
    void interface_item(ast::Item& i);
    void variant_item(ast::Item& i);
    void actor_item(ast::Item& i);
    void power_loss_item(ast::Item& i);
    void recover_item(ast::Item& i);
    void init_item(ast::Item& i);
    void property_item(ast::Item& i);
    void crash_item(ast::Item& i);
    void lemma_item(ast::Item& i);
    void property_body(ast::Item& i);
    void fairness_item(ast::Item& i);
    void expectation_item(ast::Item& i);
    void scenario_item(ast::Item& i);
    ast::Formal formal();
    std::vector<ast::Formal> formals();
    ast::Procedure procedure();

    // Variants, scenarios, expectations (parser_scenario.cpp).
    ast::Setting setting(bool budget);
    std::vector<ast::Name> names(std::string_view what);
    void settings(std::vector<ast::Setting>& out, std::string_view what, bool budgets = false);
    void scenario_member(ast::Scenario& s);
    void fairness(std::vector<ast::Fairness>& out);
    void run_clauses(ast::Scenario& s);
    ast::Expectation expectation();
    ast::Expected expected(bool counting);
    void variants(ast::Expected& cell);
    std::string verdict_advice() const;

    uint32_t file_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    Lexer lexer_;
    Token previous_, token_, next_;
    Mode mode_;
    int depth_ = 0;
    bool reported_depth_ = false;
};

/// The words that begin an item, and those that begin a statement.
const std::vector<std::string>& item_words();
const std::vector<std::string>& statement_words();

/// Elements with commas between them up to `closing`, which stays; a comma after the last is allowed.
template <typename Element>
void Parser::list(std::string_view closing, Element element) {
    while (!at(closing)) {
        element();
        if (!accept(",")) return;
    }
}

/// Elements in braces, up to the `}`; after an error in one, goes on with the next. `starts` are the words they begin
/// with.
template <typename Element>
void Parser::braced(std::string_view what, const std::vector<std::string>& starts, Element element) {
    const Token open = token_;
    expect("{", what);
    while (!at("}")) {
        expect_no_item(what, starts, open);
        const uint32_t begin = token_.begin;
        try {
            element();
        } catch (const Abandon& reason) {
            if (reason.to_items) throw;
            skip_to_next(starts, begin, reason);
        }
    }
    advance();
}

}  // namespace untorn::language
