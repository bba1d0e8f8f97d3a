/* classic/dekker.untorn: -DVERSION=0 Dekker, 1 LookFirst, 2 Insist.
 * spin -a -o2 -o3 -DVERSION=0 dekker.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * Progress, for weakly fair processes: add -DPROGRESS, leave out -DSAFETY, then ./pan -a -f -m100000 -N enters_0 (or another claim):
 * errors: 0 means that it holds.
 */
bool flag[2];
byte turn;
#define other (1 - _pid)

active [2] proctype process()
{
Again:
#if VERSION == 1
	!flag[other];
#endif
	flag[_pid] = true;
#if VERSION == 0
Test:	if
	:: flag[other] ->
		if
		:: turn != _pid -> flag[_pid] = false; (turn == _pid); flag[_pid] = true
		:: turn == _pid
		fi;
		goto Test
	:: !flag[other]
	fi;
#endif
#if VERSION == 2
	!flag[other];
#endif
Critical: true;
	turn = other;
	flag[_pid] = false;
	goto Again
}

#ifdef PROGRESS
ltl enters_0 { []<> process[0]@Critical }
ltl enters_1 { []<> process[1]@Critical }
#endif
