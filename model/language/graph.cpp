// The control-flow graph as it grows: nodes and edges, scopes, the locals in them and their return to the first value.
#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

namespace {
constexpr size_t max_nodes = 200'000;
}

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
    if (ghost_depth_ > 0) node.statement = node.decision = {};
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

// A statement that does nothing but being passed.
void Compiler::pass_by(Span span) {
    if (current_ == no_node || checking_) return;
    CfgNode node;
    node.statement = span;
    append(std::move(node));
}

CfgNode Compiler::evaluated(NodeKind kind, Span span, const std::function<void()>& evaluate) {
    CfgNode node;
    node.kind = kind;
    node.span = node.statement = span;
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
    node.transparent = !always;  // the end of a scope is no code; a jump is
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

}  // namespace untorn::language
