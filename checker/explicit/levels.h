// The levels of the run whose states are still needed: the last one, and those with steps that spend faults and lead
// into levels not yet built. Everything else of a state that was expanded is in the StateSet.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "checker/explicit/findings.h"
#include "checker/explicit/limits.h"

namespace untorn::checker {

/// Packed states with consecutive numbers.
struct Segment {
    static constexpr uint32_t most_states = 16384;

    uint32_t first = 0;  ///< number
    uint32_t count = 0;
    std::unique_ptr<uint64_t[]> states;   ///< null once nothing is owed
    std::unique_ptr<uint16_t[]> finders;  ///< by state: the instance that found it; null: not kept
    std::vector<uint32_t> owed;           ///< faults spent by steps that are still to be taken from here, ascending
};

struct HeldLevel {
    LevelKey key;
    uint32_t begin = 0, end = 0;  ///< numbers of its states
    std::vector<Segment> segments;
    bool expanded = false;  ///< its steps without faults were taken
};

class Levels {
 public:
    /// States of `words` words.
    Levels(uint32_t words, MemoryBudget& memory) : words_(words), memory_(memory) {}

    /// From the next segment on, keeps which instances found the states.
    void keep_finders() { keeps_finders_ = true; }

    /// Makes room for `count` more states of a level; the first gets number level.end.
    void extend(HeldLevel& level, uint32_t count) {
        while (count > 0) {
            if (level.segments.empty() || level.segments.back().count == Segment::most_states)
                level.segments.push_back(new_segment(level.end));
            Segment& last = level.segments.back();
            const uint32_t part = std::min(count, Segment::most_states - last.count);
            memory_.take(bytes(last, part));
            last.count += part;
            level.end += part;
            count -= part;
        }
    }
    uint64_t* state(HeldLevel& level, uint32_t number) const {
        const uint32_t index = number - level.begin;
        return level.segments[index / Segment::most_states].states.get() +
               (index % Segment::most_states) * size_t{words_};
    }
    /// Null if it is not kept.
    uint16_t* finder(HeldLevel& level, uint32_t number) const {
        const uint32_t index = number - level.begin;
        const Segment& segment = level.segments[index / Segment::most_states];
        return segment.finders == nullptr ? nullptr : segment.finders.get() + index % Segment::most_states;
    }
    /// The level is built. An empty one is forgotten.
    void close(HeldLevel level) {
        if (level.begin == level.end) return;
        Segment& last = level.segments.back();  // small levels may be held for long: no more than they need
        shrink(last.states, last.count * size_t{words_});
        if (last.finders != nullptr) shrink(last.finders, last.count);
        spans_.push_back({level.key, level.begin});
        const LevelKey key = level.key;
        held_.emplace(key, std::move(level));
    }

    /// The next level to be built, if any.
    std::optional<LevelKey> next() const {
        std::optional<LevelKey> least;
        const auto consider = [&](LevelKey key) {
            if (!least || key < *least) least = key;
        };
        for (const auto& [key, level] : held_) {
            if (!level.expanded) consider({key.faults, key.steps + 1});
            for (const Segment& segment : level.segments)
                if (!segment.owed.empty()) consider({key.faults + segment.owed.front(), key.steps + 1});
        }
        return least;
    }
    struct Source {
        HeldLevel* level = nullptr;
        uint32_t faults = 0;  ///< which its steps into the level to be built spend
    };
    /// The levels with steps into this one, in order of their numbers.
    std::vector<Source> sources(LevelKey target) {
        std::vector<Source> sources;
        for (auto& [key, level] : held_) {
            if (key.steps + 1 != target.steps || key.faults > target.faults) continue;
            const auto faults = static_cast<uint32_t>(target.faults - key.faults);
            if (faults != 0 || !level.expanded) sources.push_back({&level, faults});
        }
        return sources;
    }
    /// The segment's states are not needed any more.
    void release(Segment& segment) {
        memory_.give_back(bytes(segment, segment.count));
        segment.states.reset();
        segment.finders.reset();
    }
    /// Forgets levels that owe nothing.
    void tidy() {
        std::erase_if(held_, [](const auto& entry) {
            return entry.second.expanded &&
                   std::ranges::all_of(entry.second.segments, [](const Segment& s) { return s.states == nullptr; });
        });
    }

    /// Of a state in a level that was closed.
    LevelKey key_of(uint32_t number) const {
        const auto after = std::upper_bound(spans_.begin(), spans_.end(), number,
                                            [](uint32_t n, const Span& span) { return n < span.begin; });
        return std::prev(after)->key;
    }

 private:
    struct Span {
        LevelKey key;
        uint32_t begin = 0;
    };
    /// Of so many of the segment's states.
    uint64_t bytes(const Segment& segment, uint32_t count) const {
        return count * (words_ * sizeof(uint64_t) + (segment.finders != nullptr ? sizeof(uint16_t) : 0));
    }
    Segment new_segment(uint32_t first) const {
        Segment made{
            first, 0, std::make_unique_for_overwrite<uint64_t[]>(Segment::most_states * size_t{words_}), {}, {}};
        if (keeps_finders_) made.finders = std::make_unique_for_overwrite<uint16_t[]>(Segment::most_states);
        return made;
    }
    template <class T>
    static void shrink(std::unique_ptr<T[]>& array, size_t count) {
        auto fitting = std::make_unique_for_overwrite<T[]>(count);
        std::copy_n(array.get(), count, fitting.get());
        array = std::move(fitting);
    }

    uint32_t words_;
    bool keeps_finders_ = false;
    MemoryBudget& memory_;
    std::map<LevelKey, HeldLevel> held_;
    std::vector<Span> spans_;
};

}  // namespace untorn::checker
