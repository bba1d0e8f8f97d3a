// Merged steps: the invisible steps of local_steps.h, taken at once with the step that leads to them, so that the
// states in which they wait are never stored. Where an actor has such a step follows from its program counter alone.
#pragma once

#include <memory>
#include <vector>

#include "checker/explicit/coverage.h"
#include "checker/explicit/layout.h"
#include "checker/explicit/program.h"
#include "checker/explicit/state_code.h"

namespace untorn::checker {

/// Which steps are merged. Never changes: threads share it.
class MergedSteps {
 public:
    /// `merged`: by instance, as invisible_instances() found them for the program; all instances of a location, or
    /// none, and a location of a family for all its members, or for none. `program` must outlive it.
    MergedSteps(const Program& program, const Layout& layout, std::vector<bool> merged);

    /// The same program, its instances numbered as before, in which no others are ever enabled.
    const Program& program() const { return only_merged_; }
    bool is_merged(uint32_t instance) const { return merged_[instance]; }
    /// Whether the actor of this instance has a merged step to take in the state.
    bool begins_at(const uint64_t* state, uint32_t instance) const {
        const Counter& counter = counters_[actor_of_[instance]];
        return counter.merged[(state[counter.word] >> counter.shift) & counter.mask] != 0;
    }

 private:
    struct Counter {
        uint32_t word = 0;
        unsigned shift = 0;
        uint64_t mask = 0;
        std::vector<uint8_t> merged;  ///< by field: the steps from this location are
    };
    std::vector<bool> merged_;
    Program only_merged_;
    std::vector<Counter> counters_;   ///< by actor
    std::vector<uint32_t> actor_of_;  ///< by instance of the run
};

/// Takes them; for one thread.
class StepFollower {
 public:
    /// Both must outlive it.
    StepFollower(const MergedSteps& steps, const Layout& layout);

    /// Code of MergedSteps::program().
    void use(std::unique_ptr<StateCode> code) { code_ = std::move(code); }

    /// Takes merged steps, from a state in which any actors may have some, until there is none. Notes each in
    /// `coverage`, if that is not null.
    void follow(uint64_t* state, Coverage* coverage);
    /// The same after a step of this instance, before which there was none: so only its actor has some.
    void follow(uint64_t* state, uint32_t instance, Coverage* coverage) {
        if (steps_.begins_at(state, instance)) follow(state, coverage);
    }

 private:
    const MergedSteps& steps_;
    uint32_t words_;
    std::unique_ptr<StateCode> code_;
    std::vector<uint64_t> records_;
};

}  // namespace untorn::checker
