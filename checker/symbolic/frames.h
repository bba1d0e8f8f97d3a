// The frames of PDR: F_0 the initial states, and F_1 to F_k sets of states as clauses, each containing all states that
// are reached within that many steps, each weaker than the one before, with every move from F_i leading into F_{i+1}.
//
// Delta-encoded: a lemma stands at the greatest level where it holds (Een, Mishchenko, Brayton, FMCAD 2011). A lemma is
// a cube that is not reached, together with all its images under the symmetries of the system, so that every frame is
// closed under them; what is proved of the lemma from a frame is thereby proved of all images, and it is asked once. If
// an orbit is too large to be kept, the cube stands alone, and is moved on alone; that the lemmas around it are closed
// without its images is checked in the end (pdr.cpp).
// Lemmas `for_ever` hold in every reachable state; they are inductive by themselves.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "checker/symbolic/initial_states.h"
#include "checker/symbolic/orbit.h"
#include "checker/symbolic/step_solver.h"

namespace untorn::checker::symbolic {

/// Sets of states that are not reached: the first stands for the others, which are its images.
struct Lemma {
    std::vector<Cube> images;
    bool complete = true;  ///< these are all images
    const Cube& cube() const { return images.front(); }
};

class Frames {
 public:
    using Answer = SatSolver::Answer;

    struct Options {
        MakeSolver make_solver;
        const std::atomic<bool>* interrupt = nullptr;
        std::function<void()> before_query;  ///< may throw, where a limit is passed
        size_t orbit_limit = 0;              ///< greatest number of images; 0: symmetries are not used
    };

    /// The system and the initial states must outlive it. There is F_0 alone at first.
    Frames(const TransitionCircuit& system, InitialStates& initial, Options options);

    const StepClauses& step() const { return step_; }
    /// The last frame.
    size_t last() const { return solvers_.size() - 1; }
    /// One frame more; it holds nothing but what is known for ever.
    void extend();

    /// Whether no move leads from F_level, outside of the cube, into the cube. Then `unreached()` are parts of the cube
    /// that are not entered from F_level either, and hold no initial state if the cube does not; otherwise `entry()` is
    /// such a move.
    bool inductive_from(size_t level, const Cube& cube);
    const Cube& unreached() const { return unreached_; }
    const StateAndInputs& entry() const { return entry_; }

    /// A state of the last frame in which a bad happens; an initial state.
    std::optional<StateAndInputs> bad_state(std::span<const uint32_t> bads) { return bad_state(*bad_solver_, bads); }
    std::optional<StateAndInputs> initial_bad_state(std::span<const uint32_t> bads) {
        return bad_state(*solvers_[0], bads);
    }

    /// The cube is not reached within `level` steps: it holds no initial state, and is inductive_from(level - 1).
    void add(size_t level, const Cube& cube);
    /// All of these together are inductive and hold initially.
    void add_for_ever(std::vector<Lemma> lemmas);
    /// A lemma at `level` or above has it that nothing in the cube is reached.
    bool known(size_t level, const Cube& cube) const;

    /// These are inductive together and hold initially: they are what is known for ever from now on, and F_1 becomes
    /// the last frame. Other lemmas stay in it.
    void restart(std::vector<Lemma> inductive);
    const std::vector<Lemma>& for_ever() const { return for_ever_; }

    /// Moves lemmas on to where they hold. The level at which two frames have become the same, or 0.
    size_t propagate();
    /// What holds in F_level, lemma by lemma.
    std::vector<Lemma> lemmas_from(size_t level) const;
    size_t lemma_count() const;
    /// What clauses and the solvers' copies of the circuit take, by formula.
    uint64_t bytes() const { return bytes_; }
    size_t query_count() const { return queries_; }
    /// How often a latch occurs in lemmas, a hint at its importance.
    const std::vector<double>& activity() const { return activity_; }

 private:
    struct Kept {
        Lemma lemma;
        std::vector<uint64_t> signatures;  ///< of each image: which latches and values, modulo 64
        /// A state of its frame from which a move leads into the cube: it does not hold one frame further. Empty where
        /// none is known.
        std::vector<bool> counterexample;
    };

    static Kept keep(Lemma lemma);
    std::optional<StateAndInputs> bad_state(StepSolver& solver, std::span<const uint32_t> bads);
    Answer ask(StepSolver& solver, const Cube& cube, bool from_outside);
    std::unique_ptr<StepSolver> make_solver(size_t level);
    void insert(size_t level, Kept kept, size_t first_solver);
    void forget_counterexamples(size_t first, size_t last, const Lemma& lemma);
    void remove_implied(size_t level, const Lemma& lemma);

    const TransitionCircuit& system_;
    const StepClauses step_;
    InitialStates& initial_;
    Options options_;
    std::vector<std::vector<Kept>> levels_;  ///< by level; nothing at 0
    std::vector<Lemma> for_ever_;
    std::vector<std::unique_ptr<StepSolver>> solvers_;  ///< by level
    std::unique_ptr<StepSolver> bad_solver_;            ///< of the last frame
    std::vector<double> activity_;
    Cube unreached_;
    StateAndInputs entry_;
    size_t queries_ = 0;
    uint64_t bytes_ = 0;
};

}  // namespace untorn::checker::symbolic
