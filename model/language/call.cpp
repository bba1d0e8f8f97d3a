// Calls inside expressions: pure functions (inlined), built-in functions, and what properties may ask of actors.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ExprKind;
using system::CheckKind;

Value Compiler::call_expression(const ast::Expr& e, TypeRef) {
    const Symbol* symbol = find(e.name.text);
    if (symbol != nullptr && symbol->kind == SymbolKind::function) return function_call(e, *symbol);
    if ((symbol != nullptr && symbol->kind == SymbolKind::procedure) || e.name.text == "super") {
        diagnostics_.error(
            e.span,
            fmt::format("'{}' is a procedure: it takes steps and cannot stand inside an expression", e.name.text),
            "assign its result to a variable first");
        return error_value();
    }
    return builtin_call(e);
}

Value Compiler::function_call(const ast::Expr& e, const Symbol& symbol) {
    const ast::Item& item = *symbol.item;
    if (e.args.size() != item.formals.size()) {
        diagnostics_.error(
            e.span, fmt::format("'{}' takes {} arguments, not {}", e.name.text, item.formals.size(), e.args.size()));
        return error_value();
    }
    constexpr uint64_t max_calls = 200'000;
    if (++calls_ > max_calls || frames_.size() > 64) {
        if (!std::exchange(size_reported_, true))
            diagnostics_.error(e.span, calls_ > max_calls
                                           ? fmt::format("more than {} function calls once they are inlined", max_calls)
                                           : std::string("calls nest deeper than 64"));
        return error_value();
    }
    Frame frame;
    frame.scopes.emplace_back();
    for (size_t i = 0; i < e.args.size(); ++i) {
        TypeRef type = type_of(*item.formals[i].type);
        const Value given = expression(*e.args[i], type);
        Binding binding;
        const bool whole =
            !type->is_scalar() && same_type(given.type, type);  // keeps places, whose cells are read on demand
        binding.value =
            whole ? given : Value{type, std::nullopt, convert(given, type, e.args[i]->span, "the argument")};
        if (type->form == Form::mutex && given.type->form == Form::mutex) binding.value = given;
        frame.scopes.back().names[item.formals[i].name.text] = binding;
    }
    frames_.push_back(std::move(frame));
    TypeRef type = type_of(*item.type);
    const Value body = expression(*item.value, type);
    Value out{type, std::nullopt, convert(body, type, item.value->span, "the result")};
    frames_.pop_back();
    return out;
}

Value Compiler::builtin_call(const ast::Expr& e) {
    const std::string& name = e.name.text;
    if (name == "ended" || name == "result" || name == "at") return actor_predicate(e);
    if (name == "lock" || name == "unlock" || name == "trylock") {
        diagnostics_.error(
            e.span, fmt::format("'{}' is a step and cannot stand inside an expression", name),
            name == "trylock" ? "write `if (trylock(m))` or `x = trylock(m);`" : "write it as a statement");
        return error_value();
    }
    const bool known = name == "value" || name == "locked" || name == "holds" || name == "size";
    if (!known) {
        std::vector<std::string> names = all_names({SymbolKind::function, SymbolKind::procedure});
        for (const char* b : {"value", "locked", "holds", "size", "ended", "result", "at", "lock", "unlock", "trylock"})
            names.emplace_back(b);
        const std::string near = nearest(name, names);
        diagnostics_.error(e.name.span, fmt::format("there is no function '{}'", name),
                           near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        for (const auto& arg : e.args) expression(*arg);
        return error_value();
    }
    if (e.args.size() != 1) {
        diagnostics_.error(e.span, fmt::format("{}() takes one argument", name));
        return error_value();
    }
    const Value v = expression(*e.args[0]);
    if (v.type->form == Form::error) return v;
    const auto wrong = [&](const char* what) {
        diagnostics_.error(e.args[0]->span, fmt::format("{}() needs {}, not {}", name, what, v.type->name));
        return error_value();
    };
    if (name == "value") {
        if (v.type->form != Form::optional) return wrong("an optional");
        need(pool_.negate(pool_.equal(leaf(v), pool_.constant(0))), CheckKind::none, e.span, "value() of none");
        const system::Type& base = types_.scalar(v.type->base);
        // The total expression of a value that is none is the first value: keep the interval of the type.
        const ExprId inside = pool_.add(leaf(v), pool_.constant(base.lo - 1));
        const ExprId safe = pool_.ite(pool_.equal(leaf(v), pool_.constant(0)), pool_.constant(base.lo), inside);
        return scalar_value(v.type->base, safe);
    }
    if (name == "size") {
        if (v.type->form == Form::empty_set) return scalar_value(types_.integer, pool_.constant(0));
        if (v.type->form != Form::set) return wrong("a set");
        return scalar_value(types_.integer, pool_.popcount(leaf(v)));
    }
    if (v.type->form != Form::mutex) return wrong("a mutex");
    if (name == "locked") return scalar_value(types_.boolean, pool_.negate(pool_.equal(leaf(v), pool_.constant(0))));
    if (actor_ == system::none) {
        diagnostics_.error(e.span, "holds() is only known inside an actor", "elsewhere ask locked(m)");
        return error_value();
    }
    return scalar_value(types_.boolean, pool_.equal(leaf(v), pool_.me(sys_.instances)));
}

// ended(w), result(w), at(w, L): program counters and results of actors. An actor that does not run in this scenario
// has ended, stands nowhere, and its result is the first value.
Value Compiler::actor_predicate(const ast::Expr& e) {
    const std::string& name = e.name.text;
    const bool at = name == "at";
    const bool of_recover = !e.args.empty() && e.args[0]->kind == ExprKind::name && e.args[0]->name.text == "recover";
    if (of_recover || reads_ == Reads::crash_lemma) return recovery_predicate(e);
    const bool end_of_run = reads_ == Reads::outcome && name == "result" && !sys_.power_loss;
    if (reads_ != Reads::property && !end_of_run && (reads_ != Reads::ghost || at)) {
        diagnostics_.error(e.span, fmt::format("{}() belongs into properties", name), at ? "" : "and into ghost code");
        return error_value();
    }
    const ast::Expr* who = e.args.empty() ? nullptr : e.args[0].get();
    const ast::Expr* index = nullptr;
    if (who != nullptr && who->kind == ExprKind::index) {
        index = who->args[1].get();
        who = who->args[0].get();
    }
    const bool shape =
        e.args.size() == (at ? 2U : 1U) && who->kind == ExprKind::name && (!at || e.args[1]->kind == ExprKind::name);
    if (!shape) {
        diagnostics_.error(e.span, at ? "write at(actor, LABEL) or at(actor[i], LABEL)"
                                      : fmt::format("write {0}(actor) or {0}(actor[i])", name));
        return error_value();
    }
    const Symbol* symbol = find(who->name.text);
    if (symbol == nullptr || symbol->kind != SymbolKind::actor) {
        diagnostics_.error(who->span, fmt::format("there is no actor '{}'", who->name.text),
                           suggestion(who->name.text, {SymbolKind::actor}));
        return error_value();
    }
    const ast::Item& item = *symbol->item;
    if (item.family.has_value() != (index != nullptr)) {
        diagnostics_.error(who->span, item.family ? fmt::format("'{}' is a family: say which one, {}[i]",
                                                                who->name.text, who->name.text)
                                                  : fmt::format("'{}' is no family", who->name.text));
        return error_value();
    }
    std::vector<ExprId> identity;
    if (index != nullptr) {
        TypeRef type = type_of(*item.family->type);
        const Value given = expression(*index, type);
        if (type->form == Form::integer && given.type->form == Form::integer) {
            const system::Type& domain = types_.scalar(type);
            const ExprId i = leaf(given);
            need(pool_.both(pool_.less_equal(pool_.constant(domain.lo), i),
                            pool_.less_equal(i, pool_.constant(domain.hi))),
                 CheckKind::index, index->span, fmt::format("index out of range {}..{}", domain.lo, domain.hi));
            identity.push_back(i);
        } else {
            identity.push_back(convert(given, type, index->span, "the index").front());
        }
    }
    std::vector<uint32_t> actors;
    for (uint32_t a = 0; a < sys_.actors.size(); ++a)
        if (sys_.actors[a].declaration == who->name.text && sys_.actors[a].kind != system::ActorKind::recover)
            actors.push_back(a);
    if (name == "result") {
        if (!item.type) {
            diagnostics_.error(who->span, fmt::format("'{}' has no result", who->name.text));
            return error_value();
        }
        TypeRef type = type_of(*item.type);
        if (actors.size() > 1)
            diagnostics_.error(who->span,
                               fmt::format("'{}' runs more than once: which result is meant?", who->name.text));
        if (actors.size() != 1) return {type, std::nullopt, first_leaves(type)};
        return {type, PlaceRef{sys_.actors[actors[0]].result, identity}, {}};
    }
    ExprId out = at ? ExprPool::no : ExprPool::yes;
    bool label_known = actors.empty();
    for (const uint32_t a : actors) {
        const ExprId counter = read(sys_.actors[a].counter, identity);
        if (!at) {
            out = pool_.both(out, pool_.equal(counter, pool_.constant(system::ended)));
        } else if (const auto there = stands_at(sys_.actors[a], counter, e.args[1]->name.text)) {
            label_known = true;
            out = pool_.either(out, *there);
        }
    }
    if (at && !label_known) no_such_label(who->name.text, e.args[1]->name);
    return scalar_value(types_.boolean, out);
}

// Whether a counter stands before a statement with the label; nothing if there is no such place.
std::optional<ExprId> Compiler::stands_at(const system::Actor& actor, ExprId counter, const std::string& label) {
    std::optional<ExprId> out;
    for (size_t l = 0; l < actor.locations.size(); ++l) {
        const auto& labels = actor.locations[l].labels;
        if (std::find(labels.begin(), labels.end(), label) == labels.end()) continue;
        const ExprId here = pool_.equal(counter, pool_.constant(static_cast<int64_t>(l)));
        out = out ? pool_.either(*out, here) : here;
    }
    return out;
}

void Compiler::no_such_label(const std::string& actor, const ast::Name& label) {
    if (diagnostics_.has_errors()) return;
    diagnostics_.error(label.span, fmt::format("'{}' never stands at a label '{}'", actor, label.text),
                       "the labelled statement must begin with a scheduling point");
}

// ended(recover), at(recover, L): in crash lemmas, which are about nobody else. Without a recover block the run is over
// when power is lost.
Value Compiler::recovery_predicate(const ast::Expr& e) {
    const bool at = e.name.text == "at";
    const bool good = e.args.size() == (at ? 2U : 1U) && e.args[0]->kind == ExprKind::name &&
                      e.args[0]->name.text == "recover" && (!at || e.args[1]->kind == ExprKind::name);
    if (reads_ != Reads::crash_lemma) {
        diagnostics_.error(e.span, "recover runs when power was lost: only a `crash lemma` speaks of where it stands");
        return error_value();
    }
    if (!good || e.name.text == "result") {
        diagnostics_.error(e.span, "when power was lost nobody but recover runs",
                           "write ended(recover) or at(recover, LABEL)");
        return error_value();
    }
    const uint32_t recover = sys_.power_loss ? sys_.power_loss->recover : system::none;
    if (recover == system::none) {
        if (at) no_such_label("recover", e.args[1]->name);
        return scalar_value(types_.boolean, at ? ExprPool::no : ExprPool::yes);
    }
    const system::Actor& actor = sys_.actors[recover];
    const ExprId counter = read(actor.counter, {});
    if (!at) return scalar_value(types_.boolean, pool_.equal(counter, pool_.constant(system::ended)));
    const auto there = stands_at(actor, counter, e.args[1]->name.text);
    if (!there) no_such_label("recover", e.args[1]->name);
    return scalar_value(types_.boolean, there.value_or(ExprPool::no));
}

}  // namespace untorn::language
