// Where a local variable holds an identity, and where it holds none.
//
// A local of scalarset type holds its type's first value before it is assigned and after its scope has ended. That
// value names nobody, but it looks like a name, and would make identity 0 different from the others. It can be told
// apart by the program counter: where, at some location of its actor, the variable surely has its first value (constant
// propagation from point to point), it counts as *unassigned* there, and permutations leave it alone.
//
// Nothing trusts this analysis: it only defines how permutations act, and Automorphism proves that this is an action
// under which the program is symmetric.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/explicit/machine.h"
#include "checker/explicit/supports.h"

namespace untorn::checker {

/// The states right after init, one value for each cell, sorted; those in which a check of init fails are left out.
std::vector<std::vector<int64_t>> initial_states(const Program& program);

/// The value of `cell` after the instance's writes, in the state of `machine`, whose cells are `values`.
int64_t value_after(const Program& program, Machine& machine, const Instance& instance, uint32_t cell,
                    const std::vector<int64_t>& values);

/// Everything that decides the values of `cells` after the instance, ascending: what conditions, values and addresses
/// of the writes to them read, and they themselves.
std::vector<uint32_t> deciding(const Program& program, Supports& supports, const Instance& instance,
                               const std::vector<uint32_t>& cells);

/// Where the actor may stand after the instance (of a transition): no location is missing, ascending.
std::vector<system::LocationId> next_locations(const Program& program, const Instance& instance);

class Unassigned {
 public:
    Unassigned(const Program& program, const std::vector<std::vector<int64_t>>& initial, Supports& supports);

    /// Whether the question arises: a local of scalarset type that can hold more than one identity, not recover's.
    bool concerns(system::VarId var) const { return !at_[var].empty(); }
    /// Of a variable that it concerns, where its actor stands at `location`.
    bool at(system::VarId var, system::LocationId location) const {
        return location < at_[var].size() && at_[var][location];
    }

 private:
    bool refine(const Instance& instance, Supports& supports, Machine& machine, std::vector<int64_t>& values);

    const Program& program_;
    std::vector<std::vector<bool>> at_;  ///< by variable and location; empty for those that it does not concern
};

/// The counter of the actor instance that the local `cell` belongs to.
uint32_t counter_of(const Program& program, uint32_t cell);

}  // namespace untorn::checker
