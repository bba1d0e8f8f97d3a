// The images of a cube under the symmetries of a transition system. Where initial states and moves look the same after
// identities change their roles, whatever is learnt about one of them is learnt about all: Tang, Malik, Gupta, Ip,
// "Symmetry reduction in SAT-based model checking", CAV 2005.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "checker/symbolic/clause.h"
#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

/// The cube in which each latch has the role that it has under the permutation.
Cube image(const Cube& cube, const LatchPermutation& permutation);

/// All images of the cube under the group that the permutations generate, the cube itself first, each once; in an order
/// that depends on nothing else. Empty where there are more than `limit`.
std::vector<Cube> orbit(const Cube& cube, std::span<const LatchPermutation> generators, size_t limit);

}  // namespace untorn::checker::symbolic
