#include "checker/explicit/close.h"

namespace untorn::checker {

using system::ExprId;
using system::Node;
using system::Op;

ExprId Closer::close(ExprId id, Memo& memo) {
    if (pool_.is_constant(id)) return id;
    if (const auto known = memo.find(id); known != memo.end()) return known->second;
    const Node node = pool_[id];  // a copy: the pool grows below
    ExprId closed = id;
    if (node.op == Op::forall || node.op == Op::exists || node.op == Op::count) {
        closed = write_out(node, pool_.args(id)[0]);
    } else {
        const auto span = pool_.args(id);
        std::vector<ExprId> args(span.begin(), span.end());
        for (ExprId& arg : args) arg = close(arg, memo);
        closed = rebuild(node, args);
    }
    memo.emplace(id, closed);
    return closed;
}

// The values of the bound variable one after the other; each needs a memo of its own, since the body differs.
ExprId Closer::write_out(const Node& quantifier, ExprId body) {
    const system::Type& type = types_[quantifier.type];
    ExprId result = quantifier.op == Op::forall ? system::ExprPool::yes : pool_.constant(0);
    for (int64_t value = type.lo; value <= type.hi; ++value) {
        bound_[quantifier.value] = value;
        Memo memo;
        const ExprId part = close(body, memo);
        if (quantifier.op == Op::forall) result = pool_.both(result, part);
        if (quantifier.op == Op::exists) result = pool_.either(result, part);
        if (quantifier.op == Op::count) result = pool_.add(result, part);
    }
    bound_.erase(quantifier.value);
    return result;
}

ExprId Closer::rebuild(const Node& node, const std::vector<ExprId>& args) {
    switch (node.op) {
        case Op::constant: return pool_.constant(node.value);
        case Op::read: return pool_.read(node.var, args, node.lo, node.hi);
        case Op::self: return pool_.constant(binding_.self);
        case Op::me: return pool_.constant(binding_.me);
        case Op::choice:
            if (binding_.open_choices) return pool_.choice(node.value, node.lo, node.hi);
            return pool_.constant(binding_.choices.at(static_cast<size_t>(node.value)));
        case Op::bound: return pool_.constant(bound_.at(node.value));
        case Op::negation: return pool_.negate(args[0]);
        case Op::conjunction: return pool_.both(args[0], args[1]);
        case Op::disjunction: return pool_.either(args[0], args[1]);
        case Op::equal: return pool_.equal(args[0], args[1]);
        case Op::less: return pool_.less(args[0], args[1]);
        case Op::less_equal: return pool_.less_equal(args[0], args[1]);
        case Op::add: return pool_.add(args[0], args[1]);
        case Op::subtract: return pool_.subtract(args[0], args[1]);
        case Op::multiply: return pool_.multiply(args[0], args[1]);
        case Op::divide: return pool_.divide(args[0], args[1]);
        case Op::modulo: return pool_.modulo(args[0], args[1]);
        case Op::ite: return pool_.ite(args[0], args[1], args[2]);
        case Op::bit_and: return pool_.bit_and(args[0], args[1]);
        case Op::bit_or: return pool_.bit_or(args[0], args[1]);
        case Op::bit_clear: return pool_.bit_clear(args[0], args[1]);
        case Op::shift_one: return pool_.shift_one(args[0]);
        case Op::popcount: return pool_.popcount(args[0]);
        case Op::forall:
        case Op::exists:
        case Op::count: break;  // written out by the caller
    }
    return system::ExprPool::no;
}

}  // namespace untorn::checker
