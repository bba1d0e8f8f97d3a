// Dead-variable resetting: a cell whose value nobody will read again before it is overwritten is put to its first
// value, so that states that differ in such cells only become one.
//
// The idea: live variables analysis on the control flow of each process, used to merge states: Marius Bozga,
// Jean-Claude Fernandez, Lucian Ghirvu, "State Space Reduction Based on Live Variables Analysis", 1999; Karen Yorav,
// Orna Grumberg, "Static Analysis for State-Space Reductions Preserving Temporal Logics", 2004. Here a cell may be
// shared: it is dead in a state if it is dead for every actor that reads it, each at the location where it stands. So
// there is one analysis for each actor instance A, of what it does itself: a cell is live at location l if an instance
// of A at l may read it, or if it is live at a location where such an instance leads, unless that instance surely
// writes it. A computed address reads all cells that it may denote and surely writes none; a write under a condition
// surely writes nothing unless the condition is a constant. Writes of other actors count neither way.
//
// Soundness. Program counters are never dead. Call two states alike if they agree on the counters, and on all cells
// that are not dead there (since that depends on the counters only, it is an equivalence). Let s and s' be alike, and t
// an instance of A enabled in s. What t reads is live at A's location, so it is not dead, so s and s' agree on it: t is
// enabled in s', spends the same faults, fails the same check, and makes the same writes. Let c be not dead after t. If
// c was not dead before, s and s' agreed on it, and either t wrote it in both or in neither. If c was dead before, then
// for A, who alone has moved, it was dead before and is live now: t surely wrote it. So the successors are alike. A
// step changes no counter but A's (if the counter of an actor is written by another one, everything that it reads
// is live for it everywhere). Cells that are read by a property judged in running states are never dead, nor are
// those that matter after power loss (relevant_after_power_loss) or for outcomes. So being alike is a bisimulation that
// keeps faults and steps, and keeps verdicts, least faults, shortest lengths, outcomes, and the executed transitions.
// The first value belongs to each type, so reset(s) is a state; it is alike to s, and the same for all states alike to
// s. From any c alike to reset(s), the move that led on from reset(s) leads to a state alike to where it led: traces
// can be rebuilt by matching.
//
// Not kept: numbers of states and transitions, depth.
//
// Most locals return to their first value when their scope ends, where nothing is left to reset. So a cell that only
// one actor writes is left out at those locations of that actor where it has its first value whatever happened (a
// forward analysis of constants). That makes no difference for reachable states, nor for what resetting makes of them.
//
// With symmetry: the first value of a scalarset is one of its members, so putting a cell to it does not commute with
// permutations, and then a normal form made of both could not be matched. (The first values of all other types are
// permuted into themselves: none, free, the empty set, numbers.) Ask for `symmetric` to spare cells of scalarset type.
#pragma once

#include <span>

#include "checker/explicit/reads.h"

namespace untorn::checker {

class DeadVariables {
 public:
    /// For states of the run, packed by `layout`. With `symmetric`, resetting commutes with permutations of scalarsets.
    DeadVariables(const Program& program, const Layout& layout, const Asked& asked, bool symmetric = false);

    /// Whether there is anything to reset.
    bool any() const { return !groups_.empty(); }
    /// Puts dead cells to their first value, in place. The state must be reachable, or the successor of a reset state.
    void reset(uint64_t* state) const {
        for (const Group& group : groups_) {
            uint64_t dead = group.bits;
            for (uint32_t r = group.first; r < group.end; ++r) {
                const Reader& reader = readers_[r];
                dead &= table_[reader.table + ((state[reader.word] >> reader.shift) & reader.mask)];
            }
            state[group.word] &= ~dead;
        }
    }

    /// Bits of one word that have the same readers: they are dead where the tables of all of them say so.
    struct Group {
        uint32_t word = 0;
        uint64_t bits = 0;
        uint32_t first = 0, end = 0;  ///< into readers()
    };
    /// An actor that reads the bits of a group: where its counter is, and where its table begins. An entry of the table
    /// is the set of bits that are dead at the location.
    struct Reader {
        uint32_t word = 0;
        unsigned shift = 0;
        uint64_t mask = 0;
        uint32_t table = 0;
    };
    std::span<const Group> groups() const { return groups_; }
    std::span<const Reader> readers() const { return readers_; }
    std::span<const uint64_t> table() const { return table_; }

 private:
    std::vector<Group> groups_;
    std::vector<Reader> readers_;
    std::vector<uint64_t> table_;
};

}  // namespace untorn::checker
