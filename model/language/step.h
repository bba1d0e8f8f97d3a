// From one scheduling point to the next: the acyclic region of the control-flow graph between them becomes one Step
// whose expressions are all over the state before it.
//
// The region is walked in topological order. Every node has the condition under which it is executed; every
// assignment goes into a log with that condition; a read looks the log up. Since at most one path through the region is
// executed, and the order agrees with every path, "the last entry whose condition holds" is exactly what sequential
// execution would see. Joins need no merging (compare: gated single assignment; Ottenstein, Ballance, MacCabe, PLDI
// 1990).
#pragma once

#include <functional>
#include <map>

#include "model/language/cfg.h"
#include "model/system/system.h"

namespace untorn::language {

class StepBuilder {
 public:
    using PropertyOf = std::function<uint32_t(system::CheckKind)>;
    StepBuilder(system::System& system, PropertyOf property)
        : sys_(system), pool_(system.pool), property_(std::move(property)) {}

    /// Before the step every cell has its first value.
    void start_from_first_values() { initial_ = true; }
    /// `actor` is the family's or `none`; with `identity` the family member is fixed (the initial step runs all of
    /// them).
    struct Walk {
        const Cfg& cfg;
        NodeId start;
        bool at_point = true;
        uint32_t actor = system::none;
        std::optional<int64_t> identity;
        const std::map<NodeId, system::LocationId>* locations = nullptr;  ///< to update the program counter
    };
    /// Appends what happens on the way; several walks run one after the other in one step.
    void walk(const Walk& walk);
    void assign(system::VarId var, std::vector<system::ExprId> index, system::ExprId value);
    /// Any value of the variable's type, as a choice.
    void assign_any(system::VarId var);
    system::Step take();

 private:
    system::ExprId now(system::ExprId e, system::ExprId path);
    system::ExprId lookup(system::VarId var, std::span<const system::ExprId> index, system::ExprId path);
    system::ExprId stored(const system::Update& update);
    system::ExprId before(system::VarId var, std::span<const system::ExprId> index);
    system::ExprId relative(system::ExprId when, system::ExprId path) const;
    std::vector<system::ExprId> conjuncts(system::ExprId e) const;
    void execute(NodeId id, bool fresh);
    void choose(const CfgNode& node, system::ExprId path, bool fresh);
    void spend(uint32_t fault, system::ExprId when);
    void pass(uint32_t site, system::ExprId path);
    system::ExprId entry_condition(NodeId node, int depth);
    system::ExprId enabled(const Branching& a, int depth);
    void add_check(const LocalCheck& check, system::ExprId path);
    void add_check(system::ExprId ok, system::CheckKind kind, uint32_t property, Span span, std::string message);
    void add_checks(const std::vector<LocalCheck>& checks, system::ExprId path);
    void demand(system::ExprId condition);
    system::ExprId add_choice(std::string name, system::TypeId type, std::vector<std::string> labels,
                              system::ExprId used);
    void log(system::ExprId when, system::VarId var, std::vector<system::ExprId> index, system::ExprId value);
    bool own_local(system::VarId var) const;
    void forget_locals(const Region& region);
    void flow(NodeId to, system::ExprId condition, bool fresh_after);

    system::System& sys_;
    system::ExprPool& pool_;
    PropertyOf property_;
    system::Step step_;
    bool initial_ = false;
    system::ExprId sound_ = system::ExprPool::yes;  ///< no check so far has failed
    const Walk* walk_ = nullptr;
    std::map<std::pair<NodeId, bool>, system::ExprId> condition_;  ///< of interior nodes, and whether fresh
    std::vector<std::pair<system::ExprId, NodeId>> ends_;
    std::map<system::VarId, std::vector<size_t>> by_variable_;  ///< into step_.updates
};

}  // namespace untorn::language
