// Many states offered to a StateSet at once, so that it does not wait for memory: while a state is looked for in a
// bucket, the home buckets of the next ones are on their way, and so are the next buckets of those whose last one was
// full.
//
// Each state goes from bucket to bucket by itself, one step at a time: O. Kocberber, B. Falsafi, B. Grot, "Asynchronous
// memory access chaining", PVLDB 9 (2015). A third of all states do not find room in their home bucket where a
// partition is nearly full, a fifth not in the next one either: to fetch so many buckets for all costs more.
//
// The result is that of insert() for one state after the other. Two equal states have the same way. The earlier one
// is ahead on it, since who waits is served in the order in which they came: so it is there when the later one comes
// to its bucket. There are two exceptions, where those under way in a partition begin again, in their order: at the
// end of its way a state may go into a bucket that was full, and that an equal one has passed already; and a partition
// may have to grow.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "checker/explicit/state_set.h"

namespace untorn::checker {

template <class Hash, class State, class Tell>
void StateSet::insert_all(size_t count, const Hash& hash, const State& state, const Tell& tell) {
    struct Probe {
        size_t number;
        uint64_t hash;
        unsigned displacement;
    };
    constexpr size_t ahead = 8, most_waiting = 8;  // more would only wait for each other
    std::array<Probe, 16> waiting;                 // those from `first` to `end`, modulo its size
    size_t first = 0, end = 0;
    const auto at = [&](size_t i) -> Probe& { return waiting[i % waiting.size()]; };
    const auto is_waiting = [&](uint64_t wanted) {
        for (size_t i = first; i != end; ++i)
            if (at(i).hash == wanted) return true;
        return false;
    };
    /// All that are under way in a partition, and maybe one more.
    const auto begin_again = [&](unsigned partition, std::vector<Probe> these) {
        size_t others = first;
        for (size_t i = first; i != end; ++i)
            if (partition_of(at(i).hash) == partition)
                these.push_back(at(i));
            else
                at(others++) = at(i);
        end = others;
        std::ranges::sort(these, {}, &Probe::number);
        for (const Probe& one : these) tell(one.number, insert(one.hash, state(one.number)));
    };
    const auto step = [&](Probe probe) {
        switch (try_bucket(probe.hash, state(probe.number), probe.displacement)) {
            case Tried::present: return tell(probe.number, false);
            case Tried::added: return tell(probe.number, true);
            case Tried::made_room:
                tell(probe.number, true);
                if (is_waiting(probe.hash)) begin_again(partition_of(probe.hash), {});
                return;
            case Tried::must_grow: return begin_again(partition_of(probe.hash), {probe});
            case Tried::full: break;
        }
        ++probe.displacement;
        prefetch(probe.hash, probe.displacement);
        at(end++) = probe;
    };
    for (size_t i = 0; i < std::min(count, ahead); ++i) prefetch(hash(i), 0);
    for (size_t i = 0; i < count; ++i) {
        if (i + ahead < count) prefetch(hash(i + ahead), 0);
        step({i, hash(i), 0});
        while (end - first > most_waiting) step(at(first++));
    }
    while (first != end) step(at(first++));
}

}  // namespace untorn::checker
