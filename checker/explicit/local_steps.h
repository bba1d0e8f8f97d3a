// Invisible local steps: steps of one actor that nobody can notice and that nobody can prevent, so that a search may
// follow them at once instead of storing the states in which they wait.
//
// The idea: a step that commutes with everything that others do, and is the only way on for its actor, need not be
// interleaved: Robert Kurshan, Vladimir Levin, Marius Minea, Doron Peled, Husnu Yenigun, "Static Partial Order
// Reduction", 1998; Karen Yorav, Orna Grumberg, "Static Analysis for State-Space Reductions Preserving Temporal
// Logics", 2004 (path reduction). An instance of actor A is invisible and local if all instances of its location
//   - read and write only cells that no other actor of the run reads or writes,
//   - have no check that can fail and spend no fault,
//   - write no cell that is judged in running states or matters after power loss (if A is a thread, it may write cells
//     that are only judged where all threads have ended: A has not, before the step),
// and in every state exactly one of them is enabled, and no cycle of locations consists of such steps.
//
// Soundness. Let f(s) be the state after following such steps as long as there is one. It exists, since no cycle
// consists of them, and is unique, since those of different actors touch different cells. Let u lead from s to s'. If u
// is such a step, then f(s) = f(s'). If not, its actor stands where no such step begins; what u reads no followed step
// writes, so u is enabled in f(s), spends the same faults, fails the same check, and otherwise leads to a state x with
// f(x) = f(s'). So from f of the initial states the steps, each with following, reach f(s) for every reachable s, for
// the same faults, and only such states, which are reachable themselves. Where something is judged, s and f(s) agree; a
// deadlock, or a state at rest, is its own f. Thus verdicts, least faults, outcomes and executed transitions (those
// followed included) are kept, and matching works: the move from f(s), and then the followed steps, one by one.
//
// Not kept: the lengths of shortest counterexamples, even if followed steps are counted (a shortest one need not make
// them all), the order that counts steps only, and the numbers of states, transitions and depth.
#pragma once

#include "checker/explicit/reads.h"

namespace untorn::checker {

/// By instance: whether it is invisible and local. Either all instances of a location are, or none.
std::vector<bool> invisible_instances(const Program& program, const Asked& asked);

}  // namespace untorn::checker
