// The book-keeping of levels: which numbers each level's states have, and the moves that lead into levels not yet
// reached (those that spend faults).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "checker/explicit/findings.h"
#include "checker/explicit/limits.h"

namespace untorn::checker {

/// The states of a level: numbers [begin, end).
struct Level {
    LevelKey key;
    uint32_t begin = 0, end = 0;
};

/// A move whose target is looked at when its level comes.
struct Postponed {
    uint32_t parent = 0;  ///< a state after power loss; of Phase::run: a projection of the run's states
    uint32_t instance = 0;
    Phase phase = Phase::run;  ///< of the parent
    Move::Kind kind = Move::Kind::step;
};

class Frontier {
 public:
    explicit Frontier(MemoryBudget& memory) : memory_(memory) {}

    void postpone(LevelKey key, const Postponed& move) {
        memory_.take(sizeof(Postponed));
        postponed_[key].push_back(move);
    }
    /// Moves into this level, in order of their parents' numbers.
    std::deque<Postponed> take(LevelKey key) {
        const auto found = postponed_.find(key);
        if (found == postponed_.end()) return {};
        std::deque<Postponed> moves = std::move(found->second);
        postponed_.erase(found);
        memory_.give_back(moves.size() * sizeof(Postponed));
        return moves;
    }
    void close_level(const Level& level) {
        last_ = level;
        if (level.begin != level.end) levels_.push_back(level);
    }
    /// The level to be built next: the one after the last that has states, or one that moves were postponed to.
    std::optional<LevelKey> next() const {
        std::optional<LevelKey> key;
        if (!postponed_.empty()) key = postponed_.begin()->first;
        if (last_.begin != last_.end) {
            const LevelKey following{last_.key.faults, last_.key.steps + 1};
            if (!key || following < *key) key = following;
        }
        return key;
    }
    /// The states whose steps without faults lead into this level: those of the level just before it.
    Level before(LevelKey key) const {
        const LevelKey following{last_.key.faults, last_.key.steps + 1};
        return last_.begin != last_.end && following == key ? last_ : Level{};
    }
    /// Levels with states, in order.
    const std::vector<Level>& levels() const { return levels_; }
    LevelKey key_of(uint32_t state) const {
        const auto after = std::upper_bound(levels_.begin(), levels_.end(), state,
                                            [](uint32_t number, const Level& level) { return number < level.begin; });
        return std::prev(after)->key;
    }

 private:
    MemoryBudget& memory_;
    std::map<LevelKey, std::deque<Postponed>> postponed_;
    std::vector<Level> levels_;
    Level last_;
};

}  // namespace untorn::checker
