// An inductive invariant of a system whose reached states are known one by one.
//
// PDR learns from single steps what is not reached, frame by frame, and knows nothing of what is. Where the reached
// states are few they are the better teacher: a lemma may be as general as they allow, and holds for ever at once. The
// solver is asked only where the lemmas so far are not inductive, for a state in which all of them hold and a step
// after which one does not (or a bad that happens there). That state is not reached, since every lemma holds in all
// reached states. What matters of it is a cube; of that, a few parts that keep all reached states away become the next
// lemma. Lemmas only become more, so one that every step has been seen to keep is not asked about again: there are at
// most two queries for each lemma, and one for each bad.
//
// Bradley, Manna, "Checking safety by inductive generalization of counterexamples to induction", FMCAD 2007; Garg,
// Loeding, Madhusudan, Neider, "ICE: a robust framework for learning invariants", CAV 2014, where the teacher's
// examples are such states and steps, too. Each lemma is a prime implicate of the reached states, a short one
// (StateTable).
//
// Nothing of it is trusted: the caller asks fresh solvers, as of every invariant.
#pragma once

#include "checker/symbolic/invariant_check.h"
#include "checker/symbolic/pdr.h"
#include "checker/symbolic/state_table.h"
#include "checker/symbolic/step_clauses.h"

namespace untorn::checker::symbolic {

struct ReachedOptions {
    MakeSolver make_solver = make_cadical;
    const std::atomic<bool>* interrupt = nullptr;  ///< ends it early once it is set
    uint64_t memory = 0;                           ///< most bytes, by formula, as in PdrOptions; 0: no limit
    size_t orbit_limit = 5000;                     ///< as in PdrOptions
    /// Tried as lemmas first; those that do not hold in all reached states are none.
    std::vector<Clause> candidates;
    /// By latch: the latches of which exactly one is set in every well-formed state, if it is one of such; or nothing,
    /// for all.
    std::vector<std::vector<uint32_t>> groups;
    std::shared_ptr<const StepClauses> step;  ///< the system's, if they are made already
    std::function<void(const PdrProgress&)> progress;
};

struct ReachedInvariant {
    bool complete = false;            ///< false: it was interrupted, or memory was too small
    std::vector<ClauseOrbit> lemmas;  ///< complete: inductive with well_formed; else they hold in all reached states
    std::vector<uint32_t> excluded;   ///< complete: bads that they exclude; the others happen in some reached state
    size_t queries = 0;
};

/// `reached`: all reached states of the system. Throws BrokenRule where the circuit leads out of them.
ReachedInvariant reached_invariant(const TransitionCircuit& system, const StateTable& reached,
                                   std::span<const uint32_t> bads, const ReachedOptions& options = {});

}  // namespace untorn::checker::symbolic
