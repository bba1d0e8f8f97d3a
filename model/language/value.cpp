// Values of expressions: the cells behind a place, what may be read where, and conversion to the type that is wanted,
// with the checks that a conversion needs.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using system::CheckKind;

std::string Compiler::text_of(Span span) const {
    const std::string& text = program_.files[span.file].text;
    return span.begin <= span.end && span.end <= text.size() ? text.substr(span.begin, span.end - span.begin) : "";
}

// --- reading -------------------------------------------------------------------------------------

ExprId Compiler::read(VarId var, const std::vector<ExprId>& index) {
    const system::Type& type = sys_.types[sys_.variables[var].type];
    return pool_.read(var, index, type.lo, std::max(type.lo, type.hi));
}

void Compiler::place_leaves(TypeRef type, const PlaceRef& place, std::vector<ExprId>& out) {
    if (type->form == Form::structure) {
        PlaceRef field = place;
        for (const auto& [name, t] : type->fields) {
            place_leaves(t, field, out);
            field.first += TypeStore::variables(t);
        }
    } else if (type->form == Form::array) {
        const system::Type& index = types_.scalar(type->index);
        PlaceRef element = place;
        element.index.push_back(0);
        for (int64_t i = index.lo; i <= index.hi; ++i) {
            element.index.back() = pool_.constant(i);
            place_leaves(type->base, element, out);
        }
    } else {
        out.push_back(read(place.first, place.index));
    }
}

std::vector<ExprId> Compiler::leaves(const Value& v) {
    if (!v.place) return v.leaves;
    std::vector<ExprId> out;
    place_leaves(v.type, *v.place, out);
    return out;
}

ExprId Compiler::leaf(const Value& v) {
    if (v.place) return read(v.place->first, v.place->index);
    return v.leaves.empty() ? ExprPool::no : v.leaves.front();
}

std::vector<ExprId> Compiler::first_leaves(TypeRef type) {
    if (type->form == Form::error) return {ExprPool::no};
    std::vector<ExprId> out;
    if (type->form == Form::structure) {
        for (const auto& field : type->fields)
            for (const ExprId e : first_leaves(field.second)) out.push_back(e);
    } else if (type->form == Form::array) {
        for (int64_t i = 0; i < types_.scalar(type->index).size(); ++i)
            for (const ExprId e : first_leaves(type->base)) out.push_back(e);
    } else {
        out.push_back(pool_.constant(types_.scalar(type).first()));
    }
    return out;
}

void Compiler::note_read(system::Storage storage, bool own, const ast::Name& name) {
    using system::Storage;
    if (storage == Storage::option) {
        if (reads_ == Reads::constants)
            diagnostics_.error(name.span, fmt::format("'{}' is an option: it cannot size anything", name.text),
                               "make it a param");
        return;
    }
    const auto refuse = [&](const char* why, const char* help) {
        diagnostics_.error(name.span, fmt::format("'{}' {}", name.text, why), help);
    };
    switch (reads_) {
        case Reads::constants: return refuse("is a variable, and this must be a constant", "use a param or a const");
        case Reads::ghost:
        case Reads::property: return;
        case Reads::code:
            if (storage == Storage::ghost)
                return refuse("is a ghost: nothing but ghosts and properties may depend on it",
                              "compute with it in a ghost block");
            break;
        case Reads::crash:
        case Reads::crash_lemma:
            if (storage != Storage::durable && storage != Storage::ghost)
                return refuse("does not survive power loss",
                              "properties over what is left after a crash read durable and ghost data");
            return;
        case Reads::outcome:
            if (storage != Storage::durable)
                return refuse("is no part of an outcome",
                              "an outcome is what is durable at the end (and results, without power_loss)");
            return;
        case Reads::power_loss:
            if (!own && storage != Storage::durable && storage != Storage::device)
                return refuse("cannot be read when power is lost", "power_loss reads device and durable data");
            break;
        case Reads::recover:
            if (!own && storage != Storage::durable)
                return refuse("does not survive power loss", "recover reads durable data and its own locals");
            break;
    }
    if (!own) touches_ = true;
}

void Compiler::need(ExprId ok, CheckKind kind, Span span, std::string message) {
    if (ok == ExprPool::yes) return;
    const ExprId under_path = pool_.implies(path_, ok);
    if (under_path == ExprPool::yes) return;
    if (checks_ == nullptr) {
        diagnostics_.error(span, std::move(message));
        return;
    }
    if (checking_ && under_path == ExprPool::no) diagnostics_.warning(span, "this always fails: " + message);
    checks_->push_back({under_path, kind, span, std::move(message), system::none});
}

ExprId Compiler::under(ExprId condition, const std::function<ExprId()>& evaluate) {
    const ExprId path = path_;
    path_ = pool_.both(path, condition);
    const ExprId out = evaluate();
    path_ = path;
    return out;
}

// --- types of values -----------------------------------------------------------------------------

bool Compiler::same_type(TypeRef a, TypeRef b) const {
    if (a == b || a->form == Form::error || b->form == Form::error) return true;
    if (a->form != b->form) return false;
    if (a->form == Form::array)
        return same_type(a->base, b->base) && types_.scalar(a->index) == types_.scalar(b->index);
    if (a->form == Form::structure) return a->name == b->name;
    return a->any_integer == b->any_integer && a->scalar == b->scalar;
}

// Arrays over the same indices, of scalars that may still need a conversion.
bool Compiler::same_shape(TypeRef a, TypeRef b) const {
    if (a->form != Form::array || b->form != Form::array) return a->is_scalar() && b->is_scalar();
    return types_.scalar(a->index) == types_.scalar(b->index) && same_shape(a->base, b->base);
}

std::optional<ExprId> Compiler::convert_scalar(const Value& v, TypeRef type, Span span) {
    if (v.type->form == Form::error) return pool_.constant(types_.scalar(type).first());
    switch (type->form) {
        case Form::integer: {
            if (v.type->form != Form::integer) return std::nullopt;
            const ExprId value = leaf(v);
            if (type->any_integer) return value;
            const system::Type& t = types_.scalar(type);
            const ExprId fits = pool_.both(pool_.less_equal(pool_.constant(t.lo), value),
                                           pool_.less_equal(value, pool_.constant(t.hi)));
            need(fits, CheckKind::range, span, fmt::format("value out of range {}..{}", t.lo, t.hi));
            return value;
        }
        case Form::optional: {
            if (v.type->form == Form::none_literal) return pool_.constant(0);
            if (v.type->form == Form::optional)
                return v.type->scalar == type->scalar ? std::optional(leaf(v)) : std::nullopt;
            const auto base = convert_scalar(v, type->base, span);
            if (!base) return std::nullopt;
            return pool_.add(*base, pool_.constant(1 - types_.scalar(type->base).lo));
        }
        case Form::set:
            if (v.type->form == Form::empty_set) return pool_.constant(0);
            [[fallthrough]];
        case Form::boolean:
        case Form::enumeration:
        case Form::scalarset:
            return v.type->form == type->form && v.type->scalar == type->scalar ? std::optional(leaf(v)) : std::nullopt;
        default: return std::nullopt;
    }
}

std::vector<ExprId> Compiler::convert(const Value& v, TypeRef type, Span span, const char* what) {
    if (type->form == Form::error || v.type->form == Form::error) return first_leaves(type);
    if (type->is_scalar() && type->form != Form::mutex) {
        if (v.type->is_scalar())
            if (const auto e = convert_scalar(v, type, span)) return {*e};
    } else if (same_type(v.type, type)) {
        return leaves(v);
    } else if (v.type->form == Form::array && same_shape(v.type, type)) {
        std::vector<ExprId> out;  // an array of numbers, of which each must fit
        TypeRef from = v.type;
        TypeRef to = type;
        for (; to->form == Form::array; to = to->base) from = from->base;
        for (const ExprId x : leaves(v))
            if (const auto e = convert_scalar(scalar_value(from, x), to, span)) out.push_back(*e);
        if (out.size() == types_.leaves(type)) return out;
    }
    diagnostics_.error(span, fmt::format("{} must be {}, not {}", what, type->name, v.type->name));
    return first_leaves(type);
}

ExprId Compiler::scalar(const ast::Expr& e, TypeRef type) {
    return convert(expression(e, type), type, e.span, "this").front();
}

ExprId Compiler::boolean(const ast::Expr& e) {
    const Value v = expression(e);
    if (v.type->form == Form::boolean) return leaf(v);
    if (v.type->form != Form::error)
        diagnostics_.error(e.span, fmt::format("a condition must be bool, not {}", v.type->name),
                           v.type->form == Form::optional ? "compare with none" : "");
    return ExprPool::yes;
}

std::optional<int64_t> Compiler::constant_integer(const ast::Expr& e) {
    const auto reads = std::exchange(reads_, Reads::constants);
    auto* const checks = std::exchange(checks_, nullptr);
    const ExprId path = std::exchange(path_, ExprPool::yes);
    const size_t errors = diagnostics_.errors();
    const Value v = expression(e);
    reads_ = reads;
    checks_ = checks;
    path_ = path;
    if (v.type->form == Form::error || diagnostics_.errors() > errors) return std::nullopt;
    const ExprId value = leaf(v);
    if (v.type->form == Form::integer && pool_.is_constant(value)) return pool_.value(value);
    diagnostics_.error(e.span, fmt::format("this must be a constant number, not {}", v.type->name));
    return std::nullopt;
}

}  // namespace untorn::language
