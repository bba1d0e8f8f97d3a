// Which cells a code reads, and every assignment to a few cells: what it takes to compare two codes by their values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker/explicit/program.h"

namespace untorn::checker {

/// How many of a, b and c are operands; 0 for `indexed`, whose address holds them.
unsigned operand_count(const Code& code);

class Supports {
 public:
    /// `program` must outlive it.
    explicit Supports(const Program& program);

    /// The changing cells that the code may read, ascending. Stays valid.
    const std::vector<uint32_t>& of(CodeId code);
    /// The cells that the address may denote, ascending.
    std::vector<uint32_t> cells(const Address& address) const;
    /// The cells that the write may change, ascending.
    std::vector<uint32_t> targets(const WriteCode& write) const;

 private:
    const Program& program_;
    std::vector<std::optional<std::vector<uint32_t>>> known_;  ///< by code
};

/// Sorts, and leaves one of each.
void make_set(std::vector<uint32_t>& cells);

/// The number of assignments to `cells`, or `limit` + 1 if there are more than `limit`.
uint64_t assignments(const Cells& all, std::span<const uint32_t> cells, uint64_t limit);

/// Puts every assignment to `cells` into `values` (one for each cell of the program) and asks f(); false as soon as f
/// is.
template <class F>
bool for_each_assignment(const Cells& all, std::span<const uint32_t> cells, std::vector<int64_t>& values, F f) {
    for (const uint32_t cell : cells) values[cell] = all[cell].lo;
    for (;;) {
        if (!f()) return false;
        size_t i = 0;
        while (i < cells.size() && ++values[cells[i]] == all[cells[i]].lo + static_cast<int64_t>(all[cells[i]].size))
            values[cells[i]] = all[cells[i]].lo, ++i;
        if (i == cells.size()) return true;
    }
}

}  // namespace untorn::checker
