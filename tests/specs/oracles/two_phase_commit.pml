/* classic/two_phase_commit.untorn: -DN=2 -DCRASHES=1 -DWAIT_FOR_ALL=1 (or 0).
 * spin -a -o2 -o3 -DN=2 -DCRASHES=1 -DWAIT_FOR_ALL=1 two_phase_commit.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c
 * ./pan -m100000 -c0
 * Progress, for weakly fair processes: add -DPROGRESS, leave out -DSAFETY, then ./pan -a -f -m100000 -N decided (or another claim):
 * errors: 0 means that it holds.
 */
byte vote[N];		/* 1 yes, 2 no */
byte decision;		/* 1 committed, 2 aborted */
byte outcome[N];
byte crashes = CRASHES;
#if N == 2
#define somebody(v) (vote[0] == v || vote[1] == v)
#define all(v) (vote[0] == v && vote[1] == v)
#else
#define somebody(v) (vote[0] == v || vote[1] == v || vote[2] == v)
#define all(v) (vote[0] == v && vote[1] == v && vote[2] == v)
#endif
#if WAIT_FOR_ALL
#define enough all(1)
#else
#define enough somebody(1)
#endif

active [N] proctype participant()
{
	if
	:: d_step { vote[_pid] = 1 }
	:: d_step { vote[_pid] = 2; outcome[_pid] = 2 }; goto endVoted
	fi;
	decision != 0;
	outcome[_pid] = decision;
endVoted: false
}

active proctype coordinator()
{
	if
	:: enough ->
		if
		:: decision = 1
		:: d_step { crashes > 0 -> crashes-- }
		fi
	:: somebody(2) ->
		if
		:: decision = 2
		:: d_step { crashes > 0 -> crashes-- }
		fi
	:: d_step { crashes > 0 -> crashes-- }
	fi;
endDecided: false
}

#ifdef PROGRESS
#if N == 2
ltl decided { <> (outcome[0] != 0 && outcome[1] != 0) }
#else
ltl decided { <> (outcome[0] != 0 && outcome[1] != 0 && outcome[2] != 0) }
#endif
#endif
