// What a guard, checks and a program counter say about the values of cells: an interval for each cell. Only conditions
// about one cell and constants are understood; everything else says nothing, which is always sound.
#pragma once

#ifdef UNTORN_NATIVE_CODE

#include <vector>

#include "checker/explicit/native_expression.h"

namespace untorn::checker::native {

/// What is known of cells in the state of the step: their values lie in these intervals.
class Facts {
 public:
    explicit Facts(const Program& program) : program_(program) {}
    void learn(Literal literal);
    void learn(uint32_t cell, int64_t lo, int64_t hi);
    Interval of_cell(uint32_t cell) const;
    Interval of(CodeId id) const;

 private:
    void exclude(uint32_t cell, int64_t value);

    const Program& program_;
    struct Known {
        uint32_t cell = 0;
        Interval interval;
    };
    std::vector<Known> known_;
};

}  // namespace untorn::checker::native

#endif
