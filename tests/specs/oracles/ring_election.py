"""classic/ring_election.untorn, step by step. Run: python3 ring_election.py"""

from explore import Actor, Model, put, show


def ring(N, worst):
    number = [N - i if worst else i + 1 for i in range(N)]

    def send(s, i, m):
        s.channel = put(s.channel, i, s.channel[i] + (m,))
        s.sent += 1

    def node(i):
        left = (i + N - 1) % N

        def start(s):
            send(s, i, number[i])
            return "receive"

        def receive(s):
            if not s.channel[left]:
                return None
            m = s.channel[left][0]
            s.channel = put(s.channel, left, s.channel[left][1:])
            if m > number[i]:
                send(s, i, m)
            elif m == number[i]:
                s.leader = i
            return "receive"

        return Actor(f"node[{i}]", "start", {"start": start, "receive": receive}, kind="daemon", idle=("receive",))

    greatest = number.index(N)
    messages = N * (N + 1) // 2 if worst else 2 * N - 1
    # Nothing moves exactly when every node waits and every channel is empty.
    def at_rest(s):
        return all(s.at(i, "receive") for i in range(N)) and not any(s.channel)
    return Model(dict(channel=((),) * N, leader=None, sent=0), [node(i) for i in range(N)],
                 invariants={"nobody_else": lambda s: s.leader in (None, greatest),
                             "elected": lambda s: not at_rest(s) or s.leader == greatest,
                             "messages": lambda s: not at_rest(s) or s.sent == messages})


if __name__ == "__main__":
    for N in 3, 4, 5:
        show(f"{N} nodes, worst order", ring(N, True))
        show(f"{N} nodes, best order", ring(N, False))
