// Closed expressions (checker/explicit/close.h) as functions of the bits of cells and choices. It walks the nodes of
// the pool and reads nothing of what the explicit search makes of them; the reference evaluator judges both.
//
// Every number takes the bits that its node's interval needs, which is exact: an interval holds in every state whose
// cells lie in their types. Where arithmetic could leave +-value_limit it saturates, bit by bit as the evaluator does.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "checker/explicit/cells.h"
#include "checker/symbolic/arithmetic.h"
#include "model/system/expr.h"

namespace untorn::checker::symbolic {

/// A choice of the step in hand: its value is lo + code.
struct ChoiceBits {
    int64_t lo = 0, hi = 0;
    Bits code;
};

class ExpressionBits {
 public:
    /// `codes` has for each cell the bits of its value less its type's first value; bits that are missing are no. All
    /// must outlive it; nothing may change meanwhile but the circuit, and the pool if it only grows.
    ExpressionBits(Circuit& circuit, const system::ExprPool& pool, const Cells& cells, const std::vector<Bits>& codes,
                   std::span<const ChoiceBits> choices = {})
        : circuit_(circuit), arithmetic_(circuit), pool_(pool), cells_(cells), codes_(codes), choices_(choices) {}

    const Bits& number(system::ExprId id);
    /// Whether it is not 0.
    Lit truth(system::ExprId id) { return arithmetic_.truth(number(id)); }

    struct Place {
        uint32_t cell = 0;
        Lit meant;  ///< the indices denote this cell
    };
    /// The cells that the indices may denote. If none is meant they are bad.
    std::vector<Place> places(system::VarId var, std::span<const system::ExprId> index);

 private:
    Bits compute(system::ExprId id);
    Bits operation(const system::Node& node, std::span<const system::ExprId> args);
    Bits equal(system::ExprId a, system::ExprId b);
    Bits code_of_read(system::ExprId id);

    Circuit& circuit_;
    Arithmetic arithmetic_;
    const system::ExprPool& pool_;
    const Cells& cells_;
    const std::vector<Bits>& codes_;
    std::span<const ChoiceBits> choices_;
    std::unordered_map<system::ExprId, Bits> known_;
};

}  // namespace untorn::checker::symbolic
