// Evaluates the codes of a program in one state. A code that is used more than once is computed once in a state; `and`,
// `or` and conditionals evaluate only what they need. Codes of an open step are computed once for the choices that they
// need: those made before the one that changes stay as they are.
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
        epochs_[0] = ++epoch_;
    }
    /// Makes a choice of an open step, in the state begun with; those before it must have been made there.
    void choose(size_t choice, int64_t value) {
        choices_[choice] = value;
        ++epoch_;
        for (size_t needed = choice + 1; needed < epochs_.size(); ++needed) epochs_[needed] = epoch_;
    }
    /// The choices made.
    const std::vector<int64_t>& choices() const { return choices_; }
    int64_t operator()(CodeId id) {
        const Code& code = codes_[id];
        switch (code.op) {
            case Code::Op::constant: return code.value;
            case Code::Op::cell: return cells_[code.a];
            case Code::Op::cell_is: return cells_[code.a] == code.value;
            case Code::Op::choice: return choices_[code.a];
            default: break;
        }
        if (code.slot == 0) return compute(code);
        Kept& kept = kept_[code.slot];
        const uint64_t epoch = epochs_[code.choices];
        if (kept.epoch != epoch) kept = {epoch, compute(code)};
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
    uint64_t epoch_ = 0;            ///< the last one
    std::vector<uint64_t> epochs_;  ///< by number of choices needed: since when codes have the values that they have
    std::vector<int64_t> choices_;
    std::vector<Kept> kept_;
};

}  // namespace untorn::checker
