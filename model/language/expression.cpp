// Expressions: names and types resolved, functions inlined, straight into the system's expressions. Whatever can go
// wrong while evaluating (a bad index, value(none), x/0, a value that does not fit) becomes a check under the
// condition that this part is evaluated at all.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ExprKind;
using ast::Operator;
using system::CheckKind;

Value Compiler::expression(const ast::Expr& e, TypeRef expected) {
    switch (e.kind) {
        case ExprKind::integer: return scalar_value(types_.integer, pool_.constant(e.integer));
        case ExprKind::boolean: return scalar_value(types_.boolean, pool_.constant(e.integer));
        case ExprKind::none: return scalar_value(types_.none_literal, ExprPool::no);
        case ExprKind::name: return name_expression(e);
        case ExprKind::field: return field_expression(e);
        case ExprKind::index: return index_expression(e);
        case ExprKind::call: return call_expression(e, expected);
        case ExprKind::unary: return unary_expression(e);
        case ExprKind::binary: return binary_expression(e, expected);
        case ExprKind::conditional: return conditional_expression(e, expected);
        case ExprKind::quantifier: return quantifier(e);
        case ExprKind::array: return array_value(e);
        case ExprKind::set: return set_value(e, expected);
        case ExprKind::structure: return structure_value(e);
    }
    return error_value();
}

Value Compiler::name_expression(const ast::Expr& e) {
    if (!frames_.empty()) {
        const auto& scopes = frames_.back().scopes;
        for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
            const auto at = scope->names.find(e.name.text);
            if (at != scope->names.end()) return binding_value(at->second, e.name);
        }
    }
    if (Symbol* symbol = find(e.name.text)) return symbol_value(*symbol, e.name);
    std::vector<std::string> names = all_names({SymbolKind::param, SymbolKind::option, SymbolKind::constant,
                                                SymbolKind::enumerator, SymbolKind::variable, SymbolKind::function});
    if (!frames_.empty())
        for (const Scope& scope : frames_.back().scopes)
            for (const auto& [name, binding] : scope.names) names.push_back(name);
    const std::string near = nearest(e.name.text, names);
    diagnostics_.error(e.name.span, fmt::format("nothing here is called '{}'", e.name.text),
                       near.empty() ? "" : fmt::format("did you mean '{}'?", near));
    return error_value();
}

Value Compiler::binding_value(const Binding& binding, const ast::Name& name) {
    if (binding.value.place) {
        if (reads_ == Reads::constants)
            note_read(binding.storage, false, name);
        else
            note_read(binding.ghost ? system::Storage::ghost : binding.storage, binding.own && !binding.ghost, name);
    }
    return binding.value;
}

Value Compiler::symbol_value(Symbol& symbol, const ast::Name& name) {
    switch (symbol.kind) {
        case SymbolKind::param:
        case SymbolKind::constant: return *constant_symbol(symbol, name.text);
        case SymbolKind::option:
            if (reads_ == Reads::constants && !symbol.busy) note_read(system::Storage::option, false, name);
            if (symbol.type != nullptr) return {symbol.type, PlaceRef{symbol.first, {}}, {}};
            return *constant_symbol(symbol, name.text);
        case SymbolKind::enumerator: {
            Symbol* owner = find(symbol.item->name.text);
            if (owner == nullptr || owner->kind != SymbolKind::type) return error_value();
            TypeRef type = resolve_named(*owner, symbol.item->name.text);
            const auto& names = symbol.item->names;
            const auto at =
                std::find_if(names.begin(), names.end(), [&](const ast::Name& n) { return n.text == name.text; });
            return scalar_value(type, pool_.constant(at - names.begin()));
        }
        case SymbolKind::variable:
            if (symbol.type == nullptr || symbol.type->form == Form::error) {
                if (symbol.type == nullptr && reads_ == Reads::constants) note_read(symbol.storage, false, name);
                return error_value();
            }
            note_read(symbol.storage, false, name);
            return {symbol.type, PlaceRef{symbol.first, {}}, {}};
        case SymbolKind::function:
        case SymbolKind::procedure:
            diagnostics_.error(name.span, fmt::format("'{}' is called with parentheses", name.text));
            return error_value();
        default: break;
    }
    diagnostics_.error(name.span, fmt::format("'{}' is not a value", name.text));
    return error_value();
}

Value Compiler::field_expression(const ast::Expr& e) {
    const ast::Expr& of = *e.args[0];
    if (of.kind == ExprKind::name) {  // Errno.OK
        Symbol* type = find(of.name.text);
        const bool shadowed =
            !frames_.empty() && std::any_of(frames_.back().scopes.begin(), frames_.back().scopes.end(),
                                            [&](const Scope& s) { return s.names.count(of.name.text) != 0; });
        if (!shadowed && type != nullptr && type->kind == SymbolKind::type &&
            type->item->kind == ast::ItemKind::enumeration) {
            Symbol* symbol = find(e.name.text);
            if (symbol != nullptr && symbol->kind == SymbolKind::enumerator && symbol->item == type->item)
                return symbol_value(*symbol, e.name);
            diagnostics_.error(e.name.span, fmt::format("enum '{}' has no '{}'", of.name.text, e.name.text));
            return error_value();
        }
    }
    return select_field(expression(of), e);
}

Value Compiler::select_field(const Value& v, const ast::Expr& e) {
    if (v.type->form == Form::error) return v;
    if (v.type->form != Form::structure) {
        diagnostics_.error(e.span, fmt::format("{} has no fields", v.type->name),
                           v.type->form == Form::optional ? "take the value out with value(...)" : "");
        return error_value();
    }
    uint32_t variable = 0;
    size_t first = 0;
    for (const auto& [name, type] : v.type->fields) {
        const size_t count = types_.leaves(type);
        if (name == e.name.text) {
            if (v.place) return {type, PlaceRef{v.place->first + variable, v.place->index}, {}};
            const auto begin = v.leaves.begin() + static_cast<std::ptrdiff_t>(first);
            return {type, std::nullopt, {begin, begin + static_cast<std::ptrdiff_t>(count)}};
        }
        variable += TypeStore::variables(type);
        first += count;
    }
    std::vector<std::string> names;
    for (const auto& field : v.type->fields) names.push_back(field.first);
    const std::string near = nearest(e.name.text, names);
    diagnostics_.error(
        e.name.span, fmt::format("struct {} has no field '{}'", v.type->name, e.name.text),
        near.empty() ? fmt::format("it has {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", near));
    return error_value();
}

Value Compiler::index_expression(const ast::Expr& e) { return select_element(expression(*e.args[0]), e); }

Value Compiler::select_element(const Value& array, const ast::Expr& e) {
    if (array.type->form == Form::error) return array;
    if (array.type->form != Form::array) {
        diagnostics_.error(e.span, fmt::format("{} is no array", array.type->name));
        expression(*e.args[1]);
        return error_value();
    }
    TypeRef index_type = array.type->index;
    const Value given = expression(*e.args[1]);
    ExprId index = ExprPool::no;
    const system::Type& domain = types_.scalar(index_type);
    if (index_type->form == Form::integer && given.type->form == Form::integer) {
        index = leaf(given);
        const ExprId good = pool_.both(pool_.less_equal(pool_.constant(domain.lo), index),
                                       pool_.less_equal(index, pool_.constant(domain.hi)));
        need(good, CheckKind::index, e.args[1]->span, fmt::format("index out of range {}..{}", domain.lo, domain.hi));
    } else {
        index = convert(given, index_type, e.args[1]->span, "the index").front();
        if (domain.size() == 0) need(ExprPool::no, CheckKind::index, e.args[1]->span, "the array has no elements");
    }
    if (array.place) {
        PlaceRef place = *array.place;
        place.index.push_back(index);
        return {array.type->base, place, {}};
    }
    const size_t count = types_.leaves(array.type->base);
    Value out{array.type->base, std::nullopt, first_leaves(array.type->base)};
    for (int64_t i = domain.hi; i >= domain.lo; --i) {
        const ExprId here = pool_.equal(index, pool_.constant(i));
        for (size_t k = 0; k < count; ++k)
            out.leaves[k] =
                pool_.ite(here, array.leaves[static_cast<size_t>(i - domain.lo) * count + k], out.leaves[k]);
    }
    return out;
}

Value Compiler::unary_expression(const ast::Expr& e) {
    if (e.op == Operator::negation) return scalar_value(types_.boolean, pool_.negate(boolean(*e.args[0])));
    const Value v = expression(*e.args[0]);
    if (v.type->form == Form::error) return v;
    if (v.type->form == Form::integer) return scalar_value(types_.integer, pool_.subtract(pool_.constant(0), leaf(v)));
    diagnostics_.error(e.span, fmt::format("'-' needs a number, not {}", v.type->name));
    return error_value();
}

Value Compiler::binary_expression(const ast::Expr& e, TypeRef expected) {
    const ast::Expr& left = *e.args[0];
    const ast::Expr& right = *e.args[1];
    switch (e.op) {
        case Operator::conjunction: {
            const ExprId a = boolean(left);
            return scalar_value(types_.boolean, pool_.both(a, under(a, [&] { return boolean(right); })));
        }
        case Operator::disjunction: {
            const ExprId a = boolean(left);
            return scalar_value(types_.boolean,
                                pool_.either(a, under(pool_.negate(a), [&] { return boolean(right); })));
        }
        case Operator::implies: {
            const ExprId a = boolean(left);
            return scalar_value(types_.boolean, pool_.implies(a, under(a, [&] { return boolean(right); })));
        }
        case Operator::equal:
        case Operator::not_equal:
        case Operator::less:
        case Operator::less_equal:
        case Operator::greater:
        case Operator::greater_equal:
        case Operator::in: return comparison(e);
        default: break;
    }
    Value a = expression(left, expected);
    const bool set = a.type->form == Form::set;
    Value b = expression(right, set ? a.type : expected);
    if (a.type->form == Form::error || b.type->form == Form::error) return error_value();
    if (set || b.type->form == Form::set || (a.type->form == Form::empty_set && b.type->form == Form::empty_set))
        return set_operation(e, a, b);
    return arithmetic(e, a, b);
}

Value Compiler::set_operation(const ast::Expr& e, Value a, Value b) {
    TypeRef type = a.type->form == Form::set ? a.type : b.type;
    for (Value* v : {&a, &b})
        if (v->type->form == Form::empty_set) *v = scalar_value(type, pool_.constant(0));
    if (a.type->form != b.type->form || a.type->scalar != b.type->scalar) {
        diagnostics_.error(e.span, fmt::format("sets of different types: {} and {}", a.type->name, b.type->name));
        return error_value();
    }
    if (e.op == Operator::set_union) return scalar_value(type, pool_.bit_or(leaf(a), leaf(b)));
    if (e.op == Operator::set_intersection) return scalar_value(type, pool_.bit_and(leaf(a), leaf(b)));
    if (e.op == Operator::subtract) return scalar_value(type, pool_.bit_clear(leaf(a), leaf(b)));
    diagnostics_.error(e.span, "sets know |, &, -, ==, in and size()");
    return error_value();
}

Value Compiler::arithmetic(const ast::Expr& e, const Value& a, const Value& b) {
    if (a.type->form != Form::integer || b.type->form != Form::integer) {
        const Value& wrong = a.type->form != Form::integer ? a : b;
        const bool identity = wrong.type->form == Form::scalarset;
        diagnostics_.error(
            e.span, fmt::format("arithmetic needs numbers, not {}", wrong.type->name),
            identity ? "identities of a scalarset can only be compared for equality, stored and used as an index" : "");
        return error_value();
    }
    const ExprId x = leaf(a);
    const ExprId y = leaf(b);
    ExprId out = ExprPool::no;
    switch (e.op) {
        case Operator::add: out = pool_.add(x, y); break;
        case Operator::subtract: out = pool_.subtract(x, y); break;
        case Operator::multiply: out = pool_.multiply(x, y); break;
        case Operator::divide:
        case Operator::modulo:
            need(pool_.negate(pool_.equal(y, pool_.constant(0))), CheckKind::division, e.args[1]->span,
                 "division by zero");
            out = e.op == Operator::divide ? pool_.divide(x, y) : pool_.modulo(x, y);
            break;
        default:
            diagnostics_.error(e.span, "'|' and '&' are for sets", "write 'or' and 'and' for conditions");
            return error_value();
    }
    constexpr int64_t limit = int64_t{1} << 61;
    if (pool_[out].lo < -limit || pool_[out].hi > limit)
        diagnostics_.error(e.span, "this number can become larger than 2^61", "use smaller ranges");
    return scalar_value(types_.integer, out);
}

ExprId Compiler::equal_values(const ast::Expr& at, const Value& a, const Value& b) {
    if (a.type->form == Form::error || b.type->form == Form::error) return ExprPool::yes;
    if (TypeStore::contains(a.type, Form::mutex) || TypeStore::contains(b.type, Form::mutex)) {
        diagnostics_.error(at.span, "locks cannot be compared", "ask locked(m) or holds(m)");
        return ExprPool::yes;
    }
    const auto literal = [](const Value& v) {
        return v.type->form == Form::none_literal || v.type->form == Form::empty_set;
    };
    if (a.type->form == Form::optional || b.type->form == Form::optional) {
        const Value& o = a.type->form == Form::optional ? a : b;
        const Value& v = a.type->form == Form::optional ? b : a;
        if (v.type->form == Form::none_literal) return pool_.equal(leaf(o), pool_.constant(0));
        if (v.type->form == Form::optional) {
            if (v.type->scalar == o.type->scalar) return pool_.equal(leaf(a), leaf(b));
        } else if (v.type->form == Form::integer && o.type->base->form == Form::integer) {
            const system::Type& t = types_.scalar(o.type->base);  // a number that is no value of T equals nothing
            const ExprId x = leaf(v);
            const ExprId fits =
                pool_.both(pool_.less_equal(pool_.constant(t.lo), x), pool_.less_equal(x, pool_.constant(t.hi)));
            return pool_.both(fits, pool_.equal(leaf(o), pool_.add(x, pool_.constant(1 - t.lo))));
        } else if (v.type->form == o.type->base->form && v.type->scalar == o.type->base->scalar) {
            return pool_.equal(leaf(o), pool_.add(leaf(v), pool_.constant(1)));
        }
    } else if (a.type->form == Form::integer && b.type->form == Form::integer) {
        return pool_.equal(leaf(a), leaf(b));
    } else if ((a.type->form == Form::set && b.type->form == Form::empty_set) ||
               (b.type->form == Form::set && a.type->form == Form::empty_set)) {
        return pool_.equal(leaf(a), leaf(b));
    } else if (!literal(a) && same_type(a.type, b.type)) {
        const auto x = leaves(a);
        const auto y = leaves(b);
        ExprId out = ExprPool::yes;
        for (size_t i = 0; i < x.size(); ++i) out = pool_.both(out, pool_.equal(x[i], y[i]));
        return out;
    }
    diagnostics_.error(at.span, fmt::format("{} and {} cannot be compared", a.type->name, b.type->name));
    return ExprPool::yes;
}

Value Compiler::comparison(const ast::Expr& e) {
    Value a = expression(*e.args[0]);
    const bool hint = a.type->form == Form::set || a.type->form == Form::optional;
    Value b = expression(*e.args[1], hint ? a.type : nullptr);
    const auto truth = [&](ExprId x) { return scalar_value(types_.boolean, x); };
    if (a.type->form == Form::error || b.type->form == Form::error) return truth(ExprPool::yes);
    if (e.op == Operator::equal) return truth(equal_values(e, a, b));
    if (e.op == Operator::not_equal) return truth(pool_.negate(equal_values(e, a, b)));
    if (e.op == Operator::in) {
        if (b.type->form == Form::empty_set) return truth(ExprPool::no);
        const bool fits = b.type->form == Form::set && a.type->form == b.type->base->form &&
                          (a.type->form == Form::integer || a.type->scalar == b.type->base->scalar);
        if (!fits) {
            diagnostics_.error(e.span, fmt::format("{} cannot be in {}", a.type->name, b.type->name));
            return truth(ExprPool::yes);
        }
        const int64_t lo = types_.scalar(b.type->base).lo;
        const ExprId bit = pool_.shift_one(pool_.subtract(leaf(a), pool_.constant(lo)));
        return truth(pool_.negate(pool_.equal(pool_.bit_and(leaf(b), bit), pool_.constant(0))));
    }
    if (a.type->form != Form::integer || b.type->form != Form::integer) {
        const Value& wrong = a.type->form != Form::integer ? a : b;
        const bool identity = wrong.type->form == Form::scalarset;
        diagnostics_.error(
            e.span, fmt::format("only numbers have an order, not {}", wrong.type->name),
            identity ? "identities of a scalarset can only be compared for equality, stored and used as an index" : "");
        return truth(ExprPool::yes);
    }
    const ExprId x = leaf(a);
    const ExprId y = leaf(b);
    switch (e.op) {
        case Operator::less: return truth(pool_.less(x, y));
        case Operator::less_equal: return truth(pool_.less_equal(x, y));
        case Operator::greater: return truth(pool_.less(y, x));
        default: return truth(pool_.less_equal(y, x));
    }
}

Value Compiler::conditional_expression(const ast::Expr& e, TypeRef expected) {
    const ExprId c = boolean(*e.args[0]);
    const ExprId path = path_;
    path_ = pool_.both(path, c);
    Value a = expression(*e.args[1], expected);
    path_ = pool_.both(path, pool_.negate(c));
    Value b = expression(*e.args[2], expected != nullptr ? expected : a.type);
    TypeRef type = nullptr;
    const auto weak = [](TypeRef t) { return t->form == Form::none_literal || t->form == Form::empty_set; };
    if (a.type->form == Form::error || b.type->form == Form::error) {
        path_ = path;
        return error_value();
    }
    if (a.type->form == Form::integer && b.type->form == Form::integer)
        type = types_.integer;
    else if (same_type(a.type, b.type))
        type = a.type;
    else if (expected != nullptr && expected->is_scalar() &&
             (weak(a.type) || weak(b.type) || expected->form == Form::optional))
        type = expected;
    else if (a.type->form == Form::optional || a.type->form == Form::set)
        type = a.type;
    else if (b.type->form == Form::optional || b.type->form == Form::set)
        type = b.type;
    if (type == nullptr) {
        path_ = path;
        diagnostics_.error(e.span,
                           fmt::format("the two cases have different types: {} and {}", a.type->name, b.type->name));
        return error_value();
    }
    const auto part = [&](const Value& v, const ast::Expr& at, ExprId when) {
        path_ = pool_.both(path, when);
        return same_type(v.type, type) || type->any_integer ? leaves(v) : convert(v, type, at.span, "this case");
    };
    const auto x = part(a, *e.args[1], c);
    const auto y = part(b, *e.args[2], pool_.negate(c));
    path_ = path;
    Value out{type, std::nullopt, {}};
    for (size_t i = 0; i < x.size(); ++i) out.leaves.push_back(pool_.ite(c, x[i], y[i]));
    return out;
}

// Checks of the body become checks for all values: the body is evaluated for each of them.
Value Compiler::quantifier(const ast::Expr& e) {
    return quantified(e, e.op, [&] { return boolean(*e.args[0]); });
}

Value Compiler::quantified(const ast::Expr& e, Operator op, const std::function<ExprId()>& body_of) {
    TypeRef type = type_of(*e.type);
    const bool good = type->form == Form::error || TypeStore::finite_index(type);
    if (!good) diagnostics_.error(e.type->span, fmt::format("a variable cannot run through {}", type->name));
    const bool unknown = !good || type->form == Form::error;
    const system::Type domain = unknown ? sys_.types[system::TypeTable::boolean] : types_.scalar(type);
    const ExprId x = pool_.bound(domain.lo, std::max(domain.lo, domain.hi));
    if (frames_.empty()) frames_.emplace_back();
    frames_.back().scopes.emplace_back();
    Binding binding;
    binding.value = unknown ? error_value() : scalar_value(type, x);
    frames_.back().scopes.back().names[e.name.text] = binding;

    std::vector<LocalCheck> inner;
    auto* const outer = std::exchange(checks_, checks_ == nullptr ? nullptr : &inner);
    const ExprId path = std::exchange(path_, ExprPool::yes);
    const ExprId where = e.args.size() > 1 ? boolean(*e.args[1]) : ExprPool::yes;
    const ExprId body = under(where, body_of);
    checks_ = outer;
    path_ = path;
    frames_.back().scopes.pop_back();
    if (unknown)
        return op == Operator::count ? scalar_value(types_.integer, ExprPool::no)
                                     : scalar_value(types_.boolean, ExprPool::yes);
    const auto over = [&](system::Op how, ExprId b) { return pool_.quantify(how, x, type->scalar, domain.size(), b); };
    for (const LocalCheck& check : inner)
        need(over(system::Op::forall, check.ok), check.kind, check.span, check.message);
    if (op == Operator::forall)
        return scalar_value(types_.boolean, over(system::Op::forall, pool_.implies(where, body)));
    if (op == Operator::exists) return scalar_value(types_.boolean, over(system::Op::exists, pool_.both(where, body)));
    return scalar_value(types_.integer, over(system::Op::count, pool_.both(where, body)));
}

Value Compiler::array_value(const ast::Expr& e) {
    TypeRef index = type_of(*e.type);
    if (index->form == Form::error) return error_value();
    if (!TypeStore::finite_index(index) || types_.scalar(index).size() > 1024) {
        diagnostics_.error(e.type->span, fmt::format("an array value cannot run through {}", index->name));
        return error_value();
    }
    if (frames_.empty()) frames_.emplace_back();
    Value out{nullptr, std::nullopt, {}};
    const system::Type domain = types_.scalar(index);
    TypeRef element = nullptr;
    for (int64_t i = domain.lo; i <= domain.hi; ++i) {
        frames_.back().scopes.emplace_back();
        Binding binding;
        binding.value = scalar_value(index, pool_.constant(i));
        frames_.back().scopes.back().names[e.name.text] = binding;
        const Value v = expression(*e.args[0]);
        frames_.back().scopes.pop_back();
        if (v.type->form == Form::error) return error_value();
        if (element == nullptr) element = v.type;
        for (const ExprId x : leaves(v)) out.leaves.push_back(x);
    }
    if (element == nullptr) {
        diagnostics_.error(e.span, "an array value without elements has no type");
        return error_value();
    }
    out.type = types_.array(element, index);
    return out;
}

Value Compiler::set_value(const ast::Expr& e, TypeRef expected) {
    if (e.args.empty())
        return expected != nullptr && expected->form == Form::set ? scalar_value(expected, pool_.constant(0))
                                                                  : scalar_value(types_.empty_set, pool_.constant(0));
    TypeRef base = expected != nullptr && expected->form == Form::set ? expected->base : nullptr;
    std::vector<Value> elements;
    for (const auto& arg : e.args) {
        elements.push_back(expression(*arg));
        TypeRef t = elements.back().type;
        if (base == nullptr && TypeStore::finite_index(t)) base = t;
    }
    if (base == nullptr) {
        diagnostics_.error(e.span, "of which type is this set?",
                           "use it where a set<T> is expected, or declare a variable for it");
        return error_value();
    }
    TypeRef type = types_.set(base);
    ExprId mask = pool_.constant(0);
    for (size_t i = 0; i < elements.size(); ++i) {
        const ExprId x = convert(elements[i], base, e.args[i]->span, "an element").front();
        mask = pool_.bit_or(mask, pool_.shift_one(pool_.subtract(x, pool_.constant(types_.scalar(base).lo))));
    }
    return scalar_value(type, mask);
}

Value Compiler::structure_value(const ast::Expr& e) {
    Symbol* symbol = find(e.name.text);
    TypeRef type =
        symbol != nullptr && symbol->kind == SymbolKind::type ? resolve_named(*symbol, e.name.text) : nullptr;
    if (type == nullptr || type->form != Form::structure) {
        diagnostics_.error(e.name.span, fmt::format("'{}' is no struct", e.name.text),
                           suggestion(e.name.text, {SymbolKind::type}));
        for (const auto& arg : e.args) expression(*arg);
        return error_value();
    }
    std::vector<std::vector<ExprId>> parts;
    for (const auto& field : type->fields) parts.push_back(first_leaves(field.second));
    std::vector<bool> given(parts.size());
    for (size_t i = 0; i < e.args.size(); ++i) {
        const auto at = std::find_if(type->fields.begin(), type->fields.end(),
                                     [&](const auto& f) { return f.first == e.fields[i].text; });
        if (at == type->fields.end()) {
            diagnostics_.error(e.fields[i].span,
                               fmt::format("struct {} has no field '{}'", type->name, e.fields[i].text));
            continue;
        }
        const auto k = static_cast<size_t>(at - type->fields.begin());
        if (given[k]) diagnostics_.error(e.fields[i].span, fmt::format("'{}' is given twice", e.fields[i].text));
        given[k] = true;
        parts[k] = convert(expression(*e.args[i], at->second), at->second, e.args[i]->span, "the field");
    }
    Value out{type, std::nullopt, {}};
    for (const auto& part : parts) out.leaves.insert(out.leaves.end(), part.begin(), part.end());
    return out;
}

}  // namespace untorn::language
