/* classic/philosophers.untorn: -DN=3 -DASYMMETRIC=0 (or 1).
 * spin -a -o2 -o3 -DN=3 -DASYMMETRIC=0 philosophers.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * Progress, for weakly fair processes: add -DPROGRESS, leave out -DSAFETY, then ./pan -a -f -m100000 -N first_eats (or another claim):
 * errors: 0 means that it holds.
 */
bool fork[N];
#define left (_pid)
#define right ((_pid + 1) % N)
#define take(f) if :: d_step { !fork[f] -> fork[f] = true } fi

active [N] proctype philosopher()
{
Again:	if
#if ASYMMETRIC
	:: d_step { _pid == N - 1 && !fork[right] -> fork[right] = true }; goto Last
	:: d_step { _pid != N - 1 && !fork[left] -> fork[left] = true }; goto Others
#else
	:: d_step { !fork[left] -> fork[left] = true }; goto Others
#endif
	fi;
Others:	take(right); goto Eat;
#if ASYMMETRIC
Last:	take(left);
#endif
Eat:	true;
	fork[left] = false;
	fork[right] = false;
	goto Again
}

#ifdef PROGRESS
ltl first_eats { []<> philosopher[0]@Eat }
ltl last_eats { []<> philosopher[N - 1]@Eat }
#if N == 3
ltl somebody_eats { []<> (philosopher[0]@Eat || philosopher[1]@Eat || philosopher[2]@Eat) }
#endif
#endif
