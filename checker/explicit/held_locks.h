// What is known of locks where an actor stands: for each actor instance and location, the values that each lock can
// have in a reachable state in which the actor stands there. So it is known which locks an actor surely holds, and that
// two actors that would hold the same lock are never at two such locations at once.
//
// A lock is here every mutex, and every other shared cell of few values that a guard reads: other locks, and flags.
//
// The idea: thread-modular abstract interpretation (Flanagan, Qadeer, "Thread-Modular Model Checking", 2003; Miné,
// "Static Analysis of Run-Time Errors in Embedded Real-Time C Programs", 2012), with a set of values for each lock. The
// least solution is computed of: the initial states; what a step of the actor itself leads to; and what steps of others
// do meanwhile, as far as they can be taken where both stand, by what is known of either.
//
// Soundness. By induction on runs: if actor A stands at l in a reachable state s, every lock has a value in s that is
// known for (A, l). A step of B from s to s' is one of its outcomes, whose condition on locks is met in s; so the
// values in s are left when what is known of (B, where it stands), of (A, l) and of the condition are intersected, and
// what the outcome makes of them is known for B at its new location, and for any other A at l. This needs that nobody
// moves the counter of another actor.
//
// What a step does to locks and where it leads is found by trying all values of the cells that decide it; where they
// are too many, it may lead anywhere and leave any value in the locks that it may write.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/explicit/program.h"

namespace untorn::checker {

class HeldLocks {
 public:
    /// Nothing is known of a program with more than 4,096 instances, or in which an actor moves another one's counter.
    /// `program` must outlive it.
    explicit HeldLocks(const Program& program);

    /// Whether the guard of the instance, of another actor, can hold in a reachable state in which the actor stands at
    /// the location.
    bool may_meet(uint32_t actor, size_t location, uint32_t instance) const;
    /// Whether the cell can have the value where the actor stands at the location.
    bool may_be(uint32_t actor, size_t location, uint32_t cell, int64_t value) const;

 private:
    static constexpr size_t anywhere_ = SIZE_MAX;
    static constexpr int same_ = -1, anything_ = -2;
    using Values = std::vector<uint64_t>;  ///< by lock: a set of values, from the type's first one on
    /// What a step of an instance can do: if the locks have such values, it goes there and leaves these.
    struct Outcome {
        size_t to = anywhere_;
        Values if_in;
        std::vector<int> leaves;  ///< by lock: same_, anything_, or the number of a value
        auto operator<=>(const Outcome&) const = default;
    };
    struct Step {
        Values enabled_in;  ///< where the guard can hold
        std::vector<Outcome> outcomes;
        bool changes = false;  ///< some lock
    };
    class Trial;

    void find_locks();
    void start();
    bool propagate();
    bool take(uint32_t actor, size_t location, const Step& step);
    Values after(Values values, const Outcome& outcome) const;
    static bool meet(Values& into, const Values& other);
    bool join(uint32_t actor, size_t location, const Values& values);

    const Program& program_;
    bool known_ = false;                     ///< else nothing is
    std::vector<uint32_t> locks_, lock_of_;  ///< cells; by cell: which lock, or UINT32_MAX
    std::vector<uint64_t> full_;             ///< by lock: all values
    std::vector<std::vector<Values>> at_;    ///< by actor and location; empty: the actor is never there
    std::vector<Step> steps_;                ///< by instance of the run
    std::vector<uint32_t> actor_of_;         ///< by instance of the run
    std::vector<size_t> location_of_;
};

}  // namespace untorn::checker
