// The successors of a state as the search sees them: what the code of the states says, after reductions. A function of
// the state alone; one for each thread.
#pragma once

#include <memory>

#include "checker/explicit/reductions.h"
#include "checker/explicit/state_code.h"

namespace untorn::checker {

class Expansion {
 public:
    Expansion(std::unique_ptr<StateCode> code, const ReducedRun& run)
        : code_(std::move(code)), reducer_(run), words_(run.layout().words()), normalizes_(run.has_normal_forms()) {}

    void use(std::unique_ptr<StateCode> code) { code_ = std::move(code); }

    struct Records {
        uint64_t* end = nullptr;
        bool moves = false;  ///< some instance is enabled that spends no fault, taken or not
    };
    /// As StateCode::successors, without what reductions leave out; the successors are normal forms.
    Records successors(const uint64_t* state, uint64_t* out) {
        Records records{code_->successors(state, out), false};
        const size_t stride = words_ + size_t{1};
        for (const uint64_t* record = out; record != records.end && !records.moves; record += stride)
            records.moves = Tag{record[words_]}.faults() == 0;
        if (reducer_.chooses()) records.end = reducer_.choose(state, out, records.end);
        if (!normalizes_) return records;
        for (uint64_t* record = out; record != records.end; record += stride)
            if (!Tag{record[words_]}.fails()) reducer_.normalize(record);
        return records;
    }
    bool holds(uint32_t property, const uint64_t* state) { return code_->holds(property, state); }
    /// As StateCode::passes.
    bool passes(CodeId when) { return code_->passes(when); }
    void normalize(uint64_t* state) { reducer_.normalize(state); }

 private:
    std::unique_ptr<StateCode> code_;
    Reducer reducer_;
    uint32_t words_;
    bool normalizes_;
};

}  // namespace untorn::checker
