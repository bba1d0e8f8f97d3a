// Transition circuits as AIGER 1.9 files, for other model checkers: Biere, Heljanko, Wieringa, "AIGER 1.9 and beyond",
// FMV report 11/2, Linz 2011.
//
// An AIGER circuit makes a move in every state and has one initial value for each latch. So where no move is possible
// with these inputs the state stays as it is; and where there is more than one initial state, all latches start at 0
// with one more, `started`, and the first move takes them to an initial state, if the inputs choose one. Neither adds
// or takes away a state in which something bad happens; a run is one move longer where `started` is there.
#pragma once

#include <span>
#include <string>

#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

/// A bad of the file, with its name in the symbol table.
struct NamedBad {
    uint32_t bad = 0;  ///< index into TransitionCircuit::bads
    std::string name;
};

enum class AigerFormat : uint8_t { binary, ascii };

/// The bytes of the file. Its bads are these, in order; only what they and the latches depend on is in it.
std::string aiger(const TransitionCircuit& system, std::span<const NamedBad> bads,
                  AigerFormat format = AigerFormat::binary);

}  // namespace untorn::checker::symbolic
