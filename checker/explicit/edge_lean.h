// Steps that need not be taken, since where they lead has been reached before. All states are found all the same, in
// the same order, and all transitions are counted: a step that is asleep is known to be enabled, and to lead to nothing
// new.
//
// D. Bosnacki, E. Elkind, B. Genest, D. Peled, "On commutativity based edge lean search" (ICALP 2007), in the
// breadth-first order of this search; sleep sets (P. Godefroid, 1996) of what the last step left behind.
//
// Let s be found first by instance a, from p: s = p.a. Let b be enabled in s, and a and b *independent*: a cannot make
// true what b waits for, neither disables the other, and they commute. Then b was enabled in p, with as many faults,
// and s.b = p.b.a. If p.b has a lower number than s, then a pair (p.b, a) comes before (s, b) in the order of the
// search, into the same level or an earlier one. So b may sleep in s: if (p.b, a) was asleep, too, the same holds of
// it, and numbers do not decrease for ever; some pair that is awake comes first. The first pair that leads to a state
// is therefore never asleep: numbers, levels and least parents stay what they are.
//
// p.b has a lower number than s if b spends fewer faults than a (a level with fewer faults is built before), or as many
// and is the lower instance (it is taken first). Only faults that are spent in every state count.
//
// Normal forms that are functions of what is still to come (cone of influence, dead variables) change nothing: the
// normal forms of s.b and p.b.a are equal. Symmetry renames instances, stubborn sets and merged steps choose among
// them: with these nothing sleeps. Independence is found as for stubborn sets (dependence.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "checker/explicit/goals.h"
#include "checker/explicit/program.h"

namespace untorn::checker {

class EdgeLean {
 public:
    /// More instances are not related to each other.
    static constexpr uint32_t most_instances = 4096;

    /// From how many states on it is worth while. To relate n instances takes as long as to search some 2 n^2 states
    /// (awb with 60 writers and 40 pages, 560 instances: 0.2 s).
    static uint64_t pays_from(const Program& program) {
        const uint64_t count = run_instances(program);
        return std::max<uint64_t>(10000, 8 * count * count);
    }
    /// Null if it cannot be used, or if nothing would ever sleep. `count_faults`: of levels (not with order_by_steps).
    /// `poll` is called for each instance, several times, and may throw.
    static std::unique_ptr<const EdgeLean> make(
        const Program& program, bool count_faults, const std::function<void()>& poll = [] {});

    /// The instances that sleep in states that `instance` found first: as StateCode::successors_but wants them.
    const uint64_t* asleep_after(uint32_t instance) const { return rows_.data() + instance * size_t{words_}; }

 private:
    uint32_t words_ = 0;  ///< of a row
    std::vector<uint64_t> rows_;
};

}  // namespace untorn::checker
