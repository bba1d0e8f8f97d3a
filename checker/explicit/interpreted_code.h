// The interpreter as StateCode: unpacks the state and runs the Machine. Plain; what native code is compared with.
#pragma once

#include <vector>

#include "checker/explicit/machine.h"
#include "checker/explicit/state_code.h"

namespace untorn::checker {

class InterpretedCode : public StateCode {
 public:
    /// Both must outlive it.
    InterpretedCode(const Program& program, const Layout& layout);

    using StateCode::successors;
    uint64_t* successors_but(const uint64_t* asleep, const uint64_t* state, uint64_t* out) override;
    bool holds(uint32_t property, const uint64_t* state) override;
    bool passes(CodeId when) override { return machine_(when) != 0; }
    /// Whether the code holds in the state.
    bool holds_code(CodeId code, const uint64_t* state);
    /// The records of instances first..end-1 as far as they are enabled; the state must be at their location. For code
    /// that leaves some instances to the interpreter.
    uint64_t* successors(uint32_t first, uint32_t end, const uint64_t* state, uint64_t* out);

 private:
    void enter(const uint64_t* state);
    uint64_t* take(uint32_t instance, const uint64_t* state, uint64_t* out);

    const Program& program_;
    const Layout& layout_;
    Machine machine_;
    std::vector<int64_t> cells_;
    std::vector<Machine::Write> writes_;
};

}  // namespace untorn::checker
