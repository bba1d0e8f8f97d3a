/* classic/alternating_bit.untorn: -DLOSSES=2 -DBIT=1 (or 0).
 * spin -a -o2 -o3 -DLOSSES=2 -DBIT=1 alternating_bit.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0 -e
 * Without the bit the counts differ: SPIN goes on behind the failed assertion, Untorn's step ends there.
 * Progress, for weakly fair processes: add -DPROGRESS, leave out -DSAFETY, then ./pan -a -f -m100000 -N everything (or another claim):
 * errors: 0 means that it holds.
 */
#define MESSAGES 3
bool data_full, ack_full;
byte data_bit, data_message = 1, ack_bit, delivered;
byte losses = LOSSES;
#if BIT
#define bit_of(x) ((x) % 2)
#else
#define bit_of(x) 0
#endif

active proctype sender()
{
	byte m = 1;
Send:	if
	:: d_step { !data_full && !ack_full -> data_full = true; data_bit = bit_of(m); data_message = m }; goto Send
	:: d_step { ack_full && ack_bit != bit_of(m) -> ack_full = false; ack_bit = 0 }; goto Send
	:: d_step { ack_full && ack_bit == bit_of(m) && m < MESSAGES -> ack_full = false; ack_bit = 0; m++ }; goto Send
	:: d_step { ack_full && ack_bit == bit_of(m) && m == MESSAGES -> ack_full = false; ack_bit = 0; m = 1 }
	fi;
endSent: false
}

active proctype receiver()
{
	byte expected = bit_of(1);
endReceive: if
	:: d_step {
		data_full && !ack_full ->
		if
		:: data_bit == expected ->
			assert(data_message == delivered + 1);
			delivered++;
#if BIT
			expected = 1 - expected
#endif
		:: else
		fi;
		ack_full = true; ack_bit = data_bit;
		data_full = false; data_bit = 0; data_message = 1
	}
	fi;
	goto endReceive
}

active proctype channel()
{
endLose: if
	:: d_step { losses > 0 && data_full -> losses--; data_full = false; data_bit = 0; data_message = 1 }
	:: d_step { losses > 0 && ack_full -> losses--; ack_full = false; ack_bit = 0 }
	fi;
	goto endLose
}

#ifdef PROGRESS
ltl everything { <> (delivered == MESSAGES) }
#endif
