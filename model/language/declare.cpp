// Declarations: the one name space of a program, params and options of the run, types, global variables, faults,
// and which variant of each interface is bound. Everything is resolved on demand, so order in the source does not
// matter.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ItemKind;

namespace {

constexpr int64_t max_type_size = int64_t{1} << 31;

const char* kind_text(SymbolKind kind) {
    switch (kind) {
        case SymbolKind::param: return "a param";
        case SymbolKind::option: return "an option";
        case SymbolKind::constant: return "a constant";
        case SymbolKind::type: return "a type";
        case SymbolKind::enumerator: return "an enumerator";
        case SymbolKind::variable: return "a variable";
        case SymbolKind::fault: return "a fault";
        case SymbolKind::function: return "a function";
        case SymbolKind::procedure: return "a procedure";
        case SymbolKind::interface: return "an interface";
        case SymbolKind::variant: return "a variant";
        case SymbolKind::actor: return "an actor";
        case SymbolKind::property: return "a property";
        case SymbolKind::lemma: return "a lemma";
    }
    return "a name";
}

system::Storage storage_of(ast::StorageWord word) {
    switch (word) {
        case ast::StorageWord::memory: return system::Storage::memory;
        case ast::StorageWord::device: return system::Storage::device;
        case ast::StorageWord::durable: return system::Storage::durable;
        case ast::StorageWord::ghost: return system::Storage::ghost;
    }
    return system::Storage::memory;
}

}  // namespace

Compiler::Compiler(const Program& program, const RunConfig* config, Diagnostics& diagnostics)
    : program_(program),
      config_(config),
      diagnostics_(diagnostics),
      pool_(sys_.pool),
      types_(sys_.types),
      checking_(config == nullptr) {
    for (const SourceFile& file : program.files) sys_.files.push_back(file.lines);
    for (const ast::File& tree : program.trees)
        for (const ast::Item& item : tree.items) items_.push_back(&item);
}

// --- names ---------------------------------------------------------------------------------------

void Compiler::add_symbol(const ast::Name& name, Symbol symbol) {
    symbol.span = name.span;
    const auto [old, added] = symbols_.try_emplace(name.text, symbol);
    if (added) return;
    const Place place = sys_.files[old->second.span.file].place(old->second.span.begin);
    diagnostics_.error(name.span, fmt::format("'{}' is declared twice", name.text),
                       fmt::format("the first is {} at {}:{}", kind_text(old->second.kind), place.file, place.line));
}

void Compiler::declare_scenarios() {
    std::set<std::string> names;
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::scenario && !names.insert(item->scenario->name.text).second)
            diagnostics_.error(item->scenario->name.span,
                               fmt::format("there are two scenarios '{}'", item->scenario->name.text));
}

void Compiler::declare() {
    for (const ast::Item* item : items_) declare_item(*item);
    declare_scenarios();
    if (config_ == nullptr || config_->scenario.empty()) return;
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::scenario && item->scenario->name.text == config_->scenario)
            scenario_ = item->scenario.get();
}

void Compiler::declare_item(const ast::Item& item) {
    const auto simple = [&](SymbolKind kind) {
        Symbol symbol;
        symbol.kind = kind;
        symbol.item = &item;
        return symbol;
    };
    switch (item.kind) {
        case ItemKind::param: return add_symbol(item.name, simple(SymbolKind::param));
        case ItemKind::option: return add_symbol(item.name, simple(SymbolKind::option));
        case ItemKind::constant: return add_symbol(item.name, simple(SymbolKind::constant));
        case ItemKind::type:
        case ItemKind::structure:
        case ItemKind::scalarset: return add_symbol(item.name, simple(SymbolKind::type));
        case ItemKind::enumeration: {
            add_symbol(item.name, simple(SymbolKind::type));
            for (const ast::Name& name : item.names) add_symbol(name, simple(SymbolKind::enumerator));
            return;
        }
        case ItemKind::variable: {
            Symbol symbol = simple(SymbolKind::variable);
            symbol.storage = storage_of(item.storage);
            return add_symbol(item.name, symbol);
        }
        case ItemKind::fault: return add_symbol(item.name, simple(SymbolKind::fault));
        case ItemKind::function: return add_symbol(item.name, simple(SymbolKind::function));
        case ItemKind::procedure: {
            Symbol symbol = simple(SymbolKind::procedure);
            symbol.procedure = &item.procedure;
            return add_symbol(item.procedure.name, symbol);
        }
        case ItemKind::interface: {
            add_symbol(item.name, simple(SymbolKind::interface));
            for (const ast::Procedure& procedure : item.procedures) {
                Symbol symbol = simple(SymbolKind::procedure);
                symbol.procedure = &procedure;
                symbol.interface = &item;
                add_symbol(procedure.name, symbol);
            }
            return;
        }
        case ItemKind::variant: return add_symbol(item.name, simple(SymbolKind::variant));
        case ItemKind::actor: return add_symbol(item.name, simple(SymbolKind::actor));
        case ItemKind::property: return add_symbol(item.name, simple(SymbolKind::property));
        case ItemKind::lemma: return add_symbol(item.name, simple(SymbolKind::lemma));
        case ItemKind::scenario:  // only the command line names them: they have names of their own
        case ItemKind::import:
        case ItemKind::power_loss:
        case ItemKind::recover:
        case ItemKind::init:
        case ItemKind::fairness:
        case ItemKind::expectation: return;
    }
}

Symbol* Compiler::find(const std::string& name) {
    const auto at = symbols_.find(name);
    return at == symbols_.end() ? nullptr : &at->second;
}

std::vector<std::string> Compiler::all_names(std::initializer_list<SymbolKind> kinds) const {
    std::vector<std::string> out;
    for (const auto& [name, symbol] : symbols_)
        if (std::find(kinds.begin(), kinds.end(), symbol.kind) != kinds.end()) out.push_back(name);
    return out;
}

std::string Compiler::suggestion(const std::string& name, std::initializer_list<SymbolKind> kinds) const {
    const std::string near = nearest(name, all_names(kinds));
    return near.empty() ? std::string{} : fmt::format("did you mean '{}'?", near);
}

// --- params, options, constants ------------------------------------------------------------------

const Value* Compiler::constant_symbol(Symbol& symbol, const std::string& name) {
    if (symbol.known) return &symbol.value;
    const ast::Item& item = *symbol.item;
    if (symbol.busy) {
        diagnostics_.error(item.name.span, fmt::format("'{}' is defined by itself", name));
        symbol.value = error_value();
        symbol.known = true;
        return &symbol.value;
    }
    symbol.busy = true;
    const auto reads = std::exchange(reads_, Reads::constants);
    const auto frames = std::exchange(frames_, {});
    auto* const checks = std::exchange(checks_, nullptr);
    const ExprId path = std::exchange(path_, ExprPool::yes);
    const bool touches = touches_;
    TypeRef type = item.type ? type_of(*item.type) : nullptr;
    const ast::Expr* from = item.value.get();
    if (scenario_ != nullptr) {
        const auto& settings = symbol.kind == SymbolKind::param ? scenario_->params : scenario_->options;
        for (const ast::Setting& setting : settings)
            if (setting.name.text == name && symbol.kind != SymbolKind::constant) from = setting.value.get();
    }
    if (symbol.kind == SymbolKind::option)
        for (const auto& [interface, variant] : bound_)
            for (const ast::Item* v = variant; v != nullptr;) {
                const auto set = std::find_if(v->settings.begin(), v->settings.end(),
                                              [&](const ast::Setting& s) { return s.name.text == name; });
                if (set != v->settings.end()) {
                    from = set->value.get();
                    break;
                }
                Symbol* parent = v->extends ? find(v->parent.text) : nullptr;
                v = parent != nullptr && parent->kind == SymbolKind::variant ? parent->item : nullptr;
            }
    Value value = from != nullptr ? expression(*from, type) : error_value();
    if (type != nullptr && from != nullptr)
        value = {type, std::nullopt, convert(value, type, from->span, "the value")};
    else if (value.type->form != Form::error && !value.type->is_scalar())
        diagnostics_.error(item.name.span, fmt::format("'{}' must be a number, a truth value or an enumerator", name));
    symbol.value = value;
    symbol.known = true;
    symbol.busy = false;
    if (config_ != nullptr && symbol.kind != SymbolKind::constant) {
        const auto text = config_->set.find(name);
        if (text != config_->set.end()) set_from_text(symbol, item.name, text->second);
    }
    reads_ = reads;
    frames_ = frames;
    checks_ = checks;
    path_ = path;
    touches_ = touches;
    return &symbol.value;
}

void Compiler::set_from_text(Symbol& symbol, const ast::Name& name, const std::string& text) {
    TypeRef type = symbol.value.type;
    Value given = error_value();
    int64_t number = 0;
    const char* const end = text.data() + text.size();
    if (text == "true" || text == "false") {
        given = scalar_value(types_.boolean, text == "true" ? ExprPool::yes : ExprPool::no);
    } else if (const auto [rest, wrong] = std::from_chars(text.data(), end, number);
               wrong == std::errc{} && rest == end && std::abs(number) <= max_type_size) {
        given = scalar_value(types_.integer, pool_.constant(number));
    } else if (Symbol* other = find(text); other != nullptr && other->kind == SymbolKind::enumerator) {
        given = symbol_value(*other, {text, name.span});
    } else {
        diagnostics_.error(name.span, fmt::format("-D {}={}: '{}' is not a value", name.text, text, text),
                           "write a number, true, false or an enumerator");
        return;
    }
    if (type->form == Form::error) return;
    if (type->form == Form::integer && given.type->form == Form::integer && type->any_integer) {
        symbol.value = given;
        return;
    }
    const std::string what = fmt::format("-D {}={}", name.text, text);
    symbol.value = {type, std::nullopt, convert(given, type, name.span, what.c_str())};
}

void Compiler::evaluate_settings() {
    if (config_ != nullptr)
        for (const auto& [name, text] : config_->set) {
            const Symbol* symbol = find(name);
            if (symbol != nullptr && (symbol->kind == SymbolKind::param || symbol->kind == SymbolKind::option))
                continue;
            const uint32_t root = static_cast<uint32_t>(program_.files.size()) - 1;
            diagnostics_.error({root, 0, 0}, fmt::format("-D {}: no param or option has this name", name),
                               suggestion(name, {SymbolKind::param, SymbolKind::option}));
        }
    const auto known = [&](const std::vector<ast::Setting>& settings, SymbolKind kind, const char* what) {
        for (const ast::Setting& s : settings) {
            const Symbol* symbol = find(s.name.text);
            if (symbol == nullptr || symbol->kind != kind)
                diagnostics_.error(s.name.span, fmt::format("'{}' is no {}", s.name.text, what),
                                   suggestion(s.name.text, {kind}));
        }
    };
    for (const ast::Item* item : items_) {
        if (item->kind == ItemKind::scenario) {
            known(item->scenario->params, SymbolKind::param, "param");
            known(item->scenario->options, SymbolKind::option, "option");
        }
        if (item->kind == ItemKind::variant) known(item->settings, SymbolKind::option, "option");
    }
    if (scenario_ != nullptr)
        for (const ast::Name& name : scenario_->free_options) {
            const Symbol* symbol = find(name.text);
            if (symbol == nullptr || symbol->kind != SymbolKind::option)
                diagnostics_.error(name.span, fmt::format("'{}' is no option", name.text),
                                   suggestion(name.text, {SymbolKind::option}));
            else if (config_->set.find(name.text) == config_->set.end())
                free_options_.insert(name.text);
        }
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::param || item->kind == ItemKind::option || item->kind == ItemKind::constant)
            if (Symbol* symbol = find(item->name.text); symbol != nullptr && symbol->item == item)
                constant_symbol(*symbol, item->name.text);
}

// --- types ---------------------------------------------------------------------------------------

TypeRef Compiler::resolve_named(Symbol& symbol, const std::string& name) {
    if (symbol.type != nullptr) return symbol.type;
    const ast::Item& item = *symbol.item;
    if (symbol.busy) {
        diagnostics_.error(item.name.span, fmt::format("type '{}' contains itself", name));
        return symbol.type = types_.error;
    }
    symbol.busy = true;
    TypeRef type = types_.error;
    if (item.kind == ItemKind::type) {
        type = type_of(*item.type);
        if (type->form == Form::integer) type = types_.range(types_.scalar(type).lo, types_.scalar(type).hi, name);
    } else if (item.kind == ItemKind::enumeration) {
        std::vector<std::string> labels;
        for (const ast::Name& n : item.names) labels.push_back(n.text);
        type = types_.enumeration(name, std::move(labels));
    } else if (item.kind == ItemKind::scalarset) {
        const auto size = constant_integer(*item.value);
        if (size && *size >= 0 && *size <= 1024) {
            type = types_.scalarset(name, *size);
        } else if (size) {
            diagnostics_.error(item.value->span, fmt::format("a scalarset has 0 to 1024 members, not {}", *size));
        }
    } else {
        std::vector<std::pair<std::string, TypeRef>> fields;
        for (const ast::Formal& field : item.formals) {
            const bool twice =
                std::any_of(fields.begin(), fields.end(), [&](const auto& f) { return f.first == field.name.text; });
            if (twice)
                diagnostics_.error(field.name.span, fmt::format("'{}' has two fields '{}'", name, field.name.text));
            fields.emplace_back(field.name.text, type_of(*field.type));
        }
        if (fields.empty()) diagnostics_.error(item.name.span, fmt::format("struct '{}' has no fields", name));
        type = types_.structure(name, std::move(fields));
    }
    symbol.busy = false;
    return symbol.type = type;
}

TypeRef Compiler::type_of(const ast::TypeExpr& t) {
    using ast::TypeExprKind;
    switch (t.kind) {
        case TypeExprKind::boolean: return types_.boolean;
        case TypeExprKind::mutex: return types_.mutex;
        case TypeExprKind::named: {
            Symbol* symbol = find(t.name.text);
            if (symbol != nullptr && symbol->kind == SymbolKind::type) return resolve_named(*symbol, t.name.text);
            if (symbol != nullptr)
                diagnostics_.error(t.name.span,
                                   fmt::format("'{}' is {}, not a type", t.name.text, kind_text(symbol->kind)));
            else
                diagnostics_.error(t.name.span, fmt::format("there is no type '{}'", t.name.text),
                                   suggestion(t.name.text, {SymbolKind::type}));
            return types_.error;
        }
        case TypeExprKind::range: {
            const auto lo = constant_integer(*t.lo);
            const auto hi = constant_integer(*t.hi);
            if (!lo || !hi) return types_.error;
            if (*hi < *lo - 1) {
                diagnostics_.error(t.span, fmt::format("the range {}..{} is the wrong way round", *lo, *hi));
                return types_.error;
            }
            if (*hi - *lo >= max_type_size || std::abs(*lo) > max_type_size || std::abs(*hi) > max_type_size) {
                diagnostics_.error(t.span, "the range has more than 2^31 values or goes beyond 2^31");
                return types_.error;
            }
            return types_.range(*lo, *hi, "");
        }
        case TypeExprKind::array: {
            TypeRef base = type_of(*t.base);
            TypeRef index = type_of(*t.index);
            if (base->form == Form::error || index->form == Form::error) return types_.error;
            if (!TypeStore::finite_index(index)) {
                diagnostics_.error(t.index->span, fmt::format("'{}' cannot index an array", index->name),
                                   "use a range, an enum, a scalarset or bool");
                return types_.error;
            }
            if (types_.scalar(index).size() > 1 << 16) {
                diagnostics_.error(t.index->span, "an array has at most 65536 elements");
                return types_.error;
            }
            return types_.array(base, index);
        }
        case TypeExprKind::optional: {
            TypeRef base = scalar_type_of(*t.base, "T?");
            return base->form == Form::error ? base : types_.optional(base);
        }
        case TypeExprKind::set: {
            TypeRef base = scalar_type_of(*t.base, "set<T>");
            if (base->form == Form::error) return base;
            if (types_.scalar(base).size() > 32) {
                diagnostics_.error(t.base->span, fmt::format("a set is over at most 32 values, '{}' has {}", base->name,
                                                             types_.scalar(base).size()));
                return types_.error;
            }
            return types_.set(base);
        }
    }
    return types_.error;
}

TypeRef Compiler::scalar_type_of(const ast::TypeExpr& t, const char* what) {
    TypeRef type = type_of(t);
    if (type->form == Form::error || TypeStore::finite_index(type)) return type;
    diagnostics_.error(
        t.span, fmt::format("in {}, T must be bool, a range, an enum or a scalarset, not '{}'", what, type->name));
    return types_.error;
}

// --- variables, faults ---------------------------------------------------------------------------

VarId Compiler::new_variable(const std::string& name, TypeRef type, system::Storage storage, uint32_t actor, Span span,
                             bool hidden) {
    const auto first = static_cast<VarId>(sys_.variables.size());
    std::vector<system::TypeId> dims;
    if (actor != system::none && sys_.actors[actor].identity) dims.push_back(*sys_.actors[actor].identity);
    types_.each_variable(
        type, name, dims, [&](const std::string& path, const std::vector<system::TypeId>& d, TypeRef scalar) {
            system::Variable variable;
            variable.name = path;
            variable.storage = storage;
            variable.dims = d;
            variable.type = scalar->scalar;
            variable.actor = actor;
            variable.hidden = hidden;
            variable.span = span;
            int64_t cells = 1;
            for (const system::TypeId dim : d) cells *= std::max<int64_t>(sys_.types[dim].size(), 1);
            if (sys_.types[scalar->scalar].size() == 0 && cells > 0)
                diagnostics_.error(span,
                                   fmt::format("'{}' can hold no value: its type '{}' is empty", path, scalar->name));
            if (cells > 1 << 20)
                diagnostics_.error(span, fmt::format("'{}' has {} cells, more than 2^20", path, cells));
            sys_.variables.push_back(std::move(variable));
        });
    return first;
}

void Compiler::declare_variables() {
    for (const ast::Item* item : items_) {
        if (item->kind == ItemKind::variable) {
            Symbol* symbol = find(item->name.text);
            if (symbol == nullptr || symbol->item != item) continue;
            symbol->type = type_of(*item->type);
            if (symbol->type->form == Form::error) continue;
            symbol->first = new_variable(item->name.text, symbol->type, symbol->storage, system::none, item->name.span);
        }
        if (item->kind == ItemKind::option) {
            Symbol* symbol = find(item->name.text);
            if (symbol == nullptr || symbol->item != item || symbol->value.type->form == Form::error) continue;
            if (!checking_ && free_options_.count(item->name.text) == 0) continue;
            symbol->type = symbol->value.type;
            symbol->first =
                new_variable(item->name.text, symbol->type, system::Storage::option, system::none, item->name.span);
        }
    }
}

void Compiler::declare_faults() {
    const auto budget_of = [&](const std::string& name, const ast::Expr* standard) -> std::optional<int64_t> {
        const ast::Expr* from = standard;
        if (scenario_ != nullptr)
            for (const ast::Setting& s : scenario_->budgets)
                if (s.name.text == name) from = s.value.get();
        if (from == nullptr) return std::nullopt;
        const auto value = constant_integer(*from);
        if (value && (*value < 0 || *value > 255)) {
            diagnostics_.error(from->span, fmt::format("a budget is 0 to 255, not {}", *value));
            return 0;
        }
        return value ? value : 0;
    };
    const ast::Item* loss = nullptr;
    const ast::Item* recover = nullptr;
    for (const ast::Item* item : items_) {
        if (item->kind == ItemKind::fault) {
            Symbol* symbol = find(item->name.text);
            if (symbol == nullptr || symbol->item != item) continue;
            symbol->number = static_cast<uint32_t>(sys_.faults.size());
            system::Fault fault;
            fault.name = item->name.text;
            fault.budget = budget_of(fault.name, item->value.get());
            fault.span = item->name.span;
            if (fault.budget)
                fault.remaining = new_variable(fault.name, types_.range(0, *fault.budget, ""), system::Storage::budget,
                                               system::none, item->name.span);
            sys_.faults.push_back(fault);
        }
        const auto once = [&](const ast::Item*& slot, const char* what) {
            if (slot != nullptr)
                diagnostics_.error(item->span, fmt::format("a second {} block", what), "a run has one");
            slot = item;
        };
        if (item->kind == ItemKind::power_loss) once(loss, "power_loss");
        if (item->kind == ItemKind::recover) once(recover, "recover");
    }
    if (recover != nullptr && loss == nullptr)
        diagnostics_.error(recover->span, "recover without power_loss",
                           "add a power_loss block: what the device leaves behind");
    if (loss != nullptr) {
        sys_.power_loss.emplace();
        sys_.power_loss->budget = budget_of("power_loss", loss->value.get()).value_or(1);
    }
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::scenario)
            for (const ast::Setting& s : item->scenario->budgets) {
                const Symbol* symbol = find(s.name.text);
                const bool known = s.name.text == "power_loss" ? loss != nullptr
                                                               : symbol != nullptr && symbol->kind == SymbolKind::fault;
                if (!known)
                    diagnostics_.error(s.name.span, fmt::format("there is no fault '{}'", s.name.text),
                                       suggestion(s.name.text, {SymbolKind::fault}));
                if (s.name.text == "power_loss" && s.value == nullptr)
                    diagnostics_.error(s.name.span, "power loss has a budget: each loss begins another run");
            }
}

// --- interfaces and variants ---------------------------------------------------------------------

void Compiler::check_variant(const ast::Item& item) {
    Symbol* parent = find(item.parent.text);
    const SymbolKind wanted = item.extends ? SymbolKind::variant : SymbolKind::interface;
    if (parent == nullptr || parent->kind != wanted) {
        const char* what = item.extends ? "variant" : "interface";
        diagnostics_.error(item.parent.span, fmt::format("there is no {} '{}'", what, item.parent.text),
                           suggestion(item.parent.text, {wanted}));
        return;
    }
    const ast::Item* interface = parent->item;
    for (size_t steps = 0; interface != nullptr && interface->kind == ItemKind::variant; ++steps) {
        Symbol* up = find(interface->parent.text);
        interface = up != nullptr && steps < symbols_.size() ? up->item : nullptr;
    }
    if (interface == nullptr || interface->kind != ItemKind::interface) {
        diagnostics_.error(item.parent.span, fmt::format("variant '{}' does not lead to an interface", item.name.text),
                           "variants extend each other in a circle, or the last one is wrong");
        return;
    }
    for (const ast::Procedure& procedure : item.procedures) {
        const auto base = std::find_if(interface->procedures.begin(), interface->procedures.end(),
                                       [&](const ast::Procedure& p) { return p.name.text == procedure.name.text; });
        if (base == interface->procedures.end()) {
            std::vector<std::string> names;
            for (const ast::Procedure& p : interface->procedures) names.push_back(p.name.text);
            const std::string near = nearest(procedure.name.text, names);
            diagnostics_.error(
                procedure.name.span,
                fmt::format("interface '{}' has no procedure '{}'", interface->name.text, procedure.name.text),
                near.empty() ? "" : fmt::format("did you mean '{}'?", near));
            continue;
        }
        bool same = base->formals.size() == procedure.formals.size() &&
                    (base->result == nullptr) == (procedure.result == nullptr);
        for (size_t i = 0; same && i < base->formals.size(); ++i)
            same = base->formals[i].by_reference == procedure.formals[i].by_reference &&
                   same_type(type_of(*base->formals[i].type), type_of(*procedure.formals[i].type));
        if (same && base->result) same = same_type(type_of(*base->result), type_of(*procedure.result));
        if (!same)
            diagnostics_.error(procedure.name.span,
                               fmt::format("'{}' has other parameters or another result than in interface '{}'",
                                           procedure.name.text, interface->name.text));
    }
}

void Compiler::bind_variants() {
    const auto interface_of = [&](const ast::Item* variant) -> const ast::Item* {
        for (size_t steps = 0; variant != nullptr && variant->kind == ItemKind::variant && steps < symbols_.size();
             ++steps) {
            Symbol* up = find(variant->parent.text);
            variant = up != nullptr ? up->item : nullptr;
        }
        return variant != nullptr && variant->kind == ItemKind::interface ? variant : nullptr;
    };
    const auto bind = [&](const std::string& name, Span span) {
        Symbol* symbol = find(name);
        if (symbol == nullptr || symbol->kind != SymbolKind::variant) {
            diagnostics_.error(span, fmt::format("there is no variant '{}'", name),
                               suggestion(name, {SymbolKind::variant}));
            return;
        }
        const ast::Item* interface = interface_of(symbol->item);
        if (interface == nullptr) return;  // reported with the variant
        const auto [old, added] = bound_.try_emplace(interface, symbol->item);
        if (!added && old->second != symbol->item)
            diagnostics_.error(span,
                               fmt::format("variants '{}' and '{}' are both of interface '{}'", old->second->name.text,
                                           name, interface->name.text),
                               "a run binds one variant of an interface");
    };
    std::map<const ast::Item*, const ast::Item*> defaults;
    for (const ast::File& file : program_.trees)
        for (const ast::Item& item : file.items) {
            if (item.kind != ItemKind::variant || !item.by_default) continue;
            const ast::Item* interface = interface_of(&item);
            if (interface == nullptr) continue;  // reported with the variant
            const auto [old, added] = defaults.try_emplace(interface, &item);
            if (!added)
                diagnostics_.error(item.name.span,
                                   fmt::format("variants '{}' and '{}' are both the default of interface '{}'",
                                               old->second->name.text, item.name.text, interface->name.text),
                                   "a run binds one variant of an interface");
        }
    const uint32_t root = static_cast<uint32_t>(program_.files.size()) - 1;
    const Span at = scenario_ != nullptr ? scenario_->name.span : Span{root, 0, 0};
    if (config_ == nullptr) return;
    if (!config_->variant.empty()) bind(config_->variant, at);
    for (const std::string& name : config_->with) bind(name, at);
    for (const auto& [interface, variant] : defaults) bound_.try_emplace(interface, variant);
}

}  // namespace untorn::language
