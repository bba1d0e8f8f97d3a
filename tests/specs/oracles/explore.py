"""A second opinion on the numbers that the specifications in this folder expect.

A model here is the same protocol as a `.untorn` file, written down step by step by hand from the rules of a step
(model/system/README.md): every scheduling point is named, and every step is a Python function. Nothing is shared
with the tool: no parser, no lowering, no state layout. The search is plain breadth-first over (faults, steps).

A point is a list of instances. An instance gets a working copy of the state, changes it, and returns where the actor
stands next: a point, END, a Violation, or None if it is not enabled. `fault(instance)` spends one fault.
"""

import heapq
import itertools
import sys
from types import SimpleNamespace

END = "end"


class Violation:
    """The step fails a check of this property: a transition without a successor."""

    def __init__(self, name):
        self.name = name


class fault:
    """An instance that spends one fault; `budget` names the state's variable with what remains, if it is limited."""

    def __init__(self, instance, budget=None):
        self.instance, self.budget = instance, budget

    def __call__(self, s):
        if self.budget is not None:
            if getattr(s, self.budget) == 0:
                return None
            setattr(s, self.budget, getattr(s, self.budget) - 1)
        return self.instance(s)


class Actor:
    """`points`: point -> instances. `idle`: points at which a daemon may stay for ever. None as kind: no duty at all."""

    def __init__(self, name, start, points, kind="thread", idle=()):
        self.name, self.start, self.kind, self.idle = name, start, kind, idle
        self.points = {p: i if isinstance(i, list) else [i] for p, i in points.items()}

    def may_stay(self, point):
        if self.kind == "thread":
            return point == END
        return self.kind == "environment" or point == END or point in self.idle


def put(array, index, value):
    return array[:index] + (value,) + array[index + 1:]


class Model:
    def __init__(self, variables, actors, invariants=None, final=None, initial=None):
        self.names = list(variables) + ["pc"]
        self.actors = actors
        self.invariants, self.final = invariants or {}, final or {}
        start = SimpleNamespace(**variables, pc=tuple(a.start for a in actors))
        # `initial` may vary the first state: each item changes some variables.
        self.initial = [self.freeze(SimpleNamespace(**{**vars(start), **change})) for change in initial or [{}]]

    def freeze(self, s):
        return tuple(getattr(s, n) for n in self.names)

    def thaw(self, state):
        s = SimpleNamespace(**dict(zip(self.names, state)))
        s.at = lambda number, point: s.pc[number] == point
        return s

    def successors(self, state):
        """Every enabled instance: (faults it spends, successor or Violation)."""
        pcs = state[-1]
        for number, actor in enumerate(self.actors):
            for instance in actor.points.get(pcs[number], []):
                s = self.thaw(state)
                to = instance(s)
                if to is None:
                    continue
                spent = 1 if isinstance(instance, fault) else 0
                if isinstance(to, Violation):
                    yield spent, to
                else:
                    s.pc = put(s.pc, number, to)
                    yield spent, self.freeze(s)

    def stuck(self, state):
        return not all(a.may_stay(p) for a, p in zip(self.actors, state[-1]))

    def ended(self, state):
        return all(a.kind != "thread" or p == END for a, p in zip(self.actors, state[-1]))

    def run(self):
        """states, transitions, depth, and for each violated property the (faults, steps) of its first violation."""
        tie = itertools.count()
        queue, seen, first = [], {}, {}
        for state in self.initial:
            heapq.heappush(queue, (0, 0, next(tie), state))
        transitions = depth = 0

        def report(name, faults, steps):
            first[name] = min(first.get(name, (faults, steps)), (faults, steps))

        while queue:
            faults, steps, _, state = heapq.heappop(queue)
            if state in seen:
                continue
            seen[state] = steps
            depth = max(depth, steps)
            s = self.thaw(state)
            for name, holds in self.invariants.items():
                if not holds(s):
                    report(name, faults, steps)
            if self.ended(state):
                for name, holds in self.final.items():
                    if not holds(s):
                        report(name, faults, steps)
            moves = False
            for spent, to in self.successors(state):
                transitions += 1
                moves = moves or not spent
                if isinstance(to, Violation):
                    report(to.name, faults + spent, steps + 1)
                elif to not in seen:
                    heapq.heappush(queue, (faults + spent, steps + 1, next(tie), to))
            if not moves and self.stuck(state):
                report("deadlock", faults, steps)
        return SimpleNamespace(states=len(seen), transitions=transitions, depth=depth, violated=first)


def show(title, model):
    """One line for each configuration, in the words of an expectation."""
    r = model.run()
    verdicts = ", ".join(
        f"{name} violated" + (f" with {f} faults" if f else "") + f" in {n} steps"
        for name, (f, n) in sorted(r.violated.items()))
    print(f"{title:34} states {r.states:7}  transitions {r.transitions:7}  depth {r.depth:3}  {verdicts or 'holds'}")
    sys.stdout.flush()
    return r
