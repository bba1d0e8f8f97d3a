// What tests of proofs have in common.
#pragma once

#include <doctest/doctest.h>

#include <vector>

#include "checker/symbolic/invariant_text.h"
#include "checker/symbolic/prove.h"

namespace untorn::checker::symbolic {

/// All that can be proved by an invariant, and by rankings.
inline std::vector<uint32_t> provable_properties(const system::System& system) {
    std::vector<uint32_t> found;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if (provable(system, p)) found.push_back(p);
    return found;
}

/// What the certificate says is minimal is: without any one conjunct of the invariant, some obligation can be
/// satisfied. The number of conjuncts.
inline size_t check_that_none_can_be_left_out(const system::System& system, const Proof& proof) {
    const Program program(system);
    for (size_t i = 0; i < proof.invariant.size(); ++i) {
        std::vector<Conjunct> rest = proof.invariant;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
        bool broken = false;
        for (const Obligation& obligation :
             proof_obligations(program, rest, proof.proved, {}, proof.rankings, proof.outcomes))
            broken = broken || ask_z3(obligation.script).kind == SolverAnswer::Kind::sat;
        CHECK_MESSAGE(broken, InvariantText(system).write(proof.invariant[i]));
    }
    return proof.invariant.size();
}

}  // namespace untorn::checker::symbolic
