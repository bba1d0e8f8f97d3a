// Expressions of the transition system: scalar, total, hash-consed DAGs over the state *before* a step.
//
// Every node denotes an int64_t (a bool is 0 or 1). Evaluation is total: a read with an index out of range
// yields the first value of the cell's type, division by zero yields 0; the checks that make those violations are
// separate (Step::checks). Equal nodes have equal ids, so comparing ids compares structure. Each node carries a safe
// interval [lo, hi] of its values, from which comparisons fold and range checks disappear. The constructors simplify;
// none of the simplifications changes the value in any state. Arithmetic saturates at +-value_limit: with an interval
// inside that limit plain 64-bit arithmetic gives the same result.
//
// Idea: Filliatre, Conchon, "Type-safe modular hash-consing", ML Workshop 2006.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/system/type.h"

namespace untorn::system {

using ExprId = uint32_t;
using VarId = uint32_t;

inline constexpr int64_t value_limit = int64_t{1} << 62;

enum class Op : uint8_t {
    constant,  ///< value
    read,      ///< variable `var`, indexed by the arguments (values of the dimension types)
    self,      ///< identity of the actor instance that moves (a value of its family's index type)
    me,        ///< mutex code of the actor instance that moves: 1 + its number
    choice,    ///< value number `value` of the choices made in this step (a value of the choice's type)
    bound,     ///< variable of an enclosing quantifier; `value` is its number, unique in the pool
    negation,  ///< boolean
    conjunction,
    disjunction,  ///< n-ary would be shorter, binary is simpler: two arguments
    equal,
    less,
    less_equal,
    add,
    subtract,
    multiply,
    divide,
    modulo,  ///< C rounding; x/0 = x%0 = 0
    ite,     ///< args: condition, then, else
    bit_and,
    bit_or,
    bit_clear,  ///< sets; bit_clear(a, b) = a & ~b
    shift_one,  ///< 1 << a; 0 if a is not in 0..31
    popcount,
    forall,
    exists,
    count  ///< over all values of type `type` for bound variable `value`; args: body
};

struct Node {
    Op op = Op::constant;
    uint8_t arity = 0;
    uint32_t first_arg = 0;  ///< into the pool's argument array
    int64_t value = 0;       ///< constant, choice or bound number
    VarId var = 0;           ///< read
    TypeId type = 0;         ///< forall, exists, count: the domain
    int64_t lo = 0, hi = 0;  ///< every value of the node lies here
};

/// Owns nodes; ids are indices and stay valid. Not thread-safe for construction.
class ExprPool {
 public:
    ExprPool();

    const Node& operator[](ExprId id) const { return nodes_[id]; }
    size_t size() const { return nodes_.size(); }
    std::span<const ExprId> args(ExprId id) const {
        const Node& n = nodes_[id];
        return {args_.data() + n.first_arg, n.arity};
    }

    static constexpr ExprId no = 0, yes = 1;  ///< the constants 0 (false) and 1 (true)
    ExprId constant(int64_t value);
    /// `lo`, `hi`: the interval of the variable's type.
    ExprId read(VarId var, std::span<const ExprId> index, int64_t lo, int64_t hi);
    ExprId self(int64_t lo, int64_t hi);
    ExprId me(int64_t hi);
    ExprId choice(int64_t number, int64_t lo, int64_t hi);
    /// A fresh bound variable ranging over [lo, hi].
    ExprId bound(int64_t lo, int64_t hi);

    ExprId negate(ExprId a);
    ExprId both(ExprId a, ExprId b);
    ExprId either(ExprId a, ExprId b);
    ExprId implies(ExprId a, ExprId b) { return either(negate(a), b); }
    ExprId equal(ExprId a, ExprId b);
    ExprId less(ExprId a, ExprId b);
    ExprId less_equal(ExprId a, ExprId b);
    ExprId add(ExprId a, ExprId b);
    ExprId subtract(ExprId a, ExprId b);
    ExprId multiply(ExprId a, ExprId b);
    ExprId divide(ExprId a, ExprId b);
    ExprId modulo(ExprId a, ExprId b);
    ExprId ite(ExprId c, ExprId a, ExprId b);
    ExprId bit_and(ExprId a, ExprId b);
    ExprId bit_or(ExprId a, ExprId b);
    ExprId bit_clear(ExprId a, ExprId b);
    ExprId shift_one(ExprId a);
    ExprId popcount(ExprId a);
    /// op is forall, exists or count; `variable` came from bound(); `size` is the size of `type`.
    ExprId quantify(Op op, ExprId variable, TypeId type, int64_t size, ExprId body);

    bool is_constant(ExprId id) const { return nodes_[id].op == Op::constant; }
    int64_t value(ExprId id) const { return nodes_[id].value; }

    /// Rebuilds `id` with leaves replaced: `leaf` is asked for every read, self, me, choice and bound node (reads
    /// after their indices were rebuilt: it gets the node's id and the new indices) and returns the replacement.
    /// `memo` is shared between calls that use the same replacement.
    using Leaf = std::function<ExprId(ExprId leaf, std::span<const ExprId> new_index)>;
    ExprId rewrite(ExprId id, const Leaf& leaf, std::unordered_map<ExprId, ExprId>& memo);

 private:
    static constexpr ExprId none_found = UINT32_MAX;  ///< no such node, or no simplification that applies
    ExprId find(const Node& n, std::span<const ExprId> args, uint64_t hash) const;
    ExprId make(Node n, std::span<const ExprId> args);
    ExprId make_commutative(Node n, ExprId a, ExprId b);
    ExprId leaf(Op op, int64_t value, VarId var, std::span<const ExprId> index, int64_t lo, int64_t hi);
    ExprId arithmetic(Op op, ExprId a, ExprId b);
    ExprId comparison(Op op, ExprId a, ExprId b);
    ExprId compare(Op op, ExprId a, ExprId b);
    ExprId order_against_constant(ExprId a, ExprId b);
    ExprId quantifier(Op op, int64_t number, TypeId type, int64_t size, ExprId body);
    ExprId rebuild(ExprId id, std::span<const ExprId> args);
    ExprId combine(Op op, ExprId a, ExprId b);
    ExprId chain(Op op, std::span<const ExprId> parts);
    ExprId factored(Op op, ExprId a, ExprId b);
    ExprId resolved(Op op, ExprId a, ExprId b);
    ExprId boolean_ite(ExprId c, ExprId a, ExprId b);
    ExprId nested_ite(ExprId c, ExprId a, ExprId b);

    std::vector<Node> nodes_;
    std::vector<ExprId> args_;
    std::unordered_multimap<uint64_t, ExprId> index_;
    int64_t bound_count_ = 0;
};

}  // namespace untorn::system
