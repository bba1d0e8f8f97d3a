// Properties, the ones that are asked without asking, lemmas, what a specification expects, and what a run says of
// itself.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ItemKind;
using ast::PropertyWord;
using system::CheckKind;
using system::PropertyKind;

namespace {

PropertyKind kind_of(PropertyWord word) {
    switch (word) {
        case PropertyWord::invariant: return PropertyKind::invariant;
        case PropertyWord::crash_invariant: return PropertyKind::crash_invariant;
        case PropertyWord::final: return PropertyKind::final;
        case PropertyWord::quiescent: return PropertyKind::quiescent;
        case PropertyWord::cover: return PropertyKind::cover;
        case PropertyWord::crash_cover: return PropertyKind::crash_cover;
        case PropertyWord::eventually: return PropertyKind::eventually;
        case PropertyWord::always_eventually: return PropertyKind::always_eventually;
        case PropertyWord::progress: return PropertyKind::leads_to;
        case PropertyWord::never: return PropertyKind::never;
        case PropertyWord::sometimes: return PropertyKind::sometimes;
        case PropertyWord::always: return PropertyKind::always;
    }
    return PropertyKind::invariant;
}

bool after_crash(PropertyKind kind) {
    return kind == PropertyKind::crash_invariant || kind == PropertyKind::crash_cover;
}

/// What a property of this kind may read.
Reads reads_of(PropertyKind kind) {
    const bool outcome = kind == PropertyKind::never || kind == PropertyKind::sometimes || kind == PropertyKind::always;
    return after_crash(kind) ? Reads::crash : outcome ? Reads::outcome : Reads::property;
}

struct Builtin {
    const char* name;
    PropertyKind kind;
};
constexpr Builtin builtins[] = {{"deadlock", PropertyKind::deadlock},
                                {"range", PropertyKind::range},
                                {"locks", PropertyKind::lock},
                                {"atomic_blocks", PropertyKind::atomic_block},
                                {"recovery", PropertyKind::recovery}};

bool is_count(const std::string& name) { return name == "states" || name == "transitions" || name == "depth"; }

/// Is there a trace to where it holds?
bool is_shown_where_it_holds(const Symbol* symbol) {
    if (symbol == nullptr || symbol->kind != SymbolKind::property) return false;
    const PropertyWord word = symbol->item->property;
    return word == PropertyWord::cover || word == PropertyWord::crash_cover || word == PropertyWord::sometimes;
}

std::string verdict_text(const ast::Expected& e) {
    if (e.kind == ast::Expected::Kind::count) return std::to_string(e.count);
    if (e.kind == ast::Expected::Kind::undecided) return "undecided";
    std::string out = e.kind == ast::Expected::Kind::holds ? "holds" : "violated";
    if (e.faults) out += fmt::format(" with {} faults", *e.faults);
    if (e.steps) out += fmt::format(" in {} steps", *e.steps);
    if (e.via) out += " via " + e.via->text;
    return out;
}

void labels_in(const ast::Block& b, std::vector<std::string>& out) {
    for (const auto& s : b.statements) {
        for (const ast::Name& label : s->labels) out.push_back(label.text);
        labels_in(s->body, out);
        labels_in(s->other, out);
        for (const ast::Alternative& a : s->alternatives) labels_in(a.body, out);
    }
}

}  // namespace

// A cover of the file itself is asked in every run; one of an imported module, or one that some scenario names, only
// where it is named.
bool Compiler::cover_asked(const ast::Item& item) const {
    const auto names_it = [&](const ast::Scenario& s) {
        return std::any_of(s.covers.begin(), s.covers.end(),
                           [&](const ast::Name& n) { return n.text == item.name.text; });
    };
    if (scenario_ != nullptr && names_it(*scenario_)) return true;
    const bool root = item.span.file + 1 == program_.files.size();
    const bool named = std::any_of(items_.begin(), items_.end(), [&](const ast::Item* i) {
        return i->kind == ItemKind::scenario && names_it(*i->scenario);
    });
    return root && !named;
}

void Compiler::declare_properties() {
    for (const ast::Item* item : items_) {
        if (item->kind != ItemKind::property) continue;
        const bool cover = item->property == PropertyWord::cover || item->property == PropertyWord::crash_cover;
        if (cover && !checking_ && !cover_asked(*item)) continue;
        Symbol* symbol = find(item->name.text);
        if (symbol == nullptr || symbol->item != item) continue;
        symbol->number = static_cast<uint32_t>(sys_.properties.size());
        symbol->busy = true;  // asked in this run
        system::Property property;
        property.name = item->name.text;
        property.kind = kind_of(item->property);
        property.span = item->span;
        sys_.properties.push_back(std::move(property));
    }
    for (const Builtin& b : builtins) {
        if (const Symbol* symbol = find(b.name); symbol != nullptr && symbol->kind == SymbolKind::property)
            diagnostics_.error(symbol->span,
                               fmt::format("'{}' is the name of a property that is always asked", b.name));
        const bool recovery = b.kind == PropertyKind::recovery;
        if (recovery && (!sys_.power_loss || sys_.power_loss->recover == system::none)) continue;
        system::Property property;
        property.name = b.name;
        property.kind = b.kind;
        property.span = sys_.actors.empty() ? Span{} : sys_.actors.front().span;
        sys_.properties.push_back(std::move(property));
    }
}

uint32_t Compiler::builtin_property(CheckKind kind) const {
    PropertyKind wanted = PropertyKind::range;
    if (kind == CheckKind::lock) wanted = PropertyKind::lock;
    if (kind == CheckKind::atomic_block) wanted = PropertyKind::atomic_block;
    for (uint32_t p = 0; p < sys_.properties.size(); ++p)
        if (sys_.properties[p].kind == wanted) return p;
    return 0;
}

// Elaborates an expression of a property or lemma, with what it may read there, and what it counts as where it cannot
// be evaluated.
ExprId Compiler::stated(Reads reads, bool if_not_evaluated, const std::function<ExprId()>& elaborate) {
    reads_ = reads;
    frames_.clear();
    frames_.emplace_back();
    path_ = ExprPool::yes;
    std::vector<LocalCheck> checks;
    checks_ = &checks;
    const ExprId p = elaborate();
    checks_ = nullptr;
    frames_.clear();
    ExprId ok = ExprPool::yes;
    for (const LocalCheck& check : checks) ok = pool_.both(ok, check.ok);
    return if_not_evaluated ? pool_.either(pool_.negate(ok), p) : pool_.both(ok, p);
}

void Compiler::build_property(const ast::Item& item, system::Property& property) {
    if (after_crash(property.kind) && !sys_.power_loss)
        diagnostics_.error(item.span, "a property of what survives power loss, without power_loss",
                           "add a power_loss block");
    // What cannot be evaluated does not hold: neither p nor q of `p leads to q` may make the property hold then, and
    // for `never` the bad case is that p holds.
    const bool if_not_evaluated = property.kind == PropertyKind::never || property.kind == PropertyKind::leads_to;
    const Reads reads = reads_of(property.kind);
    property.expr = stated(reads, if_not_evaluated, [&] { return boolean(*item.value); });
    if (item.consequent) property.consequent = stated(reads, false, [&] { return boolean(*item.consequent); });
}

void Compiler::build_properties() {
    for (const ast::Item* item : items_) {
        if (item->kind != ItemKind::property) continue;
        const Symbol* symbol = find(item->name.text);
        if (symbol == nullptr || symbol->item != item || !symbol->busy) continue;
        build_property(*item, sys_.properties[symbol->number]);
    }
}

// `locks` and `atomic_blocks` are only reported where something could violate them.
void Compiler::drop_unused_properties() {
    std::vector<bool> used(sys_.properties.size(), false);
    const auto note = [&](const system::Step& step) {
        for (const system::Check& check : step.checks) used[check.property] = true;
    };
    for (const system::Transition& t : sys_.transitions) note(t.step);
    note(sys_.init);
    if (sys_.power_loss) note(sys_.power_loss->step);
    std::vector<uint32_t> number(sys_.properties.size());
    std::vector<system::Property> kept;
    for (size_t p = 0; p < sys_.properties.size(); ++p) {
        const PropertyKind kind = sys_.properties[p].kind;
        if (!used[p] && (kind == PropertyKind::lock || kind == PropertyKind::atomic_block)) continue;
        number[p] = static_cast<uint32_t>(kept.size());
        kept.push_back(std::move(sys_.properties[p]));
    }
    sys_.properties = std::move(kept);
    const auto renumber = [&](system::Step& step) {
        for (system::Check& check : step.checks) check.property = number[check.property];
    };
    for (system::Transition& t : sys_.transitions) renumber(t.step);
    renumber(sys_.init);
    if (sys_.power_loss) renumber(sys_.power_loss->step);
}

// --- antecedents ---------------------------------------------------------------------------------

namespace {

using ast::Operator;

bool implies_something(const ast::Expr& e) { return e.kind == ast::ExprKind::binary && e.op == Operator::implies; }
bool for_all(const ast::Expr& e) { return e.kind == ast::ExprKind::quantifier && e.op == Operator::forall; }

/// The part of `e` that is its antecedent, as it is written; null if it says something wherever it is judged.
const ast::Expr* written_antecedent(const ast::Expr& e) {
    if (implies_something(e)) return e.args[0].get();
    if (!for_all(e)) return nullptr;
    return e.args.size() > 1 ? e.args[1].get() : written_antecedent(*e.args[0]);
}

void conjuncts_of(const ast::Expr& e, std::vector<const ast::Expr*>& out) {
    if (e.kind == ast::ExprKind::binary && e.op == Operator::conjunction) {
        for (const auto& part : e.args) conjuncts_of(*part, out);
    } else {
        out.push_back(&e);
    }
}

/// Whether there are states, outcomes or contents in which it is not judged, so that it can be judged nowhere.
bool judged_in_some(PropertyKind kind) {
    return kind == PropertyKind::final || kind == PropertyKind::quiescent || kind == PropertyKind::crash_invariant ||
           kind == PropertyKind::never;
}

}  // namespace

// When `e` says anything: `a implies b` where a holds and b says anything; `forall (x in T where w) p` where w holds
// and p says anything, for some x; everything else always.
ExprId Compiler::antecedent(const ast::Expr& e) {
    if (implies_something(e)) {
        const ExprId a = boolean(*e.args[0]);
        return pool_.both(a, under(a, [&] { return antecedent(*e.args[1]); }));
    }
    if (!for_all(e)) return ExprPool::yes;
    return leaf(quantified(e, Operator::exists, [&] { return antecedent(*e.args[0]); }));
}

// Conjuncts are asked one by one: `(a implies b) and (c implies d)` says something of b and of d.
void Compiler::build_antecedents() {
    const size_t own = sys_.properties.size();
    for (uint32_t p = 0; p < own; ++p) {
        const system::Property property = sys_.properties[p];
        const Symbol* symbol = find(property.name);
        if (symbol == nullptr || symbol->kind != SymbolKind::property || property.kind >= PropertyKind::assertion)
            continue;
        const bool crash = property.kind == PropertyKind::crash_invariant;
        if (crash && sys_.power_loss && sys_.power_loss->budget == 0) continue;  // judged nowhere, as the run wants it
        const auto add = [&](ExprId expr, Span span, std::string text) {
            // What holds whatever the state is would only add to what has influence.
            if (property.expr == ExprPool::yes && !pool_.is_constant(expr)) return;
            sys_.properties.push_back({property.name, PropertyKind::antecedent, expr, ExprPool::yes, span, p, text});
        };
        const ast::Item& item = *symbol->item;
        if (judged_in_some(property.kind)) add(ExprPool::yes, property.span, "");
        if (property.kind == PropertyKind::leads_to) {
            if (property.expr != ExprPool::yes) add(property.expr, item.value->span, one_line(item.value->span));
            continue;
        }
        const bool demands = property.kind != PropertyKind::never && property.kind != PropertyKind::sometimes &&
                             property.kind != PropertyKind::cover && property.kind != PropertyKind::crash_cover &&
                             property.kind != PropertyKind::eventually &&
                             property.kind != PropertyKind::always_eventually;
        if (!demands) continue;
        std::vector<const ast::Expr*> parts;
        conjuncts_of(*item.value, parts);
        for (const ast::Expr* part : parts) {
            const ast::Expr* written = written_antecedent(*part);
            if (written == nullptr) continue;
            const ExprId expr = stated(reads_of(property.kind), false, [&] { return antecedent(*part); });
            if (expr != ExprPool::yes) add(expr, written->span, one_line(written->span));
        }
    }
}

// --- lemmas --------------------------------------------------------------------------------------

// Of all files: a proof may use any of them, and none is asked for.
void Compiler::build_lemmas() {
    for (const ast::Item* item : items_) {
        if (item->kind != ItemKind::lemma) continue;
        const Symbol* symbol = find(item->name.text);
        if (symbol == nullptr || symbol->item != item) continue;
        if (item->after_loss && !sys_.power_loss) {
            diagnostics_.error(item->span, "a lemma about what is left after power loss, without power_loss",
                               "add a power_loss block, or write `lemma` without `crash`");
            continue;
        }
        const Reads reads = item->after_loss ? Reads::crash_lemma : Reads::property;
        system::Lemma lemma;
        lemma.name = item->name.text;
        lemma.expr = stated(reads, false, [&] { return boolean(*item->value); });
        lemma.after_loss = item->after_loss;
        lemma.span = item->span;
        lemma.text = one_line(item->value->span);
        sys_.lemmas.push_back(std::move(lemma));
    }
}

// --- expectations --------------------------------------------------------------------------------

std::vector<std::string> Compiler::all_labels() const {
    std::vector<std::string> labels;
    for (const ast::Item* item : items_) {
        labels_in(item->body, labels);
        labels_in(item->procedure.body, labels);
        for (const ast::Procedure& p : item->procedures) labels_in(p.body, labels);
    }
    return labels;
}

void Compiler::check_expectations() {
    const std::vector<std::string> labels = all_labels();
    std::vector<std::string> properties = all_names({SymbolKind::property});
    for (const Builtin& b : builtins) properties.emplace_back(b.name);
    for (const auto& [place, number] : assertion_numbers_) properties.push_back(sys_.properties[number].name);
    const auto check_cell = [&](const ast::Expected& cell, const ast::Scenario* scenario) {
        if (cell.via && std::find(labels.begin(), labels.end(), cell.via->text) == labels.end()) {
            const std::string near = nearest(cell.via->text, labels);
            diagnostics_.error(cell.via->span, fmt::format("there is no label '{}'", cell.via->text),
                               near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        }
        for (const ast::Name& variant : cell.variants) {
            const bool over =
                scenario != nullptr && std::any_of(scenario->over.begin(), scenario->over.end(),
                                                   [&](const ast::Name& n) { return n.text == variant.text; });
            if (!over)
                diagnostics_.error(variant.span, fmt::format("this scenario does not run over '{}'", variant.text));
        }
    };
    const auto check_one = [&](const ast::Expectation& e, const ast::Scenario* scenario) {
        const Symbol* symbol = find(e.name.text);
        if (symbol != nullptr && symbol->kind == SymbolKind::lemma) {
            diagnostics_.error(e.name.span, fmt::format("'{}' is a lemma, and has no verdict", e.name.text),
                               "what is to be asked is an `invariant`");
        } else if (!is_count(e.name.text) &&
                   std::find(properties.begin(), properties.end(), e.name.text) == properties.end()) {
            const std::string near = nearest(e.name.text, properties);
            diagnostics_.error(e.name.span, fmt::format("there is no property '{}'", e.name.text),
                               near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        }
        const bool shown = is_shown_where_it_holds(symbol);
        const auto check_both = [&](const ast::Expected& cell) {
            check_cell(cell, scenario);
            const bool asks_for_trace = cell.faults || cell.steps || cell.via;
            if (cell.kind == ast::Expected::Kind::holds && asks_for_trace && !shown)
                diagnostics_.error(
                    cell.span, fmt::format("there is no trace where '{}' holds", e.name.text),
                    "a trace shows how a `cover` or `sometimes` is reached, or how another property is violated");
        };
        for (const ast::Expected& cell : e.cells) check_both(cell);
        if (e.otherwise) check_both(*e.otherwise);
    };
    for (const ast::Item* item : items_) {
        if (item->kind == ItemKind::expectation) check_one(item->expectation, nullptr);
        if (item->kind != ItemKind::scenario) continue;
        for (const ast::Expectation& e : item->scenario->expectations) check_one(e, item->scenario.get());
        for (const ast::Name& cover : item->scenario->covers) {
            const Symbol* symbol = find(cover.text);
            const bool good =
                symbol != nullptr && symbol->kind == SymbolKind::property &&
                (symbol->item->property == PropertyWord::cover || symbol->item->property == PropertyWord::crash_cover);
            if (!good)
                diagnostics_.error(cover.span, fmt::format("there is no cover '{}'", cover.text),
                                   suggestion(cover.text, {SymbolKind::property}));
        }
        const auto variants = [&](const std::vector<ast::Name>& names) {
            for (const ast::Name& name : names) {
                const Symbol* symbol = find(name.text);
                if (symbol == nullptr || symbol->kind != SymbolKind::variant)
                    diagnostics_.error(name.span, fmt::format("there is no variant '{}'", name.text),
                                       suggestion(name.text, {SymbolKind::variant}));
            }
        };
        variants(item->scenario->over);
        variants(item->scenario->with);
    }
}

void Compiler::fill_expectations(Run& run) {
    if (config_->no_expectations) return;
    const auto take = [&](const std::string& name, const ast::Expected& e) {
        Expected out;
        out.kind = e.kind == ast::Expected::Kind::holds      ? Expected::Kind::holds
                   : e.kind == ast::Expected::Kind::violated ? Expected::Kind::violated
                   : e.kind == ast::Expected::Kind::count    ? Expected::Kind::count
                                                             : Expected::Kind::undecided;
        out.faults = e.faults;
        out.steps = e.steps;
        out.count = e.count;
        out.via = e.via ? e.via->text : "";
        out.text = verdict_text(e);
        run.expected[name] = out;
    };
    const auto one = [&](const ast::Expectation& e) {
        for (const ast::Expected& cell : e.cells)
            if (cell.variants.empty() || std::any_of(cell.variants.begin(), cell.variants.end(),
                                                     [&](const ast::Name& n) { return n.text == config_->variant; }))
                return take(e.name.text, cell);
        if (e.otherwise) take(e.name.text, *e.otherwise);
    };
    if (scenario_ == nullptr) {
        for (const ast::Item* item : items_)
            if (item->kind == ItemKind::expectation && item->span.file + 1 == program_.files.size())
                one(item->expectation);
        return;
    }
    for (const ast::Name& cover : scenario_->covers) {
        ast::Expected holds;
        take(cover.text, holds);
    }
    for (const ast::Expectation& e : scenario_->expectations) one(e);
}

void Compiler::describe(Run& run) {
    for (const auto& [name, symbol] : symbols_) {
        if (symbol.kind != SymbolKind::param && symbol.kind != SymbolKind::option) continue;
        if (free_options_.count(name) != 0) {
            run.options[name] = "any";
            continue;
        }
        const ExprId value = symbol.value.leaves.empty() ? ExprPool::no : symbol.value.leaves.front();
        const bool number = symbol.value.type->form == Form::integer;
        run.options[name] = number ? std::to_string(pool_.value(value))
                                   : sys_.types.text(symbol.value.type->scalar, pool_.value(value));
        if (symbol.kind != SymbolKind::option || symbol.value.type->any_integer || config_->set.contains(name))
            continue;
        const system::Type& type = sys_.types[symbol.value.type->scalar];
        OptionDomain domain{name, symbol.span, {}, type.size() > 64};
        for (int64_t v = type.lo; v <= type.hi; v += domain.sampled ? type.hi - type.lo : 1)
            if (v != pool_.value(value)) domain.others.push_back(sys_.types.text(symbol.value.type->scalar, v));
        run.option_domains.push_back(std::move(domain));
    }
    const auto spent = [&](uint32_t fault) {
        const auto in = [&](const system::Step& s) {
            return std::any_of(s.faults.begin(), s.faults.end(),
                               [&](const system::FaultSpent& f) { return f.fault == fault; });
        };
        return std::any_of(sys_.transitions.begin(), sys_.transitions.end(),
                           [&](const system::Transition& t) { return in(t.step); });
    };
    for (uint32_t f = 0; f < sys_.faults.size(); ++f)
        if (spent(f))
            run.faults_allowed[sys_.faults[f].name] =
                sys_.faults[f].budget ? std::to_string(*sys_.faults[f].budget) : "unlimited";
    if (sys_.power_loss) run.faults_allowed["power_loss"] = std::to_string(sys_.power_loss->budget);
    for (const system::Actor& actor : sys_.actors)
        if (actor.kind != system::ActorKind::recover)
            run.present.push_back(actor.identity ? fmt::format("{}[{}]", actor.name, sys_.types[*actor.identity].size())
                                                 : actor.name);
    for (const ast::Item* item : items_) {
        if (item->kind != ItemKind::actor) continue;
        const bool runs = std::any_of(sys_.actors.begin(), sys_.actors.end(),
                                      [&](const system::Actor& a) { return a.declaration == item->name.text; });
        if (!runs) run.absent.push_back(item->name.text);
    }
}

}  // namespace untorn::language
