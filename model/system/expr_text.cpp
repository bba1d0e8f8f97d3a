// Printing of expressions. Constants have no type of their own: the type comes from what they are compared with or
// stored to, and where none is known a plain number is printed. A scalar of two values 0 and 1 may stand as a condition
// (the pool folds `x == 1` into it); it is printed as the comparison that it means.

#include "model/system/expr_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace untorn::system {
namespace {

// As in the language's grammar, loosest first; 0 encloses anything.
enum Precedence {
    loosest = 0,
    choosing = 1,
    or_ = 3,
    and_ = 4,
    comparing = 5,
    set_op = 6,
    sum = 7,
    product = 8,
    unary = 9,
    atom = 10
};

constexpr size_t named_size = 8;  // a shared subexpression of at least this many nodes gets a name

bool is_boolean_op(Op op) {
    switch (op) {
        case Op::negation:
        case Op::conjunction:
        case Op::disjunction:
        case Op::equal:
        case Op::less:
        case Op::less_equal:
        case Op::forall:
        case Op::exists: return true;
        default: return false;
    }
}

bool is_quantifier(Op op) { return op == Op::forall || op == Op::exists || op == Op::count; }

std::string bound_name(int64_t number) { return fmt::format("x_{}", number); }

struct Infix {
    const char* sign;
    Precedence precedence;
};

Infix infix(Op op) {
    switch (op) {
        case Op::conjunction: return {"and", and_};
        case Op::disjunction: return {"or", or_};
        case Op::add: return {"+", sum};
        case Op::subtract:
        case Op::bit_clear: return {"-", sum};
        case Op::multiply: return {"*", product};
        case Op::divide: return {"/", product};
        case Op::modulo: return {"%", product};
        case Op::bit_and: return {"&", set_op};
        default: return {"|", set_op};
    }
}

}  // namespace

std::string place_text(const System& system, VarId var, const std::vector<std::string>& index) {
    const Variable& variable = system.variables[var];
    std::string name = variable.name, rest;
    for (const std::string& i : index) rest += "[" + i + "]";
    if (variable.actor == none || !system.actors[variable.actor].identity || index.empty()) return name + rest;
    const std::string& family = system.actors[variable.actor].name;
    if (!name.starts_with(family)) return name + rest;
    const std::string member = "[" + index.front() + "]";
    return name.insert(family.size(), member) + rest.substr(member.size());
}

std::string location_text(LocationId location) {
    if (location == not_started) return "not_started";
    return location == ended ? "ended" : fmt::format("L{}", location);
}

std::string span_text(const System& system, const Span& span) {
    if (span.file >= system.files.size()) return "?";
    const Place p = system.files[span.file].place(span.begin);
    return fmt::format("{}:{}:{}", p.file, p.line, p.column);
}

// Names are given in the order of the text, arguments before what uses them. The inside of a quantifier is left alone:
// its variable has no meaning outside.
std::vector<std::string> ExprText::name_shared(const std::vector<ExprId>& roots) {
    std::unordered_map<ExprId, size_t> uses, printed;  // printed: nodes of the text, a name counting as one
    std::vector<std::string> definitions;
    struct Visit {
        ExprId e;
        bool leaving;
    };
    std::vector<Visit> pending;
    for (size_t r = roots.size(); r-- > 0;) pending.push_back({roots[r], false});
    std::vector<ExprId> order;
    while (!pending.empty()) {
        const Visit at = pending.back();
        pending.pop_back();
        if (at.leaving) {
            order.push_back(at.e);
            continue;
        }
        if (uses[at.e]++ > 0) continue;
        pending.push_back({at.e, true});
        if (is_quantifier(system_.pool[at.e].op)) continue;
        const auto args = system_.pool.args(at.e);
        for (size_t i = args.size(); i-- > 0;) pending.push_back({args[i], false});
    }
    for (const ExprId e : order) {
        size_t nodes = 1;
        for (const ExprId a : system_.pool.args(e)) nodes += printed.contains(a) ? printed[a] : 1;
        if (uses[e] > 1 && nodes >= named_size) {
            const std::string name = fmt::format("${}", definitions.size() + 1);
            const Words words = is_boolean_op(system_.pool[e].op) ? Words{TypeTable::boolean, none} : words_of(e);
            definitions.push_back(fmt::format("{} = {}", name, print(e, loosest, words)));
            names_.emplace(e, name);
            nodes = 1;
        }
        printed[e] = nodes;
    }
    return definitions;
}

std::string ExprText::place(VarId var, std::span<const ExprId> index) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < index.size(); ++i)
        texts.push_back(print(index[i], loosest, {system_.variables[var].dims[i], none}));
    return place_text(system_, var, texts);
}

// `?` keeps it apart from a variable of the same name.
std::string ExprText::choice_name(size_t number) const {
    std::string name;
    if (step_ != nullptr && number < step_->choices.size()) name = step_->choices[number].name;
    if (name.empty()) return fmt::format("?branch{}", number);
    const bool unique = std::ranges::count(step_->choices, name, &Choice::name) == 1;
    return unique ? "?" + name : fmt::format("?{}{}", name, number);
}

ExprText::Words ExprText::stored_words(VarId var) const {
    const Variable& v = system_.variables[var];
    return {v.type, v.storage == Storage::counter ? v.actor : none};
}

/// In whose words a constant beside `e` is written.
ExprText::Words ExprText::words_of(ExprId e, int depth) const {
    const Node& n = system_.pool[e];
    switch (n.op) {
        case Op::read: return stored_words(n.var);
        case Op::self: return {actor_ == none ? std::nullopt : system_.actors[actor_].identity, none};
        case Op::choice: {
            const auto number = static_cast<size_t>(n.value);
            if (step_ == nullptr || number >= step_->choices.size()) return {};
            return {step_->choices[number].type, none};
        }
        case Op::bound: {
            const auto known = bound_types_.find(n.value);
            return known == bound_types_.end() ? Words{} : Words{known->second, none};
        }
        case Op::ite:
        case Op::bit_and:
        case Op::bit_or:
        case Op::bit_clear:
            for (const ExprId a : system_.pool.args(e).subspan(n.op == Op::ite ? 1 : 0))
                if (const Words w = depth < 8 ? words_of(a, depth + 1) : Words{}; w.type) return w;
            return {};
        default: return is_boolean_op(n.op) ? Words{TypeTable::boolean, none} : Words{};
    }
}

bool ExprText::is_condition(ExprId e, const Words& words) const {
    return words.type == TypeTable::boolean && !system_.pool.is_constant(e);
}

/// `outer`: how tightly the context binds; what binds looser gets parentheses.
std::string ExprText::print(ExprId e, int outer, Words words) {
    if (system_.pool.is_constant(e)) return number(system_.pool.value(e), words);
    const Words own_words = words_of(e);
    const bool as_comparison =
        is_condition(e, words) && !is_boolean_op(system_.pool[e].op) && own_words.type != TypeTable::boolean;
    if (as_comparison) {
        const std::string text = print(e, set_op, own_words) + " == " + number(1, own_words);
        return outer > comparing ? "(" + text + ")" : text;
    }
    if (const auto name = names_.find(e); name != names_.end()) return name->second;
    int own = atom;
    const std::string text =
        system_.pool[e].arity == 0 || system_.pool[e].op == Op::read ? leaf(e) : operation(e, own, words);
    return own < outer ? "(" + text + ")" : text;
}

std::string ExprText::number(int64_t value, Words words) const {
    if (words.counter_of != none) return location_text(static_cast<LocationId>(value));
    if (words.type && system_.types[*words.type].contains(value)) return system_.types.text(*words.type, value);
    return std::to_string(value);
}

std::string ExprText::leaf(ExprId e) {
    const Node& n = system_.pool[e];
    switch (n.op) {
        case Op::read: return place(n.var, system_.pool.args(e));
        case Op::self: return "self";
        case Op::me: return "me";
        case Op::choice: return choice_name(static_cast<size_t>(n.value));
        default: return bound_name(n.value);
    }
}

std::string ExprText::operation(ExprId e, int& own, Words words) {
    const Op op = system_.pool[e].op;
    const auto args = system_.pool.args(e);
    const Words truth{TypeTable::boolean, none};
    switch (op) {
        case Op::negation: return negated(args[0], own);
        case Op::equal: own = comparing; return comparison(e, "==");
        case Op::less: own = comparing; return comparison(e, "<");
        case Op::less_equal: own = comparing; return comparison(e, "<=");
        case Op::ite:
            own = choosing;
            if (!words.type) words = words_of(e);
            return fmt::format("{} ? {} : {}", print(args[0], or_, truth), print(args[1], or_, words),
                               print(args[2], choosing, words));
        case Op::shift_one: return "bit(" + print(args[0], loosest, {}) + ")";
        case Op::popcount: return "size(" + print(args[0], loosest, words_of(args[0])) + ")";
        case Op::forall:
        case Op::exists:
        case Op::count: own = loosest; return quantified(e);
        default: break;
    }
    const Infix i = infix(op);
    own = i.precedence;
    if (op == Op::conjunction || op == Op::disjunction)
        words = truth;
    else if (i.precedence != set_op && op != Op::bit_clear)
        words = {};  // numbers
    else if (!words.type)
        words = words_of(e);
    if (op == Op::add && system_.pool.is_constant(args[1]) && system_.pool.value(args[1]) < 0)
        return fmt::format("{} - {}", print(args[0], own, words), -system_.pool.value(args[1]));
    const bool associative = op == Op::conjunction || op == Op::disjunction || op == Op::add || op == Op::multiply;
    return fmt::format("{} {} {}", print(args[0], own, words), i.sign,
                       print(args[1], associative ? own : own + 1, words));
}

// A constant stands on the left of `<` only (the pool keeps it right in `==`, and makes `<=` an `<`).
std::string ExprText::comparison(ExprId e, const char* sign) {
    const ExprId a = system_.pool.args(e)[0], b = system_.pool.args(e)[1];
    Words words = words_of(system_.pool.is_constant(a) ? b : a);
    if (!words.type) words = words_of(b);
    if (system_.pool.is_constant(a)) return fmt::format("{} > {}", print(b, set_op, words), print(a, set_op, words));
    return fmt::format("{} {} {}", print(a, set_op, words), sign, print(b, set_op, words));
}

std::string ExprText::negated(ExprId e, int& own) {
    const Op op = system_.pool[e].op;
    if (op == Op::equal && !names_.contains(e)) {
        own = comparing;
        return comparison(e, "!=");
    }
    const Words words = words_of(e);
    if (!is_boolean_op(op) && words.type != TypeTable::boolean) {
        own = comparing;
        return print(e, set_op, words) + " == " + number(0, words);
    }
    own = unary;
    return "not " + print(e, unary, {TypeTable::boolean, none});
}

std::string ExprText::quantified(ExprId e) {
    const Node& n = system_.pool[e];
    const char* name = n.op == Op::forall ? "forall" : n.op == Op::exists ? "exists" : "count";
    bound_types_[n.value] = n.type;
    return fmt::format("{} ({} in {}) {}", name, bound_name(n.value), system_.types[n.type].name,
                       print(system_.pool.args(e)[0], loosest, {TypeTable::boolean, none}));
}

}  // namespace untorn::system
