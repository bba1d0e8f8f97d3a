#include "checker/symbolic/expression_bits.h"

#include <algorithm>

#include "checker/explicit/compile.h"
#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

using system::ExprId;
using system::Node;
using system::Op;

namespace {

/// Whether every number of the interval lies within the limit, so that nothing saturates.
bool inside_limit(int64_t lo, int64_t hi) { return lo > -system::value_limit && hi < system::value_limit; }

}  // namespace

const Bits& ExpressionBits::number(ExprId id) {
    if (const auto found = known_.find(id); found != known_.end()) return found->second;
    Bits made = compute(id);
    return known_.emplace(id, std::move(made)).first->second;
}

Bits ExpressionBits::compute(ExprId id) {
    const Node& node = pool_[id];
    const auto args = pool_.args(id);
    switch (node.op) {
        case Op::constant: return Arithmetic::constant(node.value);
        case Op::read: {
            const Cell& cell = cells_[cells_.base(node.var)];
            return Arithmetic::fit(arithmetic_.decoded(code_of_read(id), cell.lo), node.lo, node.hi);
        }
        case Op::choice: {
            const ChoiceBits& choice = choices_[static_cast<size_t>(node.value)];
            return Arithmetic::fit(arithmetic_.decoded(choice.code, choice.lo), choice.lo, choice.hi);
        }
        default: return Arithmetic::fit(operation(node, args), node.lo, node.hi);
    }
}

Bits ExpressionBits::operation(const Node& node, std::span<const ExprId> args) {
    const auto a = [&] { return number(args[0]); };
    const auto b = [&] { return number(args[1]); };
    // An interval inside the limit says that no value was cut off.
    const auto limited = [&](const Bits& exact) {
        return inside_limit(node.lo, node.hi) ? exact : arithmetic_.saturated(exact);
    };
    switch (node.op) {
        case Op::negation: return Arithmetic::boolean(!truth(args[0]));
        case Op::conjunction: return Arithmetic::boolean(circuit_.both(truth(args[0]), truth(args[1])));
        case Op::disjunction: return Arithmetic::boolean(circuit_.either(truth(args[0]), truth(args[1])));
        case Op::equal: return equal(args[0], args[1]);
        case Op::less: return Arithmetic::boolean(arithmetic_.less(a(), b()));
        case Op::less_equal: return Arithmetic::boolean(!arithmetic_.less(b(), a()));
        case Op::add: return limited(arithmetic_.add(a(), b()));
        case Op::subtract: return limited(arithmetic_.subtract(a(), b()));
        case Op::multiply: return limited(arithmetic_.multiply(a(), b()));
        case Op::divide: return arithmetic_.divide(a(), b());
        case Op::modulo: return arithmetic_.modulo(a(), b());
        case Op::ite: return arithmetic_.choose(truth(args[0]), b(), number(args[2]));
        case Op::bit_and: return limited(arithmetic_.bit_and(a(), b()));
        case Op::bit_or: return limited(arithmetic_.bit_or(a(), b()));
        case Op::bit_clear: return limited(arithmetic_.bit_clear(a(), b()));
        case Op::shift_one: return arithmetic_.shift_one(a());
        case Op::popcount: return arithmetic_.popcount(a());
        default: throw BrokenRule{"an expression that is not closed reached the circuit"};
    }
}

/// A cell is compared with a constant code by code: no addition.
Bits ExpressionBits::equal(ExprId a, ExprId b) {
    if (pool_.is_constant(a)) std::swap(a, b);
    if (pool_.is_constant(b) && pool_[a].op == Op::read) {
        const Cell& cell = cells_[cells_.base(pool_[a].var)];
        const int64_t value = pool_.value(b);
        const bool in_type = value >= cell.lo && static_cast<uint64_t>(value - cell.lo) < cell.size;
        if (!in_type) return Arithmetic::constant(0);
        return Arithmetic::boolean(arithmetic_.code_is(code_of_read(a), static_cast<uint64_t>(value - cell.lo)));
    }
    return Arithmetic::boolean(arithmetic_.equal(number(a), number(b)));
}

/// 0, the first value, where the indices are bad.
Bits ExpressionBits::code_of_read(ExprId id) {
    Bits code;
    std::vector<Bits> parts;
    for (const Place& place : places(pool_[id].var, pool_.args(id))) {
        const Bits& bits = codes_[place.cell];
        if (place.meant == Circuit::yes) return bits;
        if (bits.size() > parts.size()) parts.resize(bits.size());
        for (size_t i = 0; i < bits.size(); ++i) parts[i].push_back(circuit_.both(place.meant, bits[i]));
    }
    for (const Bits& part : parts) code.push_back(circuit_.any(part));
    return code;
}

std::vector<ExpressionBits::Place> ExpressionBits::places(system::VarId var, std::span<const ExprId> index) {
    const auto dimensions = cells_.dimensions(var);
    std::vector<Place> found;
    for_each_cell(cells_, pool_, var, index, [&](uint32_t cell) {
        Bits same;
        for (size_t d = 0; d < dimensions.size(); ++d) {
            if (pool_.is_constant(index[d])) continue;  // for_each_cell has looked at it
            const uint32_t offset = (cell - cells_.base(var)) / dimensions[d].stride % dimensions[d].size;
            same.push_back(arithmetic_.is(number(index[d]), dimensions[d].lo + offset));
        }
        const Lit meant = circuit_.all(same);
        if (meant != Circuit::no) found.push_back({cell, meant});
    });
    return found;
}

}  // namespace untorn::checker::symbolic
