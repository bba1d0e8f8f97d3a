"""classic/readers_writers.untorn, step by step. Run: python3 readers_writers.py"""

from explore import Actor, Model, show


def readers_writers(readers, writers, locked):
    def take_lock(r, to):
        def instance(s):
            if s.lock is not None:
                return None
            s.lock = r
            return to
        return instance

    def give_lock(to):
        def instance(s):
            s.lock = None
            return to
        return instance

    def add(n, to):
        def instance(s):
            s.readers += n
            return to
        return instance

    def test(n, yes, no):
        return lambda s: yes if s.readers == n else no

    def down(to):
        def instance(s):
            if not s.free:
                return None
            s.free = False
            return to
        return instance

    def up(to):
        def instance(s):
            s.free = True
            return to
        return instance

    def reader(r):
        start = "lock" if locked else "enter"
        entered = "unlock" if locked else "reading"
        left = "last unlock" if locked else start
        return Actor(f"reader[{r}]", start, {
            "lock": take_lock(r, "enter"), "enter": add(1, "first?"), "first?": test(1, "down", entered),
            "down": down(entered), "unlock": give_lock("reading"),
            "reading": lambda s: "last lock" if locked else "leave",
            "last lock": take_lock(r, "leave"), "leave": add(-1, "last?"), "last?": test(0, "up", left),
            "up": up(left), "last unlock": give_lock(start)}, kind="daemon")

    def writer(w):
        return Actor(f"writer[{w}]", "down", {
            "down": down("writing"), "writing": lambda s: "up", "up": up("down")}, kind="daemon", idle=("down",))

    def exclusive(s):
        writing = sum(s.at(readers + w, "writing") for w in range(writers))
        reading = any(s.at(r, "reading") for r in range(readers))
        return writing == 0 or (writing == 1 and not reading)

    return Model(dict(lock=None, readers=0, free=True),
                 [reader(r) for r in range(readers)] + [writer(w) for w in range(writers)],
                 invariants={"exclusive": exclusive})


if __name__ == "__main__":
    for R, W in [(2, 1), (2, 2), (3, 2)]:
        show(f"{R} readers, {W} writers", readers_writers(R, W, True))
        show(f"{R} readers, {W} writers, no mutex", readers_writers(R, W, False))
