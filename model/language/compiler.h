// The compiler's insides: declarations, then expressions and statements elaborated on the spot (calls inlined, params
// known), no typed tree in between. One Compiler serves one run, or the check of a whole program (options then stay
// symbolic and every procedure is elaborated by itself, with unknown arguments, so that warnings do not depend on a
// run).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "model/language/cfg.h"
#include "model/language/compile.h"
#include "model/language/types.h"

namespace untorn::language {

using system::ExprId;
using system::ExprPool;
using system::VarId;

/// A place in the state: one or several variables (of a struct) with the indices given so far.
struct PlaceRef {
    VarId first = 0;
    std::vector<ExprId> index;
};

/// The value of an expression: either a place whose content it is, or its scalars in order of fields and elements.
struct Value {
    TypeRef type = nullptr;
    std::optional<PlaceRef> place;
    std::vector<ExprId> leaves;
};

/// What an expression may read, by where it stands.
enum class Reads : uint8_t {
    constants,    ///< params, constants
    code,         ///< of actors and init: no ghosts
    ghost,        ///< ghost code: everything
    property,     ///< everything, `at`
    crash,        ///< crash properties: durable and ghost
    crash_lemma,  ///< likewise, and where recovery stands
    outcome,      ///< litmus properties: durable, and results at the end of a run without power loss
    power_loss,   ///< device and durable
    recover       ///< durable
};

enum class SymbolKind : uint8_t {
    param,
    option,
    constant,
    type,
    enumerator,
    variable,
    fault,
    function,
    procedure,
    interface,
    variant,
    actor,
    property,
    lemma
};

struct Symbol {
    SymbolKind kind = SymbolKind::param;
    const ast::Item* item = nullptr;
    const ast::Procedure* procedure = nullptr;  ///< procedure; `interface` below if it belongs to one
    const ast::Item* interface = nullptr;
    Span span;
    TypeRef type = nullptr;  ///< type; of a variable, option, enumerator
    Value value;             ///< param, constant, enumerator, option
    VarId first = 0;         ///< variable, free option
    system::Storage storage = system::Storage::memory;
    uint32_t number = 0;  ///< fault, property
    bool busy = false;    ///< being evaluated, to find definitions in a circle
    bool known = false;
};

/// A name of a block, a formal or a loop variable.
struct Binding {
    Value value;              ///< with a place if it is a variable or a `ref`
    bool assignable = false;  ///< a local variable or a `ref`
    bool ghost = false;
    bool own = true;                                   ///< the actor's own data (a `ref` to a global is not)
    system::Storage storage = system::Storage::local;  ///< of the place
};

/// Locals of one block, for their return to the first value.
struct Scope {
    std::map<std::string, Binding> names;
    std::vector<std::pair<TypeRef, PlaceRef>> locals;
};

/// The body being inlined: names do not reach past it.
struct Frame {
    std::vector<Scope> scopes;
    const ast::Procedure* procedure = nullptr;
    std::string prefix;                   ///< for names of its locals
    const ast::Item* provider = nullptr;  ///< the variant or interface whose body this is, for `super`
    // Statements only:
    NodeId exit = no_node;  ///< where `return` goes
    std::optional<std::pair<TypeRef, PlaceRef>> result;
    struct Loop {
        NodeId again, out;
        size_t scopes;
        bool left = false, continued = false;
    };
    std::vector<Loop> loops;
    struct Label {
        NodeId node;
        std::vector<size_t> chain;
        std::vector<size_t> declared;
    };
    std::map<std::string, Label> labels;
    struct Jump {
        const ast::Stmt* stmt;
        NodeId node;
        std::vector<size_t> chain;
        std::vector<std::vector<std::pair<TypeRef, PlaceRef>>> locals;
    };
    std::vector<Jump> jumps;
    std::vector<size_t> chain;  ///< serial numbers of the open scopes
};

class Compiler {
 public:
    /// `config` null: check the whole program.
    Compiler(const Program& program, const RunConfig* config, Diagnostics& diagnostics);

    void check_program();
    std::optional<Run> compile_run();

 private:
    // declare.cpp: names, params, types, variables
    void declare();
    void declare_item(const ast::Item& item);
    void add_symbol(const ast::Name& name, Symbol symbol);
    void evaluate_settings();
    void set_from_text(Symbol& symbol, const ast::Name& name, const std::string& text);
    const Value* constant_symbol(Symbol& symbol, const std::string& name);
    TypeRef resolve_named(Symbol& symbol, const std::string& name);
    TypeRef type_of(const ast::TypeExpr& type);
    TypeRef scalar_type_of(const ast::TypeExpr& type, const char* what);
    VarId new_variable(const std::string& name, TypeRef type, system::Storage storage, uint32_t actor, Span span,
                       bool hidden = false);
    void declare_variables();
    void declare_faults();
    void bind_variants();
    void check_variant(const ast::Item& item);
    std::vector<std::string> all_names(std::initializer_list<SymbolKind> kinds) const;
    Symbol* find(const std::string& name);
    std::string suggestion(const std::string& name, std::initializer_list<SymbolKind> kinds) const;

    // expression.cpp
    Value expression(const ast::Expr& e, TypeRef expected = nullptr);
    ExprId boolean(const ast::Expr& e);
    ExprId scalar(const ast::Expr& e, TypeRef type);  ///< converted to and checked against a storable scalar type
    std::optional<int64_t> constant_integer(const ast::Expr& e);
    Value name_expression(const ast::Expr& e);
    Value symbol_value(Symbol& symbol, const ast::Name& name);
    Value binding_value(const Binding& binding, const ast::Name& name);
    Value field_expression(const ast::Expr& e);
    Value index_expression(const ast::Expr& e);
    Value select_field(const Value& of, const ast::Expr& e);       ///< e is a field expression
    Value select_element(const Value& array, const ast::Expr& e);  ///< e is an index expression
    Value call_expression(const ast::Expr& e, TypeRef expected);
    Value builtin_call(const ast::Expr& e);
    Value actor_predicate(const ast::Expr& e);
    Value recovery_predicate(const ast::Expr& e);
    std::optional<ExprId> stands_at(const system::Actor& actor, ExprId counter, const std::string& label);
    void no_such_label(const std::string& actor, const ast::Name& label);
    Value function_call(const ast::Expr& e, const Symbol& symbol);
    Value unary_expression(const ast::Expr& e);
    Value binary_expression(const ast::Expr& e, TypeRef expected);
    Value arithmetic(const ast::Expr& e, const Value& a, const Value& b);
    Value comparison(const ast::Expr& e);
    Value set_operation(const ast::Expr& e, Value a, Value b);
    Value conditional_expression(const ast::Expr& e, TypeRef expected);
    Value quantifier(const ast::Expr& e);
    Value quantified(const ast::Expr& e, ast::Operator op, const std::function<ExprId()>& body);
    Value array_value(const ast::Expr& e);
    Value set_value(const ast::Expr& e, TypeRef expected);
    Value structure_value(const ast::Expr& e);
    Value scalar_value(TypeRef type, ExprId leaf) { return {type, std::nullopt, {leaf}}; }
    Value error_value() { return {types_.error, std::nullopt, {ExprPool::no}}; }
    ExprId equal_values(const ast::Expr& at, const Value& a, const Value& b);
    /// Scalars of a value; reads a place cell by cell.
    std::vector<ExprId> leaves(const Value& v);
    void place_leaves(TypeRef type, const PlaceRef& place, std::vector<ExprId>& out);
    ExprId leaf(const Value& v);
    ExprId read(VarId var, const std::vector<ExprId>& index);
    /// Scalars of `v` as a value of `type`, with a range check where it may not fit; reports a mismatch.
    std::vector<ExprId> convert(const Value& v, TypeRef type, Span span, const char* what);
    std::optional<ExprId> convert_scalar(const Value& v, TypeRef type, Span span);
    bool same_type(TypeRef a, TypeRef b) const;
    bool same_shape(TypeRef a, TypeRef b) const;
    std::vector<ExprId> first_leaves(TypeRef type);
    void need(ExprId ok, system::CheckKind kind, Span span, std::string message);
    ExprId under(ExprId condition, const std::function<ExprId()>& evaluate);
    void note_read(system::Storage storage, bool own, const ast::Name& name);
    std::string text_of(Span span) const;

    // statement.cpp: control-flow graphs
    void block(const ast::Block& b);
    void statement(const ast::Stmt& s);
    void statement_body(const ast::Stmt& s);
    void variable_statement(const ast::Stmt& s);
    void assign_statement(const ast::Stmt& s);
    void if_statement(const ast::Stmt& s);
    void while_statement(const ast::Stmt& s);
    void for_statement(const ast::Stmt& s);
    void choose_statement(const ast::Stmt& s);
    void alternative(const ast::Alternative& a, NodeId choose);
    void call_statement(const ast::Expr& call, std::optional<std::pair<TypeRef, PlaceRef>> result, bool wanted);
    bool lock_statement(const ast::Expr& call, std::optional<std::pair<TypeRef, PlaceRef>> result);
    void return_statement(const ast::Stmt& s);
    void jump_statement(const ast::Stmt& s);
    void assertion_statement(const ast::Stmt& s);
    void store_result(const ast::Stmt& s, const ast::Expr& target, const ast::Expr& call);
    void ghost_statement(const ast::Stmt& s);
    void atomic_statement(const ast::Stmt& s);
    void loop_statement(const ast::Stmt& s);
    void await_statement(const ast::Stmt& s);
    void leave_loop(const ast::Stmt& s);
    void resolve_jumps();
    void check_symmetric_for(const ast::Stmt& s);
    /// Evaluates something with checks and touching counted apart; returns the node's beginnings.
    CfgNode evaluated(NodeKind kind, Span span, const std::function<void()>& evaluate);
    NodeId append(CfgNode node);  ///< after the current node; becomes the current one
    NodeId new_node(CfgNode node);
    NodeId nop();
    void pass_by(Span span);
    void link(NodeId from, NodeId to);
    void open_scope();
    void close_scope();
    void emit_resets(size_t down_to, bool always);
    PlaceRef new_local(const std::string& name, const void* declaration, TypeRef type, Span span, bool hidden = false);
    struct Target {
        Value value;
        bool own = true;
        bool ghost = false;
        system::Storage storage = system::Storage::local;
    };
    Target lvalue(const ast::Expr& e);
    bool writable(const Target& target, Span span);
    void store(TypeRef type, const PlaceRef& place, std::span<const ExprId> values, std::vector<Assignment>& out);
    struct Callee {
        const ast::Procedure* procedure;
        const ast::Item* provider;
    };
    std::optional<Callee> callee(const ast::Expr& call, bool report);
    bool is_procedure_call(const ast::Expr& e);
    void inline_call(const ast::Expr& call, const Callee& to, std::optional<std::pair<TypeRef, PlaceRef>> result);
    bool assigned_in(const ast::Block& b, const std::string& name);
    void warn_constant(const ast::Expr& condition, ExprId value, bool loop);
    bool decides(const ast::Expr& e);
    bool mentions_variable(const ast::Expr& e);
    bool too_large(Span span);

    // actors.cpp: who runs, their graphs, and the steps made from them
    void declare_actors();
    void add_actor(const ast::Item& item, std::vector<Value> args, const std::string& name);
    void add_recover();
    Cfg graph_of(const ast::Block& body, uint32_t actor, Reads reads, const std::function<void()>& prepare);
    void build_graphs();
    void build_actor_graph(uint32_t actor);
    void find_locations(uint32_t actor);
    bool rests_at(const Cfg& cfg, NodeId node) const;
    void build_transitions();
    void build_init();
    void build_power_loss();
    std::string one_line(Span span) const;
    std::string point_text(const CfgNode& node) const;
    std::string text_at(const CfgNode& node, Span span) const;
    void find_sites(Cfg& cfg);
    uint32_t site(system::SiteKind kind, Span span, const std::string& text, uint32_t fault = system::none);

    // properties.cpp
    void declare_properties();
    void build_properties();
    void build_property(const ast::Item& item, system::Property& property);
    ExprId stated(Reads reads, bool if_not_evaluated, const std::function<ExprId()>& elaborate);
    void build_lemmas();
    ExprId antecedent(const ast::Expr& e);
    void build_antecedents();
    uint32_t builtin_property(system::CheckKind kind) const;
    void drop_unused_properties();
    std::vector<std::string> all_labels() const;
    void check_expectations();
    void fill_expectations(Run& run);
    void describe(Run& run);
    bool cover_asked(const ast::Item& item) const;
    void declare_scenarios();
    bool build();  ///< everything up to the system; false if there were errors
    void check_procedures();

    // fairness.cpp
    std::vector<const ast::Fairness*> fairness_declarations() const;
    void check_fairness();
    void build_fairness();

    // races.cpp
    void warn_read_modify_write();

    const Program& program_;
    const RunConfig* config_;
    Diagnostics& diagnostics_;
    const ast::Scenario* scenario_ = nullptr;
    system::System sys_;
    ExprPool& pool_;
    TypeStore types_;
    std::map<std::string, Symbol> symbols_;
    std::vector<const ast::Item*> items_;                 ///< of all files in order
    std::map<const ast::Item*, const ast::Item*> bound_;  ///< interface to the variant bound
    std::set<std::string> free_options_;

    // While elaborating:
    Reads reads_ = Reads::constants;
    ExprId path_ = ExprPool::yes;  ///< the part of an expression being elaborated is evaluated if this holds
    bool touches_ = false;         ///< the expression touched data that is not the actor's own
    std::vector<LocalCheck>* checks_ = nullptr;
    std::vector<Frame> frames_;
    uint32_t actor_ = system::none;  ///< whose code this is
    Cfg* cfg_ = nullptr;
    NodeId current_ = no_node;
    int atomic_depth_ = 0;
    int ghost_depth_ = 0;
    int loop_depth_ = 0;
    size_t scope_serial_ = 0;
    std::vector<std::string> pending_labels_;
    std::map<std::pair<uint32_t, const void*>, PlaceRef> local_places_;
    struct RunningActor {
        const ast::Item* item = nullptr;
        std::vector<Value> args;
        Cfg cfg;
        std::map<NodeId, system::LocationId> locations;
    };
    std::vector<RunningActor> running_;
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> assertion_numbers_;  ///< by place of the statement
    std::map<std::tuple<system::SiteKind, uint32_t, uint32_t, uint32_t>, uint32_t> site_numbers_;  ///< by kind and span
    bool checking_ = false;
    bool in_init_ = false;
    bool standalone_ = false;  ///< a procedure is checked by itself: whether its caller is atomic is not known
    bool size_reported_ = false;
    uint64_t calls_ = 0;  ///< functions and procedures inlined so far
};

/// Which procedures call which; reports recursion (Boost.Graph, strong components). Returns whether there was none.
bool check_recursion(const std::vector<const ast::Item*>& items, Diagnostics& diagnostics);

}  // namespace untorn::language
