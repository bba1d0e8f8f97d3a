// Declarations of locals, assignments and assertions: what may be assigned where, and what a statement stores at once.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ExprKind;
using ast::Operator;
using system::CheckKind;

Compiler::Target Compiler::lvalue(const ast::Expr& e) {
    Target out;
    out.value = error_value();
    if (e.kind == ExprKind::name) {
        const auto& scopes = frames_.back().scopes;
        for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
            const auto at = scope->names.find(e.name.text);
            if (at == scope->names.end()) continue;
            const Binding& b = at->second;
            if (b.assignable && b.value.place) return {b.value, b.own, b.ghost, b.storage};
            if (b.value.type->form != Form::error)
                diagnostics_.error(e.span, fmt::format("'{}' cannot be assigned", e.name.text),
                                   "loop and choose variables and parameters that are not `ref` keep their value");
            return out;
        }
        Symbol* symbol = find(e.name.text);
        if (symbol != nullptr && symbol->kind == SymbolKind::variable) {
            if (symbol->type == nullptr || symbol->type->form == Form::error) return out;
            return {{symbol->type, PlaceRef{symbol->first, {}}, {}},
                    false,
                    symbol->storage == system::Storage::ghost,
                    symbol->storage};
        }
        if (symbol == nullptr)
            name_expression(e);  // reports
        else
            diagnostics_.error(e.span, fmt::format("'{}' is no variable", e.name.text));
        return out;
    }
    if (e.kind != ExprKind::field && e.kind != ExprKind::index) {
        diagnostics_.error(e.span, "this is no place that can be assigned");
        return out;
    }
    out = lvalue(*e.args[0]);
    out.value = e.kind == ExprKind::field ? select_field(out.value, e) : select_element(out.value, e);
    return out;
}

bool Compiler::writable(const Target& t, Span span) {
    using system::Storage;
    if (t.value.type->form == Form::error) return false;
    const auto refuse = [&](const char* message, const char* help) {
        diagnostics_.error(span, message, help);
        return false;
    };
    if (ghost_depth_ > 0)
        return t.ghost || refuse("ghost code assigns ghosts only", "move the assignment out of the ghost block");
    if (t.ghost) return true;
    if (reads_ == Reads::power_loss && !t.own && t.storage != Storage::durable)
        return refuse("power_loss writes durable data only", "everything else is at its first value afterwards");
    if (reads_ == Reads::recover && !t.own && t.storage != Storage::durable)
        return refuse("recover writes durable data and its own locals only", "");
    if (t.value.type->form == Form::mutex) return refuse("a mutex is not assigned", "use lock(m) and unlock(m)");
    if (TypeStore::contains(t.value.type, Form::mutex) && !in_init_ && !standalone_)
        return refuse("a struct with a lock inside is only assigned in init", "assign its fields");
    if (!t.own && atomic_depth_ == 0 && !standalone_ && TypeStore::contains(t.value.type, Form::array))
        return refuse("a whole array is assigned in one step, which hides a tear",
                      "use a `for` loop, or say `atomic` if it really happens at once");
    return true;
}

void Compiler::variable_statement(const ast::Stmt& s) {
    TypeRef type = type_of(*s.type);
    const auto bind = [&](Binding binding) { frames_.back().scopes.back().names[s.name.text] = std::move(binding); };
    if (frames_.back().scopes.back().names.count(s.name.text) != 0)
        diagnostics_.error(s.name.span, fmt::format("'{}' is declared twice in this block", s.name.text));
    if (type->form == Form::error || TypeStore::contains(type, Form::mutex)) {
        if (type->form != Form::error)
            diagnostics_.error(s.type->span, "a lock cannot be local: nobody else could take it");
        Binding binding;
        binding.value = error_value();
        return bind(binding);
    }
    Binding binding;
    binding.assignable = true;
    binding.ghost = ghost_depth_ > 0;
    if (!s.values.empty() && is_procedure_call(*s.values[0])) {
        const PlaceRef place = new_local(s.name.text, &s, type, s.name.span);
        call_statement(*s.values[0], std::pair{type, place}, true);
        binding.value = {type, place, {}};
        return bind(binding);
    }
    std::vector<ExprId> values;
    CfgNode node = evaluated(NodeKind::act, s.span, [&] {
        if (!s.values.empty()) values = convert(expression(*s.values[0], type), type, s.values[0]->span, "the value");
    });
    const PlaceRef place = new_local(s.name.text, &s, type, s.name.span);
    binding.value = {type, place, {}};
    bind(binding);
    if (s.values.empty()) return;
    store(type, place, values, node.assignments);
    append(std::move(node));
}

void Compiler::assign_statement(const ast::Stmt& s) {
    if (s.targets.size() != s.values.size()) {
        diagnostics_.error(s.span, fmt::format("{} places and {} values", s.targets.size(), s.values.size()));
        return;
    }
    if (s.targets.size() == 1 && s.op == Operator::none && is_procedure_call(*s.values[0]))
        return store_result(s, *s.targets[0], *s.values[0]);
    size_t ghosts = 0;
    std::vector<Target> targets;
    bool good = true;
    std::vector<Assignment> assignments;
    CfgNode node = evaluated(NodeKind::act, s.span, [&] {
        const Reads reads = reads_;
        for (const auto& target : s.targets) {
            targets.push_back(lvalue(*target));
            good = writable(targets.back(), target->span) && good;
            if (targets.back().ghost)
                ++ghosts;
            else if (!targets.back().own)
                touches_ = true;
        }
        if (ghosts > 0) reads_ = Reads::ghost;
        for (size_t i = 0; i < targets.size(); ++i) {
            TypeRef type = targets[i].value.type;
            Value given = expression(*s.values[i], type);
            if (s.op != Operator::none && type->form != Form::error) {
                if (!targets[i].ghost)
                    note_read(targets[i].storage, targets[i].own, {text_of(s.targets[i]->span), s.targets[i]->span});
                ast::Expr sum;
                sum.op = s.op;
                sum.span = s.span;
                if (type->form == Form::set) {
                    if (s.op == Operator::add) sum.op = Operator::set_union;
                    given = set_operation(sum, targets[i].value, given);
                } else if (given.type->form != Form::error) {
                    given = arithmetic(sum, targets[i].value, given);
                }
            }
            const auto values = convert(given, type, s.values[i]->span, "the value");
            if (good) store(type, *targets[i].value.place, values, assignments);
        }
        reads_ = reads;
    });
    if (ghosts > 0 && ghosts < targets.size())
        diagnostics_.error(s.span, "ghosts and other places are not assigned together", "write two statements");
    if (ghosts > 0) {
        node.point = false;
        node.transparent = true;
        node.statement = {};
    }
    if (!good) return;
    node.assignments = std::move(assignments);
    append(std::move(node));
}

void Compiler::assertion_statement(const ast::Stmt& s) {
    ExprId ok = ExprPool::yes;
    CfgNode node = evaluated(NodeKind::act, s.span, [&] { ok = boolean(*s.values[0]); });
    const auto key = std::pair{s.span.file, s.span.begin};
    auto at = assertion_numbers_.find(key);
    if (at == assertion_numbers_.end()) {
        system::Property property;
        const Place place = sys_.files[s.span.file].place(s.span.begin);
        property.name = s.labels.empty() ? fmt::format("assert@{}", place.line) : s.labels.back().text;
        for (const system::Property& other : sys_.properties)
            if (other.name == property.name) property.name = fmt::format("{}@{}", property.name, place.line);
        property.kind = system::PropertyKind::assertion;
        property.span = s.span;
        at = assertion_numbers_.emplace(key, static_cast<uint32_t>(sys_.properties.size())).first;
        sys_.properties.push_back(std::move(property));
    }
    node.checks.push_back({ok, CheckKind::assertion, s.span, "assertion failed", at->second});
    append(std::move(node));
}

}  // namespace untorn::language
