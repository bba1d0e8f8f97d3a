// A permutation of the identities of one scalarset, and how it acts on the values, cells and states of a program.
//
// Identities in cells, in optionals and in sets are renamed, and so are holders of mutexes that belong to families over
// the scalarset; cells of arrays indexed by the scalarset trade places. Everything else stays: ranges, enumerations,
// locations and the identities of other scalarsets. A local that is unassigned where its actor stands (see
// unassigned.h) moves to its new place with the value that it has.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/explicit/unassigned.h"

namespace untorn::checker {

class Permutation {
 public:
    /// How it acts on a value.
    enum class Sort : uint8_t { plain, identity, optional, set, mutex };

    /// `image`: by identity. All must outlive it.
    Permutation(const Program& program, const Unassigned& unassigned, system::TypeId scalarset,
                std::vector<uint32_t> image);

    system::TypeId scalarset() const { return scalarset_; }
    Sort sort(system::TypeId type) const;
    /// Values that are none of the sort stay as they are.
    int64_t value(Sort sort, int64_t value) const;
    uint32_t cell(uint32_t cell) const { return cells_[cell]; }
    /// The sort of what the cell holds depends on where its actor stands.
    bool conditional(uint32_t cell) const {
        const system::VarId var = program_.cells[cell].var;
        return unassigned_.concerns(var) && program_.system.variables[var].type == scalarset_;
    }
    /// Of what the cell holds; `location`, if it is conditional: of the actor that it belongs to.
    Sort sort_of_cell(uint32_t cell, int64_t location) const {
        const system::VarId var = program_.cells[cell].var;
        const bool nobody = conditional(cell) && unassigned_.at(var, static_cast<system::LocationId>(location));
        return nobody ? Sort::plain : sort(program_.system.variables[var].type);
    }
    /// The image of a whole state, one value for each cell.
    std::vector<int64_t> state(const std::vector<int64_t>& cells) const;

 private:
    const Program& program_;
    const Unassigned& unassigned_;
    system::TypeId scalarset_;
    std::vector<uint32_t> image_;
    std::vector<uint32_t> cells_;
    std::vector<int64_t> holders_;  ///< by mutex code
};

}  // namespace untorn::checker
