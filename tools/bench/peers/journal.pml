/* A metadata journal on a device with a volatile cache: W writers, B blocks, a log of S slots, V versions.
 * Parameters (cpp): W B S V FLUSH CHECK; B from 2 to 6, S from 1 to 6. The model is explained in specs/bench/journal.untorn.
 * One d_step / condition = one transition; control locations play the role of pc.
 */
#ifndef W
#define W 1
#endif
#ifndef B
#define B 2
#endif
#ifndef S
#define S 1
#endif
#ifndef V
#define V 2
#endif
#ifndef FLUSH
#define FLUSH 1
#endif
#ifndef CHECK
#define CHECK 1
#endif

/* m(a, b) for each block b (ALL_: joined by &&). */
#if B == 2
#define EACH_BLOCK(m, a) m(a, 0) m(a, 1)
#define ALL_BLOCKS(m, a) m(a, 0) && m(a, 1)
#elif B == 3
#define EACH_BLOCK(m, a) m(a, 0) m(a, 1) m(a, 2)
#define ALL_BLOCKS(m, a) m(a, 0) && m(a, 1) && m(a, 2)
#elif B == 4
#define EACH_BLOCK(m, a) m(a, 0) m(a, 1) m(a, 2) m(a, 3)
#define ALL_BLOCKS(m, a) m(a, 0) && m(a, 1) && m(a, 2) && m(a, 3)
#elif B == 5
#define EACH_BLOCK(m, a) m(a, 0) m(a, 1) m(a, 2) m(a, 3) m(a, 4)
#define ALL_BLOCKS(m, a) m(a, 0) && m(a, 1) && m(a, 2) && m(a, 3) && m(a, 4)
#elif B == 6
#define EACH_BLOCK(m, a) m(a, 0) m(a, 1) m(a, 2) m(a, 3) m(a, 4) m(a, 5)
#define ALL_BLOCKS(m, a) m(a, 0) && m(a, 1) && m(a, 2) && m(a, 3) && m(a, 4) && m(a, 5)
#else
#error B must be 2 to 6
#endif

/* The same for each block of each area. */
#if S == 1
#define EACH_PLACE(m) EACH_BLOCK(m, 0) EACH_BLOCK(m, 1)
#define ALL_PLACES(m) ALL_BLOCKS(m, 0) && ALL_BLOCKS(m, 1)
#elif S == 2
#define EACH_PLACE(m) EACH_BLOCK(m, 0) EACH_BLOCK(m, 1) EACH_BLOCK(m, 2)
#define ALL_PLACES(m) ALL_BLOCKS(m, 0) && ALL_BLOCKS(m, 1) && ALL_BLOCKS(m, 2)
#elif S == 3
#define EACH_PLACE(m) EACH_BLOCK(m, 0) EACH_BLOCK(m, 1) EACH_BLOCK(m, 2) EACH_BLOCK(m, 3)
#define ALL_PLACES(m) ALL_BLOCKS(m, 0) && ALL_BLOCKS(m, 1) && ALL_BLOCKS(m, 2) && ALL_BLOCKS(m, 3)
#elif S == 4
#define EACH_PLACE(m) EACH_BLOCK(m, 0) EACH_BLOCK(m, 1) EACH_BLOCK(m, 2) EACH_BLOCK(m, 3) EACH_BLOCK(m, 4)
#define ALL_PLACES(m) ALL_BLOCKS(m, 0) && ALL_BLOCKS(m, 1) && ALL_BLOCKS(m, 2) && ALL_BLOCKS(m, 3) && ALL_BLOCKS(m, 4)
#elif S == 5
#define EACH_PLACE(m) EACH_BLOCK(m, 0) EACH_BLOCK(m, 1) EACH_BLOCK(m, 2) EACH_BLOCK(m, 3) EACH_BLOCK(m, 4) EACH_BLOCK(m, 5)
#define ALL_PLACES(m) ALL_BLOCKS(m, 0) && ALL_BLOCKS(m, 1) && ALL_BLOCKS(m, 2) && ALL_BLOCKS(m, 3) && ALL_BLOCKS(m, 4) && ALL_BLOCKS(m, 5)
#elif S == 6
#define EACH_PLACE(m) EACH_BLOCK(m, 0) EACH_BLOCK(m, 1) EACH_BLOCK(m, 2) EACH_BLOCK(m, 3) EACH_BLOCK(m, 4) EACH_BLOCK(m, 5) EACH_BLOCK(m, 6)
#define ALL_PLACES(m) ALL_BLOCKS(m, 0) && ALL_BLOCKS(m, 1) && ALL_BLOCKS(m, 2) && ALL_BLOCKS(m, 3) && ALL_BLOCKS(m, 4) && ALL_BLOCKS(m, 5) && ALL_BLOCKS(m, 6)
#else
#error S must be 1 to 6
#endif

#define UNUSED 0
#define PREPARED 1
#define INFLIGHT 2

bool journal_lock, running, committing;
byte head = 1, tail = 1;
byte page[B];
byte log_state[B], log_area[B], log_data[B];
byte home_state[B], home_data[B];
byte cache[(S + 1) * B];	/* area a, block b at a * B + b; 0: nothing cached, else version + 1 */
byte media[(S + 1) * B];
bool committed[S];
byte i;				/* scratch inside d_steps, 0 outside them */

#define log_unused(a, b) log_state[b] == UNUSED
#define home_unused(a, b) home_state[b] == UNUSED
#define clean(a, b) cache[(a) * B + (b)] == 0

#if CHECK
/* all blocks of area a are of one version */
#define WHOLE(a) \
	i = 1; \
	do \
	:: i < B -> assert(media[(a) * B + i] == media[(a) * B]); i++ \
	:: else -> break \
	od; \
	i = 0
/* home is whole, if nothing in the log would be replayed over it */
#define HOME_WHOLE \
	i = 0; \
	do \
	:: i < S && !committed[i] -> i++ \
	:: else -> break \
	od; \
	if \
	:: i == S -> WHOLE(0) \
	:: else -> i = 0 \
	fi
#else
#define WHOLE(a) skip
#define HOME_WHOLE skip
#endif

active [W] proctype writer()
{
	byte k = 0;

Start:	if :: d_step { !journal_lock -> journal_lock = true } fi;	/* no goto into a bare d_step */
Modify:	if
	:: d_step { k < B - 1 -> page[k] = (page[k] + 1) % V; k++ }; goto Modify
	:: d_step { k == B - 1 -> page[k] = (page[k] + 1) % V; k = 0 }
	fi;
	d_step { running = true; journal_lock = false };
	!running && !committing;
	goto Start
}

active proctype committer()
{
	byte k = 0;

endIdle: if :: d_step {
		running && !journal_lock && !committed[head - 1] ->
		running = false; committing = true;
		i = 0;
		do
		:: i < B -> log_state[i] = PREPARED; log_area[i] = head; log_data[i] = page[i]; i++
		:: else -> break
		od;
		i = 0
	} fi;
Submit:	if
	:: d_step { k < B - 1 -> log_state[k] = INFLIGHT; k++ }; goto Submit
	:: d_step { k == B - 1 -> log_state[k] = INFLIGHT; k = 0 }
	fi;
	ALL_BLOCKS(log_unused, 0);
#if FLUSH
	ALL_PLACES(clean);
#else
	true;
#endif
	d_step { committed[head - 1] = true; WHOLE(head) };
	d_step { head = head % S + 1; committing = false };
	goto endIdle
}

active proctype checkpointer()
{
	byte k = 0;

endIdle: if :: d_step {
		committed[tail - 1] ->
		i = 0;
		do
		:: i < B -> home_state[i] = PREPARED; home_data[i] = media[tail * B + i]; i++
		:: else -> break
		od;
		i = 0
	} fi;
Submit:	if
	:: d_step { k < B - 1 -> home_state[k] = INFLIGHT; k++ }; goto Submit
	:: d_step { k == B - 1 -> home_state[k] = INFLIGHT; k = 0 }
	fi;
	ALL_BLOCKS(home_unused, 0);
#if FLUSH
	ALL_PLACES(clean);
#else
	true;
#endif
	d_step { committed[tail - 1] = false; tail = tail % S + 1; HOME_WHOLE };
	goto endIdle
}

#define FETCH_LOG(a, b) \
	:: d_step { \
		log_state[b] == INFLIGHT -> \
		cache[log_area[b] * B + b] = log_data[b] + 1; \
		log_state[b] = UNUSED; log_area[b] = 0; log_data[b] = 0 \
	}
#define FETCH_HOME(a, b) \
	:: d_step { \
		home_state[b] == INFLIGHT -> \
		cache[b] = home_data[b] + 1; \
		home_state[b] = UNUSED; home_data[b] = 0 \
	}
#if CHECK
#define CHECK_AREA(a) \
		if \
		:: (a) == 0 -> HOME_WHOLE \
		:: (a) != 0 && committed[(a) - ((a) != 0)] -> WHOLE(a) \
		:: else -> skip \
		fi;
#else
#define CHECK_AREA(a)
#endif
#define WRITE_BACK(a, b) \
	:: d_step { \
		cache[(a) * B + (b)] != 0 -> \
		media[(a) * B + (b)] = cache[(a) * B + (b)] - 1; \
		CHECK_AREA(a) \
		cache[(a) * B + (b)] = 0 \
	}

active proctype device()
{
end:	do
	EACH_BLOCK(FETCH_LOG, 0)
	EACH_BLOCK(FETCH_HOME, 0)
	EACH_PLACE(WRITE_BACK)
	od
}
