// What PDR still has to show: that a cube, from which a bad is reached, is itself not reached within so many steps. The
// lowest frame comes first, in it the cube that is closest to a bad, then the one that came first.
#pragma once

#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

#include "checker/symbolic/step_solver.h"

namespace untorn::checker::symbolic {

struct PdrObligation {
    Cube cube;
    std::vector<bool> inputs;  ///< from every state of the cube they lead into the cube of `towards`, or show the bad
    const PdrObligation* towards = nullptr;
    size_t distance = 0;  ///< steps to the bad
};

class Obligations {
 public:
    /// Obligations stay where they are until clear().
    const PdrObligation* make(PdrObligation obligation) { return &made_.emplace_back(std::move(obligation)); }
    void push(size_t level, const PdrObligation* obligation) {
        open_.push({level, obligation->distance, order_++, obligation});
    }
    bool empty() const { return open_.empty(); }
    /// The next one, and its frame.
    std::pair<size_t, const PdrObligation*> pop() {
        const Open top = open_.top();
        open_.pop();
        return {top.level, top.obligation};
    }
    void clear() {
        open_ = {};
        made_.clear();
    }

 private:
    struct Open {
        size_t level, distance;
        uint64_t order;
        const PdrObligation* obligation;
        bool operator<(const Open& other) const {  // the greatest comes first
            return std::tie(other.level, other.distance, other.order) < std::tie(level, distance, order);
        }
    };
    std::deque<PdrObligation> made_;
    std::priority_queue<Open> open_;
    uint64_t order_ = 0;
};

}  // namespace untorn::checker::symbolic
