// The same transition circuit with a latch for each value of a cell instead of one for each bit of its code: the form
// in which PDR learns best. `folio_lock == writer[2]` is one literal there, so clauses are shorter and fewer, and
// identities that change their roles permute latches (transition_circuit.h: symmetries).
//
// Cells of two values that are no identities keep their one latch, cells of more than most_values their bits; sets keep
// theirs, a bit for each member. Exactly one latch of a cell is set: that is part of well_formed. Step inputs, initial
// inputs and bads are the same, by index.
//
// Which scalarsets are symmetric is guessed from types here, and where an initial state tells identities apart, they
// are left out. Nothing trusts the guess: an invariant is checked in the circuit with bits, clause by clause
// (pdr_engine.h), and a run is replayed.
#pragma once

#include <span>
#include <vector>

#include "checker/symbolic/clause.h"
#include "checker/symbolic/encode.h"
#include "checker/symbolic/pdr.h"

namespace untorn::checker::symbolic {

class OneHot {
 public:
    static constexpr uint64_t most_values = 64;

    /// The encoding is not needed afterwards.
    explicit OneHot(const Encoding& encoding);

    const TransitionCircuit& transition() const { return made_; }
    /// What a latch stands for.
    struct Meaning {
        uint32_t cell = no_cell;  ///< no_cell: the number of losses
        bool of_value = false;    ///< that the cell's code is `number`; else bit `number` of it
        uint64_t number = 0;
    };
    Meaning meaning(uint32_t latch) const {
        const auto [group, number] = meaning_[latch];
        return {groups_[group].cell, groups_[group].values != 0, number};
    }
    /// By latch: the latches of its cell, of which exactly one is set in every well-formed state, if each is a value of
    /// it; else none.
    std::vector<std::vector<uint32_t>> groups() const;
    /// The run with states in bits.
    BitRun in_bits(const BitRun& run) const;
    /// The latches here as functions of the latches of the circuit with bits, of which these are given.
    std::vector<Lit> in_bits(Circuit& circuit, std::span<const Lit> bits) const;

 private:
    /// Latches of the circuit with bits that are one cell, least significant first, and the latches here.
    struct Group {
        uint32_t cell = no_cell;
        std::vector<uint32_t> bits, latches;
        uint64_t values = 0;  ///< 0: one latch for each bit
    };

    void make_groups(const Encoding& encoding);
    void make_circuit(const TransitionCircuit& bits);
    void make_symmetries(const system::System& system);

    TransitionCircuit made_;
    std::vector<Group> groups_;
    std::vector<std::pair<uint32_t, uint64_t>> meaning_;  ///< by latch here: group, and the value or the bit
    size_t bit_latches_ = 0;
};

}  // namespace untorn::checker::symbolic
