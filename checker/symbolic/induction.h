// k-induction: what does not happen in runs of fewer than k moves, and cannot happen after k moves during which it did
// not happen, never happens. Sheeran, Singh, Stalmarck, "Checking safety properties using induction and a SAT-solver",
// FMCAD 2000. States on the way are different ones, since a shortest run repeats none; that is only demanded of those
// pairs that a query made equal: Een, Sorensson, "Temporal induction by incremental SAT solving", BMC 2003.
//
// The base is the bounded search (bmc.h), so violations are found as there. All open properties are shown together, as
// far as they can be: each may use that the others did not happen, and those that fail are dropped until the rest
// holds. What is proved helps what is still open. Base and step of every proof are asked once more of Z3, in fresh
// solvers, before it is said.
#pragma once

#include "checker/symbolic/bmc.h"

namespace untorn::checker::symbolic {

/// Limits as for bmc(); max_steps limits k as well.
std::variant<SearchResult, Inconsistency> induction(const system::System& system, const SearchOptions& options,
                                                    const MakeSolver& make_solver = make_cadical,
                                                    const MakeSolver& make_checker = make_z3);

/// The induction step.
class InductionStep {
 public:
    /// All must outlive it.
    InductionStep(const TransitionCircuit& system, const MakeSolver& make_solver, const Watch& watch);

    /// Frames i and j, i < j, of a path.
    using Pair = std::pair<size_t, size_t>;

    /// One move more: k moves (first: none).
    void extend();
    size_t k() const { return unrolling_.frames() - 1; }
    /// Of these bads, a set of which none happens after k moves during which none of the set, and no `proved` one,
    /// happened. Throws LimitReached.
    std::vector<uint32_t> inductive(std::vector<uint32_t> bads);
    /// These never happen.
    void add_proved(const std::vector<uint32_t>& bads);
    /// Demands that the states of these frames differ.
    void differ(Pair pair);
    /// The pairs for which that is demanded so far.
    const std::vector<Pair>& pairs() const { return pairs_; }
    uint64_t bytes() const { return unrolling_.bytes(); }

 private:
    /// Did not happen before the last frame.
    int hypothesis(uint32_t bad);
    /// Whether one of them can happen in the last frame; after `true` the model shows which. Adds pairs as needed.
    bool can_happen(const std::vector<uint32_t>& bads, const std::vector<int>& assumptions);
    bool repeats_a_state();

    const TransitionCircuit& system_;
    const Watch& watch_;
    std::unique_ptr<SatSolver> solver_;
    Unrolling unrolling_;
    std::vector<uint32_t> proved_;
    std::vector<int> hypotheses_;        ///< by bad; 0: not yet made
    std::vector<size_t> hypothesis_to_;  ///< by bad: frames before this one are covered
    std::vector<Pair> pairs_;
};

}  // namespace untorn::checker::symbolic
