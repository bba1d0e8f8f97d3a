// From infinite runs to finite ones: a progress property as a bad of a transition circuit, so that what answers safety
// answers progress. Biere, Artho, Schuppan, "Liveness checking as safety checking", FMICS 2002; Schuppan, Biere,
// "Efficient reduction of finite state model checking to reachability analysis", STTT 2004.
//
// A run of the new circuit is one of the old, without power loss. At some point it saves its state: the loop begins.
// From then on it must stay unanswered, and it is noted for each fairness constraint what the loop has to show for it:
// of a weak one, that it was taken or once not enabled; of a strong one, that it was taken, or never enabled. It is bad
// that the saved state comes again when every constraint has its reason; or that the run waits where no constraint is
// enabled, and may stutter for ever.
//
// Only latches are saved on which moves, fairness and the question depend, by cells. So the loop of a run need not be
// one of whole states, which path() makes of it by going round more often.
#pragma once

#include <optional>
#include <vector>

#include "checker/result/replay.h"
#include "checker/symbolic/encode.h"
#include "checker/symbolic/one_hot.h"

namespace untorn::checker::symbolic {

/// By latch: the moves of infinite runs, fairness or this question depend on its cell. `question`: index into
/// TransitionCircuit::progress; none: the question is whether a fair run exists at all.
std::vector<bool> latches_that_matter(const TransitionCircuit& system, std::optional<size_t> question);
/// The same latches in the other circuit.
std::vector<bool> latches_that_matter(const OneHot& hot, const TransitionCircuit& bits, const std::vector<bool>& there);

class LassoCircuit {
 public:
    /// What is bad: indices into TransitionCircuit::bads.
    static constexpr uint32_t stutters = 0, loops = 1;

    /// The system is not needed afterwards. `matters`: by latch, closed under cells.
    LassoCircuit(const TransitionCircuit& system, std::optional<size_t> question, std::vector<bool> matters);

    const TransitionCircuit& transition() const { return made_; }
    /// Of the latches of the system, which are the first ones here.
    size_t system_latches() const { return system_latches_; }
    /// Of the step inputs, which are those of the system and one more: the move begins the loop.
    size_t save_input() const { return made_.step_inputs.size() - 1; }

    /// The latches here, made from the circuit with a latch for each value, as functions of those of `bits`, made from
    /// the circuit with bits; both for the same question.
    std::vector<Lit> in_bits(const OneHot& hot, const LassoCircuit& bits, Circuit& circuit) const;

 private:
    TransitionCircuit made_;
    size_t system_latches_ = 0;
    std::vector<bool> matters_;
    std::vector<uint32_t> copy_;  ///< by latch of the system: the latch that saves it, if it matters
    size_t first_flag_ = 0;       ///< latches behind the copies
};

/// A run of a LassoCircuit as a path of whole states, with its loop in `claim`. `more_rounds`: the loop is gone round
/// more often than in the run. Throws BrokenRule if its states never come again.
Path lasso_path(const Encoding& encoding, const LassoCircuit& circuit, const BitRun& run, Claim& claim,
                bool& more_rounds);

}  // namespace untorn::checker::symbolic
