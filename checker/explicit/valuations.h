// All values of a few cells, one combination after the other: what small pieces of code do is found by trying.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/explicit/machine.h"

namespace untorn::checker {

class Valuations {
 public:
    explicit Valuations(const Program& program)
        : program_(program), machine_(program), values_(program.cells.first_values()) {}

    /// How many there are, or 0 if more than `most`.
    uint64_t count(std::span<const uint32_t> cells, uint64_t most) const {
        uint64_t count = 1;
        for (uint32_t cell : cells) {
            count *= std::min(program_.cells[cell].size, most + 1);
            if (count > most) return 0;
        }
        return count;
    }
    /// Calls `f(machine, values)` in a state for each, in which all other cells have some values, until it returns
    /// false. Returns whether it never did.
    template <class F>
    bool all(std::span<const uint32_t> cells, uint64_t count, F f) {
        for (uint64_t v = 0; v < count; ++v) {
            uint64_t rest = v;
            for (uint32_t cell : cells) {
                values_[cell] = program_.cells[cell].lo + static_cast<int64_t>(rest % program_.cells[cell].size);
                rest /= program_.cells[cell].size;
            }
            machine_.begin(values_.data());
            if (!f(machine_, values_)) return false;
        }
        return true;
    }

 private:
    const Program& program_;
    Machine machine_;
    std::vector<int64_t> values_;
};

}  // namespace untorn::checker
