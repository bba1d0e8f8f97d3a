// Copies of the transition relation, one a move: the states s0, s1, ... and the moves between them as SAT variables, to
// which one more is added at any time. Biere, Cimatti, Clarke, Zhu, "Symbolic model checking without BDDs", TACAS 1999.
//
// Frame i is the state after i moves, and a move out of it. That this state is there, because i moves were made, is the
// literal exists(i); so a frame's last move may as well be one that fails. Latches on which nothing that is asked
// depends, however many moves later, are left out.
//
// Later frames are copies of a transition relation that was simplified once (simplified_functions.h): a quarter of the
// variables. Where a state is there, it is well-formed, which is said of these frames, too: every move keeps it so, and
// the solver would have to find that out for each.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "checker/symbolic/cnf.h"
#include "checker/symbolic/simplified_functions.h"
#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

class Unrolling {
 public:
    enum class From : uint8_t {
        initial,  ///< s0 is an initial state
        anywhere  ///< s0 is well-formed
    };

    /// Has frame 0. `asked` are the functions that will be asked for, besides `possible` and latches. All must outlive
    /// it. `plain`: all frames are.
    Unrolling(const TransitionCircuit& system, SatSolver& solver, From from, std::span<const Lit> asked,
              bool plain = true);

    void extend();
    size_t frames() const { return frames_.size() + simplified_.size(); }
    /// A function of the circuit in that frame.
    int literal(size_t frame, Lit lit);
    /// All moves up to this state are possible.
    int exists(size_t frame) const { return exists_[frame]; }
    /// The latches that are not left out.
    const std::vector<uint32_t>& latches() const { return relevant_; }

    /// After satisfiable: the inputs of that frame; those that nothing asked for depends on are false.
    std::vector<bool> inputs(size_t frame);
    /// ... and of the init step.
    std::vector<bool> initial_inputs();

    /// What its clauses take, by formula.
    uint64_t bytes() const;

 private:
    void find_relevant(std::span<const Lit> asked);
    std::vector<bool> values(Cnf& cnf, const std::vector<Lit>& inputs);
    void simplify();
    void add_simplified();

    const TransitionCircuit& system_;
    SatSolver& solver_;
    std::vector<uint32_t> relevant_;
    std::unique_ptr<Cnf> initial_;  ///< only from initial states
    std::vector<Lit> asked_;
    std::optional<size_t> simplified_from_;
    std::vector<std::unique_ptr<Cnf>> frames_;  ///< the plain ones
    std::unique_ptr<SimplifiedFunctions> step_;
    std::vector<std::vector<int>> simplified_;  ///< the others: by variable of step_, the solver's literal
    std::vector<int> exists_;
};

}  // namespace untorn::checker::symbolic
