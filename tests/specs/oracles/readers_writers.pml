/* classic/readers_writers.untorn: -DREADERS=2 -DWRITERS=1 -DLOCKED=1 (or 0).
 * spin -a -o2 -o3 -DREADERS=2 -DWRITERS=1 -DLOCKED=1 readers_writers.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c
 * ./pan -m100000 -c0
 * Progress, for weakly fair processes: add -DPROGRESS, leave out -DSAFETY, then ./pan -a -f -m100000 -N reads (or another claim):
 * errors: 0 means that it holds.
 */
bool locked, taken;
byte readers;
#if LOCKED
#define lock if :: d_step { !locked -> locked = true } fi;
#define unlock locked = false;
#else
#define lock
#define unlock
#endif

active [READERS] proctype reader()
{
Again:
	lock
	readers++;
	if
	:: readers == 1 -> if :: d_step { !taken -> taken = true } fi
	:: readers != 1
	fi;
	unlock
Reading: true;
	lock
	readers--;
	if
	:: readers == 0 -> taken = false
	:: readers != 0
	fi;
	unlock
	goto Again
}

active [WRITERS] proctype writer()
{
Again:	if :: d_step { !taken -> taken = true } fi;
Writing: true;
	taken = false;
	goto Again
}

#ifdef PROGRESS
ltl reads { []<> reader[0]@Reading }
ltl writes { []<> writer[READERS]@Writing }
#endif
