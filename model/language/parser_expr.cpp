// Expressions, by precedence climbing (Martin Richards, "BCPL", 1969; here with left operands collected in a loop), and
// types. A type that begins with an expression (`0..N`) is told from a name by the `..` behind it.
#include <fmt/format.h>

#include "model/language/parser_internal.h"

namespace untorn::language {

using namespace ast;

namespace {

enum Precedence { no_infix, implication, disjunction, conjunction, comparison, set_operation, sum, product };

struct Infix {
    std::string_view spelling;
    int precedence = no_infix;
    Operator op = Operator::none;
};

constexpr Infix infixes[] = {
    {"implies", implication, Operator::implies},
    {"or", disjunction, Operator::disjunction},
    {"||", disjunction, Operator::disjunction},
    {"and", conjunction, Operator::conjunction},
    {"&&", conjunction, Operator::conjunction},
    {"==", comparison, Operator::equal},
    {"!=", comparison, Operator::not_equal},
    {"<", comparison, Operator::less},
    {"<=", comparison, Operator::less_equal},
    {">", comparison, Operator::greater},
    {">=", comparison, Operator::greater_equal},
    {"in", comparison, Operator::in},
    {"|", set_operation, Operator::set_union},
    {"&", set_operation, Operator::set_intersection},
    {"+", sum, Operator::add},
    {"-", sum, Operator::subtract},
    {"*", product, Operator::multiply},
    {"/", product, Operator::divide},
    {"%", product, Operator::modulo},
};

Infix infix(const Token& token) {
    if (token.kind != TokenKind::symbol && token.kind != TokenKind::reserved) return {};
    for (const Infix& i : infixes)
        if (i.spelling == token.text) return i;
    return {};
}

Operator quantifier_of(const Token& token) {
    if (token.is("forall")) return Operator::forall;
    if (token.is("exists")) return Operator::exists;
    return token.is("count") ? Operator::count : Operator::none;
}

}  // namespace

ExprPtr Parser::begin_expression(ExprKind kind) const {
    auto e = std::make_unique<Expr>();
    e->kind = kind;
    e->span = span(token_);
    return e;
}

/// Ends the span behind the last token and checks the height.
ExprPtr Parser::finish(ExprPtr e) {
    e->span = since(e->span.begin);
    int height = e->type ? e->type->height : 0;
    for (const ExprPtr& a : e->args) height = std::max<int>(height, a->height);
    check_depth(height);  // the node itself is counted in depth_
    e->height = static_cast<uint16_t>(height + 1);
    return e;
}

ExprPtr Parser::expression() {
    const Restore<int> nesting(depth_, deeper());
    return conditional();
}

/// An expression where C programmers slip: `=` is reported, and read as `==`.
ExprPtr Parser::condition() {
    ExprPtr e = expression();
    if (!at("=")) return e;
    report(span(token_), "expected a condition, found an assignment", "`==` compares");
    advance();
    expression();
    return e;
}

ExprPtr Parser::conditional() {
    ExprPtr first = binary(implication);
    if (!at("?")) return first;
    ExprPtr e = begin_expression(ExprKind::conditional);
    e->span.begin = first->span.begin;
    e->args.push_back(std::move(first));
    advance();
    e->args.push_back(expression());
    expect(":", "and the other value of `?`");
    e->args.push_back(expression());
    return finish(std::move(e));
}

ExprPtr Parser::binary(int least_precedence) {
    ExprPtr left = unary();
    while (true) {
        const Infix op = infix(token_);
        if (op.precedence == no_infix || op.precedence < least_precedence) return left;
        if (at("&&") || at("||"))
            report(span(token_), fmt::format("expected an operator, found `{}`", op.spelling), advice());
        ExprPtr e = begin_expression(ExprKind::binary);
        e->span.begin = left->span.begin;
        e->op = op.op;
        e->args.push_back(std::move(left));
        advance();
        const bool right_associative = op.precedence == implication;
        const Restore<int> nesting(depth_, right_associative ? deeper() : depth_);
        e->args.push_back(binary(right_associative ? op.precedence : op.precedence + 1));
        left = finish(std::move(e));
        if (op.precedence == comparison && infix(token_).precedence == comparison)
            fail(span(token_), "comparisons do not chain", "write `a < b and b < c`");
    }
}

ExprPtr Parser::unary() {
    if (quantifier_of(token_) != Operator::none) return quantifier();
    if (!at("!") && !at("not") && !at("-")) return postfix();
    const Restore<int> nesting(depth_, deeper());
    ExprPtr e = begin_expression(ExprKind::unary);
    e->op = at("-") ? Operator::minus : Operator::negation;
    advance();
    e->args.push_back(unary());
    return finish(std::move(e));
}

ExprPtr Parser::quantifier() {
    ExprPtr e = begin_expression(ExprKind::quantifier);
    e->op = quantifier_of(token_);
    advance();
    ExprPtr where;
    {
        const Token open = token_;
        const Restore<Mode> mode(mode_, Mode{});
        expect("(", "and the variable of the quantifier");
        e->name = name("the variable of the quantifier");
        expect("in", "and the type of the variable");
        e->type = type();
        if (accept("where")) where = condition();
        close(")", open);
    }
    e->args.push_back(expression());
    if (where) e->args.push_back(std::move(where));
    return finish(std::move(e));
}

ExprPtr Parser::postfix() {
    ExprPtr left = primary();
    while (at(".") || at("->") || (at("[") && mode_.indices)) {
        if (at("->")) report(span(token_), "expected `.`, found `->`", advice());
        ExprPtr e = begin_expression(at("[") ? ExprKind::index : ExprKind::field);
        e->span.begin = left->span.begin;
        e->args.push_back(std::move(left));
        const Token open = token_;
        advance();
        if (e->kind == ExprKind::field) {
            e->name = name("the name of a member");
        } else {
            const Restore<Mode> mode(mode_, Mode{});
            e->args.push_back(expression());
            close("]", open);
        }
        left = finish(std::move(e));
    }
    return left;
}

ExprPtr Parser::primary() {
    if (at(TokenKind::identifier) || at("super")) return call_or_structure();
    if (at("(")) return parenthesised();
    if (at("{")) return set_value();
    if (at("[")) return array_value();
    ExprPtr e = begin_expression(ExprKind::integer);
    if (at(TokenKind::integer)) {
        e->integer = token_.integer;
    } else if (at("true") || at("false")) {
        e->kind = ExprKind::boolean;
        e->integer = at("true") ? 1 : 0;
    } else if (at("none")) {
        e->kind = ExprKind::none;
    } else {
        fail_expected("an expression", at("&") ? "an argument for a `ref` is written like any other" : "");
    }
    advance();
    return finish(std::move(e));
}

/// The span of an expression in parentheses includes them.
ExprPtr Parser::parenthesised() {
    const Token open = token_;
    const Restore<Mode> mode(mode_, Mode{});
    advance();
    ExprPtr e = expression();
    close(")", open);
    e->span = since(open.begin);
    return e;
}

ExprPtr Parser::set_value() {
    ExprPtr e = begin_expression(ExprKind::set);
    const Token open = token_;
    const Restore<Mode> mode(mode_, Mode{});
    advance();
    list("}", [&] { e->args.push_back(expression()); });
    close("}", open);
    return finish(std::move(e));
}

ExprPtr Parser::array_value() {
    ExprPtr e = begin_expression(ExprKind::array);
    const Token open = token_;
    const Restore<Mode> mode(mode_, Mode{});
    advance();
    if (!at(TokenKind::identifier) || !next_.is("in"))
        fail_expected("a name and `in`", "an array value has one element for each index: `[x in T: e]`");
    e->name = name("a name");
    advance();
    e->type = type();
    expect(":", "and the value of the elements");
    e->args.push_back(expression());
    close("]", open);
    return finish(std::move(e));
}

ExprPtr Parser::call_or_structure() {
    ExprPtr e = begin_expression(ExprKind::name);
    const bool super = at("super");
    e->name = here();
    advance();
    if (super && !at("(")) fail_expected("`(` after `super`");
    const Token open = token_;
    if (at("(")) {
        call_arguments(*e);
    } else if (at("{") && mode_.structures && at_structure()) {
        e->kind = ExprKind::structure;
        const Restore<Mode> mode(mode_, Mode{});
        advance();
        list("}", [&] {
            e->fields.push_back(name("the name of a member"));
            expect(":", "and the value of the member");
            e->args.push_back(expression());
        });
        close("}", open);
    }
    return finish(std::move(e));
}

/// Whether the `{` here opens a struct's value: in `if (x { y = 1; }` it is a parenthesis that is missing.
bool Parser::at_structure() const {
    if (next_.kind != TokenKind::identifier) return next_.is("}");
    Diagnostics unused;
    return Lexer(file_, text_.substr(next_.end), unused).next().is(":");
}

void Parser::call_arguments(Expr& call) {
    call.kind = ExprKind::call;
    const Token open = token_;
    const Restore<Mode> mode(mode_, Mode{});
    advance();
    // `recover` is a reserved word, and the one actor without a name of its own.
    const std::string& function = call.name.text;
    const bool asks_of_actors = function == "at" || function == "ended" || function == "result";
    const auto names_recover = [&] { return asks_of_actors && at("recover") && (next_.is(",") || next_.is(")")); };
    list(")", [&] { call.args.push_back(names_recover() ? recover_name() : expression()); });
    close(")", open);
}

ExprPtr Parser::recover_name() {
    ExprPtr e = begin_expression(ExprKind::name);
    e->name = here();
    advance();
    return finish(std::move(e));
}

TypePtr Parser::finish(TypePtr t, uint32_t begin) {
    t->span = since(begin);
    int height = 0;
    for (const ExprPtr* e : {&t->lo, &t->hi})
        if (*e) height = std::max<int>(height, (*e)->height);
    for (const TypePtr* part : {&t->base, &t->index})
        if (*part) height = std::max<int>(height, (*part)->height);
    check_depth(height);  // the node itself is counted in depth_
    t->height = static_cast<uint16_t>(height + 1);
    return t;
}

TypePtr Parser::type() {
    const Restore<int> nesting(depth_, deeper());
    const uint32_t begin = token_.begin;
    TypePtr t = base_type();
    while (at("?") || at("[")) {
        if (at("[")) {
            t = array_type(std::move(t), begin);
            continue;
        }
        advance();
        auto optional = std::make_unique<TypeExpr>();
        optional->kind = TypeExprKind::optional;
        optional->base = std::move(t);
        t = finish(std::move(optional), begin);
    }
    return t;
}

/// T[A][B] is an array over A whose elements are arrays over B, so that x[a][b] has type T.
TypePtr Parser::array_type(TypePtr base, uint32_t begin) {
    std::vector<TypePtr> indices;
    while (at("[")) {
        check_depth(static_cast<int>(indices.size()) + 1);
        const Token open = token_;
        const Restore<Mode> mode(mode_, Mode{});
        advance();
        indices.push_back(type());
        close("]", open);
    }
    while (!indices.empty()) {
        auto array = std::make_unique<TypeExpr>();
        array->kind = TypeExprKind::array;
        array->base = std::move(base);
        array->index = std::move(indices.back());
        indices.pop_back();
        base = finish(std::move(array), begin);
    }
    return base;
}

TypePtr Parser::base_type() {
    auto t = std::make_unique<TypeExpr>();
    const uint32_t begin = token_.begin;
    if (at("bool") || at("mutex")) {
        t->kind = at("bool") ? TypeExprKind::boolean : TypeExprKind::mutex;
        advance();
        return finish(std::move(t), begin);
    }
    if (at("rwlock")) {
        report(span(token_), "`rwlock` is not supported yet", "a `mutex` excludes readers from each other, too");
        t->kind = TypeExprKind::mutex;
        advance();
        return finish(std::move(t), begin);
    }
    if (accept("set")) {
        t->kind = TypeExprKind::set;
        expect("<", "and the type of the set's members");
        t->base = type();
        if (at(">=")) {  // `set<T>= {}`: the `=` is that of the initial value
            ++token_.begin;
            token_.text.remove_prefix(1);
            previous_.end = token_.begin;
        } else {
            expect(">", "after the type of the set's members");
        }
        return finish(std::move(t), begin);
    }
    if (!at(TokenKind::identifier) && !at(TokenKind::integer) && !at("(") && !at("-"))
        fail_expected("a type", at("{") ? "an `enum` names a set of values" : "");
    const Restore<Mode> mode(mode_, Mode{.structures = false, .indices = false});
    ExprPtr low = binary(sum);
    if (accept("..")) {
        t->kind = TypeExprKind::range;
        t->lo = std::move(low);
        t->hi = binary(sum);
    } else if (low->kind == ExprKind::name && low->span == low->name.span) {
        t->kind = TypeExprKind::named;
        t->name = std::move(low->name);
    } else {
        fail_expected("`..` and the greatest value of the type", "a range is written `lo..hi`");
    }
    return finish(std::move(t), begin);
}

}  // namespace untorn::language
