#include "checker/simulate/wander.h"

#include <algorithm>
#include <cassert>

namespace untorn::checker {

std::optional<size_t> draw(const std::vector<Option>& options, Random& random, unsigned fault_percent) {
    std::vector<size_t> plain, faults, losses;
    for (size_t i = 0; i < options.size(); ++i) {
        const bool loss = options[i].move.kind == TraceStep::Kind::power_loss;
        (loss ? losses : options[i].fault ? faults : plain).push_back(i);
    }
    const size_t strikes = faults.size() + (losses.empty() ? 0 : 1);
    bool strike = plain.empty();
    if (strike && (strikes == 0 || fault_percent == 0)) return std::nullopt;
    if (!plain.empty() && strikes > 0 && fault_percent > 0) strike = random.below(100) < fault_percent;
    if (!strike) return plain[random.below(plain.size())];
    const size_t drawn = random.below(strikes);
    return drawn < faults.size() ? faults[drawn] : losses[random.below(losses.size())];
}

namespace {

class Wandering {
 public:
    Wandering(Walk& walk, Random& random, const WanderOptions& options)
        : walk_(walk), random_(random), options_(options), known_(observations(walk)) {}

    Wandered run() {
        if (walk_.position() == 0 && !move()) return ended(Wandered::End::dead_end);
        for (uint64_t i = 0; !stopped_ && i < options_.moves; ++i) {
            if (options_.interrupted != nullptr && *options_.interrupted) return ended(Wandered::End::interrupted);
            if (!move()) return ended(Wandered::End::dead_end);
        }
        return ended(stopped_ ? Wandered::End::violated : Wandered::End::moves);
    }

 private:
    /// One move, and what it leads to; false if there is none.
    bool move() {
        const std::vector<Option>& options = walk_.options();
        const std::optional<size_t> drawn = draw(options, random_, options_.fault_percent);
        if (!drawn) return false;
        walk_.take(options[*drawn].move);
        for (const Observation& observation : observations(walk_)) {
            if (std::ranges::find(known_, observation) != known_.end()) continue;
            known_.push_back(observation);
            result_.discoveries.push_back({observation, walk_.position()});
            if (observation.violated && (!options_.keep_going || walk_.failed_property())) stopped_ = true;
        }
        return true;
    }
    Wandered ended(Wandered::End end) {
        result_.end = end;
        return std::move(result_);
    }

    Walk& walk_;
    Random& random_;
    const WanderOptions& options_;
    std::vector<Observation> known_;
    bool stopped_ = false;
    Wandered result_;
};

}  // namespace

Wandered wander(Walk& walk, Random& random, const WanderOptions& options) {
    return Wandering(walk, random, options).run();
}

}  // namespace untorn::checker
