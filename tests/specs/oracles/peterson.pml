/* classic/peterson.untorn (-DFLAG_FIRST=1, or 0) and classic/hyman.untorn (-DHYMAN).
 * spin -a -o2 -o3 -DFLAG_FIRST=1 peterson.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * Progress, for weakly fair processes: add -DPROGRESS, leave out -DSAFETY, then ./pan -a -f -m100000 -N enters_0 (or another claim):
 * errors: 0 means that it holds.
 */
bool flag[2];
byte turn, inside;

active [2] proctype process()
{
#ifdef HYMAN
Again:	flag[_pid] = true;
Test:	if
	:: turn != _pid -> (!flag[1 - _pid]); turn = _pid; goto Test
	:: turn == _pid
	fi;
#else
Again:
#if FLAG_FIRST
	flag[_pid] = true;
	turn = 1 - _pid;
#else
	turn = 1 - _pid;
	flag[_pid] = true;
#endif
	(!flag[1 - _pid] || turn == _pid);
#endif
Critical: true;
	flag[_pid] = false;
	goto Again
}

#ifdef PROGRESS
ltl enters_0 { []<> process[0]@Critical }
ltl enters_1 { []<> process[1]@Critical }
#endif
