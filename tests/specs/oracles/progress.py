"""Progress properties of the classic models, on the explorers of this folder. Run: python3 progress.py

A run that violates one ends up in a set of states that it goes round in for ever. Found here by decomposition (T. A. Henzinger,
J. A. Telle, "Faster algorithms for the nonemptiness of Streett automata", SWAT 1996, without what makes it fast): take
a strongly connected component; whatever enables a constraint that nothing inside takes is left out, if it is strong; if it is
weak, some state inside must not enable it; decompose what remains. A state may always stutter."""

import sys

from alternating_bit import alternating_bit
from dekker import dekker
from explore import Actor, END, Model, Violation, fault, put
from explore import show as show_counts
from peterson import hyman, peterson
from philosophers import philosophers
from readers_writers import readers_writers
from ring_election import ring
from ticket_lock import ticket_lock
from two_phase_commit import two_phase_commit


class Constraint:
    """About the steps of an actor (its number) that spend no fault: all, or those that `taken` accepts, a test on
    the instance, the point before and the point behind it."""

    def __init__(self, actor, strong, taken=None):
        self.actor, self.strong, self.taken = actor, strong, taken


def graph(model, constraints):
    """Reachable states: (constraints enabled, [(successor, constraints taken)])."""
    found, stack = {}, list(model.initial)
    while stack:
        state = stack.pop()
        if state in found:
            continue
        enabled, edges = set(), []
        for number, actor in enumerate(model.actors):
            for instance in actor.points.get(state[-1][number], []):
                s = model.thaw(state)
                to = instance(s)
                if to is None:
                    continue
                step = set() if isinstance(instance, fault) else {
                    c for c, k in enumerate(constraints) if k.actor == number and
                    (k.taken is None or k.taken(instance, state[-1][number], to))}
                enabled |= step
                if not isinstance(to, Violation):
                    s.pc = put(s.pc, number, to)
                    edges.append((model.freeze(s), step))
        found[state] = (enabled, edges)
        stack += [to for to, _ in edges]
    return found


def components(states, edges):
    """Strongly connected components (S. R. Kosaraju's algorithm)."""
    order, seen, back = [], set(), {s: [] for s in states}
    for root in states:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(edges[root][1]))]
        while stack:
            node, rest = stack[-1]
            for to, _ in rest:
                if to in back:
                    back[to].append(node)
                    if to not in seen:
                        seen.add(to)
                        stack.append((to, iter(edges[to][1])))
                        break
            else:
                order.append(node)
                stack.pop()
    done = set()
    for root in reversed(order):
        if root not in done:
            component, stack = set(), [root]
            done.add(root)
            while stack:
                node = stack.pop()
                component.add(node)
                for s in back[node]:
                    if s not in done:
                        done.add(s)
                        stack.append(s)
            yield component


def has_fair_cycle(states, edges, constraints):
    """Is there one within these states?"""
    work = [states]
    while work:
        for part in components(work.pop(), edges):
            taken = {c for s in part for to, step in edges[s][1] if to in part for c in step}
            missing = set(range(len(constraints))) - taken
            if any(not constraints[c].strong and all(c in edges[s][0] for s in part) for c in missing):
                continue
            rest = {s for s in part if not any(constraints[c].strong and c in edges[s][0] for c in missing)}
            if rest == part:
                return True
            if rest:
                work.append(rest)
    return False


def violated(model, wanted, asked=None, fair=()):
    """Is there a fair run in which `wanted` does not hold from some state on where `asked` holds (without `asked`: from the start)?"""
    constraints = [Constraint(n, False) for n, a in enumerate(model.actors) if a.kind != "environment"] + list(fair)
    edges = graph(model, constraints)
    without = {s for s in edges if not wanted(model.thaw(s))}
    if asked:
        stack = [s for s in without if asked(model.thaw(s))]
    else:
        stack = [s for s in model.initial if s in without]
    reached = set()
    while stack:
        s = stack.pop()
        if s not in reached:
            reached.add(s)
            stack += [to for to, _ in edges[s][1] if to in without]
    return has_fair_cycle(reached, edges, constraints)


def always(_):
    return True


def strong(*actors):
    return [Constraint(a, True) for a in actors]


def show(title, model, fair=(), **properties):
    """`properties`: name = (wanted, asked)."""
    verdicts = [f"{name} {'violated' if violated(model, *p, fair=fair) else 'holds'}" for name, p in properties.items()]
    print(f"{title:44} {', '.join(verdicts)}")
    sys.stdout.flush()


def any_at(actors, point):
    return lambda s: any(s.at(i, point) for i in range(actors))


def often(actor, point):
    return (lambda s: s.at(actor, point)), always


# Models that are only here

def spin_lock(blocking):
    """classic/spin_lock.untorn"""
    def cpu(c):
        def take(s):
            if s.held:
                return None if blocking else "try"
            s.held = True
            return "critical"

        def leave(s):
            s.held = False
            return "try"

        return Actor(f"cpu[{c}]", "try", {"try": take, "critical": lambda s: "unlock", "unlock": leave}, kind="daemon")

    return Model(dict(held=False), [cpu(0), cpu(1)])


def acquires(c, is_strong):
    return [Constraint(c, is_strong, lambda _, at, to: at == "try" and to == "critical")]


def token_ring(N, may_skip, lose):
    """classic/token_ring.untorn"""
    def node(i):
        def receive(s):
            return "holding" if s.token == i else None

        def hand_on(s):
            s.token = (i + 1) % N
            return "receive"

        def drop(s):
            s.token = None
            return "receive"

        use = [lambda s: "hand on"] + ([hand_on] if may_skip else []) + ([fault(drop, "losses")] if lose else [])
        return Actor(f"node[{i}]", "receive", {"receive": receive, "holding": use, "hand on": hand_on}, kind="daemon",
                     idle=("receive",))

    return Model(dict(token=0, losses=1), [node(i) for i in range(N)])


def uses(i, is_strong=True):
    return [Constraint(i, is_strong, lambda _, at, to: at == "holding" and to == "hand on")]


def szymanski(N):
    """classic/szymanski.untorn"""
    def process(i):
        def put_flag(v, to):
            def instance(s):
                s.flag = put(s.flag, i, v)
                return to
            return instance

        def wait(test, to):
            return lambda s: to if test(s.flag) else None

        return Actor(f"process[{i}]", "1", {
            "1": put_flag(1, "open?"),
            "open?": wait(lambda f: all(v < 3 for v in f), "3"),
            "3": put_flag(3, "others?"),
            "others?": lambda s: "2" if 1 in s.flag else "4",
            "2": put_flag(2, "closed?"),
            "closed?": wait(lambda f: 4 in f, "4"),
            "4": put_flag(4, "before?"),
            "before?": wait(lambda f: all(v < 2 for v in f[:i]), "critical"),
            "critical": lambda s: "after?",
            "after?": wait(lambda f: all(v < 2 or v == 4 for v in f[i + 1:]), "0"),
            "0": put_flag(0, "1")}, kind="daemon")

    return Model(dict(flag=(0,) * N), [process(i) for i in range(N)],
                 invariants={"mutual_exclusion": lambda s: sum(s.at(i, "critical") for i in range(N)) <= 1})


def lossy_channel():
    """classic/lossy_channel.untorn"""
    def send(s):
        if s.sent is not None or s.ack_arrived is not None:
            return None
        s.sent = s.bit
        return "send"

    def take_ack(s):
        if s.ack_arrived is None:
            return None
        if s.ack_arrived == s.bit:
            s.bit = 1 - s.bit
        s.ack_arrived = None
        return "send"

    def receive(s):
        if s.arrived is None or s.ack_sent is not None:
            return None
        if s.arrived == s.expected:
            s.expected = 1 - s.expected
        s.ack_sent, s.arrived = s.arrived, None
        return "receive"

    def link(source, target):
        def deliver(s):
            if getattr(s, source) is None or getattr(s, target) is not None:
                return None
            setattr(s, target, getattr(s, source))
            setattr(s, source, None)
            return "link"

        def lose(s):
            if getattr(s, source) is None:
                return None
            setattr(s, source, None)
            return "link"
        return [deliver, lose]

    return Model(dict(sent=None, arrived=None, ack_sent=None, ack_arrived=None, bit=0, expected=0), [
        Actor("sender", "send", {"send": [send, take_ack]}, kind="daemon"),
        Actor("receiver", "receive", {"receive": receive}, kind="daemon"),
        Actor("data_link", "link", {"link": link("sent", "arrived")}, kind="environment"),
        Actor("ack_link", "link", {"link": link("ack_sent", "ack_arrived")}, kind="environment")])


def delivers(link, is_strong=True):
    return [Constraint(link, is_strong, lambda instance, _, __: instance.__name__ == "deliver")]


def main():
    for name, model in [("peterson, published", peterson(True)), ("peterson, swapped", peterson(False)), ("hyman", hyman())] + \
            [(f"dekker, {v}", dekker(v)) for v in ("Dekker", "LookFirst", "Insist")]:
        show(name, model, enters0=often(0, "critical"), enters1=often(1, "critical"))
        show(name + ", strong", model, fair=strong(0, 1), enters0=often(0, "critical"), enters1=often(1, "critical"))
    for N in 2, 3:
        for atomic in True, False:
            show(f"ticket_lock {N}, {'atomic' if atomic else 'split'}", ticket_lock(N, atomic), served=often(0, "critical"))
    for N in 3, 4, 5:
        for asymmetric in False, True:
            for is_strong in False, True:
                eats = any_at(N, "eat")
                show(f"philosophers {N}, {'left-handed' if asymmetric else 'symmetric'}{', strong' * is_strong}",
                     philosophers(N, asymmetric), fair=strong(*range(N)) if is_strong else (),
                     eats=often(0, "eat"), last_eats=often(N - 1, "eat"), somebody_eats=(eats, always))
    for R, W, locked in [(2, 1, True), (2, 1, False), (2, 2, True), (2, 2, False), (3, 2, True), (3, 2, False)]:
        for is_strong in False, True:
            show(f"readers_writers {R} {W}{', mutex' * locked}{', strong' * is_strong}", readers_writers(R, W, locked),
                 fair=strong(*range(R + W)) if is_strong else (), reads=often(0, "reading"), writes=often(R, "writing"))
    for losses, bit in (0, True), (2, True), (2, False):
        show(f"alternating_bit, {losses} losses{', no bit' * (not bit)}", alternating_bit(3, losses, bit),
             everything=(lambda s: s.delivered == 3, None))
    for N in 2, 3:
        for crashes, patient in (0, True), (1, True), (1, False):
            show(f"two_phase_commit {N}, {crashes} crashes{', hasty' * (not patient)}", two_phase_commit(N, crashes, patient),
                 decided=(lambda s: all(p == END for p in s.pc[1:]), None))
    for N in 3, 4, 5:
        for worst in True, False:
            show(f"ring_election {N}, {'falling' if worst else 'rising'}", ring(N, worst),
                 known=(lambda s: s.leader is not None, None))
    for blocking in False, True:
        for title, fair in ("", ()), (", actors strong", strong(0, 1)), (", acquire weak", acquires(0, False) + acquires(1, False)), \
                (", acquire strong", acquires(0, True) + acquires(1, True)):
            show(f"spin_lock, {'lock' if blocking else 'trylock'}{title}", spin_lock(blocking), fair=fair,
                 enters=often(0, "critical"), somebody=(any_at(2, "critical"), always))
    may_skip = token_ring(3, True, False)
    for title, model, fair in ("must use", token_ring(3, False, False), ()), ("may skip", may_skip, ()), \
            ("may skip, use weak", may_skip, uses(0, False) + uses(1, False) + uses(2, False)), \
            ("may skip, use strong", may_skip, uses(0) + uses(1) + uses(2)), ("loses", token_ring(3, False, True), ()):
        show(f"token_ring 3, {title}", model, fair=fair, uses=often(1, "hand on"), holds=often(1, "holding"))
    for N in 2, 3:
        show(f"szymanski {N}", szymanski(N), first=often(0, "critical"), last=often(N - 1, "critical"))
    toggles = (lambda s: s.expected == 1, always), (lambda s: s.expected == 0, always)
    for title, fair in [("", ()), (", links weak", [Constraint(2, False), Constraint(3, False)]),
                        (", links strong", strong(2, 3)), (", data delivered", delivers(2)),
                        (", both delivered", delivers(2) + delivers(3)),
                        (", both weakly", delivers(2, False) + delivers(3, False))]:
        show(f"lossy_channel{title}", lossy_channel(), fair=fair, odd=toggles[0], even=toggles[1])
    print("\nNumbers of the models that are only here:")
    for title, model in [("spin_lock, trylock", spin_lock(False)), ("spin_lock, lock", spin_lock(True)),
                         ("token_ring 3, must use", token_ring(3, False, False)), ("token_ring 3, may skip", token_ring(3, True, False)),
                         ("token_ring 3, loses", token_ring(3, False, True)), ("szymanski 2", szymanski(2)),
                         ("szymanski 3", szymanski(3)), ("lossy_channel", lossy_channel())]:
        show_counts(title, model)


if __name__ == "__main__":
    main()
