// The control-flow graph of one actor (or of an init, power_loss or recover block): every call inlined, every `for`
// unrolled, names resolved to system variables. Expressions are over the *current* state; step.cpp turns them into
// expressions over the state before a step.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/system/system.h"

namespace untorn::language {

using NodeId = uint32_t;
inline constexpr NodeId no_node = UINT32_MAX;

/// A check in terms of the current state; `ok` already says "if this is evaluated at all".
struct LocalCheck {
    system::ExprId ok = system::ExprPool::yes;
    system::CheckKind kind = system::CheckKind::range;
    Span span;
    std::string message;
    uint32_t property = system::none;  ///< assertion: its property; otherwise found by kind
};

struct Assignment {
    system::VarId var = 0;
    std::vector<system::ExprId> index;
    system::ExprId value = 0;
};

enum class NodeKind : uint8_t {
    nop,     ///< joins and labels
    act,     ///< checks, then all assignments at once
    branch,  ///< checks, then `condition`: next or other
    await,   ///< checks, blocks until `condition`
    choose,  ///< one of the alternatives
    atomic,  ///< begin of an atomic block
    stop     ///< the end
};

struct Branching {
    std::string text;  ///< how it begins, for traces
    std::optional<uint32_t> fault;
    system::VarId variable = system::none;  ///< of `(x in T)`: assigned when the branch is taken
    std::vector<system::ExprId> index;      ///< of the variable (the identity, in a family)
    std::string name;                       ///< x
    system::TypeId type = 0;
    system::ExprId where = system::ExprPool::yes;  ///< reads the variable
    std::vector<LocalCheck> checks;                ///< of the where
    NodeId entry = no_node;
    Span span;                     ///< of the alternative
    uint32_t site = system::none;  ///< System::sites; none if it is the only alternative and no fault
};

struct CfgNode {
    NodeKind kind = NodeKind::nop;
    bool point = false;  ///< a scheduling point stands before it
    bool in_atomic = false;
    bool transparent = false;  ///< binding arguments, ends of scopes, ghost code: no step begins or ends by it
    bool is_lock = false;      ///< await of a lock operation: never idle
    Span span;
    std::vector<std::string> labels;
    std::vector<LocalCheck> checks;
    system::ExprId condition = system::ExprPool::yes;
    std::vector<Assignment> assignments;
    std::vector<Branching> alternatives;
    NodeId next = no_node;
    NodeId other = no_node;               ///< branch: when the condition is false
    std::vector<system::VarId> in_scope;  ///< points: the actor's locals that are in scope
    // For coverage: places in the source, and what System::sites makes of them.
    Span statement;  ///< the statement that begins here, also one that leaves no other trace (`break`); or empty
    Span decision;   ///< branch: a condition that is not known beforehand; or empty
    uint32_t site = system::none, site_true = system::none, site_false = system::none;
};

struct Cfg {
    std::vector<CfgNode> nodes;
    NodeId entry = no_node;
    std::vector<NodeId> idle;  ///< points at which a daemon may rest
};

/// The interior of a step: nodes from `start` up to the next points, in topological order, and the points it can stop
/// at.
struct Region {
    std::vector<NodeId> order;
    std::vector<bool> fresh;    ///< by position: nothing was executed before it in this step
    std::vector<NodeId> stops;  ///< points, or the stop node
    bool cyclic = false;
    NodeId cycle_at = no_node;
};

/// `at_point`: start is a point from which the step begins; otherwise (the prefix of an actor) points stop it at once.
Region region_from(const Cfg& cfg, NodeId start, bool at_point);
/// Whether the edge from a node to `to` ends the step.
bool ends_step(const CfgNode& to, bool fresh_after);
/// Successors in order.
std::vector<NodeId> successors(const CfgNode& node);

/// A node on a cycle of control without a scheduling point, if there is one (Boost.Graph, strong components).
std::optional<NodeId> pointless_cycle(const Cfg& cfg);

}  // namespace untorn::language
