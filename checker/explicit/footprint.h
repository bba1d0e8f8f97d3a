// Which cells a code may read and an instance may write, whatever the state: what lies behind a computed index counts
// as a whole.
#pragma once

#include <vector>

#include "checker/explicit/program.h"

namespace untorn::checker {

/// By cell.
using CellSet = std::vector<bool>;

/// Adds the cells that the code may read.
void add_reads(const Program& program, CodeId code, CellSet& cells);
/// Adds the cells that the instance may write.
void add_writes(const Program& program, const Instance& instance, CellSet& cells);
/// Calls f(cell) for every cell that the address may denote.
template <class F>
void for_each_cell_at(const Program& program, const Address& address, F f, uint32_t from = 0, uint32_t offset = 0) {
    if (from == address.count) return f(address.base + offset);
    const Indexing& indexing = program.indexings[address.first + from];
    for (uint32_t i = 0; i < indexing.size; ++i)
        for_each_cell_at(program, address, f, from + 1, offset + i * indexing.stride);
}

}  // namespace untorn::checker
