// The reference evaluator: executes the transition system plainly, one cell and one tree walk at a time. It is slow and
// simple on purpose: it judges every faster engine and every printed trace, and shares no code with them but the
// system itself.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/system/system.h"

namespace untorn::system {

/// A value for every cell of every variable: variables in order, cells row-major by dims (last index fastest).
struct State {
    std::vector<int64_t> cells;
    bool operator==(const State&) const = default;
};

/// A step of one actor instance with its choices made.
struct Instance {
    uint32_t transition = 0;
    int64_t identity = 0;  ///< a value of the actor's identity type; 0 if it is no family
    std::vector<int64_t> choices;
    bool operator==(const Instance&) const = default;
};

/// What executing a step gave.
struct Executed {
    std::optional<State> next;           ///< absent if a check failed
    std::optional<size_t> failed_check;  ///< index into Step::checks: the first that fails
    std::vector<uint32_t> faults;        ///< spent, by index into System::faults, once for each time
};

class Evaluator {
 public:
    explicit Evaluator(const System& system);

    /// Every cell at its type's first value.
    State first() const;
    size_t cell(VarId var,
                const std::vector<int64_t>& index) const;  ///< offset into State::cells; index values in range
    size_t cell_count() const { return cells_; }
    VarId variable_of(size_t cell) const;
    std::string cell_name(size_t cell) const;  ///< `folio.mem[2]`, `writer[Writer#0].i`... as users know it

    /// Choice vectors for which the guard of `step` holds in `state`, in order (first choice most significant).
    std::vector<std::vector<int64_t>> enabled_choices(const Step& step, const State& state, ActorId actor,
                                                      int64_t identity) const;
    /// Whether this is one of them.
    bool can_choose(const Step& step, const State& state, ActorId actor, int64_t identity,
                    const std::vector<int64_t>& choices) const;
    /// Instances enabled in `state`: actors in order, then identity, then choices. Only recover's with `recovering`,
    /// all others' without.
    std::vector<Instance> enabled(const State& state, bool recovering = false) const;
    /// Runs `step` with these choices (whether or not it is enabled). Throws std::logic_error if an update leaves its
    /// variable's index or value range although all checks hold: then the system is wrong, not the specification.
    Executed execute(const Step& step, const State& state, ActorId actor, int64_t identity,
                     const std::vector<int64_t>& choices) const;
    Executed execute(const Instance& instance, const State& state) const;

    /// Initial states with the choices of System::init that lead to them, in order of choices. A state whose init fails
    /// a check comes as an Executed without `next`.
    std::vector<std::pair<std::vector<int64_t>, Executed>> initial() const;

    /// What is left after power loss: power_loss block with these choices, then everything but durable, ghost, budget
    /// and option cells at its first value, and the recover actor (if any) at its entry (LocationId 2, or `ended` if
    /// its body is empty).
    Executed lose_power(const State& state, const std::vector<int64_t>& choices) const;

    int64_t evaluate(ExprId expr, const State& state, ActorId actor = none, int64_t identity = 0,
                     const std::vector<int64_t>& choices = {}) const;
    bool all_threads_ended(const State& state) const;
    /// README.md rule 14.
    bool deadlocked(const State& state) const;

 private:
    const System& system_;
    std::vector<size_t> base_;
    size_t cells_ = 0;
};

}  // namespace untorn::system
