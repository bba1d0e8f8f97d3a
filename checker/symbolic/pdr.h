// IC3, or property directed reachability: proves that a bad never happens by an inductive invariant, found clause by
// clause, each by SAT queries about one single step; or finds a run in which it happens.
//
// Bradley, "SAT-based model checking without unrolling", VMCAI 2011; Een, Mishchenko, Brayton, "Efficient
// implementation of property directed reachability", FMCAD 2011. The parts: frames.h (what is known of how far),
// generalisation.h, lifting.h, obligations.h (what is to be shown next), orbit.h (a lemma for one identity is a lemma
// for all).
//
// Every answer is checked before it is given: an invariant by a fresh solver (invariant.h), a run by evaluating the
// circuit. The same calls give the same answers, invariants and runs, unless a time limit or an interrupt ends one. The
// run need not be the shortest. Where undecided, what was learnt so far comes back and can be given to another search.
//
// What is learnt is about what is reached, whatever was asked: a search that is asked about one bad after the other
// knows the invariants that it has found, and every other lemma still as one of the first frame (Goldberg, Guedemann,
// Kroening, Mukherjee, "Efficient verification of multi-property designs", DATE 2018). Many properties hold by an
// invariant found for another one. To go on with all frames was tried, and learnt three times as many lemmas.
#pragma once

#include <functional>
#include <string>

#include "checker/symbolic/invariant.h"
#include "checker/symbolic/step_solver.h"

namespace untorn::checker::symbolic {

/// How far it is; for a progress line.
struct PdrProgress {
    size_t frames = 0, lemmas = 0, queries = 0;
};

struct PdrOptions {
    MakeSolver make_solver = make_cadical;
    /// Ends it early once it is set.
    const std::atomic<bool>* interrupt = nullptr;
    double seconds = 0;     ///< from its beginning, for all questions; 0: no limit
    uint64_t memory = 0;    ///< bytes, by formula: what clauses and copies of the circuit take; 0: no limit
    size_t max_frames = 0;  ///< 0: no limit
    /// Use TransitionCircuit::symmetries, for lemmas with no more images than this; 0: do not.
    size_t orbit_limit = 5000;
    /// Counterexamples to generalisation are generalised themselves down to this depth.
    size_t obstacle_depth = 1;
    /// Inductive together and true initially, with their images, as the caller has checked: used, and not checked
    /// again.
    std::vector<ClauseOrbit> known;
    /// May hold or not; those that hold together are used, the others are tried as lemmas of the first frame.
    std::vector<Clause> candidates;
    std::function<void(const PdrProgress&)> progress;
};

/// A run in which a bad happens.
struct BitRun {
    std::vector<bool> initial_inputs;
    std::vector<StateAndInputs> steps;  ///< from the last one, with its inputs, the bad happens
    uint32_t bad = 0;                   ///< index into TransitionCircuit::bads
};

struct PdrResult {
    enum class Answer { proved, violated, undecided };
    Answer answer = Answer::undecided;
    /// proved: an inductive invariant that excludes the bads, together with well_formed. First comes what was known,
    /// then what proved earlier questions. undecided: what is likely to hold, good as candidates.
    std::vector<ClauseOrbit> lemmas;
    BitRun run;         ///< violated
    std::string limit;  ///< undecided: what ended it
    /// Not empty: it has caught itself in an error, and there is no answer.
    std::string inconsistency;
    PdrProgress reached;
};

class Pdr {
 public:
    /// The system must outlive it.
    explicit Pdr(const TransitionCircuit& system, PdrOptions options = {});
    ~Pdr();
    Pdr(const Pdr&) = delete;
    Pdr& operator=(const Pdr&) = delete;

    /// Whether one of the bads (indices into TransitionCircuit::bads) can happen. After an inconsistency there are no
    /// more questions.
    PdrResult decide(std::span<const uint32_t> bads);

 private:
    class Search;
    std::unique_ptr<Search> search_;
};

/// One question alone.
PdrResult pdr(const TransitionCircuit& system, std::span<const uint32_t> bads, const PdrOptions& options = {});

/// Whether the run starts in an initial state, makes possible moves only, from well-formed states, and ends with its
/// bad.
bool is_run(const TransitionCircuit& system, const BitRun& run);

}  // namespace untorn::checker::symbolic
