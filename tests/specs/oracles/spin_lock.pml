/* classic/spin_lock.untorn: -DSPIN=1 (trylock) or 0 (lock). States and transitions with
 * spin -a -o2 -o3 -DSPIN=1 spin_lock.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * and progress with -DPROGRESS for spin, without -DSAFETY, by ./pan -a -f -m100000 -N enters. SPIN knows weakly fair processes;
 * what is fair beyond that stands before the arrow: `acquire` says that a lock free again and again is taken again and again. A process that spins is never disabled, so
 * that `strongly fair cpu` says no more than -f; one that waits has no other step, so that it says `acquire`.
 */
bool held;

active [2] proctype cpu()
{
Try:	if
	:: d_step { !held -> held = true }; goto Critical
#if SPIN
	:: held -> goto Try
#endif
	fi;
Critical: true;
	held = false;
	goto Try
}

#ifdef PROGRESS
#define acquire(i) ([]<> (cpu[i]@Try && !held) -> []<> cpu[i]@Critical)
ltl enters { []<> cpu[0]@Critical }
ltl somebody_enters { []<> (cpu[0]@Critical || cpu[1]@Critical) }
ltl acquire_strong { (acquire(0) && acquire(1)) -> []<> cpu[0]@Critical }
#endif
