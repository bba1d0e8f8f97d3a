// A system as a transition circuit: the form in which the symbolic engines run it.
//
// A state has a group of latches for each cell that some step may give another value than it has at first, in as many
// bits as its type needs, and, where power can be lost, a counter of the losses so far. A move is who moves (an actor
// instance, recover among them, or the power) and what the step chooses; the program counter says which step that is.
// So the circuit has one copy of a step for each actor instance and none for each choice, and choices cost their bits.
//
// Power loss (rule 13 of model/system/README.md): while the counter is 0 the run moves. A loss is a move of its own:
// the power_loss step, then everything that does not survive at its first value, recover at its entry, one loss more.
// After it recover alone moves, or power is lost again.
//
// What the circuit means is tested against the reference evaluator, in reachable and in arbitrary well-formed states.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checker/explicit/cells.h"
#include "checker/result/result.h"
#include "checker/symbolic/transition_circuit.h"
#include "model/system/system.h"

namespace untorn::checker::symbolic {

/// A property that the circuit has no bad for.
struct Unasked {
    uint32_t property = 0;  ///< index into System::properties
    std::string why;        ///< text for users
};

class Encoding {
 public:
    /// Of what the circuit has bads.
    enum class Judged : uint8_t { properties, lemmas };

    /// Throws LimitReached where a step or the system is too large. The system must outlive it.
    explicit Encoding(const system::System& system, Judged judged = Judged::properties);

    /// One bad more, of no property: a state with these values of cells, after so many losses. Its index.
    uint32_t ask_for(const std::map<uint32_t, int64_t>& cells, uint64_t losses);

    const TransitionCircuit& transition() const { return transition_; }
    const system::System& system() const { return system_; }
    const std::vector<Unasked>& unasked() const { return unasked_; }

    Lit running() const { return running_; }  ///< over latches: power has not been lost
    Lit loss() const { return loss_; }        ///< over step inputs: the move is a power loss
    /// Over latches and step inputs: how many faults the move spends, a power loss among them; no sign.
    const Bits& faults() const { return faults_; }
    /// Over latches and step inputs: a move of recover that spends no fault and leads to a location at or before the
    /// one where it stands. If there is none, every recovery ends or blocks.
    Lit recovery_returns() const { return recovery_returns_; }

    /// The state as a value for each cell; `latches` has the value of each latch.
    std::vector<int64_t> cells(const std::vector<bool>& latches) const;
    /// The number of losses so far.
    uint64_t losses(const std::vector<bool>& latches) const;
    /// The latches of a state; false if no latches have it: a cell that never changes has another value.
    bool latches(const std::vector<int64_t>& cells, uint64_t losses, std::vector<bool>& into) const;
    /// Which move these values of the step inputs are in this state; only kind, transition, identity and choices are
    /// set. Meaningful where the move is possible, or a bad of it happens.
    TraceStep move(const std::vector<bool>& latches, const std::vector<bool>& inputs) const;
    /// The step inputs that make the move (an index into TransitionCircuit::step_inputs, and its value); the others do
    /// not matter. Only what move() sets is read.
    std::vector<std::pair<size_t, bool>> inputs(const TraceStep& move) const;
    /// The init step with these values of the initial inputs.
    TraceStep initial(const std::vector<bool>& inputs) const;

 private:
    friend class Encoder;

    struct Mover {
        bool loss = false;
        system::ActorId actor = system::none;
        int64_t identity = 0;
        uint32_t counter = 0;               ///< cell
        std::vector<uint32_t> transitions;  ///< by location; system::none: there is none
    };

    const system::System& system_;
    Cells layout_;
    TransitionCircuit transition_;
    std::vector<Unasked> unasked_;
    Lit running_ = Circuit::yes, loss_ = Circuit::no, recovery_returns_ = Circuit::no;
    Bits faults_;

    std::vector<std::vector<uint32_t>> latches_of_;  ///< by cell, and of the losses
    std::vector<uint64_t> constant_;                 ///< by cell without latches: its code
    size_t selector_bits_ = 0;                       ///< the first of the step inputs
    std::vector<Mover> movers_;                      ///< by value of the selector
    std::vector<size_t> choice_inputs_;              ///< by number of the choice: the first of its step inputs
};

}  // namespace untorn::checker::symbolic
