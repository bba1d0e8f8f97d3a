// Which reductions a search uses, and what they make of its states. A reduction changes how many states there are,
// never a verdict; each has its soundness argument in its own file: cone.h, dead_variables.h, symmetry.h, stubborn.h,
// local_steps.h.
//
// All but stubborn sets and merged steps turn a state into a normal form, to which it is bisimilar: so verdicts, least
// faults and shortest lengths stay. Stubborn sets leave steps out, and merged steps run ahead of others; they keep
// verdicts and least faults.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/explicit/dead_variables.h"
#include "checker/explicit/layout.h"
#include "checker/explicit/merged_steps.h"
#include "checker/explicit/program.h"
#include "checker/explicit/search.h"
#include "checker/explicit/state_code.h"
#include "checker/explicit/stubborn.h"
#include "checker/explicit/symmetry.h"

namespace untorn::checker {

/// Which properties are asked. For progress, reductions that do not keep fair cycles are not used.
enum class Purpose : uint8_t { safety, progress };

/// The program as the search runs it, and the normal forms of its states. Never changes: threads share it.
class ReducedRun {
 public:
    /// `whole` must outlive it. Throws LimitReached if it is interrupted while it looks for stubborn sets.
    ReducedRun(const Program& whole, const SearchOptions& options, Purpose purpose = Purpose::safety);

    const Program& program() const { return *program_; }
    const Layout& layout() const { return layout_; }
    /// What power_loss, recover and the properties after them can depend on.
    const Layout& projection() const { return projection_; }
    /// Names of the reductions that have an effect, in the order of SearchOptions.
    const std::vector<std::string>& names() const { return names_; }
    /// Why reductions that were asked for are not used, as text for users.
    const std::vector<std::string>& remarks() const { return remarks_; }
    /// States are not their own normal forms.
    bool has_normal_forms() const {
        return program_ != &whole_ || dead_ != nullptr || symmetry_ != nullptr || merged_ != nullptr;
    }
    bool has_symmetry() const { return symmetry_ != nullptr; }
    bool has_stubborn_sets() const { return stubborn_ != nullptr; }
    /// Null if none are.
    const MergedSteps* merged_steps() const { return merged_.get(); }

 private:
    friend class Reducer;
    void lay_out(const std::vector<bool>& matters_after_loss);
    void add_stubborn_sets(const Asked& asked, const std::vector<bool>& merged, const std::atomic<bool>* interrupted);

    const Program& whole_;
    std::unique_ptr<Program> own_;  ///< if it is not the whole
    const Program* program_;
    Layout layout_, projection_;
    std::unique_ptr<const DeadVariables> dead_;
    std::unique_ptr<const Symmetry> symmetry_;
    std::unique_ptr<const StubbornSets> stubborn_;
    std::unique_ptr<const MergedSteps> merged_;
    std::vector<std::string> names_, remarks_;
};

/// Applies the reductions, for one thread; but the steps that are merged are followed by Expansion.
class Reducer {
 public:
    explicit Reducer(const ReducedRun& run);

    /// Of the records of a state, keeps those of a stubborn set (and those that fail a check). Returns their end.
    uint64_t* choose(const uint64_t* state, uint64_t* begin, uint64_t* end) {
        return stubborn_ ? stubborn_->filter(state, begin, end) : end;
    }
    bool chooses() const { return stubborn_.has_value(); }
    /// Replaces a packed state by its normal form.
    void normalize(uint64_t* state) {
        if (dead_ != nullptr) dead_->reset(state);
        if (symmetry_) symmetry_->normalize(state);
    }

 private:
    const DeadVariables* dead_;
    std::optional<Symmetry> symmetry_;
    std::optional<StubbornSets> stubborn_;
};

}  // namespace untorn::checker
