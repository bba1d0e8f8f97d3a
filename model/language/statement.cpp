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

// --- blocks and labels ---------------------------------------------------------------------------

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
            node.span = node.statement = s.span;
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
    begin.span = begin.statement = s.span;
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

// --- control -------------------------------------------------------------------------------------

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

// Whether coverage asks for both ways: not where params and constants alone know the answer in every run.
bool Compiler::decides(const ast::Expr& e) {
    if (e.kind == ExprKind::name) {
        for (const Scope& scope : frames_.back().scopes)
            if (scope.names.contains(e.name.text)) return true;
        const Symbol* symbol = find(e.name.text);
        return symbol != nullptr && (symbol->kind == SymbolKind::variable || symbol->kind == SymbolKind::option);
    }
    if (e.kind == ExprKind::call) return true;
    return std::any_of(e.args.begin(), e.args.end(), [&](const auto& a) { return decides(*a); });
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
    if (decides(condition)) node.decision = condition.span;
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
    if (decides(*s.values[0])) node.decision = s.values[0]->span;
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
    node.span = node.statement = s.span;
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
    branch.span = a.span;
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
    pass_by(s.span);
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
    node.span = node.statement = s.span;
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
