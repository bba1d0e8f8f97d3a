// The successors of a state as the search sees them: what the code of the states says, after reductions. A function of
// the state alone; one for each thread.
#pragma once

#include <memory>

#include "checker/explicit/state_code.h"

namespace untorn::checker {

class Expansion {
 public:
    explicit Expansion(std::unique_ptr<StateCode> code) : code_(std::move(code)) {}

    /// As StateCode::successors.
    uint64_t* successors(const uint64_t* state, uint64_t* out) { return code_->successors(state, out); }
    bool holds(uint32_t property, const uint64_t* state) { return code_->holds(property, state); }

 private:
    std::unique_ptr<StateCode> code_;
};

}  // namespace untorn::checker
