/* classic/szymanski.untorn: -DN=2 (or 3). States and transitions with
 * spin -a -o2 -o3 -DN=2 szymanski.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * and progress with -DPROGRESS for spin, without -DSAFETY, by ./pan -a -f -m100000 -N first_enters (or last_enters).
 */
byte flag[N];
#if N == 2
#define all(test) (test(0) && test(1))
#define some(test) (test(0) || test(1))
#else
#define all(test) (test(0) && test(1) && test(2))
#define some(test) (test(0) || test(1) || test(2))
#endif
#define outside(j) (flag[j] < 3)
#define wants(j) (flag[j] == 1)
#define closed(j) (flag[j] == 4)
#define passed_before(j) (j >= _pid || flag[j] < 2)
#define passed_after(j) (j <= _pid || flag[j] < 2 || flag[j] == 4)

active [N] proctype process()
{
Again:	flag[_pid] = 1;
	all(outside);
	flag[_pid] = 3;
	if
	:: some(wants) -> flag[_pid] = 2; some(closed)
	:: !some(wants)
	fi;
	flag[_pid] = 4;
	all(passed_before);
Critical: true;
	all(passed_after);
	flag[_pid] = 0;
	goto Again
}

#ifdef PROGRESS
ltl first_enters { []<> process[0]@Critical }
ltl last_enters { []<> process[N - 1]@Critical }
#endif
