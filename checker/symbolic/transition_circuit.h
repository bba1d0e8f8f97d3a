// A transition system in bits: what bounded search, k-induction and PDR work on, and what AIGER files are made of.
//
// A *latch* holds one bit of the state. A *move* is a choice of the step inputs: which transition instance moves, or
// that power is lost, and what it chooses. Where `possible` holds, the latches' `next` are the state after the move.
// Everything is a function of the latches and the step inputs, in one circuit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/symbolic/circuit.h"

namespace untorn::checker::symbolic {

/// Latch::cell of the counter of power losses.
inline constexpr uint32_t no_cell = UINT32_MAX;

struct Latch {
    Lit current;              ///< an input of the circuit
    Lit next;                 ///< after the move; over latches and step inputs
    Lit initial;              ///< over TransitionCircuit::initial_inputs only
    std::string name;         ///< `folio.mem[2].1`: the cell, then which bit of its packed value
    uint32_t cell = no_cell;  ///< index into State::cells
    unsigned bit = 0;         ///< of the cell's packed value: its value minus its type's first one
};

/// What is looked for, for one property: a state or a move that violates it, or shows what it covers.
struct Bad {
    uint32_t property = 0;  ///< index into System::properties; system::none: of a lemma, or of neither
    Lit happens;            ///< over latches and step inputs (of a move that need not be `possible`)
    /// Where it happens the property's expression holds: a cover is reached. Outcomes are asked for both ways, by two
    /// bads for each property over them. Else the property is violated there.
    bool satisfied = false;
    bool of_move = false;         ///< it depends on the step inputs: a check of the move fails
    uint32_t lemma = UINT32_MAX;  ///< index into System::lemmas, of a bad that violates one
};

/// A fairness constraint (rule 16 of model/system/README.md), of one actor instance.
struct FairnessBits {
    Lit enabled;  ///< over latches
    Lit taken;    ///< over latches and step inputs, of a possible move
    bool strong = false;
};

/// What a progress property asks of infinite runs (rule 15): after a state where it triggers (or, `at_start`, from the
/// first one on) a run may not stay unanswered for ever. Over latches.
struct ProgressBits {
    uint32_t property = 0;  ///< index into System::properties
    bool at_start = false;
    Lit triggers, unanswered;
};

/// The latch at index i takes the role of the latch at index image[i]: an automorphism of initial states, moves and
/// bads alike.
struct LatchPermutation {
    std::vector<uint32_t> image;
};

struct TransitionCircuit {
    Circuit circuit;
    std::vector<Latch> latches;
    std::vector<Lit> step_inputs;
    std::vector<Lit> initial_inputs;
    Lit initial_possible = Circuit::yes;  ///< over initial_inputs: these choices lead to an initial state
    Lit possible = Circuit::yes;  ///< over latches and step_inputs: there is such a move, and no check of it fails
    /// Over latches: each group of latches is the code of a value. Holds in every state that can be reached.
    Lit well_formed = Circuit::yes;
    std::vector<Bad> bads;
    /// Over latches and step inputs: the move is possible, and no power loss. Infinite runs are made of such moves.
    Lit goes_on = Circuit::yes;
    std::vector<FairnessBits> fairness;  ///< of all instances; empty where no property asks for progress
    std::vector<ProgressBits> progress;
    /// By System::lemmas, over latches: the lemma holds, or is not claimed in this state.
    std::vector<Lit> claims;
    /// Of the init step whose check fails, over initial_inputs: no run begins so. Not in `initial_possible`.
    std::vector<Bad> initial_bads;
    /// Generate a group; empty where nothing is symmetric, or it is not known.
    std::vector<LatchPermutation> symmetries;
};

/// By latch: whether what is asked depends on it, in this state or in a later one. With `whole_cells`, a latch stands
/// for all latches of its cell.
std::vector<bool> latches_behind(const TransitionCircuit& system, std::span<const Lit> asked, bool whole_cells);

}  // namespace untorn::checker::symbolic
