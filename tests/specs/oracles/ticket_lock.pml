/* classic/ticket_lock.untorn: -DN=2 -DATOMIC=1 (or 0).
 * spin -a -o2 -o3 -DN=2 -DATOMIC=1 ticket_lock.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * Progress, for weakly fair processes: add -DPROGRESS, leave out -DSAFETY, then ./pan -a -f -m100000 -N served (or another claim):
 * errors: 0 means that it holds.
 */
byte next, serving;

active [N] proctype cpu()
{
	byte mine;
Again:
#if ATOMIC
	if :: d_step { mine = next; next = (next + 1) % N } fi;	/* no goto into a bare d_step */
#else
	mine = next;
	next = (mine + 1) % N;
#endif
	serving == mine;
Critical: true;
	d_step { serving = (mine + 1) % N; mine = 0 };
	goto Again
}

#ifdef PROGRESS
ltl served { []<> cpu[0]@Critical }
#endif
