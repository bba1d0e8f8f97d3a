// The syntax tree: what was written, nothing resolved. One struct for each syntactic class with a kind, since most
// consumers walk all of them; which members a kind uses stands beside it. Grammar: README.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/system/source.h"

namespace untorn::language::ast {

struct Expr;
struct TypeExpr;
struct Stmt;
using ExprPtr = std::unique_ptr<Expr>;
using TypePtr = std::unique_ptr<TypeExpr>;
using StmtPtr = std::unique_ptr<Stmt>;

struct Name {
    std::string text;
    Span span;
};

enum class TypeExprKind : uint8_t {
    boolean,
    mutex,
    named,     // name
    range,     // lo, hi
    array,     // base, index
    optional,  // base
    set        // base
};

struct TypeExpr {
    TypeExprKind kind = TypeExprKind::boolean;
    uint16_t height = 1;  // of this tree, at most max_nesting
    Span span;
    Name name;
    ExprPtr lo, hi;
    TypePtr base, index;
};

enum class ExprKind : uint8_t {
    integer,  // integer
    boolean,  // integer 0 or 1
    none,
    name,         // name
    field,        // args[0], name
    index,        // args[0] the array, args[1] the index
    call,         // name (`super` for the overridden body), args
    unary,        // op, args[0]
    binary,       // op, args[0], args[1]
    conditional,  // args: condition, then, else
    quantifier,   // op, name (the variable), type, args[0] body, args[1] the where if it is there
    array,        // name, type, args[0]: [x in T: e]
    set,          // args
    structure     // name, fields and args side by side
};

enum class Operator : uint8_t {
    none,
    negation,
    minus,  // unary
    implies,
    disjunction,
    conjunction,  // binary, short-circuit
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    set_union,
    set_intersection,
    forall,
    exists,
    count  // quantifier
};

struct Expr {
    ExprKind kind = ExprKind::integer;
    Operator op = Operator::none;
    uint16_t height = 1;  // of this tree, at most max_nesting
    Span span;
    int64_t integer = 0;
    Name name;
    std::vector<ExprPtr> args;
    std::vector<Name> fields;
    TypePtr type;
};

/// The statements of a block, and the span with its braces.
struct Block {
    std::vector<StmtPtr> statements;
    Span span;
};

/// One branch of a choose: `fault f (x in T where e) { ... }`.
struct Alternative {
    Span span;
    std::optional<Name> fault;
    std::optional<Name> variable;
    TypePtr type;
    ExprPtr where;
    Block body;
};

enum class StmtKind : uint8_t {
    empty,
    variable,     // name, type, values[0] if it is initialised
    assign,       // targets, values; op add or subtract for += and -=
    call,         // values[0] is a call
    conditional,  // values[0], body, other (empty if there is no else; has_else)
    while_loop,   // values[0], body
    loop,         // body
    for_loop,     // name, type, body
    choose,       // alternatives
    await,        // values[0]
    step,
    atomic,     // body
    ghost,      // body
    block,      // body
    assertion,  // values[0]
    jump,       // name
    break_loop,
    continue_loop,
    give_back  // `return`: values[0] if there is one
};

struct Stmt {
    StmtKind kind = StmtKind::empty;
    Operator op = Operator::none;
    Span span;
    std::vector<Name> labels;
    Name name;
    TypePtr type;
    std::vector<ExprPtr> targets;
    std::vector<ExprPtr> values;
    Block body, other;
    bool has_else = false;
    std::vector<Alternative> alternatives;
};

struct Formal {
    bool by_reference = false;
    Name name;
    TypePtr type;
};

struct Procedure {
    Name name;
    std::vector<Formal> formals;
    TypePtr result;  // null: none
    Block body;
    Span span;
};

struct Setting {
    Name name;
    ExprPtr value;  // null: a budget without a limit
};

enum class ItemKind : uint8_t {
    import,       // name: the module's name or path (without quotes); quoted
    param,        // name, type (may be null), value
    option,       // name, type, value
    constant,     // name, type (may be null), value
    type,         // name, type
    enumeration,  // name, names
    structure,    // name, formals as fields
    scalarset,    // name, value
    variable,     // name, storage, type, value (may be null)
    fault,        // name, value: the budget (may be null)
    function,     // name, formals, type, value
    procedure,    // procedure
    interface,    // name, procedures
    variant,      // name, parent, extends, by_default, procedures, settings (options)
    actor,        // name, actor, family (name and type; may be absent), formals, type (may be null), body
    power_loss,   // value: the budget (may be null), body
    recover,      // body
    init,         // body
    property,     // name, property, value, consequent (progress)
    lemma,        // name, after_loss, value
    fairness,     // fairness
    expectation,  // expectation
    scenario      // scenario
};

enum class StorageWord : uint8_t { memory, device, durable, ghost };
enum class ActorWord : uint8_t { thread, daemon, environment };
enum class PropertyWord : uint8_t {
    invariant,
    crash_invariant,
    final,
    quiescent,
    cover,
    crash_cover,
    eventually,
    always_eventually,
    progress,
    never,
    sometimes,
    always
};

/// One cell of an expectation: a verdict, or a number for a count.
struct Expected {
    enum class Kind : uint8_t { holds, violated, undecided, count } kind = Kind::holds;
    std::optional<int64_t> faults, steps;
    int64_t count = 0;
    std::optional<Name> via;
    std::vector<Name> variants;  // empty: all that are not named elsewhere
    Span span;
};

struct Expectation {
    Name name;  // a property, or states, transitions, depth
    std::vector<Expected> cells;
    std::optional<Expected> otherwise;
    Span span;
};

/// `fair a;`, `strongly fair a;`
struct Fairness {
    Name name;  // an actor or a label
    bool strong = false;
};

struct RunClause {
    Name actor;
    std::vector<ExprPtr> args;
    bool has_args = false;
    Span span;
};

struct Scenario {
    Name name;
    std::string title;
    std::vector<Setting> params, options, budgets;
    std::vector<Name> with, over, covers, free_options;
    std::vector<RunClause> run;
    bool has_run = false;
    std::vector<Block> init;
    std::vector<Fairness> fairness;
    std::vector<Expectation> expectations;
    Span span;
};

struct Item {
    ItemKind kind = ItemKind::import;
    Span span;
    std::string documentation;  // of the `///` lines before it
    Name name;
    bool quoted = false;
    TypePtr type;
    ExprPtr value, consequent;
    std::vector<Name> names;
    std::vector<Formal> formals;
    std::optional<Formal> family;
    Procedure procedure;
    std::vector<Procedure> procedures;
    std::vector<Setting> settings;
    Name parent;
    bool extends = false;
    bool by_default = false;  ///< a variant that a run binds unless it binds another one of the interface
    StorageWord storage = StorageWord::memory;
    ActorWord actor = ActorWord::thread;
    PropertyWord property = PropertyWord::invariant;
    bool after_loss = false;
    Block body;
    std::vector<Fairness> fairness;
    Expectation expectation;
    std::unique_ptr<Scenario> scenario;
};

struct File {
    uint32_t number = 0;
    std::vector<Item> items;
};

}  // namespace untorn::language::ast
