// Evaluates the codes of a program in one state. A code that is used more than once is computed once in a state; `and`,
// `or` and conditionals evaluate only what they need.
#pragma once

#include <vector>

#include "checker/explicit/program.h"

namespace untorn::checker {

class Machine {
 public:
    explicit Machine(const Program& program);

    /// From now on evaluates in this state: one value for each cell, which must not change until the next begin().
    void begin(const int64_t* cells) {
        cells_ = cells;
        ++epoch_;
    }
    int64_t operator()(CodeId id) {
        const Code& code = codes_[id];
        switch (code.op) {
            case Code::Op::constant: return code.value;
            case Code::Op::cell: return cells_[code.a];
            case Code::Op::cell_is: return cells_[code.a] == code.value;
            default: break;
        }
        if (code.slot == 0) return compute(code);
        Kept& kept = kept_[code.slot];
        if (kept.epoch != epoch_) kept = {epoch_, compute(code)};
        return kept.value;
    }

    struct Write {
        uint32_t cell = 0;
        int64_t value = 0;
    };
    /// Number of faults that the instance spends here.
    uint32_t faults(const Instance& instance);
    /// The first check that fails, or null.
    const CheckCode* failing(const Instance& instance);
    /// What the instance writes, in order, if all checks hold. Throws BrokenRule for a value outside its type or a bad
    /// index: the system's checks must have excluded it.
    void writes(const Instance& instance, std::vector<Write>& into);

 private:
    struct Kept {
        uint64_t epoch = 0;
        int64_t value = 0;
    };
    int64_t compute(const Code& code);
    /// The cell, or UINT32_MAX for a bad index.
    uint32_t resolve(const Address& address);

    const Program& program_;
    const Code* codes_;
    const int64_t* cells_ = nullptr;
    uint64_t epoch_ = 0;
    std::vector<Kept> kept_;
};

}  // namespace untorn::checker
