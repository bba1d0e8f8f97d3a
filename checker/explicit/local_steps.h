// Invisible local steps: steps of one actor that nobody can notice and that nobody can prevent, so that a search may
// take them at once with the step that leads to them, instead of storing the states in which they wait.
//
// The idea: a step that commutes with everything that others can do meanwhile, and is the only way on for its actor,
// need not be interleaved: Robert Kurshan, Vladimir Levin, Marius Minea, Doron Peled, Husnu Yenigun, "Static Partial
// Order Reduction", 1998; Karen Yorav, Orna Grumberg, "Static Analysis for State-Space Reductions Preserving Temporal
// Logics", 2004 (path reduction). That a held lock keeps others away is Richard Lipton, "Reduction: A Method of Proving
// Properties of Parallel Programs", 1975; unlocking is a left mover. A location l of actor A is followed if
//   - in every reachable state with A at l exactly one instance of l is enabled, and all of its checks pass,
//   - no instance of l spends a fault, nor writes a cell that is judged in running states or matters after power loss
//     (if A is a thread, it may write cells that are only judged where all threads have ended: A has not, before it),
//   - what an instance of l reads, no instance u of another actor writes, and what it writes, u neither reads nor
//     writes, for each u whose guard can hold while A stands at l (held_locks.h; reading includes guards, checks,
//     faults and passed sites),
//   - and no cycle of locations consists of followed ones.
// A location of a family is followed for all members or for none, so that permutations keep what is followed. Nobody
// writes the counter of another actor, or nothing is followed.
//
// Soundness. Let t be the instance that is enabled at l in s, and u1..un a run from s. If t is not among the ui, A
// stays at l, and each ui can be taken with A at l: it does not conflict with t. So t is enabled all along, and t
// u1..un is a run too, to the state that u1..un t leads to; each ui spends the same faults and passes the same sites in
// it, and a check that fails behind u1..un fails behind t u1..un. If t = ui, the first step of A among them, t is moved
// to the front likewise. Let f(s) be the state after following such steps as long as there is one. It exists, since no
// cycle consists of them, and is unique, since those of different actors commute. So if a run from s comes to a state
// z, with n steps, then one from f(s) comes to f(z) with at most n steps that are not followed, the same faults, and
// all the steps of the former in it. Where something is judged, z and f(z) agree: followed steps change nothing that is
// judged there, and a state in which one is enabled is neither a deadlock nor at rest. Every f(z) is reachable itself.
// Thus verdicts, least faults, and executed statements (those of followed steps included) are kept; and what power loss
// leaves, since f(z) has the projection of z.
//
// With other reductions: whether a state is its own f depends on counters only. States that are bisimilar (cone.h,
// dead_variables.h, symmetry.h) have bisimilar f, as they have the same instances enabled; so normal forms are made
// after following. Stubborn sets (stubborn.h) choose among the steps from f(s); by the above, what is reached from
// where the chosen step leads is reached, with no more steps and faults, from where its followed steps lead. For what
// they call key instances, followed steps count as not sticky, and what closes a cycle with them is sticky.
//
// Not kept: the lengths of shortest counterexamples, even if followed steps are counted (a shortest one need not make
// them all), the order that counts steps only, fair cycles, and the numbers of states, transitions and depth.
#pragma once

#include "checker/explicit/reads.h"

namespace untorn::checker {

/// By instance: whether it is followed, in the run of this program. Either all instances of a location are, or none.
std::vector<bool> invisible_instances(const Program& program, const Asked& asked);

}  // namespace untorn::checker
