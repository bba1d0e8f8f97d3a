"""Progress under fairness (rules 15 to 17 of model/system/README.md), on the explicit graph of a search.

E. A. Emerson, C.-L. Lei, "Efficient model checking in fragments of the propositional mu-calculus" (LICS 1986): the states
from which a fair run stays among `allowed` are those that reach, inside `allowed`, the greatest set Y such that for every
constraint each state of Y can still satisfy it without leaving Y. No components, no search for cycles: only sets of states
that shrink. Every state has a step to itself, the stutter, which takes no constraint; so every state has a successor."""

import heapq


class Graph:
    """States by number; `edges` of each: (successor, faults, constraints taken), `enabled` constraints of each, as bits."""

    def __init__(self, initial, enabled, edges, strong):
        self.initial, self.enabled, self.edges, self.strong = initial, enabled, edges, strong
        self.before = [[] for _ in edges]
        for s, out in enumerate(edges):
            for to, faults, taken in out:
                self.before[to].append((s, faults, taken))

    def back(self, targets, inside, faults=True):
        """What reaches a target without leaving `inside`."""
        found, stack = set(targets), list(targets)
        while stack:
            for s, f, _ in self.before[stack.pop()]:
                if s in inside and s not in found and (faults or not f):
                    found.add(s)
                    stack.append(s)
        return found

    def core(self, allowed, faults=True, through=None):
        """The greatest Y; without `faults`, steps that spend one are left out (fairness never asks for them). With `through`,
        fair runs must come to that state again and again, too."""
        y, shrinking = set(allowed), True
        while shrinking:
            shrinking = False
            for c, strong in enumerate(self.strong):
                bit = 1 << c
                good = {s for s in y if any(taken & bit and to in y for to, _, taken in self.edges[s])}
                idle = {s for s in y if not self.enabled[s] & bit}
                # Strong: never enabled again, or taken again and again. Weak: disabled or taken, again and again.
                kept = self.back(good, y, faults) | idle if strong else self.back(good | idle, y, faults)
                if len(kept) < len(y):
                    y, shrinking = kept, True
            if through is not None:
                kept = self.back({through} & y, y, faults)
                if len(kept) < len(y):
                    y, shrinking = kept, True
        return y

    def fair(self, allowed):
        """Where a fair run begins that never leaves `allowed`."""
        return self.back(self.core(allowed), allowed)

    def vacuous(self):
        """Is there no fair run at all?"""
        return not self.fair(set(range(len(self.edges)))).intersection(self.initial)

    def answer(self, begins, allowed):
        """Is there a fair run that stays in `allowed` for ever from a state of `begins` on? All states are reachable.
        -> None, or (fewest faults of a stem and, with so few, its fewest steps; can the cycle do without faults). A stem ends
        on the cycle, whose faults and steps are not counted here."""
        violated = bool(self.fair(allowed) & begins)
        for faults in (False, True):
            core = self.core(allowed, faults)
            stem = self.stem(begins, allowed, lambda s: s in core and s in self.core(core, faults, through=s))
            if stem:
                assert violated
                return stem, not faults
        assert not violated
        return None

    def stem(self, begins, allowed, is_target):
        """Least (faults, steps) from the start to a target, by way of a state of `begins` and, behind it, `allowed` only."""
        heap, done = [(0, 0, s, False) for s in self.initial], set()
        while heap:
            faults, steps, s, waiting = heapq.heappop(heap)
            if (s, waiting) in done:
                continue
            done.add((s, waiting))
            if waiting and is_target(s):
                return faults, steps
            if not waiting and s in begins:
                heapq.heappush(heap, (faults, steps, s, True))
            for to, f, _ in self.edges[s]:
                if not waiting or to in allowed:
                    heapq.heappush(heap, (faults + f, steps + 1, to, waiting))
        return None
