// Invariants as text that people read and a program reads back: the language's expressions over cells with the names
// that traces have, one lemma for each conjunct.
//
//     lemma l3: at(flusher, {3, 4}) and !folio.dirty implies folio.lock == flusher;
//
// `at(w, N)`: actor w stands at location N, as `untorn dump` numbers them; `ended(w)`. `power_lost()`: how often power
// has been lost. Values are written as traces write them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "checker/symbolic/conjunct.h"

namespace untorn::checker::symbolic {

/// What does not parse, and where.
struct InvariantError {
    size_t line = 0;  ///< from 1
    std::string message;
};

class InvariantText {
 public:
    explicit InvariantText(const system::System& system);

    /// A conjunct as an expression of the language.
    std::string write(const Conjunct& conjunct) const;
    /// All of them, a line each, behind a legend of the locations that they name.
    std::string write(std::span<const Conjunct> invariant) const;
    /// The legend: comments, or nothing.
    std::string legend(std::span<const Conjunct> conjuncts) const;
    /// What write() wrote. Comments, and space at the ends of lines, do not matter.
    std::variant<std::vector<Conjunct>, InvariantError> read(const std::string& text) const;
    /// A conjunct, or a conjunction of such, those with `implies` in brackets; or what is wrong.
    std::variant<Conjunct, std::string> read_conjunct(const std::string& expression) const;
    std::variant<std::vector<Conjunct>, std::string> read_conjunction(const std::string& expression) const;

 private:
    std::string atom(const Atom& atom, bool negated) const;
    std::string counter(const Atom& atom, std::vector<int64_t> values, bool outside) const;
    std::string value(uint32_t cell, int64_t value) const;
    std::variant<Atom, std::string> read_atom(std::string text, bool negated) const;
    std::optional<uint32_t> cell_named(const std::string& name) const;
    /// The values in `{a, b}`, or of one.
    std::optional<std::vector<int64_t>> read_values(uint32_t cell, const std::string& text) const;
    std::vector<int64_t> others(uint32_t cell, const std::vector<int64_t>& values) const;
    int64_t lo(uint32_t cell) const;
    int64_t hi(uint32_t cell) const;
    system::TypeKind kind(uint32_t cell) const;

    const system::System& system_;
    Cells cells_;
    std::vector<std::string> names_;  ///< by cell
    std::vector<bool> counters_;      ///< by cell: a program counter
    std::vector<uint32_t> actor_of_;  ///< by cell that is a counter
};

}  // namespace untorn::checker::symbolic
