// Inductive invariants over cells: what clauses over latches say of the values of whole cells, as people read them.
//
// An invariant is a conjunction; each conjunct says that one of its atoms holds, each atom that a cell has one of some
// values, or that a cell that is a set has a member or has it not. From the clauses of PDR (clause.h): the literals of
// one clause about one cell are together an atom.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker/explicit/cells.h"
#include "checker/symbolic/clause.h"
#include "checker/symbolic/one_hot.h"

namespace untorn::checker::symbolic {

/// Atom::cell of the number of power losses so far.
inline constexpr uint32_t losses_cell = no_cell;

struct Atom {
    uint32_t cell = 0;
    std::vector<int64_t> values;  ///< one of these, ascending; empty for a set
    bool of_set = false;
    unsigned member = 0;   ///< of a set: the member'th value of its base type...
    bool present = false;  ///< ... is in it (or is not)
    auto operator<=>(const Atom&) const = default;
};

/// One of these holds. Sorted, cells that are no sets at most once.
struct Conjunct {
    std::vector<Atom> atoms;
    auto operator<=>(const Conjunct&) const = default;
};

/// What clauses over the latches of the circuit say, in order, each once. `system` is the one that it was made from.
std::vector<Conjunct> conjuncts(const system::System& system, const OneHot& circuit, std::span<const Clause> clauses);

/// The other way round: the clause that says what the conjunct says of well-formed states. None where no clause does,
/// or where it is about a cell that never changes: good for candidates, which may be left out.
std::optional<Clause> clause(const system::System& system, const OneHot& circuit, const Conjunct& conjunct);

/// Whether the atom, the conjunct, holds of these values: one for each cell, and the losses.
bool holds(const Atom& atom, std::span<const int64_t> cells, int64_t losses);
bool holds(const Conjunct& conjunct, std::span<const int64_t> cells, int64_t losses);

}  // namespace untorn::checker::symbolic
