// Recursion: functions and procedures are inlined, so the call graph must have no cycle. Found as a strong component
// with more than one member, or a call to itself (Boost.Graph). `super` is no cycle: it leads to another body.
#include <fmt/format.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <functional>

#include "model/language/compiler.h"

namespace untorn::language {

namespace {

// Calls every call's callee name inside an expression, a block, a statement.
void calls_in(const ast::Expr& e, const std::function<void(const ast::Name&)>& visit) {
    if (e.kind == ast::ExprKind::call) visit(e.name);
    for (const auto& a : e.args) calls_in(*a, visit);
}

void calls_in(const ast::Block& b, const std::function<void(const ast::Name&)>& visit) {
    for (const auto& s : b.statements) {
        for (const auto& e : s->targets) calls_in(*e, visit);
        for (const auto& e : s->values) calls_in(*e, visit);
        calls_in(s->body, visit);
        calls_in(s->other, visit);
        for (const ast::Alternative& a : s->alternatives) {
            if (a.where) calls_in(*a.where, visit);
            calls_in(a.body, visit);
        }
    }
}

}  // namespace

// A name is one vertex: the bodies that variants give an interface's procedure count as one, whichever is bound.
bool check_recursion(const std::vector<const ast::Item*>& items, Diagnostics& diagnostics) {
    std::map<std::string, size_t> vertices;
    std::vector<Span> spans;
    const auto declare = [&](const ast::Name& name) {
        if (vertices.try_emplace(name.text, vertices.size()).second) spans.push_back(name.span);
    };
    for (const ast::Item* item : items) {
        if (item->kind == ast::ItemKind::function) declare(item->name);
        if (item->kind == ast::ItemKind::procedure) declare(item->procedure.name);
        for (const ast::Procedure& p : item->procedures) declare(p.name);
    }
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
    Graph graph(vertices.size());
    std::vector<bool> itself(vertices.size());
    const auto edges_from = [&](const std::string& from) {
        return [&, from](const ast::Name& to) {
            const auto target = vertices.find(to.text);
            if (target == vertices.end()) return;
            const size_t source = vertices.at(from);
            boost::add_edge(source, target->second, graph);
            if (source == target->second) itself[source] = true;
        };
    };
    for (const ast::Item* item : items) {
        if (item->kind == ast::ItemKind::function && item->value) calls_in(*item->value, edges_from(item->name.text));
        if (item->kind == ast::ItemKind::procedure)
            calls_in(item->procedure.body, edges_from(item->procedure.name.text));
        for (const ast::Procedure& p : item->procedures) calls_in(p.body, edges_from(p.name.text));
    }
    std::vector<size_t> component(vertices.size());
    const size_t count = boost::strong_components(graph, component.data());
    std::vector<std::vector<std::string>> members(count);
    for (const auto& [name, vertex] : vertices) members[component[vertex]].push_back(name);
    bool good = true;
    for (const auto& [name, vertex] : vertices) {
        const auto& circle = members[component[vertex]];
        if (circle.size() < 2 && !itself[vertex]) continue;
        good = false;
        diagnostics.error(spans[vertex],
                          circle.size() < 2
                              ? fmt::format("'{}' calls itself", name)
                              : fmt::format("'{}' calls itself through {}", name, fmt::join(circle, ", ")),
                          "calls are inlined: use a loop");
    }
    return good;
}

}  // namespace untorn::language
