// What is proved of `sometimes` and `always`, which ask for outcomes that satisfy a property and outcomes that do not
// (model/language/README.md). That there is none of one kind is shown by an invariant, like `never`; that there is one,
// by a run, which the reference evaluator judges. Where every outcome satisfies the property, any run to an outcome
// will do: so one run is enough for all properties of a proof.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "checker/explicit/program.h"
#include "checker/result/replay.h"

namespace untorn::checker::symbolic {

/// What is proved of a property that asks_for_outcomes(). Of `always`, `every` is that it holds; else it is violated.
struct OutcomeClaim {
    uint32_t property = 0;  ///< index into System::properties
    /// There is an outcome, and every outcome satisfies the property; else no outcome does, and of `always` there is
    /// none at all.
    bool every = false;
    bool operator==(const OutcomeClaim&) const = default;
};

/// Whether the property is one that needs an outcome: `sometimes` or `always`.
bool asks_for_outcomes(const system::System& system, uint32_t property);

/// `every outcome` or `no outcome`: what PropertyResult::how says where it is violated so.
std::string_view word(const OutcomeClaim& claim);
/// Whether the word is `every outcome`; none if it is neither.
std::optional<bool> says_every(std::string_view word);

/// Whether the claim says that there is no outcome which satisfies the property (or, else, does not satisfy it).
bool excludes(const system::System& system, const OutcomeClaim& claim, bool satisfied);

struct OutcomeDecision {
    enum class Known : uint8_t {
        open,
        claimed,  ///< the claim is proved, but for the run to an outcome
        by_runs   ///< of `always`, some outcome does not satisfy it; of `sometimes`, one does and another does not
    } known = Known::open;
    OutcomeClaim claim;
};
/// Decides what is to be said of the property. `exists`: whether an outcome exists that satisfies the property, or one
/// that does not; none if that is not found out. It is asked no more than needed. `some`: there is an outcome.
OutcomeDecision decide_outcomes(const system::System& system, uint32_t property, bool some,
                                const std::function<std::optional<bool>(bool satisfied)>& exists);

/// The outcome to which a run leads, with the run as the reference evaluator executes it. An Inconsistency where it
/// leads to none, or to one that does not satisfy a property of which the claim is that every outcome does.
std::variant<Outcome, Inconsistency> shown_outcome(const Program& program, const Path& path,
                                                   std::span<const OutcomeClaim> claims);

}  // namespace untorn::checker::symbolic
