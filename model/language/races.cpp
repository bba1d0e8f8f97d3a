// A warning for lost updates: a statement that reads and writes the same shared variable in one step, outside `atomic`,
// with no lock held on every path to it, while somebody else writes that variable, too. In a kernel such a statement is
// two accesses. The locks held are a forward must-analysis over the control-flow graph (Kildall, POPL 1973): the
// intersection over all ways to get there.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "model/language/compiler.h"

namespace untorn::language {

namespace {

using Held = std::set<std::pair<VarId, std::vector<ExprId>>>;

bool reads_variable(const ExprPool& pool, ExprId e, VarId var) {
    std::vector<ExprId> todo{e};
    std::set<ExprId> seen;
    while (!todo.empty()) {
        const ExprId x = todo.back();
        todo.pop_back();
        if (!seen.insert(x).second) continue;
        if (pool[x].op == system::Op::read && pool[x].var == var) return true;
        for (const ExprId a : pool.args(x)) todo.push_back(a);
    }
    return false;
}

bool is_shared(system::Storage s) {
    return s == system::Storage::memory || s == system::Storage::device || s == system::Storage::durable;
}

void apply(const CfgNode& node, const system::System& sys, Held& held) {
    for (const Assignment& a : node.assignments) {
        if (sys.types[sys.variables[a.var].type].kind != system::TypeKind::mutex) continue;
        if (sys.pool[a.value].op == system::Op::me)
            held.insert({a.var, a.index});
        else
            held.erase({a.var, a.index});
    }
}

}  // namespace

void Compiler::warn_read_modify_write() {
    std::map<VarId, size_t> writers;  // how many actors write it; a family counts as several
    for (uint32_t a = 0; a < running_.size(); ++a) {
        std::set<VarId> written;
        for (const CfgNode& node : running_[a].cfg.nodes)
            for (const Assignment& s : node.assignments) written.insert(s.var);
        for (const VarId var : written) writers[var] += sys_.actors[a].identity ? 2 : 1;
    }
    for (const RunningActor& running : running_) {
        const Cfg& cfg = running.cfg;
        if (cfg.entry == no_node) continue;
        std::map<NodeId, Held> before{{cfg.entry, {}}};
        std::deque<NodeId> todo{cfg.entry};
        while (!todo.empty()) {
            const NodeId id = todo.front();
            todo.pop_front();
            Held after = before[id];
            apply(cfg.nodes[id], sys_, after);
            for (const NodeId to : successors(cfg.nodes[id])) {
                const auto [old, added] = before.try_emplace(to, after);
                Held both;
                std::set_intersection(old->second.begin(), old->second.end(), after.begin(), after.end(),
                                      std::inserter(both, both.begin()));
                if (added || both.size() < old->second.size()) {
                    old->second = std::move(both);
                    todo.push_back(to);
                }
            }
        }
        for (const auto& [id, held] : before) {
            const CfgNode& node = cfg.nodes[id];
            if (node.kind != NodeKind::act || !node.point || !held.empty()) continue;
            for (const Assignment& s : node.assignments) {
                const system::Variable& variable = sys_.variables[s.var];
                const bool lock = sys_.types[variable.type].kind == system::TypeKind::mutex;
                if (lock || !is_shared(variable.storage) || writers[s.var] < 2 ||
                    !reads_variable(pool_, s.value, s.var))
                    continue;
                diagnostics_.warning(
                    node.span, fmt::format("'{}' is read and written in one step without a lock", variable.name),
                    "say `atomic` if the machine does it at once, otherwise use a local variable and two statements");
                break;
            }
        }
    }
}

}  // namespace untorn::language
