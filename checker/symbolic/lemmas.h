// Lemmas that the author of a specification wrote (rule 20 of model/system/README.md): which of them are inductive
// together, and why another one is not.
//
// Those that hold initially and are kept by every step from where all of them hold need nothing else; proofs assume
// them. They are the greatest such set: Flanagan, Leino, "Houdini, an annotation assistant for ESC/Java", FME 2001. A
// lemma that is not among them may still be true. A counterexample to induction shows what it lacks: a state in which
// all lemmas hold, and a step after which this one does not; somebody who knows the system sees why that state is never
// reached, and writes the next lemma (Bradley, Manna, "Checking safety by inductive generalization of counterexamples
// to induction", FMCAD 2007, let a program do so).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checker/symbolic/encode.h"
#include "checker/symbolic/sat_solver.h"

namespace untorn::checker::symbolic {

/// Of System::lemmas (TransitionCircuit::claims), the greatest set that is inductive with well_formed. Nothing if
/// interrupted.
std::vector<uint32_t> inductive_lemmas(const TransitionCircuit& system, const MakeSolver& make_solver,
                                       const std::atomic<bool>* interrupt);

/// Two states and the step between them: in the first all lemmas hold, in the second one does not.
struct CounterexampleToInduction {
    uint32_t lemma = 0;
    std::vector<int64_t> state;  ///< the first one: by cell
    uint64_t losses = 0;         ///< of power, before it
    /// By cell, its value, of those on which it depends that the step can be made and the lemma does not hold after it.
    std::map<uint32_t, int64_t> matters;
    TraceStep step;  ///< as a trace has it
    // Derived, for printing:
    std::vector<std::pair<std::string, std::string>> values;  ///< cell and value, of `matters`, without counters
    std::vector<std::string> places;                          ///< of `matters`: who stands where
};

/// The least one, in the order of moves and of values, so that it does not depend on the solver; the reference
/// evaluator has agreed with it. None if every step keeps the lemma where all lemmas hold. Throws BrokenRule where
/// encoding and evaluator disagree, LimitReached if interrupted.
std::optional<CounterexampleToInduction> counterexample_to_induction(const Encoding& encoding, uint32_t lemma,
                                                                     const MakeSolver& make_solver,
                                                                     const std::atomic<bool>* interrupt);

}  // namespace untorn::checker::symbolic
