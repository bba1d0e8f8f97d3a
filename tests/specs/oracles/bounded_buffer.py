"""classic/bounded_buffer.untorn and classic/blocking_queue.untorn, step by step. Run: python3 bounded_buffer.py"""

from explore import Actor, Model, Violation, put, show


def bounded_buffer(producers, consumers, capacity, recheck):
    def side(mine, others, index, actor, blocked_at, change, count):
        """A producer or a consumer: `mine` and `others` name the sleepers."""
        def lock(to):
            def instance(s):
                if s.monitor is not None:
                    return None
                s.monitor = actor
                return to
            return instance

        def test(s):
            return "sleep" if s.items == blocked_at else "change"

        def sleep(s):
            setattr(s, mine, put(getattr(s, mine), index, True))
            s.monitor = None
            return "asleep"

        def asleep(s):
            return "relock" if not getattr(s, mine)[index] else None

        def change_items(s):
            s.items += change
            return "wake" if 0 <= s.items <= capacity else Violation("range")

        def wake(s):
            setattr(s, others, (False,) * count)
            return "unlock"

        def unlock(s):
            s.monitor = None
            return "lock"

        return Actor(f"{mine}[{index}]", "lock", {
            "lock": lock("test"), "test": test, "sleep": sleep, "asleep": asleep,
            "relock": lock("test" if recheck else "change"), "change": change_items, "wake": wake, "unlock": unlock},
            kind="daemon")

    actors = [side("p_sleeps", "c_sleeps", i, ("p", i), capacity, 1, consumers) for i in range(producers)]
    actors += [side("c_sleeps", "p_sleeps", i, ("c", i), 0, -1, producers) for i in range(consumers)]
    return Model(dict(monitor=None, items=0, p_sleeps=(False,) * producers, c_sleeps=(False,) * consumers), actors)


def blocking_queue(producers, consumers, capacity):
    """Each operation is one step; one choice for each waiter that may be woken."""
    def thread(t, blocked_at, change):
        def operate(choice):
            def instance(s):
                if t in s.waiting:
                    return None
                if s.items == blocked_at:
                    if choice is not None:
                        return None
                    s.waiting |= {t}
                elif s.waiting:
                    if choice not in s.waiting:
                        return None
                    s.items += change
                    s.waiting -= {choice}
                else:
                    if choice is not None:
                        return None
                    s.items += change
                return "operate"
            return instance
        return Actor(str(t), "operate", {"operate": [operate(c) for c in [None, *range(1, producers + consumers + 1)]]})

    actors = [thread(p, capacity, 1) for p in range(1, producers + 1)]
    actors += [thread(c, 0, -1) for c in range(producers + 1, producers + consumers + 1)]
    return Model(dict(items=0, waiting=frozenset()), actors)


if __name__ == "__main__":
    for P, C, N in [(1, 2, 1), (2, 1, 1), (2, 2, 2)]:
        for recheck in True, False:
            show(f"{P} {C} {N}{'' if recheck else ', no recheck'}", bounded_buffer(P, C, N, recheck))
    for P, C, N in [(1, 1, 1), (1, 2, 1), (2, 2, 1), (2, 2, 2), (3, 2, 2), (3, 3, 3)]:
        show(f"blocking queue {P} {C} {N}", blocking_queue(P, C, N))
