// The successors of a state as the search sees them: what the code of the states says, after reductions, and after the
// steps that are merged into it. A function of the state alone; one for each thread.
#pragma once

#include <memory>
#include <optional>

#include "checker/explicit/reductions.h"
#include "checker/explicit/state_code.h"

namespace untorn::checker {

class Expansion {
 public:
    Expansion(std::unique_ptr<StateCode> code, const ReducedRun& run)
        : code_(std::move(code)), reducer_(run), words_(run.layout().words()), normalizes_(run.has_normal_forms()) {
        if (run.merged_steps() != nullptr) follower_.emplace(*run.merged_steps(), run.layout());
    }

    void use(std::unique_ptr<StateCode> code) { code_ = std::move(code); }
    /// Code of MergedSteps::program().
    void follow_with(std::unique_ptr<StateCode> code) { follower_->use(std::move(code)); }
    /// Merged steps are noted there; null: nowhere. It must outlive this.
    void tell(Coverage* coverage) { coverage_ = coverage; }

    struct Records {
        uint64_t* end = nullptr;
        bool moves = false;  ///< some instance is enabled that spends no fault, taken or not
    };
    /// As StateCode::successors, without what reductions leave out; the successors are normal forms.
    Records successors(const uint64_t* state, uint64_t* out) { return successors_but(nullptr, state, out); }
    /// The same, but nobody looks at the successors of `asleep`: see StateCode::successors_but.
    Records successors_but(const uint64_t* asleep, const uint64_t* state, uint64_t* out) {
        Records records{code_->successors_but(asleep, state, out), false};
        const size_t stride = words_ + size_t{1};
        for (const uint64_t* record = out; record != records.end && !records.moves; record += stride)
            records.moves = Tag{record[words_]}.faults() == 0;
        if (reducer_.chooses()) records.end = reducer_.choose(state, out, records.end);
        if (!normalizes_) return records;
        for (uint64_t* record = out; record != records.end; record += stride) {
            const Tag tag{record[words_]};
            if (tag.fails() || (asleep != nullptr && is_asleep(asleep, tag.instance()))) continue;
            if (follower_) follower_->follow(record, tag.instance(), coverage_);
            reducer_.normalize(record);
        }
        return records;
    }
    bool holds(uint32_t property, const uint64_t* state) { return code_->holds(property, state); }
    /// As StateCode::passes.
    bool passes(CodeId when) { return code_->passes(when); }
    void normalize(uint64_t* state) {
        if (follower_) follower_->follow(state, coverage_);
        reducer_.normalize(state);
    }

 private:
    std::unique_ptr<StateCode> code_;
    Reducer reducer_;
    std::optional<StepFollower> follower_;
    Coverage* coverage_ = nullptr;
    uint32_t words_;
    bool normalizes_;
};

}  // namespace untorn::checker
