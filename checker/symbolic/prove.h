// Proofs that nobody has to take on trust: PDR finds an inductive invariant in bits, which is made as small as
// possible, said of whole cells (conjunct.h), and put into obligations in words (proof_obligations.h) that Z3 then
// discharges one by one from their text. Only then is a property proved.
#pragma once

#include <variant>
#include <vector>

#include "checker/result/result.h"
#include "checker/symbolic/pdr.h"
#include "checker/symbolic/proof_obligations.h"
#include "checker/symbolic/solver_check.h"

namespace untorn::checker::symbolic {

struct ProveOptions {
    double seconds = 0;   ///< for all together; 0: no limit
    uint64_t memory = 0;  ///< bytes, for the search of the invariant; 0: no limit
    const std::atomic<bool>* interrupt = nullptr;
    std::vector<Conjunct> candidates;  ///< lemmas to begin with; they may hold or not
    std::function<void(const PdrProgress&)> progress;
    std::function<void(size_t done, size_t of)> checking;  ///< obligations
};

struct Proof {
    std::vector<uint32_t> proved;    ///< properties, indices into System::properties
    std::vector<uint32_t> violated;  ///< (of a cover: reached.) Not by the shortest run
    std::vector<Conjunct> invariant;
    std::vector<Obligation> obligations;  ///< all unsatisfiable, says Z3; empty if nothing is proved
    std::string limit;                    ///< not empty: the others are undecided, and why
    std::vector<Conjunct> learnt;         ///< undecided: good as candidates
};

/// Proves as many of the properties (each provable()) as it can with one invariant. An Inconsistency where the
/// encodings disagree: an obligation that is not unsatisfiable although the invariant was checked in bits.
std::variant<Proof, Inconsistency> prove(const system::System& system, std::span<const uint32_t> properties,
                                         const ProveOptions& options);

}  // namespace untorn::checker::symbolic
