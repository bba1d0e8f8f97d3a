"""classic/ticket_lock.untorn, step by step. Run: python3 ticket_lock.py"""

from explore import Actor, Model, put, show


def ticket_lock(N, atomic):
    def cpu(c):
        def draw(s):
            s.mine = put(s.mine, c, s.next)
            if not atomic:
                return "advance"
            s.next = (s.next + 1) % N
            return "wait"

        def advance(s):
            s.next = (s.mine[c] + 1) % N
            return "wait"

        def wait(s):
            return "critical" if s.serving == s.mine[c] else None

        def leave(s):
            s.serving = (s.mine[c] + 1) % N
            s.mine = put(s.mine, c, 0)  # its scope ends
            return "draw"

        return Actor(f"cpu[{c}]", "draw", {
            "draw": draw, "advance": advance, "wait": wait, "critical": lambda s: "leave", "leave": leave},
            kind="daemon")

    return Model(dict(next=0, serving=0, mine=(0,) * N), [cpu(c) for c in range(N)],
                 invariants={"mutual_exclusion": lambda s: sum(s.at(c, "critical") for c in range(N)) <= 1})


if __name__ == "__main__":
    for N in 2, 3, 4:
        show(f"{N} processors", ticket_lock(N, True))
        show(f"{N} processors, not atomic", ticket_lock(N, False))
