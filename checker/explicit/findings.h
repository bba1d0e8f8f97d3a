// What the searches found for each property: the first state or step where it holds and the first where it fails, in
// the order of the search.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace untorn::checker {

/// A level of the search: states that are first reached with so many faults spent and steps taken. Levels are searched
/// in this order. (`--order steps` counts no faults: they are 0.)
struct LevelKey {
    uint64_t faults = 0, steps = 0;
    auto operator<=>(const LevelKey&) const = default;
};

/// The two numberings of states: the run's, and that of what follows power loss.
enum class Phase : uint8_t { run, crash };

/// A move by an instance of Program::init or Program::instances, or a loss of power.
struct Move {
    enum class Kind : uint8_t { init, step, loss } kind = Kind::step;
    uint32_t instance = 0;  ///< of a loss, the number of its choices (CrashSearch)
};

/// Where something was found: in a state, or (with `failing`) in a step out of it whose check fails. A failing init
/// step begins in no state.
struct Finding {
    LevelKey key;  ///< of the state, or of the state that the step would have led to
    Phase phase = Phase::run;
    uint32_t state = 0;
    std::optional<Move> failing;
};

class Findings {
 public:
    explicit Findings(size_t properties) : holds_(properties), fails_(properties) {}

    const std::optional<Finding>& holds(size_t property) const { return holds_[property]; }
    const std::optional<Finding>& fails(size_t property) const { return fails_[property]; }
    void note(size_t property, bool value, const Finding& finding) {
        any_ = true;
        note_least(value ? holds_[property] : fails_[property], finding);
    }
    /// Notes all of another's findings; true if there was one.
    bool merge(const Findings& other) {
        if (!other.any_) return false;
        for (size_t p = 0; p < holds_.size(); ++p) {
            if (other.holds_[p]) note_least(holds_[p], *other.holds_[p]);
            if (other.fails_[p]) note_least(fails_[p], *other.fails_[p]);
        }
        return true;
    }
    void clear() {
        if (!any_) return;
        holds_.assign(holds_.size(), std::nullopt);
        fails_.assign(fails_.size(), std::nullopt);
        any_ = false;
    }

 private:
    // Of equal keys the earlier call wins: the searches call in the order of state and instance numbers.
    static void note_least(std::optional<Finding>& place, const Finding& finding) {
        if (!place || finding.key < place->key) place = finding;
    }

    std::vector<std::optional<Finding>> holds_, fails_;
    bool any_ = false;
};

}  // namespace untorn::checker
