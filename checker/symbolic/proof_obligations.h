// What must be shown so that an inductive invariant proves properties of a run, as SMT-LIB 2 scripts, each of which
// must be unsatisfiable: that the initial states satisfy the invariant, that every transition (power loss and recovery
// among them) preserves it, and that it excludes every way to violate a property. Floyd, "Assigning meanings to
// programs", 1967; Manna, Pnueli, "Temporal verification of reactive systems: safety", 1995. Of a progress property,
// that with the invariant its ranking is one (ranking_obligations.h). Of `sometimes` and `always`, that there are no
// outcomes of one kind; that there is one of the other, where that is claimed, is no obligation: a run shows it
// (outcomes.h).
//
// A script needs nothing but an SMT solver. Its steps are those of smt_steps.h, and not of the circuit in which the
// invariant was found.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/explicit/program.h"
#include "checker/symbolic/conjunct.h"
#include "checker/symbolic/outcomes.h"
#include "checker/symbolic/ranking.h"

namespace untorn::checker::symbolic {

struct Obligation {
    std::string name;   ///< of a file, without its ending: `consecution-pwritev2-12`
    std::string title;  ///< for people: `pwritev2 at iomap.untorn:216: write_end`
    std::string script;
};

/// Whether the property can be proved by an invariant: questions about states and single steps. That recovery ends is
/// one where each of its steps leads to a later location.
bool provable_by_invariant(const system::System& system, uint32_t property);
/// The same, or with a ranking beside it (progress), or a run to an outcome (`always`; `sometimes`, that it is
/// violated).
bool provable(const system::System& system, uint32_t property);

/// Lemmas of the specification in a proof: indices into System::lemmas.
struct ProofLemmas {
    std::vector<uint32_t> in_invariant;  ///< they are conjuncts of the invariant
    std::vector<uint32_t> shown;         ///< they follow from it
};

/// The conjuncts without those that hold of the program's constants (smt_steps.h) by themselves: nothing needs them.
std::vector<Conjunct> without_constants(const Program& program, std::vector<Conjunct> invariant);

/// All obligations, in a fixed order. `properties`: indices into System::properties, each provable. `invariant`: beside
/// what is always part of it, that every cell has a value of its type and the losses are within their budget. Of each
/// progress property one ranking, of each that asks_for_outcomes() one claim. The same arguments give the same bytes.
/// `program` must have lemmas if there are some here. Throws LimitReached where a step has too many choices, BrokenRule
/// without a ranking or a claim.
std::vector<Obligation> proof_obligations(const Program& program, std::span<const Conjunct> invariant,
                                          std::span<const uint32_t> properties, const ProofLemmas& lemmas = {},
                                          std::span<const Ranking> rankings = {},
                                          std::span<const OutcomeClaim> outcomes = {});

}  // namespace untorn::checker::symbolic
