/* classic/token_ring.untorn: -DMAY_SKIP=0 (or 1) -DMAY_LOSE=0 (or 1). States and transitions with
 * spin -a -o2 -o3 -DMAY_SKIP=0 -DMAY_LOSE=0 token_ring.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * and progress with -DPROGRESS for spin, without -DSAFETY, by ./pan -a -f -m100000 -N holds_it (or uses_it, use_strong).
 */
#define N 3
byte token;		/* N: lost */

active [N] proctype node()
{
endReceive: token == _pid;
Holding: if
	:: true
#if MAY_SKIP
	:: token = (_pid + 1) % N; goto endReceive
#endif
#if MAY_LOSE
	:: token = N; goto endReceive
#endif
	fi;
Used:	token = (_pid + 1) % N;
	goto endReceive
}

#ifdef PROGRESS
#define use(i) ([]<> node[i]@Holding -> []<> node[i]@Used)
ltl holds_it { []<> node[1]@Holding }
ltl uses_it { []<> node[1]@Used }
ltl use_strong { use(1) -> []<> node[1]@Used }	/* the others' constraints are not needed for it */
#endif
