// The transition system: what a specification means, for one run configuration. Plain data, no behaviour; the
// rules that produced it stand in README.md. Families are kept: a local variable of a family has the identity as its
// first dimension, a step of a family is a template over `self`. Engines expand them themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/system/expr.h"
#include "model/system/source.h"
#include "model/system/type.h"

namespace untorn::system {

// Before the constant `none`, which one of its enumerators would shadow.
enum class CheckKind : uint8_t { range, index, none, division, lock, atomic_block, assertion, property };

using ActorId = uint32_t;
using LocationId = uint32_t;
inline constexpr uint32_t none = UINT32_MAX;

enum class Storage : uint8_t {
    memory,   ///< `var`: lost with power
    device,   ///< lost with power, after power_loss has read it
    durable,  ///< survives
    ghost,    ///< history, survives; nothing but ghosts and properties reads it
    local,    ///< an actor's own, its result included; lost with power
    counter,  ///< program counters; lost with power
    budget,   ///< what remains of a fault's budget; survives
    option    ///< frozen: set initially, never written; survives
};

struct Variable {
    std::string name;  ///< `folio.dirty`, `writer.i`: as users know it, without indices
    Storage storage = Storage::memory;
    std::vector<TypeId> dims;  ///< index types, outermost first
    TypeId type = 0;           ///< of each cell
    ActorId actor = none;      ///< local, counter: whose. If that is a family, dims[0] is its identity
    bool hidden = false;       ///< made by the compiler (a call's result on its way); not shown in traces
    Span span;
};

enum class ActorKind : uint8_t { thread, daemon, environment, recover };

/// A scheduling point, or the end of an actor.
struct Location {
    std::string text;                 ///< the statement's first source line, trimmed
    std::vector<std::string> labels;  ///< of the statement
    Span span;
    bool idle = false;  ///< an await that heads the outermost loop: blocking here is no deadlock
};

/// Locations are numbered per actor: 0 = not started (only the recover actor ever stands there), 1 = ended, 2.. =
/// points.
inline constexpr LocationId not_started = 0, ended = 1;

struct Actor {
    std::string name;         ///< `writer`, or with arguments `pwritev2(A(1))`
    std::string declaration;  ///< the name without arguments
    ActorKind kind = ActorKind::thread;
    std::optional<TypeId> identity;  ///< of a family
    VarId counter = none;            ///< program counter, a LocationId
    VarId result = none;             ///< of a thread with a result
    uint32_t first_instance = 0;     ///< instances of all actors are numbered 0..; a family has one for each identity
    std::vector<Location> locations;
    Span span;
};

struct Choice {
    std::string name;                 ///< the variable of `choose (x in T)`, or empty for branches
    TypeId type = 0;                  ///< values to choose from; for branches a range 0..n-1
    std::vector<std::string> labels;  ///< branches: how each begins, for traces
    ExprId made = ExprPool::yes;      ///< whether the step makes this choice at all; if not, it has its least value
};

/// Must hold, else the step fails here. Checks are in execution order; the first that fails is reported.
struct Check {
    ExprId ok = 0;
    CheckKind kind = CheckKind::range;
    uint32_t property = 0;  ///< index into System::properties: the assert, or the built-in property
    Span span;
    std::string message;  ///< "value out of range 0..3", without values
};

/// If `when` holds in the state before the step, the cell gets `value`. All expressions are over the state before the
/// step; of two updates to the same cell the later wins. An index out of range never happens in a step whose checks
/// hold.
struct Update {
    ExprId when = ExprPool::yes;
    VarId var = 0;
    std::vector<ExprId> index;
    ExprId value = 0;
};

struct FaultSpent {
    ExprId when = ExprPool::yes;
    uint32_t fault = 0;
};
struct LabelPassed {
    ExprId when = ExprPool::yes;
    std::string label;
};

/// What coverage counts.
enum class SiteKind : uint8_t {
    statement,
    when_true,   ///< the way out of a condition where it holds
    when_false,  ///< ... and where it does not
    alternative  ///< of a `choose`
};

/// `statement`, `true`, `false`, `alternative`: the kind as dumps and results write it.
const char* name(SiteKind kind);

/// A place in the source that steps pass: a statement, or one way out of a decision. One for each place, however often
/// its code is inlined or unrolled, and whoever runs it. Ghost code has none.
struct Site {
    SiteKind kind = SiteKind::statement;
    Span span;              ///< of the statement, the condition, the alternative
    std::string text;       ///< its first source line, trimmed; of an alternative: how it begins
    uint32_t fault = none;  ///< alternative: spends this fault
};

/// A step passes the site if `when` holds in the state before it, which includes that no check fails on the way there:
/// a step that fails a check passes what lies before it.
struct SitePassed {
    ExprId when = ExprPool::yes;
    uint32_t site = 0;  ///< index into System::sites
};

/// One atomic relation. `guard` includes what the choices must satisfy; it does not include the program counter.
struct Step {
    std::vector<Choice> choices;
    ExprId guard = ExprPool::yes;
    std::vector<Check> checks;
    std::vector<Update> updates;     ///< the program counter and budgets included
    std::vector<FaultSpent> faults;  ///< budgeted or not; the guard has already asked for what remains
    std::vector<LabelPassed> labels;
    std::vector<SitePassed> passes;  ///< by site, each at most once
};

struct Transition {
    ActorId actor = 0;
    LocationId from = 0;
    Step step;
};

struct Fault {
    std::string name;
    std::optional<int64_t> budget;  ///< none: unlimited
    VarId remaining = none;         ///< of a budgeted fault that some step can spend
    Span span;
};

enum class PropertyKind : uint8_t {
    invariant,
    crash_invariant,
    final,
    quiescent,
    cover,
    crash_cover,
    never,
    sometimes,
    always,  ///< over outcomes
    eventually,
    always_eventually,
    leads_to,
    assertion,  ///< an `assert` statement
    deadlock,
    range,
    lock,
    atomic_block,
    recovery,   ///< asked without asking; range has bad indices, none and x/0, too
    antecedent  ///< of another property: never a verdict of its own
};

/// `invariant`, `crash invariant`, `leads to`: the kind as dumps and results write it.
const char* name(PropertyKind kind);
/// Of infinite runs (README.md rule 15).
constexpr bool is_progress(PropertyKind kind) {
    return kind == PropertyKind::eventually || kind == PropertyKind::always_eventually ||
           kind == PropertyKind::leads_to;
}

struct Property {
    std::string name;
    PropertyKind kind = PropertyKind::invariant;
    ExprId expr =
        ExprPool::yes;  ///< includes that its own indices are good: a property that cannot be evaluated does not hold
    ExprId consequent = ExprPool::yes;  ///< leads_to: what `expr` leads to
    Span span;
    /// antecedent: the property (an index) that says nothing where `expr` does not hold: of `a implies b` a, of `p
    /// leads to q` p, of a property of some states only that there is such a state. `name` is that property's.
    uint32_t of = none;
    std::string text{};  ///< antecedent: as it is written; empty: that the property is judged anywhere
};

/// What the author of a specification claims of reachable states, so that proofs may be built on it: a candidate for a
/// conjunct of an inductive invariant (README.md rule 20). No property: nobody asks for it, and it has no verdict.
struct Lemma {
    std::string name;
    ExprId expr = ExprPool::yes;  ///< includes that its own indices are good, as that of a Property does
    bool after_loss = false;  ///< claimed of every state after power loss; else of every state in which it was not lost
    Span span;
    std::string text;  ///< of the expression, as it is written, in one line
};

/// A fairness constraint (README.md rule 16), for each instance of the actor.
struct Fairness {
    ActorId actor = 0;  ///< not recover
    std::string label;  ///< only steps that pass it; empty: all of the actor's
    bool strong = false;
    Span span;
};

struct System;
/// The kind that says where a property is judged: an antecedent is where its property is.
PropertyKind judged_as(const System& system, uint32_t property);

struct PowerLoss {
    int64_t budget = 1;
    Step step;               ///< the power_loss block: reads device, durable, ghost; writes durable, ghost
    ActorId recover = none;  ///< an actor of kind recover, last in System::actors; none without a recover block
};

struct System {
    std::vector<LineIndex> files;  ///< by Span::file
    TypeTable types;
    ExprPool pool;
    std::vector<Variable> variables;
    std::vector<Actor> actors;
    uint32_t instances = 0;               ///< of all actors, recover not counted
    Step init;                            ///< over the state in which every cell has its first value
    std::vector<Transition> transitions;  ///< by actor, then location; at most one for each point
    std::vector<Fault> faults;
    std::optional<PowerLoss> power_loss;
    std::vector<Property> properties;  ///< antecedents last
    std::vector<Lemma> lemmas;         ///< in order of the source, imported files first
    std::vector<Fairness> fairness;    ///< at most one for each actor and label
    std::vector<Site> sites;  ///< of all code that could run here, also of what no step passes (an option turns it off)
};

}  // namespace untorn::system
