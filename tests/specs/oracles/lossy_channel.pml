/* classic/lossy_channel.untorn. States and transitions with
 * spin -a -o2 -o3 lossy_channel.pml && gcc -O2 -w -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m100000 -c0
 * and progress with spin -a -o2 -o3 -DPROGRESS=1 ..., without -DSAFETY, by ./pan -a -f -m1000000 -N links_move (or data_delivered; 2 has
 * delivered_weakly, 3 odd, 4 even). With -f
 * all processes are weakly fair, the links too: the scenarios in which these need not move are not SPIN's.
 * PROGRESS: behind each delivery the link takes a step of its own, by which claims know it.
 */
byte sent, arrived, ack_sent, ack_arrived;	/* 0 none, or the bit + 1 */
byte own, expected;
#ifdef PROGRESS
#define delivered ; Delivered: true
#else
#define delivered
#endif

active proctype sender()
{
endSend: if
	:: d_step { !sent && !ack_arrived -> sent = own + 1 }
	:: d_step { ack_arrived -> own = (ack_arrived == own + 1 -> 1 - own : own); ack_arrived = 0 }
	fi;
	goto endSend
}

active proctype receiver()
{
endReceive: if
	:: d_step { arrived && !ack_sent -> expected = (arrived == expected + 1 -> 1 - expected : expected); ack_sent = arrived; arrived = 0 }
	fi;
	goto endReceive
}

active proctype data_link()
{
endData: if
	:: d_step { sent && !arrived -> arrived = sent; sent = 0 } delivered
	:: d_step { sent -> sent = 0 }
	fi;
	goto endData
}

active proctype ack_link()
{
endAck:	if
	:: d_step { ack_sent && !ack_arrived -> ack_arrived = ack_sent; ack_sent = 0 } delivered
	:: d_step { ack_sent -> ack_sent = 0 }
	fi;
	goto endAck
}

#ifdef PROGRESS
#define data_enabled (sent && !arrived)
#define ack_enabled (ack_sent && !ack_arrived)
#define data_taken data_link@Delivered
#define ack_taken ack_link@Delivered
#if PROGRESS == 1
ltl links_move { []<> (expected == 1) }
ltl data_delivered { ([]<> data_enabled -> []<> data_taken) -> []<> (expected == 1) }
#elif PROGRESS == 2
ltl delivered_weakly { ((<>[] data_enabled -> []<> data_taken) && (<>[] ack_enabled -> []<> ack_taken)) -> []<> (expected == 1) }
#elif PROGRESS == 3
ltl odd { (([]<> data_enabled -> []<> data_taken) && ([]<> ack_enabled -> []<> ack_taken)) -> []<> (expected == 1) }
#else
ltl even { (([]<> data_enabled -> []<> data_taken) && ([]<> ack_enabled -> []<> ack_taken)) -> []<> (expected == 0) }
#endif
#endif
