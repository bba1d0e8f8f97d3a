"""The specifications in language/ that have more than one actor or faults, step by step. Run: python3 language.py

What has one actor and no choice needs no oracle: its comment counts the steps."""

from itertools import count

from explore import END, Actor, Model, Violation, fault, put, show


def store(name, value, to=END):
    def instance(s):
        setattr(s, name, value)
        return to
    return instance


def wait(condition, to=END):
    return lambda s: to if condition(s) else None


def go(to=END):
    return lambda s: to


def lock(name, me, to=END):
    def instance(s):
        if getattr(s, name) is not None:
            return None
        setattr(s, name, me)
        return to
    return instance


def unlock(name, me, to=END):
    def instance(s):
        if getattr(s, name) != me:
            return Violation("lock")
        setattr(s, name, None)
        return to
    return instance


def litmus():
    def load(name, result):
        def instance(s):
            setattr(s, result, getattr(s, name))
            return END
        return instance

    show("litmus_store_buffering", Model(
        dict(x=0, y=0, left=0, right=0),
        [Actor("left", 0, {0: store("x", 1, 1), 1: load("y", "left")}),
         Actor("right", 0, {0: store("y", 1, 1), 1: load("x", "right")})],
        final={"both_zero": lambda s: s.left + s.right > 0, "left_is_zero": lambda s: s.left == 0,
               "right_is_zero": lambda s: s.right != 0}))

    def see(s):
        s.seen = s.flag
        return 1

    def answer(s):
        s.reader, s.seen = 2 * s.seen + s.data, 0
        return END

    for title, first, second in [("data first", "data", "flag"), ("flag first", "flag", "data")]:
        show(f"litmus_message_passing, {title}", Model(
            dict(data=0, flag=0, seen=0, reader=0),
            [Actor("writer", 0, {0: store(first, 1, 1), 1: store(second, 1)}),
             Actor("reader", 0, {0: see, 1: answer})],
            final={"flag_without_data": lambda s: s.reader != 2}))


def deadlocks():
    set_a = Actor("set_a", 0, {0: store("a", True)})

    def server(idle):
        return Actor("server", 0, {0: wait(lambda s: s.a, 1), 1: store("a", False, 0)}, kind="daemon", idle=idle)

    def take(s):
        if not s.a:
            return None
        s.a = False
        return 0

    def run(title, *actors):
        show(title, Model(dict(a=False, b=False, m=None), list(actors)))

    run("resting", set_a, server((0,)))
    run("resting_atomic", set_a, Actor("server", 0, {0: take}, kind="daemon", idle=(0,)))
    run("resting_choice", set_a, Actor("server", "start", {
        "start": go("wait"), "wait": [wait(lambda s: s.a, "a"), wait(lambda s: s.b, "b")],
        "a": store("a", False, "wait"), "b": store("b", False, "wait")}, kind="daemon", idle=("wait",)))
    run("stuck_daemon", set_a, Actor("half_way", 0, {
        0: wait(lambda s: s.a, 1), 1: wait(lambda s: s.b, 0)}, kind="daemon", idle=(0,)))
    run("environment_moves", Actor("waiter", 0, {0: wait(lambda s: s.a)}),
        Actor("turning", 0, {0: go(0)}, kind="environment"))
    run("lock_kept", *[Actor(f"greedy[{i}]", 0, {0: lock("m", i)}) for i in range(2)])
    run("unlock_of_another", Actor("taker", 0, {0: lock("m", "taker")}), Actor("thief", 0, {0: unlock("m", "thief")}))
    run("lock_first", Actor("locker", 0, {0: lock("m", 0, 1), 1: go(2), 2: unlock("m", 0)}),
        Actor("atomic_locker", 0, {0: lambda s: END if s.m is None else None}))


def trylock():
    def thread(i):
        def attempt(s):
            if s.m is None:
                s.m, s.got = i, put(s.got, i, True)
                return "step"
            return END

        def leave(s):
            s.m, s.got, s.result = None, put(s.got, i, False), put(s.result, i, True)
            return END
        return Actor(f"t[{i}]", "trylock", {"trylock": attempt, "step": go("unlock"), "unlock": leave})
    show("trylock", Model(
        dict(m=None, got=(False, False), result=(False, False)), [thread(0), thread(1)],
        invariants={"held_by_one": lambda s: not (s.m is not None and s.at(0, END) and s.at(1, END)),
                    "refused never": lambda s: not (s.at(0, END) and not s.result[0])},
        final={"somebody": lambda s: any(s.result)}))


def faults():
    good = {"good": lambda s: not s.bad}
    show("least_faulty", Model(dict(bad=False), [Actor("t", 0, {
        0: [fault(store("bad", True)), go(1)], 1: go(2), 2: store("bad", True)})], invariants=good))

    def more(to):
        def instance(s):
            s.x += 1
            return to
        return instance

    def judge(s):
        s.bad = s.x >= 2
        return END
    show("two_needed", Model(dict(bad=False, x=0), [Actor("t", 0, {
        **{i: [go(i + 1), fault(more(i + 1))] for i in range(3)}, 3: judge})], invariants=good))
    for budget in 2, 1, 0:
        show(f"budget of {budget}", Model(dict(left=budget), [Actor("t", 0, {
            i: [go(i + 1 if i < 2 else END), fault(go(i + 1 if i < 2 else END), "left")] for i in range(3)})]))
    show("not_counted", Model({}, [Actor("t", 0, {
        i: [go(i + 1 if i < 2 else END), fault(go(i + 1 if i < 2 else END))] for i in range(3)})]))
    show("faults_are_no_way_out", Model(dict(bad=False), [Actor("t", 0, {
        0: [wait(lambda s: s.bad), fault(go())]})], invariants=good))


def identities():
    def writer(w):
        def write(s):
            s.last, s.wrote = w, put(s.wrote, w, True)
            return END
        return write
    for N in 2, 3, 4:
        show(f"scalarset, {N} writers", Model(
            dict(last=None, wrote=(False,) * N), [Actor(f"writer[{w}]", 0, {0: writer(w)}) for w in range(N)],
            invariants={"last_wrote": lambda s: s.last is None or s.wrote[s.last]}))

    def member(m):
        def set_bit(s):
            s.bits = put(s.bits, m, True)
            return END
        return set_bit

    def clean(s):
        if not all(s.bits):
            return None
        s.bits = (False,) * 3
        return END
    show("scalarset_for", Model(dict(bits=(False,) * 3),
                                [Actor(f"member[{m}]", 0, {0: member(m)}) for m in range(3)] +
                                [Actor("cleaner", 0, {0: clean})]))


def properties():
    model = Model(dict(x=0, y=0), [
        Actor("t", 0, {0: store("x", 1, 1), 1: store("x", 2)}),
        Actor("d", 0, {0: wait(lambda s: s.x != 0, 1), 1: store("y", 1)}, kind="daemon")],
        invariants={"y_after_x": lambda s: s.y <= s.x, "x_below_two": lambda s: s.x < 2,
                    "cover both": lambda s: not (s.x == 1 and s.y == 1),
                    "cover backwards": lambda s: not (s.x == 0 and s.y == 1),
                    "x_is_one_at_last": lambda s: not (s.at(0, END) and s.at(1, END))},
        final={"x_is_two": lambda s: s.x == 2, "y_is_one": lambda s: s.y == 1})
    show("properties", model)


def arguments():
    def add(n):
        def instance(s):
            s.x += n
            return END
        return instance
    for title, values in [("arguments", (3, 5)), ("same_argument", (1, 1))]:
        show(title, Model(dict(x=0), [Actor("add", 0, {0: add(n)}) for n in values],
                          invariants={"below_limit": lambda s: s.x <= 6}))


def recovery():
    """The crash half of recovery.untorn: writer, losses and recoveries as one system; a loss is a fault and no step."""
    def recover(state, clear_last):
        """All (steps, content, finished) of one recovery that starts in `state` = (valid, block 0, block 1)."""
        valid, a, b = state
        yield 0, state, False
        if not valid:
            yield 1, state, True
            return
        steps = count(2)
        yield 1, state, False
        order = ["a", "b", "clear"] if clear_last else ["clear", "a", "b"]
        for what in order:
            valid, a, b = (False, a, b) if what == "clear" else (valid, True, b) if what == "a" else (valid, a, True)
            yield next(steps), (valid, a, b), what == order[-1]

    writer = [(0, (False, False, False)), (1, (True, False, False)), (2, (True, True, False)), (3, (True, True, True)),
              (4, (False, True, True))]
    for clear_last in True, False:
        for budget in 1, 2:
            torn = []
            at = [(0, steps, state) for steps, state in writer]
            for losses in range(1, budget + 1):
                after = []
                for _, steps, state in at:
                    for more, content, finished in recover(state, clear_last):
                        after.append((losses, steps + more, content))
                        if finished and content[1] != content[2]:
                            torn.append((losses, steps + more))
                at = after
            print(f"recovery, {'clear last' if clear_last else 'clear first'}, {budget} losses:",
                  "untorn violated with {} faults in {} steps".format(*min(torn)) if torn else "holds")


if __name__ == "__main__":
    litmus()
    deadlocks()
    trylock()
    faults()
    identities()
    properties()
    arguments()
    recovery()
