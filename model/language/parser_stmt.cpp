// Statements and blocks. Which statement it is, its first word says; what begins with a name is an assignment or a
// call, or a misspelt word.
#include <fmt/format.h>

#include <array>

#include "model/language/parser_internal.h"

namespace untorn::language {

using namespace ast;

namespace {

/// Words of other languages, and what takes their place.
struct Foreign {
    std::string_view word, advice;
};

constexpr auto foreign_words = std::to_array<Foreign>({
    {"switch", "write `if` ... `else if` ..."},
    {"case", "write `if` ... `else if` ..."},
    {"do", "write `loop { ... if (...) break; }`"},
    {"elif", "write `else if`"},
    {"elsif", "write `else if`"},
    {"let", "a variable is declared with `var name: type;`"},
    {"int", "a variable is declared with `var name: lo..hi;`"},
    {"unsigned", "a variable is declared with `var name: lo..hi;`"},
    {"auto", "a variable is declared with `var name: type;`"},
    {"local", "a variable is declared with `var name: type;`"},
    {"skip", "`step;` does nothing and takes a step, `;` does nothing"},
    {"either", "write `choose { ... } or { ... }`"},
    {"when", "write `await e;`"},
    {"print", "a trace shows every change; there is no output"},
    {"printf", "a trace shows every change; there is no output"},
});

}  // namespace

const std::vector<std::string>& statement_words() {
    static const std::vector<std::string> words = {"var",    "if",    "while", "loop",     "for",
                                                   "choose", "await", "step",  "atomic",   "ghost",
                                                   "assert", "goto",  "break", "continue", "return"};
    return words;
}

Block Parser::block(std::string_view what) {
    Block b;
    const uint32_t begin = token_.begin;
    braced(what, statement_words(), [&] {
        StmtPtr s = statement();
        if (s->kind != StmtKind::empty || !s->labels.empty()) b.statements.push_back(std::move(s));
    });
    b.span = since(begin);
    return b;
}

/// The statement that `if` and the like govern, as a block.
Block Parser::body() {
    if (at("{")) return block("of the block");
    Block b;
    const uint32_t begin = token_.begin;
    StmtPtr s = statement();
    if (s->kind != StmtKind::empty || !s->labels.empty()) b.statements.push_back(std::move(s));
    b.span = since(begin);
    return b;
}

StmtPtr Parser::statement() {
    using StatementParser = void (Parser::*)(Stmt&);
    struct Entry {
        std::string_view word;
        StatementParser parse;
    };
    static constexpr auto entries = std::to_array<Entry>({
        {"var", &Parser::variable_statement},
        {"if", &Parser::if_statement},
        {"while", &Parser::while_statement},
        {"loop", &Parser::loop_statement},
        {"for", &Parser::for_statement},
        {"choose", &Parser::choose_statement},
        {"await", &Parser::await_statement},
        {"step", &Parser::step_statement},
        {"atomic", &Parser::atomic_statement},
        {"ghost", &Parser::ghost_statement},
        {"assert", &Parser::assert_statement},
        {"goto", &Parser::goto_statement},
        {"break", &Parser::break_statement},
        {"continue", &Parser::continue_statement},
        {"return", &Parser::return_statement},
    });
    const Restore<int> nesting(depth_, deeper());
    const Restore<Mode> mode(mode_, Mode{});
    auto s = std::make_unique<Stmt>();
    while (at(TokenKind::identifier) && next_.is(":")) {
        s->labels.push_back(here());
        advance();
        advance();
    }
    const uint32_t begin = token_.begin;
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return at(e.word); });
    if (entry != entries.end()) {
        (this->*entry->parse)(*s);
    } else if (at("{")) {
        s->kind = StmtKind::block;
        s->body = block("of the block");
    } else if (!accept(";")) {
        place_statement(*s);
    }
    s->span = since(begin);
    return s;
}

void Parser::variable_statement(Stmt& s) {
    s.kind = StmtKind::variable;
    advance();
    s.name = name("the name of the variable");
    if (at(",")) fail_expected("`:` and the type", "one variable a declaration: `var a: T; var b: T;`");
    if (!accept(":")) fail_expected("`:` and the type", "a variable has a type: `var x: 0..3 = 1;`");
    s.type = type();
    if (accept("=")) s.values.push_back(expression());
    end_of("the variable");
}

/// The condition of `if` or `while`. Without parentheses it is reported and read all the same.
ExprPtr Parser::head_condition(std::string_view word) {
    advance();
    const Token open = token_;
    if (!accept("(")) {
        if (!at(TokenKind::identifier) && !at("!") && !at("not")) fail_expected(fmt::format("`(` after `{}`", word));
        report(span(token_), fmt::format("expected `(` after `{}`, found {}", word, describe(token_)),
               "the condition stands in parentheses");
        const Restore<Mode> mode(mode_, Mode{.structures = false, .indices = true});
        return condition();
    }
    ExprPtr e = condition();
    close(")", open);
    return e;
}

void Parser::if_statement(Stmt& s) {
    s.kind = StmtKind::conditional;
    s.values.push_back(head_condition("if"));
    s.body = body();
    s.has_else = accept("else");
    if (s.has_else) s.other = body();
}

void Parser::while_statement(Stmt& s) {
    s.kind = StmtKind::while_loop;
    s.values.push_back(head_condition("while"));
    s.body = body();
}

void Parser::loop_statement(Stmt& s) {
    s.kind = StmtKind::loop;
    advance();
    s.body = body();
}

void Parser::for_statement(Stmt& s) {
    s.kind = StmtKind::for_loop;
    advance();
    const Token open = token_;
    expect("(", "after `for`");
    s.name = name("the variable of the loop");
    if (!accept("in")) {  // most likely C's `for (i = 0; i < n; i++)`: the body can still be read
        report(span(token_),
               fmt::format("expected `in` and the values of `{}`, found {}", s.name.text, describe(token_)),
               "a loop over values is written `for (i in 0..n - 1)`");
        int parentheses = 1;
        while (parentheses > 0 && !at_end() && !at("{") && !at("}")) {
            if (at("(")) ++parentheses;
            if (at(")")) --parentheses;
            advance();
        }
    } else {
        s.type = type();
        close(")", open);
    }
    s.body = body();
}

void Parser::choose_statement(Stmt& s) {
    s.kind = StmtKind::choose;
    do {
        advance();
        s.alternatives.push_back(alternative());
    } while (at("or"));
}

Alternative Parser::alternative() {
    Alternative a;
    const uint32_t begin = token_.begin;
    if (accept("fault")) a.fault = name("the name of the fault");
    if (at("(")) {
        const Token open = token_;
        advance();
        a.variable = name("the variable that is chosen");
        expect("in", "and the values to choose from");
        a.type = type();
        if (accept("where")) a.where = condition();
        close(")", open);
    }
    a.body = block("of the alternative");
    a.span = since(begin);
    return a;
}

void Parser::await_statement(Stmt& s) {
    s.kind = StmtKind::await;
    advance();
    s.values.push_back(condition());
    end_of("the condition");
}

void Parser::step_statement(Stmt& s) {
    s.kind = StmtKind::step;
    advance();
    end_of("`step`");
}

void Parser::atomic_statement(Stmt& s) {
    s.kind = StmtKind::atomic;
    advance();
    s.body = block("of the `atomic` block");
}

void Parser::ghost_statement(Stmt& s) {
    s.kind = StmtKind::ghost;
    advance();
    if (at("var")) fail_expected("`{`", "ghost variables are declared outside of blocks");
    s.body = block("of the `ghost` block");
}

void Parser::assert_statement(Stmt& s) {
    s.kind = StmtKind::assertion;
    advance();
    s.values.push_back(condition());
    end_of("the condition");
}

void Parser::goto_statement(Stmt& s) {
    s.kind = StmtKind::jump;
    advance();
    s.name = name("a label");
    end_of("the label");
}

void Parser::break_statement(Stmt& s) {
    s.kind = StmtKind::break_loop;
    advance();
    end_of("`break`");
}

void Parser::continue_statement(Stmt& s) {
    s.kind = StmtKind::continue_loop;
    advance();
    end_of("`continue`");
}

void Parser::return_statement(Stmt& s) {
    s.kind = StmtKind::give_back;
    advance();
    if (!at(";") && !at("}") && !at_end()) s.values.push_back(expression());
    end_of("`return`");
}

/// Advice for a word that stands where a statement begins and makes none.
std::string Parser::misspelt_statement(const std::string& word) const {
    for (const Foreign& f : foreign_words)
        if (f.word == word) return std::string(f.advice);
    return did_you_mean(word, statement_words());
}

void Parser::place_statement(Stmt& s) {
    if (at("++") || (at("-") && next_.is("-"))) return increment_before(s);
    if (!at(TokenKind::identifier) && !at("super"))
        fail_expected("a statement", at("else") ? "no `if` stands directly before it" : "");
    const Token first = token_;
    ExprPtr e;
    {
        const Restore<Mode> mode(mode_, Mode{.structures = false, .indices = true});
        e = postfix();
    }
    if (e->kind == ExprKind::call && at(";")) {
        s.kind = StmtKind::call;
        s.values.push_back(std::move(e));
        return advance();
    }
    const bool decrement = at("-") && next_.is("-");
    s.targets.push_back(std::move(e));
    if (at("=") || at(",") || at("+=") || at("-=")) return assignment(s);
    if (at("++") || decrement) return increment_after(s);

    const Expr& target = *s.targets[0];
    if (target.kind == ExprKind::name || target.kind == ExprKind::call) {
        const std::string help = misspelt_statement(std::string(first.text));
        if (!help.empty()) {
            report(span(first), fmt::format("expected a statement, found {}", describe(first)), help);
            if (first.text != "switch" || !at("{")) throw Abandon{};
            s.targets.clear();
            return skip_balanced();  // what is in it is as foreign
        }
    }
    if (target.kind == ExprKind::call) {
        s.kind = StmtKind::call;
        s.values.push_back(std::move(s.targets[0]));
        s.targets.clear();
        return end_of("the call");
    }
    std::string help;
    if (at("==")) help = "`=` assigns, `==` compares";
    if (at("*=") || at("/=") || at("%=") || at("|=") || at("&="))
        help = fmt::format("write `{0} = {0} {1} ...`", quote(target.span), token_.text.substr(0, 1));
    fail_expected(fmt::format("`=` after `{}`", quote(target.span)), help);
}

void Parser::check_place(const Expr& e) {
    const Expr* root = &e;
    while (root->kind == ExprKind::field || root->kind == ExprKind::index) root = root->args[0].get();
    if (root->kind == ExprKind::name) return;
    report(e.span, fmt::format("expected a variable, a member or an element, found `{}`", quote(e.span)),
           root->kind == ExprKind::call ? "a procedure changes data through its `ref` parameters" : "");
}

void Parser::assignment(Stmt& s) {
    s.kind = StmtKind::assign;
    while (accept(",")) s.targets.push_back(postfix());
    for (const ExprPtr& e : s.targets) check_place(*e);
    if (at("+=") || at("-=")) {
        s.op = at("+=") ? Operator::add : Operator::subtract;
        if (s.targets.size() > 1) fail_expected("`=`", "`+=` and `-=` change one place");
        advance();
    } else {
        expect("=", "after the places that are assigned to");
    }
    do s.values.push_back(expression());
    while (accept(","));
    if (at("=")) fail_expected("`;`", "assignments do not chain: `a, b = e, e;` assigns both at once");
    if (s.values.size() != s.targets.size())
        report(since(s.targets[0]->span.begin),
               fmt::format("{} places are assigned {} values", s.targets.size(), s.values.size()));
    end_of("the assignment");
}

/// `++x`, `--x`: refused with advice, and read as `x += 1`, `x -= 1`.
void Parser::increment_before(Stmt& s) {
    s.kind = StmtKind::assign;
    s.op = at("++") ? Operator::add : Operator::subtract;
    const Token sign = token_;
    if (s.op == Operator::subtract) advance();
    advance();
    s.targets.push_back(postfix());
    const char* op = s.op == Operator::add ? "+" : "-";
    report(span(sign), fmt::format("expected a statement, found `{0}{0}`", op),
           fmt::format("write `{} {}= 1`", quote(s.targets[0]->span), op));
    end_of("the statement");
}

/// `x++`, `x--`, likewise.
void Parser::increment_after(Stmt& s) {
    s.kind = StmtKind::assign;
    s.op = at("++") ? Operator::add : Operator::subtract;
    const char* op = s.op == Operator::add ? "+" : "-";
    const std::string place = quote(s.targets[0]->span);
    report(span(token_), fmt::format("expected `=` after `{0}`, found `{1}{1}`", place, op),
           fmt::format("write `{} {}= 1`", place, op));
    if (s.op == Operator::subtract) advance();
    advance();
    end_of("the statement");
}

}  // namespace untorn::language
