// Statements become the nodes of a control-flow graph. Scheduling points are decided here, on the source: a node is a
// point if what it evaluates or assigns is not the actor's own (model/system/README.md, rule 1), whatever folds away
// later.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ExprKind;
using ast::Operator;
using ast::StmtKind;
using system::CheckKind;

namespace {
constexpr size_t max_nodes = 200'000;
}

// --- the graph -----------------------------------------------------------------------------------------------------

bool Compiler::too_large(Span span) {
    if (cfg_->nodes.size() < max_nodes) return false;
    if (!std::exchange(size_reported_, true))
        diagnostics_.error(
            span,
            fmt::format("this actor has more than {} statements once calls are inlined and `for` is unrolled",
                        max_nodes),
            "use smaller ranges, or fewer nested loops and calls");
    return true;
}

NodeId Compiler::new_node(CfgNode node) {
    node.in_atomic = atomic_depth_ > 0;
    node.point = node.point && atomic_depth_ == 0 && ghost_depth_ == 0;
    node.transparent = node.transparent || (ghost_depth_ > 0 && node.kind != NodeKind::nop);
    if (node.kind != NodeKind::nop && !pending_labels_.empty()) node.labels = std::exchange(pending_labels_, {});
    if (node.point)
        for (const Frame& frame : frames_)
            for (const Scope& scope : frame.scopes)
                for (const auto& [type, place] : scope.locals)
                    for (uint32_t i = 0; i < TypeStore::variables(type); ++i) node.in_scope.push_back(place.first + i);
    cfg_->nodes.push_back(std::move(node));
    return static_cast<NodeId>(cfg_->nodes.size() - 1);
}

NodeId Compiler::nop() { return new_node({}); }

void Compiler::link(NodeId from, NodeId to) {
    if (from != no_node) cfg_->nodes[from].next = to;
}

NodeId Compiler::append(CfgNode node) {
    const NodeId id = new_node(std::move(node));
    link(current_, id);
    return current_ = id;
}

CfgNode Compiler::evaluated(NodeKind kind, Span span, const std::function<void()>& evaluate) {
    CfgNode node;
    node.kind = kind;
    node.span = span;
    auto* const checks = std::exchange(checks_, &node.checks);
    const bool touches = std::exchange(touches_, false);
    evaluate();
    node.point = touches_;
    touches_ = touches;
    checks_ = checks;
    return node;
}

void Compiler::open_scope() {
    frames_.back().scopes.emplace_back();
    frames_.back().chain.push_back(++scope_serial_);
}

void Compiler::close_scope() {
    emit_resets(frames_.back().scopes.size() - 1, false);
    frames_.back().scopes.pop_back();
    frames_.back().chain.pop_back();
}

void Compiler::emit_resets(size_t down_to, bool always) {
    CfgNode node;
    node.kind = NodeKind::act;
    const auto& scopes = frames_.back().scopes;
    for (size_t i = scopes.size(); i > down_to; --i)
        for (const auto& [type, place] : scopes[i - 1].locals) store(type, place, first_leaves(type), node.assignments);
    if (current_ != no_node && (always || !node.assignments.empty())) append(std::move(node));
}

void Compiler::store(TypeRef type, const PlaceRef& place, std::span<const ExprId> values,
                     std::vector<Assignment>& out) {
    if (type->form == Form::structure) {
        PlaceRef field = place;
        for (const auto& [name, t] : type->fields) {
            const size_t count = types_.leaves(t);
            store(t, field, values.first(count), out);
            values = values.subspan(count);
            field.first += TypeStore::variables(t);
        }
    } else if (type->form == Form::array) {
        const system::Type index = types_.scalar(type->index);
        const size_t count = types_.leaves(type->base);
        PlaceRef element = place;
        element.index.push_back(0);
        for (int64_t i = index.lo; i <= index.hi; ++i) {
            element.index.back() = pool_.constant(i);
            store(type->base, element, values.first(count), out);
            values = values.subspan(count);
        }
    } else {
        out.push_back({place.first, place.index, values.front()});
    }
}

PlaceRef Compiler::new_local(const std::string& name, const void* declaration, TypeRef type, Span span, bool hidden) {
    const auto key = std::pair{actor_, declaration};
    auto at = local_places_.find(key);
    if (at == local_places_.end()) {
        PlaceRef place;
        const auto storage =
            ghost_depth_ > 0 && actor_ == system::none ? system::Storage::ghost : system::Storage::local;
        place.first = new_variable(frames_.back().prefix + name, type, storage, actor_, span, hidden);
        if (actor_ != system::none && sys_.actors[actor_].identity) {
            const system::Type& identity = sys_.types[*sys_.actors[actor_].identity];
            place.index.push_back(pool_.self(identity.lo, std::max(identity.lo, identity.hi)));
        }
        at = local_places_.emplace(key, place).first;
    }
    frames_.back().scopes.back().locals.emplace_back(type, at->second);
    return at->second;
}

// --- blocks and labels -----------------------------------------------------------------------------------------------

void Compiler::block(const ast::Block& b) {
    open_scope();
    bool warned = false;
    for (const auto& s : b.statements) {
        if (checking_ && current_ == no_node && s->labels.empty() && s->kind != StmtKind::empty &&
            !std::exchange(warned, true))
            diagnostics_.warning(s->span, "this statement is never reached");
        statement(*s);
    }
    close_scope();
}

void Compiler::statement(const ast::Stmt& s) {
    for (const ast::Name& label : s.labels) {
        Frame& frame = frames_.back();
        const NodeId here = nop();
        link(current_, here);
        current_ = here;
        std::vector<size_t> declared;
        for (const Scope& scope : frame.scopes) declared.push_back(scope.locals.size());
        // A label in an unrolled loop stands in every copy; only one that stands once can be jumped to.
        const auto [old, added] = frame.labels.try_emplace(label.text, Frame::Label{here, frame.chain, declared});
        if (!added) old->second.node = no_node;
        pending_labels_.push_back(label.text);
    }
    statement_body(s);
    if (!pending_labels_.empty() && current_ != no_node) {  // a statement without an action of its own
        CfgNode node;
        node.kind = NodeKind::act;
        node.span = s.span;
        append(std::move(node));
    }
    pending_labels_.clear();
}

void Compiler::statement_body(const ast::Stmt& s) {
    const bool stepping = s.kind == StmtKind::await || s.kind == StmtKind::step || s.kind == StmtKind::choose ||
                          s.kind == StmtKind::atomic || s.kind == StmtKind::loop || s.kind == StmtKind::while_loop ||
                          s.kind == StmtKind::call || s.kind == StmtKind::jump || s.kind == StmtKind::give_back;
    if (ghost_depth_ > 0 && stepping) {
        diagnostics_.error(s.span, "ghost code only computes: it takes no steps and does not jump or call procedures",
                           "assignments, if, for and assert are possible");
        return;
    }
    switch (s.kind) {
        case StmtKind::empty: return;
        case StmtKind::variable: return variable_statement(s);
        case StmtKind::assign: return assign_statement(s);
        case StmtKind::call: return call_statement(*s.values[0], std::nullopt, false);
        case StmtKind::conditional: return if_statement(s);
        case StmtKind::while_loop: return while_statement(s);
        case StmtKind::loop: return loop_statement(s);
        case StmtKind::for_loop: return for_statement(s);
        case StmtKind::choose: return choose_statement(s);
        case StmtKind::await: return await_statement(s);
        case StmtKind::step: {
            CfgNode node;
            node.kind = NodeKind::act;
            node.point = true;
            node.span = s.span;
            append(std::move(node));
            return;
        }
        case StmtKind::atomic: return atomic_statement(s);
        case StmtKind::ghost: return ghost_statement(s);
        case StmtKind::block: return block(s.body);
        case StmtKind::assertion: return assertion_statement(s);
        case StmtKind::jump: return jump_statement(s);
        case StmtKind::break_loop:
        case StmtKind::continue_loop: return leave_loop(s);
        case StmtKind::give_back: return return_statement(s);
    }
}

void Compiler::atomic_statement(const ast::Stmt& s) {
    if (atomic_depth_ > 0) return block(s.body);
    CfgNode begin;
    begin.kind = NodeKind::atomic;
    begin.point = true;
    begin.span = s.span;
    append(std::move(begin));
    ++atomic_depth_;
    block(s.body);
    --atomic_depth_;
    CfgNode end;  // an empty atomic is a step, too
    end.kind = NodeKind::act;
    end.span = s.span;
    if (current_ != no_node) append(std::move(end));
}

void Compiler::ghost_statement(const ast::Stmt& s) {
    const Reads reads = std::exchange(reads_, Reads::ghost);
    ++ghost_depth_;
    block(s.body);
    --ghost_depth_;
    reads_ = reads;
}

// --- assignments -----------------------------------------------------------------------------------------------------

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
    // Reuse the selection of expressions, on a binding that stands for the part already found.
    TypeRef type = out.value.type;
    if (e.kind == ExprKind::field) {
        if (type->form != Form::structure) {
            if (type->form != Form::error) diagnostics_.error(e.span, fmt::format("{} has no fields", type->name));
            out.value = error_value();
            return out;
        }
        uint32_t offset = 0;
        for (const auto& [name, t] : type->fields) {
            if (name == e.name.text) {
                out.value = {t, PlaceRef{out.value.place->first + offset, out.value.place->index}, {}};
                return out;
            }
            offset += TypeStore::variables(t);
        }
        std::vector<std::string> names;
        for (const auto& field : type->fields) names.push_back(field.first);
        const std::string near = nearest(e.name.text, names);
        diagnostics_.error(e.name.span, fmt::format("struct {} has no field '{}'", type->name, e.name.text),
                           near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        out.value = error_value();
        return out;
    }
    if (type->form != Form::array) {
        if (type->form != Form::error) diagnostics_.error(e.span, fmt::format("{} is no array", type->name));
        out.value = error_value();
        return out;
    }
    const Value given = expression(*e.args[1]);
    const system::Type domain = types_.scalar(type->index);
    ExprId index = ExprPool::no;
    if (type->index->form == Form::integer && given.type->form == Form::integer) {
        index = leaf(given);
        need(pool_.both(pool_.less_equal(pool_.constant(domain.lo), index),
                        pool_.less_equal(index, pool_.constant(domain.hi))),
             CheckKind::index, e.args[1]->span, fmt::format("index out of range {}..{}", domain.lo, domain.hi));
    } else {
        index = convert(given, type->index, e.args[1]->span, "the index").front();
    }
    PlaceRef place = *out.value.place;
    place.index.push_back(index);
    out.value = {type->base, place, {}};
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

// --- control ---------------------------------------------------------------------------------------------------------

bool Compiler::mentions_variable(const ast::Expr& e) {
    if (e.kind == ExprKind::name) {
        for (auto scope = frames_.back().scopes.rbegin(); scope != frames_.back().scopes.rend(); ++scope)
            if (const auto at = scope->names.find(e.name.text); at != scope->names.end())
                return at->second.value.place.has_value();
        const Symbol* symbol = find(e.name.text);
        return symbol != nullptr && (symbol->kind == SymbolKind::variable || symbol->kind == SymbolKind::option);
    }
    if (e.kind == ExprKind::call) return true;
    return std::any_of(e.args.begin(), e.args.end(), [&](const auto& a) { return mentions_variable(*a); });
}

void Compiler::warn_constant(const ast::Expr& condition, ExprId value, bool loop) {
    if (!checking_ || !pool_.is_constant(value) || !mentions_variable(condition)) return;
    const bool always = value == ExprPool::yes;
    if (loop && always) return;
    diagnostics_.warning(condition.span, always ? "this condition always holds" : "this condition never holds");
}

void Compiler::if_statement(const ast::Stmt& s) {
    const ast::Expr& condition = *s.values[0];
    std::vector<Assignment> forget;  // the outcome of a trylock, once it was tested
    CfgNode node;
    if (condition.kind == ExprKind::call && condition.name.text == "trylock") {
        open_scope();
        const PlaceRef taken = new_local("trylock", &s, types_.boolean, condition.span, true);
        lock_statement(condition, std::pair{types_.boolean, taken});
        node.kind = NodeKind::branch;
        node.span = condition.span;
        node.condition = read(taken.first, taken.index);
        store(types_.boolean, taken, first_leaves(types_.boolean), forget);
        frames_.back().scopes.pop_back();
        frames_.back().chain.pop_back();
    } else {
        ExprId given = ExprPool::yes;
        node = evaluated(NodeKind::branch, condition.span, [&] { given = boolean(condition); });
        warn_constant(condition, given, false);
        node.condition = given;
    }
    const bool reachable = current_ != no_node;
    const NodeId branch = append(std::move(node));
    const auto arm = [&](const ast::Block* body) {
        CfgNode begin;
        begin.kind = forget.empty() ? NodeKind::nop : NodeKind::act;
        begin.assignments = forget;
        const NodeId entry = new_node(std::move(begin));
        current_ = reachable ? entry : no_node;
        if (body != nullptr) block(*body);
        return std::pair{entry, current_};
    };
    const auto [yes, end_yes] = arm(&s.body);
    const auto [no, end_no] = arm(s.has_else ? &s.other : nullptr);
    cfg_->nodes[branch].next = yes;
    cfg_->nodes[branch].other = no;
    current_ = no_node;
    if (end_yes == no_node && end_no == no_node) return;
    const NodeId join = nop();
    link(end_yes, join);
    link(end_no, join);
    current_ = join;
}

void Compiler::loop_statement(const ast::Stmt& s) {
    const NodeId head = nop();
    const NodeId out = nop();
    const bool reachable = current_ != no_node;
    link(current_, head);
    current_ = head;
    if (actor_ != system::none && loop_depth_ == 0 && reachable) cfg_->idle.push_back(head);
    ++loop_depth_;
    frames_.back().loops.push_back({head, out, frames_.back().scopes.size()});
    block(s.body);
    link(current_, head);
    --loop_depth_;
    current_ = frames_.back().loops.back().left ? out : no_node;
    frames_.back().loops.pop_back();
}

void Compiler::while_statement(const ast::Stmt& s) {
    const NodeId head = nop();
    const NodeId out = nop();
    link(current_, head);
    current_ = head;
    ExprId condition = ExprPool::yes;
    CfgNode node = evaluated(NodeKind::branch, s.values[0]->span, [&] {
        condition = boolean(*s.values[0]);
        warn_constant(*s.values[0], condition, true);
    });
    node.condition = condition;
    const NodeId branch = append(std::move(node));
    const NodeId body = nop();
    cfg_->nodes[branch].next = body;
    cfg_->nodes[branch].other = out;
    current_ = body;
    ++loop_depth_;
    frames_.back().loops.push_back({head, out, frames_.back().scopes.size()});
    block(s.body);
    link(current_, head);
    frames_.back().loops.pop_back();
    --loop_depth_;
    current_ = out;
}

void Compiler::for_statement(const ast::Stmt& s) {
    TypeRef type = type_of(*s.type);
    if (type->form == Form::error) return;
    if (!TypeStore::finite_index(type)) {
        diagnostics_.error(s.type->span, fmt::format("a variable cannot run through {}", type->name));
        return;
    }
    if (type->form == Form::scalarset) check_symmetric_for(s);
    const system::Type domain = types_.scalar(type);
    const NodeId out = nop();
    bool left = false;
    for (int64_t i = domain.lo; i <= domain.hi && !too_large(s.span); ++i) {
        const NodeId again = nop();
        open_scope();
        Binding binding;
        binding.value = scalar_value(type, pool_.constant(i));
        frames_.back().scopes.back().names[s.name.text] = binding;
        frames_.back().loops.push_back({again, out, frames_.back().scopes.size() - 1});
        ++loop_depth_;
        block(s.body);
        --loop_depth_;
        left = left || frames_.back().loops.back().left;
        const bool continued = frames_.back().loops.back().continued;
        frames_.back().loops.pop_back();
        close_scope();
        link(current_, again);
        current_ = current_ != no_node || continued ? again : no_node;
        if (current_ == no_node) break;
    }
    link(current_, out);
    current_ = current_ != no_node || left ? out : no_node;
}

// "As one atomic update that does not depend on the order": every assigned place has the loop's identity as an index,
// and what is read of an assigned variable is the element of the same identity.
void Compiler::check_symmetric_for(const ast::Stmt& s) {
    if (atomic_depth_ == 0 && ghost_depth_ == 0 && !standalone_)
        diagnostics_.error(s.span, "a `for` over a scalarset is one update: its members have no order",
                           "put it inside `atomic`");
    const std::function<bool(const ast::Expr&)> by_identity = [&](const ast::Expr& e) {
        if (e.kind == ExprKind::index)
            return (e.args[1]->kind == ExprKind::name && e.args[1]->name.text == s.name.text) ||
                   by_identity(*e.args[0]);
        return e.kind == ExprKind::field && by_identity(*e.args[0]);
    };
    const std::function<std::string(const ast::Expr&)> root = [&](const ast::Expr& e) -> std::string {
        if (e.kind == ExprKind::name) return e.name.text;
        return e.kind == ExprKind::index || e.kind == ExprKind::field ? root(*e.args[0]) : std::string{};
    };
    std::set<std::string> assigned;
    std::set<std::string> locals;
    const auto refuse = [&](Span span) {
        diagnostics_.error(span, fmt::format("this depends on the order of the members of '{}'", s.type->name.text),
                           fmt::format("assign only places with [{}] as an index", s.name.text));
    };
    const std::function<void(const ast::Block&)> collect = [&](const ast::Block& b) {
        for (const auto& t : b.statements) {
            if (t->kind == StmtKind::variable) locals.insert(t->name.text);
            if (t->kind == StmtKind::assign)
                for (const auto& target : t->targets) {
                    const std::string name = root(*target);
                    if (locals.count(name) != 0) continue;
                    assigned.insert(name);
                    if (!by_identity(*target)) refuse(target->span);
                }
            const bool simple =
                t->kind == StmtKind::variable || t->kind == StmtKind::assign || t->kind == StmtKind::conditional ||
                t->kind == StmtKind::block || t->kind == StmtKind::ghost || t->kind == StmtKind::empty ||
                t->kind == StmtKind::assertion || t->kind == StmtKind::for_loop || t->kind == StmtKind::choose;
            if (!simple) refuse(t->span);
            collect(t->body);
            collect(t->other);
            for (const auto& a : t->alternatives) collect(a.body);
        }
    };
    collect(s.body);
    const std::function<void(const ast::Expr&)> reads = [&](const ast::Expr& e) {
        if (assigned.count(root(e)) != 0 && e.kind != ExprKind::call) {
            if (!by_identity(e)) refuse(e.span);
            return;
        }
        for (const auto& a : e.args) reads(*a);
    };
    const std::function<void(const ast::Block&)> read_all = [&](const ast::Block& b) {
        for (const auto& t : b.statements) {
            for (const auto& v : t->values) reads(*v);
            read_all(t->body);
            read_all(t->other);
            for (const auto& a : t->alternatives) {
                if (a.where) reads(*a.where);
                read_all(a.body);
            }
        }
    };
    read_all(s.body);
}

void Compiler::await_statement(const ast::Stmt& s) {
    ExprId condition = ExprPool::yes;
    CfgNode node = evaluated(NodeKind::await, s.span, [&] { condition = boolean(*s.values[0]); });
    if (checking_ && condition == ExprPool::no && mentions_variable(*s.values[0]))
        diagnostics_.warning(s.values[0]->span, "this condition never holds: the actor waits for ever");
    node.condition = condition;
    node.point = true;
    append(std::move(node));
}

void Compiler::choose_statement(const ast::Stmt& s) {
    CfgNode node;
    node.kind = NodeKind::choose;
    node.point = true;
    node.span = s.span;
    const NodeId choose = append(std::move(node));
    const NodeId join = nop();
    bool reached = false;
    for (size_t i = 0; i < s.alternatives.size() && !too_large(s.span); ++i) {
        alternative(s.alternatives[i], choose);
        reached = reached || current_ != no_node;
        link(current_, join);
    }
    current_ = reached ? join : no_node;
}

void Compiler::alternative(const ast::Alternative& a, NodeId choose) {
    Branching branch;
    branch.text = a.body.statements.empty() ? "{ }" : one_line(a.body.statements[0]->span);
    if (a.fault) {
        const Symbol* symbol = find(a.fault->text);
        if (symbol == nullptr || symbol->kind != SymbolKind::fault)
            diagnostics_.error(a.fault->span, fmt::format("there is no fault '{}'", a.fault->text),
                               suggestion(a.fault->text, {SymbolKind::fault}));
        else
            branch.fault = symbol->number;
    }
    const NodeId entry = current_ = nop();
    const size_t first = cfg_->nodes.size();
    open_scope();
    if (a.variable) {
        TypeRef type = type_of(*a.type);
        Binding binding;
        binding.value = error_value();
        if (type->form != Form::error && !TypeStore::finite_index(type))
            diagnostics_.error(a.type->span, fmt::format("a variable cannot run through {}", type->name));
        else if (type->form != Form::error && types_.scalar(type).size() == 0)
            branch.where = ExprPool::no;
        else if (type->form != Form::error) {
            const PlaceRef place = new_local(a.variable->text, &a, type, a.variable->span);
            binding.value = {type, place, {}};
            branch.variable = place.first;
            branch.index = place.index;
            branch.name = a.variable->text;
            branch.type = type->scalar;
        }
        frames_.back().scopes.back().names[a.variable->text] = binding;
        if (a.where) {
            auto* const checks = std::exchange(checks_, &branch.checks);
            const bool touches = touches_;
            branch.where = pool_.both(branch.where, boolean(*a.where));
            touches_ = touches;
            checks_ = checks;
        }
    }
    block(a.body);
    // A branch that does nothing of its own before control leaves it is a step by itself.
    NodeId probe = cfg_->nodes[entry].next;
    while (probe != no_node && probe >= first &&
           (cfg_->nodes[probe].kind == NodeKind::nop || cfg_->nodes[probe].transparent))
        probe = cfg_->nodes[probe].next;
    if (probe == no_node || probe < first) {
        CfgNode commit;
        commit.kind = NodeKind::act;
        commit.span = a.span;
        const NodeId id = new_node(std::move(commit));
        cfg_->nodes[id].next = cfg_->nodes[entry].next;
        cfg_->nodes[entry].next = id;
        if (current_ == entry) current_ = id;
    }
    close_scope();
    branch.entry = entry;
    cfg_->nodes[choose].alternatives.push_back(std::move(branch));
}

void Compiler::leave_loop(const ast::Stmt& s) {
    const bool leave = s.kind == StmtKind::break_loop;
    auto& loops = frames_.back().loops;
    if (loops.empty()) {
        diagnostics_.error(s.span, leave ? "break outside a loop" : "continue outside a loop");
        return;
    }
    emit_resets(loops.back().scopes, true);
    if (current_ != no_node) {
        link(current_, leave ? loops.back().out : loops.back().again);
        (leave ? loops.back().left : loops.back().continued) = true;
    }
    current_ = no_node;
}

void Compiler::jump_statement(const ast::Stmt& s) {
    CfgNode node;
    node.kind = NodeKind::act;
    node.span = s.span;
    const bool reachable = current_ != no_node;
    const NodeId id = append(std::move(node));
    Frame::Jump jump{&s, id, frames_.back().chain, {}};
    for (const Scope& scope : frames_.back().scopes) jump.locals.push_back(scope.locals);
    if (reachable) frames_.back().jumps.push_back(std::move(jump));
    current_ = no_node;
}

void Compiler::resolve_jumps() {
    Frame& frame = frames_.back();
    for (const Frame::Jump& jump : frame.jumps) {
        const auto at = frame.labels.find(jump.stmt->name.text);
        const auto error = [&](const std::string& message, const std::string& help) {
            diagnostics_.error(jump.stmt->name.span, message, help);
            cfg_->nodes[jump.node].next = frame.exit;
        };
        if (at == frame.labels.end()) {
            std::vector<std::string> names;
            for (const auto& [name, label] : frame.labels) names.push_back(name);
            const std::string near = nearest(jump.stmt->name.text, names);
            error(fmt::format("there is no label '{}' here", jump.stmt->name.text),
                  near.empty() ? "" : fmt::format("did you mean '{}'?", near));
            continue;
        }
        const Frame::Label& label = at->second;
        const bool outward = label.chain.size() <= jump.chain.size() &&
                             std::equal(label.chain.begin(), label.chain.end(), jump.chain.begin());
        if (label.node == no_node || !outward) {
            error("goto never leads into a scope, an atomic or a copy of a `for`", "");
            continue;
        }
        CfgNode& node = cfg_->nodes[jump.node];
        node.next = label.node;
        for (size_t i = 0; i < jump.locals.size(); ++i)
            for (size_t k = i < label.declared.size() ? label.declared[i] : 0; k < jump.locals[i].size(); ++k) {
                const auto& [type, place] = jump.locals[i][k];
                store(type, place, first_leaves(type), node.assignments);
            }
    }
}

}  // namespace untorn::language
