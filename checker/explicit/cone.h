// Cone of influence: the cells that can have any influence on what is asked, and the program without the others.
//
// The idea is slicing (Mark Weiser, "Program Slicing", 1981) on the data of a transition system, also known as cone of
// influence reduction (Clarke, Grumberg, Peled, "Model Checking", 1999, section 13.1). A cell matters if it is read by
// something that decides: a guard, a check, the condition of a fault, an expression that is judged; or if it is a
// program counter; or if it is read by a write (its condition, indices, value) that may change a cell that matters. The
// least such set is computed; it is the greatest reduction of this kind. Checks decide whatever their property is: a
// step that fails one has no successor. Init steps start where every cell has its first value: they read constants.
//
// Soundness. Call two states alike if they agree on the cells that matter. Alike states have the same enabled
// instances, which spend the same faults and fail the same checks, and judge what is asked alike. An instance writes
// the same values to the same cells that matter (a write to one of them reads only such cells; where its address may
// denote others, too, it is kept whole), so its successors are alike; and the same holds for power_loss and recover.
// Being alike is a bisimulation that keeps faults and steps: verdicts, least faults, shortest lengths, outcomes and
// the set of executed transitions are those of the whole program, and every run of the slice is, move for move, a run
// of the whole. slice() takes away the writes to all other cells, so that nothing computed from a forgotten value is
// ever stored, or compared with its type.
//
// What follows power loss is a system of its own with fewer questions, so that fewer cells matter there: the slice by
// relevant_after_power_loss() is the program of power_loss, recover and crash properties, by the same argument.
//
// Not kept: numbers of states, transitions and crash images, bits of a state, depth. Counterexamples have to be run
// through the whole program for the values of the other cells. Liveness properties count as judged everywhere.
#pragma once

#include "checker/explicit/reads.h"

namespace untorn::checker {

/// By cell: whether it matters for what is asked. Cells that never change do not.
std::vector<bool> relevant_cells(const Program& program, const Asked& asked);

/// By cell: whether its value at the moment when power is lost can matter for what is asked. None if power cannot be
/// lost.
std::vector<bool> relevant_after_power_loss(const Program& program, const Asked& asked);

/// The same program, its instances numbered as before, in which only relevant cells change. Reads of the others see
/// their first values.
Program slice(const Program& program, const std::vector<bool>& relevant);

}  // namespace untorn::checker
