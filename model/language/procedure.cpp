// Procedure calls as statements: which body is meant (interfaces, variants, super), arguments, inlining, results; and
// the lock operations, which look like calls.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ExprKind;
using ast::StmtKind;
using system::CheckKind;

namespace {
constexpr size_t max_frames = 64;

bool is_lock_word(const std::string& name) { return name == "lock" || name == "unlock" || name == "trylock"; }

const ast::Procedure* body_in(const ast::Item& provider, const std::string& name) {
    for (const ast::Procedure& p : provider.procedures)
        if (p.name.text == name) return &p;
    return nullptr;
}

const std::string* root_of(const ast::Expr& e) {
    if (e.kind == ExprKind::name) return &e.name.text;
    return e.kind == ExprKind::field || e.kind == ExprKind::index ? root_of(*e.args[0]) : nullptr;
}
}  // namespace

bool Compiler::is_procedure_call(const ast::Expr& e) {
    if (e.kind != ExprKind::call) return false;
    if (e.name.text == "super") return true;
    const Symbol* symbol = find(e.name.text);
    return symbol != nullptr ? symbol->kind == SymbolKind::procedure : is_lock_word(e.name.text);
}

// From the most derived variant towards the interface; `super` starts behind the body it stands in.
std::optional<Compiler::Callee> Compiler::callee(const ast::Expr& call, bool report) {
    const auto from = [&](const ast::Item* provider, const std::string& name) -> std::optional<Callee> {
        for (size_t steps = 0; provider != nullptr && steps <= symbols_.size(); ++steps) {
            if (const ast::Procedure* p = body_in(*provider, name)) return Callee{p, provider};
            const Symbol* up = provider->kind == ast::ItemKind::variant ? find(provider->parent.text) : nullptr;
            provider = up != nullptr ? up->item : nullptr;
        }
        return std::nullopt;
    };
    if (call.name.text == "super") {
        const Frame& frame = frames_.back();
        const bool overriding =
            frame.provider != nullptr && frame.provider->kind == ast::ItemKind::variant && frame.procedure != nullptr;
        const Symbol* up = overriding ? find(frame.provider->parent.text) : nullptr;
        if (up != nullptr)
            if (const auto found = from(up->item, frame.procedure->name.text)) return found;
        if (report && !overriding)
            diagnostics_.error(call.name.span, "super(...) is only known in a procedure that overrides another");
        return std::nullopt;
    }
    const Symbol* symbol = find(call.name.text);
    if (symbol == nullptr || symbol->kind != SymbolKind::procedure) {
        if (!report) return std::nullopt;
        std::vector<std::string> names = all_names({SymbolKind::procedure});
        for (const char* word : {"lock", "unlock", "trylock"}) names.emplace_back(word);
        const std::string near = nearest(call.name.text, names);
        const bool function = symbol != nullptr && symbol->kind == SymbolKind::function;
        diagnostics_.error(call.name.span,
                           function ? fmt::format("calling the function '{}' does nothing here", call.name.text)
                                    : fmt::format("there is no procedure '{}'", call.name.text),
                           near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        return std::nullopt;
    }
    if (symbol->interface == nullptr) return Callee{symbol->procedure, nullptr};
    const auto bound = bound_.find(symbol->interface);
    return from(bound != bound_.end() ? bound->second : symbol->interface, call.name.text);
}

void Compiler::call_statement(const ast::Expr& call, std::optional<std::pair<TypeRef, PlaceRef>> result, bool wanted) {
    if (call.kind != ExprKind::call) {
        diagnostics_.error(call.span, "this expression does nothing as a statement");
        return;
    }
    if (is_lock_word(call.name.text) && find(call.name.text) == nullptr) {
        if (wanted && call.name.text != "trylock")
            diagnostics_.error(call.span, fmt::format("{}() has no result", call.name.text));
        lock_statement(call, result);
        return;
    }
    const auto to = callee(call, true);
    if (!to) return;
    const ast::Procedure& p = *to->procedure;
    if (p.formals.size() != call.args.size()) {
        diagnostics_.error(
            call.span, fmt::format("'{}' takes {} arguments, not {}", p.name.text, p.formals.size(), call.args.size()));
        return;
    }
    if (wanted && !p.result) {
        diagnostics_.error(call.span, fmt::format("'{}' has no result", p.name.text));
        return;
    }
    if (frames_.size() >= max_frames) {
        diagnostics_.error(call.span, fmt::format("calls nest deeper than {}", max_frames));
        return;
    }
    if (too_large(call.span)) return;
    inline_call(call, *to, result);
}

bool Compiler::assigned_in(const ast::Block& b, const std::string& name) {
    const auto rooted = [&](const ast::Expr& e) {
        const std::string* root = root_of(e);
        return root != nullptr && *root == name;
    };
    for (const auto& s : b.statements) {
        for (const auto& target : s->targets)
            if (rooted(*target)) return true;
        for (const auto& v : s->values) {
            if (v->kind != ExprKind::call) continue;
            const Symbol* symbol = find(v->name.text);
            const bool procedure =
                v->name.text == "super" || (symbol != nullptr && symbol->kind == SymbolKind::procedure);
            if (procedure && std::any_of(v->args.begin(), v->args.end(), [&](const auto& a) { return rooted(*a); })) {
                if (symbol == nullptr) return true;
                for (size_t i = 0; i < v->args.size() && i < symbol->procedure->formals.size(); ++i)
                    if (symbol->procedure->formals[i].by_reference && rooted(*v->args[i])) return true;
            }
        }
        if (assigned_in(s->body, name) || assigned_in(s->other, name)) return true;
        for (const ast::Alternative& a : s->alternatives)
            if (assigned_in(a.body, name)) return true;
    }
    return false;
}

// Arguments that only depend on the caller's own data need no storage: the caller stands still while the body runs.
// What touches shared data, or what the body may change, is stored at the call.
void Compiler::inline_call(const ast::Expr& call, const Callee& to,
                           std::optional<std::pair<TypeRef, PlaceRef>> result) {
    const ast::Procedure& p = *to.procedure;
    std::vector<Binding> bindings(p.formals.size());
    std::vector<std::vector<ExprId>> values(p.formals.size());
    std::vector<bool> touching(p.formals.size());
    bool local_ref = false;
    std::vector<Target> references(p.formals.size());
    CfgNode node = evaluated(NodeKind::act, call.span, [&] {
        for (size_t i = 0; i < p.formals.size(); ++i) {
            const ast::Formal& formal = p.formals[i];
            TypeRef type = type_of(*formal.type);
            const bool before = std::exchange(touches_, false);
            if (formal.by_reference) {
                references[i] = lvalue(*call.args[i]);
                const Target& t = references[i];
                if (t.value.type->form != Form::error && !same_type(t.value.type, type)) {
                    diagnostics_.error(
                        call.args[i]->span,
                        fmt::format("'{}' must be {}, not {}", formal.name.text, type->name, t.value.type->name),
                        "a `ref` argument has exactly the parameter's type");
                    references[i].value = error_value();
                }
                local_ref = local_ref || (t.own && t.value.place.has_value());
            } else {
                values[i] = convert(expression(*call.args[i], type), type, call.args[i]->span, "the argument");
            }
            touching[i] = touches_;
            touches_ = touches_ || before;
        }
    });
    Frame frame;
    frame.procedure = &p;
    frame.provider = to.provider;
    const std::string owner = actor_ == system::none ? std::string{} : sys_.actors[actor_].name + ".";
    frame.prefix = owner + p.name.text + ".";
    frame.result = result;
    frames_.push_back(std::move(frame));
    open_scope();
    const auto constant = [&](const std::vector<ExprId>& v) {
        return std::all_of(v.begin(), v.end(), [&](ExprId e) { return pool_.is_constant(e); });
    };
    for (size_t i = 0; i < p.formals.size(); ++i) {
        const ast::Formal& formal = p.formals[i];
        TypeRef type = type_of(*formal.type);
        Binding& b = bindings[i];
        if (formal.by_reference) {
            b = {references[i].value, true, references[i].ghost, references[i].own, references[i].storage};
            if (b.value.place && (touching[i] || local_ref))
                for (size_t k = 0; k < b.value.place->index.size(); ++k) {
                    ExprId& index = b.value.place->index[k];
                    const auto op = pool_[index].op;
                    if (op == system::Op::constant || op == system::Op::self) continue;
                    // Indices of a place are evaluated once, at the call: keep this one.
                    const TypeRef raw = types_.raw(sys_.variables[b.value.place->first].dims[k]);
                    const PlaceRef kept =
                        new_local(formal.name.text + ".index", &call.args[i] + k, raw, call.args[i]->span, true);
                    store(raw, kept, std::span(&index, 1), node.assignments);
                    index = read(kept.first, kept.index);
                }
        } else if (type->form != Form::error &&
                   (assigned_in(p.body, formal.name.text) || ((touching[i] || local_ref) && !constant(values[i])))) {
            const PlaceRef place = new_local(formal.name.text, &formal, type, formal.name.span);
            store(type, place, values[i], node.assignments);
            b.value = {type, place, {}};
            b.assignable = true;
        } else {
            b.value = {type, std::nullopt, values[i]};
        }
        frames_.back().scopes.back().names[formal.name.text] = b;
    }
    node.transparent = !node.point;
    if (node.point || !node.assignments.empty() || !node.checks.empty())
        append(std::move(node));
    else
        pass_by(call.span);
    const NodeId exit = nop();
    frames_.back().exit = exit;
    const int loops = loop_depth_;
    const bool reachable = current_ != no_node;
    block(p.body);
    if (p.result && current_ != no_node && reachable)
        diagnostics_.error({p.body.span.file, p.body.span.end == 0 ? 0 : p.body.span.end - 1, p.body.span.end},
                           fmt::format("'{}' can end here without a result", p.name.text),
                           "return a value on every path");
    emit_resets(0, false);
    link(current_, exit);
    loop_depth_ = loops;
    resolve_jumps();
    const bool returns =
        std::any_of(cfg_->nodes.begin() + exit, cfg_->nodes.end(), [&](const CfgNode& n) { return n.next == exit; });
    frames_.pop_back();
    current_ = returns || (current_ != no_node) ? exit : no_node;
}

void Compiler::store_result(const ast::Stmt& s, const ast::Expr& target, const ast::Expr& call) {
    Target to;
    CfgNode node = evaluated(NodeKind::act, s.span, [&] {
        to = lvalue(target);
        if (!to.own && !to.ghost) touches_ = true;
    });
    if (!writable(to, target.span)) return;
    if (to.ghost) {
        diagnostics_.error(target.span, "the result of a procedure cannot go into a ghost", "use a local variable");
        return;
    }
    const auto called =
        is_lock_word(call.name.text) && find(call.name.text) == nullptr ? std::nullopt : callee(call, true);
    if (called && !called->procedure->result) {
        diagnostics_.error(call.span, fmt::format("'{}' has no result", call.name.text));
        return;
    }
    TypeRef type = called ? type_of(*called->procedure->result) : types_.boolean;
    const bool direct = to.own && node.checks.empty() &&
                        to.value.place->index.size() == sys_.variables[to.value.place->first].dims.size() &&
                        std::all_of(to.value.place->index.begin(), to.value.place->index.end(), [&](ExprId i) {
                            return pool_[i].op == system::Op::constant || pool_[i].op == system::Op::self;
                        });
    if (direct && same_type(type, to.value.type))
        return call_statement(call, std::pair{to.value.type, *to.value.place}, true);
    // The result waits in a local; storing it is a step of its own if the place is shared.
    open_scope();
    const PlaceRef waiting = new_local("result", &s, type, call.span, true);
    call_statement(call, std::pair{type, waiting}, true);
    CfgNode store_node = evaluated(NodeKind::act, s.span, [&] {
        if (!to.own) touches_ = true;
        const Value result{type, waiting, {}};
        const auto values = convert(result, to.value.type, call.span, "the result");
        lvalue(target);  // its indices are evaluated now: the checks and points belong to this step
        std::vector<Assignment> assignments;
        store(to.value.type, *to.value.place, values, assignments);
        node.assignments = std::move(assignments);
    });
    store_node.assignments = std::move(node.assignments);
    append(std::move(store_node));
    close_scope();
}

void Compiler::return_statement(const ast::Stmt& s) {
    const bool in_procedure = frames_.back().procedure != nullptr;
    TypeRef type = nullptr;
    if (in_procedure) {
        if (frames_.back().procedure->result) type = type_of(*frames_.back().procedure->result);
    } else if (frames_.back().result) {
        type = frames_.back().result->first;
    }
    if (s.values.empty() != (type == nullptr)) {
        diagnostics_.error(s.span,
                           type != nullptr ? "a value must be returned here" : "there is no result to return here",
                           type != nullptr ? "" : "declare it: `proc f(): T` or `thread t: T`");
        return;
    }
    const auto result = frames_.back().result;
    if (type != nullptr) {
        if (is_procedure_call(*s.values[0])) {
            const auto inner = callee(*s.values[0], false);
            const bool same = inner && inner->procedure->result && same_type(type_of(*inner->procedure->result), type);
            if (!same && inner)
                diagnostics_.error(s.values[0]->span, "the result has another type", "assign it to a variable first");
            call_statement(*s.values[0], result, true);
        } else {
            std::vector<ExprId> values;
            CfgNode node = evaluated(NodeKind::act, s.span, [&] {
                values = convert(expression(*s.values[0], type), type, s.values[0]->span, "the result");
            });
            if (result) store(type, result->second, values, node.assignments);
            append(std::move(node));
        }
    }
    if (type == nullptr) pass_by(s.span);
    emit_resets(0, true);
    link(current_, frames_.back().exit);
    current_ = no_node;
}

bool Compiler::lock_statement(const ast::Expr& call, std::optional<std::pair<TypeRef, PlaceRef>> result) {
    const std::string& word = call.name.text;
    if (in_init_ || reads_ == Reads::power_loss || ghost_depth_ > 0) {
        diagnostics_.error(call.span, fmt::format("nobody can {} here", word));
        return false;
    }
    if (call.args.size() != 1) {
        diagnostics_.error(call.span, fmt::format("{}() takes one lock", word));
        return false;
    }
    Target target;
    CfgNode node = evaluated(NodeKind::act, call.span, [&] { target = lvalue(*call.args[0]); });
    if (target.value.type->form != Form::mutex) {
        if (target.value.type->form != Form::error)
            diagnostics_.error(call.args[0]->span,
                               fmt::format("{}() needs a mutex, not {}", word, target.value.type->name));
        return false;
    }
    if (reads_ == Reads::recover && target.storage != system::Storage::durable) {
        diagnostics_.error(call.span, "recover runs alone: there is nobody to lock out");
        return false;
    }
    node.point = true;
    const PlaceRef& place = *target.value.place;
    const ExprId holder = read(place.first, place.index);
    const ExprId me = pool_.me(std::max<uint32_t>(sys_.instances, 1));
    const ExprId free = pool_.equal(holder, pool_.constant(0));
    const ExprId mine = pool_.equal(holder, me);
    if (word == "unlock") {
        node.checks.push_back(
            {mine, CheckKind::lock, call.span, "unlock of a lock that this actor does not hold", system::none});
        store(types_.mutex, place, std::vector<ExprId>{pool_.constant(0)}, node.assignments);
        append(std::move(node));
        return true;
    }
    if (word == "trylock") {
        store(types_.mutex, place, std::vector<ExprId>{pool_.ite(free, me, holder)}, node.assignments);
        if (result) store(types_.boolean, result->second, std::vector<ExprId>{free}, node.assignments);
        append(std::move(node));
        return true;
    }
    CfgNode take;
    take.kind = NodeKind::act;
    take.span = call.span;
    node.kind = NodeKind::await;
    node.is_lock = true;
    node.condition = pool_.either(free, mine);
    node.checks.push_back(
        {pool_.negate(mine), CheckKind::lock, call.span, "lock of a lock that this actor already holds", system::none});
    append(std::move(node));
    store(types_.mutex, place, std::vector<ExprId>{me}, take.assignments);
    append(std::move(take));
    return true;
}

}  // namespace untorn::language
