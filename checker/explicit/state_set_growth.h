// How a partition of a StateSet grows: its states move into larger memory, in parts that different threads may move at
// the same time.
//
// The larger partition has the same states in the same order of homes. So both are gone through from begin to end, and
// a state is appended to its home, or to the next bucket that is not full: what a bucket holds so far is known without
// looking, and nothing that was just written is read again. A part is a range of the new homes. What would go beyond
// its end, or too far from its home, is left for the end of the growth and goes the way of an insertion. Parts depend
// on the sizes alone, so the result does not depend on who moves them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checker/explicit/state_set.h"

namespace untorn::checker {

class StateSet::Growth {
 public:
    /// Takes memory for the next size. Throws LimitReached or std::bad_alloc where there is none; nothing has changed
    /// then.
    Growth(StateSet& set, unsigned partition) : Growth(set, set.partitions_[partition]) {}
    Growth(StateSet& set, Partition& partition);
    Growth(const Growth&) = delete;
    Growth& operator=(const Growth&) = delete;
    /// Gives back what is not used: the old memory after finish(), else the new.
    ~Growth();

    size_t parts() const { return bounds_.size() - 1; }
    /// Once for each part, by any thread.
    void move(size_t part);
    /// After all parts were moved: the partition is the larger one. Where the states do not fit into that, takes memory
    /// for the size after it, and so on; throws as the constructor does, and the partition is as it was.
    void finish();

 private:
    struct Source {
        uint64_t bucket;
        uint32_t slot;
    };
    class Homes;
    void take_memory();
    void give_back_memory();
    uint64_t first_source(uint64_t home) const;
    bool move_left();
    template <uint32_t Words>
    void move_part(size_t part);
    template <uint32_t Words>
    static void recode(Slot& slot, uint64_t x, const Shape& from, const Shape& to);

    StateSet& set_;
    Partition& partition_;
    Partition larger_;
    unsigned x_bits_;                        ///< of x, behind the number of the partition
    uint64_t slots_;                         ///< at least so many in the larger one
    uint64_t taken_ = 0;                     ///< of the memory budget
    size_t used_ = 0;                        ///< so many of the first extents are to be cleared
    std::vector<uint64_t> bounds_;           ///< the first home of each part, and the end
    std::vector<std::vector<Source>> left_;  ///< by part
};

}  // namespace untorn::checker
