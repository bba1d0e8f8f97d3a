// Flat numbering of the cells of all variables: variables in order, cells row-major by dims, as in system::State. An
// engine state is an array with one int64_t for each cell.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/system/system.h"

namespace untorn::checker {

/// One cell: which values it takes.
struct Cell {
    system::VarId var = 0;
    int64_t lo = 0;     ///< its type's first value
    uint64_t size = 1;  ///< number of values; at least 1
};

class Cells {
 public:
    struct Dimension {
        int64_t lo = 0;
        uint32_t size = 0;
        uint32_t stride = 0;  ///< in cells
    };

    explicit Cells(const system::System& system);

    size_t size() const { return cells_.size(); }
    const Cell& operator[](size_t cell) const { return cells_[cell]; }
    uint32_t base(system::VarId var) const { return base_[var]; }
    uint32_t count(system::VarId var) const { return base_[var + 1] - base_[var]; }
    std::span<const Dimension> dimensions(system::VarId var) const { return dimensions_[var]; }
    /// Absent if an index is out of range.
    std::optional<uint32_t> at(system::VarId var, std::span<const int64_t> index) const;
    /// Every cell at its type's first value.
    std::vector<int64_t> first_values() const;

 private:
    std::vector<Cell> cells_;
    std::vector<uint32_t> base_;  ///< by variable, and the end
    std::vector<std::vector<Dimension>> dimensions_;
};

/// Whether cells of the variable keep their value when power is lost.
bool survives_power_loss(const system::Variable& variable);

}  // namespace untorn::checker
