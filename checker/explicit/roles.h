// What each field of a packed state says about the identities of the symmetric scalarsets: whose it is, and whom it
// names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker/explicit/layout.h"
#include "checker/explicit/unassigned.h"

namespace untorn::checker {

/// An identity of the set number `set` of those that are symmetric.
struct Element {
    uint32_t set = 0;
    uint32_t identity = 0;
};

/// Field values base .. base + size - 1 name the identities of a set.
struct NameRange {
    uint32_t set = 0;
    uint64_t base = 0;
};

/// The field names nobody where its actor stands at one of these locations (see unassigned.h).
struct Condition {
    uint32_t counter = 0;          ///< cell
    std::vector<bool> unassigned;  ///< by location
};

struct Role {
    uint32_t field = 0;              ///< index into Layout::fields()
    uint32_t orbit = 0;              ///< fields that permutations may exchange have the same number
    std::vector<Element> owners;     ///< by dimensions of symmetric type
    std::vector<uint32_t> strides;   ///< by owner, in cells
    uint32_t origin = 0;             ///< the cell whose owners are all identity 0
    std::vector<NameRange> names;    ///< identity, optional, mutex; by orbit always the same
    std::optional<uint32_t> subset;  ///< set<T>: bit i is identity i of this set
    std::optional<Condition> condition;

    /// It relates identities to each other, so that they cannot be ordered one by one.
    bool relates() const { return owners.size() + (names.empty() && !subset ? 0 : 1) > 1; }
    bool concerns(uint32_t set) const;
};

/// One role for each field that permutations of these scalarsets move or change.
std::vector<Role> roles(const Program& program, const Layout& layout, const Unassigned& unassigned,
                        std::span<const system::TypeId> scalarsets);

}  // namespace untorn::checker
