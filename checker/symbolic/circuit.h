// And-inverter graphs: Boolean functions of inputs, built from two-input ANDs and inverted edges, each function that
// was built once shared. The bit-level form of a transition system, from which CNF (cnf.h) and AIGER are made.
//
// Structural hashing and the constant and idempotence rules; no rewriting beyond that, since what the SAT solver sees
// is simplified there again. Kuehlmann, Krohm, "Equivalence checking using cuts and heaps", DAC 1997.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace untorn::checker::symbolic {

/// A function of the circuit, or its negation. Node 0 is the constant false.
class Lit {
 public:
    constexpr Lit() = default;
    constexpr Lit(uint32_t node, bool negated) : code_(node * 2 + (negated ? 1 : 0)) {}

    constexpr uint32_t node() const { return code_ >> 1; }
    constexpr bool negated() const { return (code_ & 1) != 0; }
    /// 2 * node + negated: AIGER's numbering.
    constexpr uint32_t code() const { return code_; }
    constexpr Lit operator!() const { return {node(), !negated()}; }
    constexpr auto operator<=>(const Lit&) const = default;

 private:
    uint32_t code_ = 0;
};

/// Bits of a number, least significant first.
using Bits = std::vector<Lit>;

class Circuit {
 public:
    static constexpr Lit no{0, false}, yes{0, true};
    static constexpr Lit constant(bool value) { return value ? yes : no; }

    /// A new input.
    Lit input();
    /// `count` new inputs.
    Bits inputs(size_t count);

    Lit both(Lit a, Lit b);
    Lit either(Lit a, Lit b) { return !both(!a, !b); }
    Lit implies(Lit a, Lit b) { return !both(a, !b); }
    Lit differ(Lit a, Lit b) { return either(both(a, !b), both(!a, b)); }
    Lit same(Lit a, Lit b) { return !differ(a, b); }
    Lit choose(Lit condition, Lit a, Lit b);  ///< condition ? a : b
    Lit all(std::span<const Lit> parts);      ///< as a balanced tree
    Lit any(std::span<const Lit> parts);

    /// Nodes are numbered so that arguments stand before what uses them.
    size_t size() const { return nodes_.size(); }
    bool is_input(uint32_t node) const { return node != 0 && nodes_[node].a == input_mark; }
    /// The arguments of a node that is an AND.
    Lit left(uint32_t node) const { return nodes_[node].a; }
    Lit right(uint32_t node) const { return nodes_[node].b; }

 private:
    static constexpr Lit input_mark{UINT32_MAX / 2, true};
    struct Node {
        Lit a, b;
    };
    std::vector<Node> nodes_{Node{}};
    std::unordered_map<uint64_t, uint32_t> ands_;  ///< by both arguments
};

/// Values of all nodes for given values of the inputs: the plain meaning of a circuit, for tests and for lifting.
class CircuitValues {
 public:
    explicit CircuitValues(const Circuit& circuit) : circuit_(circuit), values_(circuit.size(), false) {}
    void set(Lit input, bool value) { values_[input.node()] = value != input.negated(); }
    /// Computes every AND from the inputs that were set; inputs that were not are false.
    void evaluate();
    bool operator[](Lit lit) const { return values_[lit.node()] != lit.negated(); }

 private:
    const Circuit& circuit_;
    std::vector<bool> values_;
};

}  // namespace untorn::checker::symbolic
