// Proofs that nobody has to take on trust: an inductive invariant in bits, which is made as small as possible, said of
// whole cells (conjunct.h), and put into obligations in words (proof_obligations.h) that Z3 then discharges one by one
// from their text. Only then is a property proved.
//
// Where no more than most_states are reached, all together, the invariant is learnt from them (reached_invariant.h);
// otherwise PDR finds it. PDR also finds the runs of what is violated.
//
// Progress is proved by rankings (ranking.h), which are found on the graph of the reached states (rank_progress.h), so
// only where these are few; the invariant is one with which they can be shown to be rankings.
//
// Of `sometimes` and `always` (outcomes.h) an outcome is shown, too, by the shortest way through the reached states, or
// by a run that PDR finds. What some outcomes satisfy and others do not has runs instead of a proof, as covers that are
// reached.
//
// Lemmas of the specification come first. Those that are inductive together are assumed in all that follows, and are
// conjuncts of the invariant as far as it needs them. The others are looked at as properties are, and beside what PDR
// finds, a counterexample to induction says why they are not among those.
#pragma once

#include <variant>
#include <vector>

#include "checker/result/result.h"
#include "checker/symbolic/lemmas.h"
#include "checker/symbolic/pdr.h"
#include "checker/symbolic/proof_obligations.h"
#include "checker/symbolic/ranking.h"
#include "checker/symbolic/solver_check.h"

namespace untorn::checker::symbolic {

/// How many steps a run may have that violates a lemma, or comes to a state that shows that it is not inductive, before
/// PDR is asked.
inline constexpr uint64_t default_lemma_steps = 20;

/// Reached states from which an invariant is learnt; where there are more, PDR finds one.
inline constexpr size_t default_most_states = 200000;

/// What was found out about a lemma of the specification.
struct LemmaAnswer {
    uint32_t lemma = 0;  ///< index into System::lemmas
    enum class Known : uint8_t {
        open,
        inductive,  ///< initially, and by every step, together with the others that are so
        proved,     ///< by an invariant of more than the lemmas
        violated    ///< by the trace
    } known = Known::open;
    std::optional<Trace> trace;
    bool shortest = false;  ///< no run that violates it has fewer steps, or as many and fewer faults
    /// Neither inductive nor violated: why the lemmas alone do not prove it; none if it would be kept where all lemmas
    /// hold, of which some others are not inductive.
    std::optional<CounterexampleToInduction> lacks;
    uint64_t not_within = 0;  ///< such a state is not reached within so many steps
};

/// A progress property that has no ranking: it was not looked at, or there was no time for its proof.
struct Unranked {
    uint32_t property = 0;  ///< index into System::properties
    std::string why;
    bool given_up = false;  ///< a limit was met
};

struct ProveOptions {
    /// For all together; 0: no limit. With one, safety is proved first, and then all together in what is left of it, so
    /// that progress costs nobody his proof; the second proof is the one without a limit.
    double seconds = 0;
    uint64_t memory = 0;  ///< bytes, for the search of the invariant; 0: no limit
    const std::atomic<bool>* interrupt = nullptr;
    std::vector<Conjunct> candidates;          ///< lemmas to begin with; they may hold or not
    uint64_t max_steps = default_lemma_steps;  ///< within which what a lemma lacks is looked for
    size_t most_states = default_most_states;  ///< 0: PDR finds all invariants
    unsigned threads = 1;                      ///< in which Z3 is asked about obligations; changes no result
    std::function<void(const PdrProgress&)> progress;
    // How far it is:
    std::function<void(size_t done, size_t of)> shrinking = [](size_t, size_t) {};  ///< lemmas that may be left out
    std::function<void(size_t done, size_t of)> checking = [](size_t, size_t) {};   ///< obligations
};

struct Proof {
    std::vector<uint32_t> proved;         ///< properties, indices into System::properties (of a cover: not reached)
    std::vector<uint32_t> violated;       ///< (of a cover: reached; sometimes: holds.) Not by the shortest run
    std::vector<OutcomeClaim> outcomes;   ///< of those of `proved` that ask for outcomes, in order
    std::optional<Outcome> outcome;       ///< replayed; where some of these say that there is one
    std::vector<LemmaAnswer> lemmas;      ///< those asked about, in order
    std::vector<uint32_t> lemmas_used;    ///< indices into System::lemmas: conjuncts of the invariant
    std::vector<Conjunct> invariant;      ///< the others
    std::vector<Ranking> rankings;        ///< of the progress properties among `proved`
    std::vector<Unranked> unranked;       ///< neither proved nor violated
    bool no_fair_run = false;             ///< what is proved of progress holds of nothing
    std::vector<Obligation> obligations;  ///< all unsatisfiable, says Z3; empty if nothing is proved
    std::string limit;                    ///< not empty: the others are undecided, and why
    std::vector<Conjunct> learnt;         ///< undecided: good as candidates
};

/// Proves as many of the properties (each provable()) and lemmas as it can with one invariant. An Inconsistency where
/// the encodings disagree: an obligation that is not unsatisfiable although the invariant was checked in bits.
std::variant<Proof, Inconsistency> prove(const system::System& system, std::span<const uint32_t> properties,
                                         std::span<const uint32_t> lemmas, const ProveOptions& options);

/// What the obligations of a proof say of lemmas.
ProofLemmas proof_lemmas(const Proof& proof);

}  // namespace untorn::checker::symbolic
