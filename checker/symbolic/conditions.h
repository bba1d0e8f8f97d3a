// Conditions that tell some reached states from others, as people would: by where actors stand, if that is enough, then
// by what variables hold, and by ghosts only if nothing else does.
//
// A condition is a conjunction that all of the first states satisfy; each of the others fails a conjunct. First come
// conjuncts about one cell, which has one of the values that it has in the states, always the one that keeps most of
// the others away that are left; then such about few cells (StateTable::separator). At the end what the rest does
// without is left out.
#pragma once

#include <span>
#include <vector>

#include "checker/symbolic/conjunct.h"
#include "checker/symbolic/one_hot.h"
#include "checker/symbolic/state_table.h"

namespace untorn::checker::symbolic {

class Conditions {
 public:
    /// `reached` by the latches of the circuit, which is made from the system. The system must outlive it.
    Conditions(const system::System& system, const OneHot& circuit, const StateTable& reached);

    /// Holds in all of `states`, and in none of the `others`: numbers in the table. Where an actor stands whose counter
    /// is cell `first` (or no_cell) is tried first. Without any one of its conjuncts some of the others would satisfy
    /// it. Throws BrokenRule if both have a state in common.
    std::vector<Conjunct> tell(std::span<const uint32_t> states, std::span<const uint32_t> others,
                               uint32_t first) const;

 private:
    using Words = std::vector<uint64_t>;
    /// A value of a cell, or a member of one that is a set: in which states it is there.
    struct Column {
        uint32_t cell = 0;
        int64_t value = 0;  ///< of a set: which member
        bool of_set = false;
    };
    enum class Rank : uint8_t { first, counter, variable, ghost };  ///< what is better to speak of comes first
    struct Candidate {
        Conjunct conjunct;
        Words excluded;  ///< of the others
        Rank rank = Rank::ghost;
    };

    void add_columns(const OneHot& circuit, const StateTable& reached);
    Rank rank(uint32_t cell, uint32_t first) const;
    std::vector<int64_t> others(uint32_t cell, const std::vector<int64_t>& values) const;
    std::vector<Candidate> about_one_cell(const StateTable& states, const StateTable& others, uint32_t first) const;
    void loosen(Candidate& chosen, const StateTable& others, const Words& left) const;
    Candidate about_more(const StateTable& states, const StateTable& others, const Words& left, uint32_t first) const;
    Conjunct outside(const Cube& cube) const;

    const system::System& system_;
    const Cells cells_;
    std::vector<Column> columns_;                ///< of cells that have several values in the reached states
    std::vector<std::vector<uint32_t>> groups_;  ///< by column: those of its cell; empty for members
    StateTable table_{0};                        ///< by column
};

}  // namespace untorn::checker::symbolic
