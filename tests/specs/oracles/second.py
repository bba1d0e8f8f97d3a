"""A second implementation of the language, to disagree with the first: reads specifications, executes them by the rules
of a step (model/system/README.md), searches plainly, and checks every expectation that the files state.

    python3 second.py FILE...           one line for each run, and one for each expectation that is not met
    python3 second.py -v FILE...        also the verdict of every property

It shares no line and no design with the tool: an interpreter of instructions, states are Python values, a step is found by
running it. It is slow (some 10,000 states a second) and has no diagnostics. Not here: `via`, liveness."""

import heapq
import itertools
import os
import sys
from types import SimpleNamespace as Node

from compiler import FaultyStep, Program
from reader import load

KERNEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "model", "kernel")


class Search:
    """Breadth-first over (faults, steps), then the same for what follows power loss."""

    def __init__(self, run, max_states):
        self.run, self.max_states = run, max_states
        self.first = {}       # property -> (faults, steps) of its first violation, or of the first witness of a cover
        self.outcomes = {}    # outcome -> (faults, steps)
        self.states = self.transitions = self.depth = 0
        self.complete = True

    def note(self, name, faults, steps):
        key = (faults, steps)
        if name not in self.first or key < self.first[name]:
            self.first[name] = key

    def outcome(self, content, faults, steps):
        if content not in self.outcomes or (faults, steps) < self.outcomes[content]:
            self.outcomes[content] = (faults, steps)

    def search(self):
        run, tie, queue, seen, crashes = self.run, itertools.count(), [], set(), {}
        for spent, state in run.initial():
            if isinstance(state, FaultyStep):
                self.note(state.property, 0, 0)
            else:
                heapq.heappush(queue, (spent, 0, next(tie), state))
        while queue:
            faults, steps, _, state = heapq.heappop(queue)
            if state in seen:
                continue
            seen.add(state)
            if len(seen) > self.max_states:
                self.complete = False
                break
            self.depth = max(self.depth, steps)
            moves = False
            for spent, to in run.successors(state):
                self.transitions += 1
                moves = moves or spent == 0
                if isinstance(to, FaultyStep):
                    self.note(to.property, faults + spent, steps + 1)
                elif to not in seen:
                    heapq.heappush(queue, (faults + spent, steps + 1, next(tie), to))
            self.judge(state, faults, steps, moves)
            if run.power_loss and run.losses > 0:
                image = run.projection(state)
                if image not in crashes or (faults, steps) < crashes[image][:2]:
                    crashes[image] = (faults, steps, state)
        self.states = len(seen)
        if self.complete:
            self.crash([(f + 1, n, s) for f, n, s in crashes.values()])
            self.litmus()
        return self

    def judge(self, state, faults, steps, moves):
        run = self.run
        all_ended = run.threads_ended(state)
        for kind, name, holds in run.properties:
            if kind == "invariant" or (kind == "final" and all_ended) or (kind == "quiescent" and all_ended and not moves):
                if not run.evaluate(holds, state):
                    self.note(name, faults, steps)
            elif kind == "cover" and run.evaluate(holds, state):
                self.note(name, faults, steps)
        if not moves and run.stuck(state):
            self.note("deadlock", faults, steps)
        if all_ended and not run.power_loss:
            self.outcome(run.outcome(state), faults, steps)

    def crash(self, seeds):
        """States after a loss; each carries the number of losses that remain."""
        run, tie, queue, seen, edges = self.run, itertools.count(), [], set(), {}
        for faults, steps, state in seeds:
            for to in run.lose_power(state):
                heapq.heappush(queue, (faults, steps, next(tie), (run.losses - 1, to)))
        while queue:
            faults, steps, _, node = heapq.heappop(queue)
            if node in seen:
                continue
            seen.add(node)
            losses, state = node
            edges[node] = []
            for spent, to in run.recovery_successors(state):
                if isinstance(to, FaultyStep):
                    self.note(to.property, faults + spent, steps + 1)
                    continue
                edges[node].append((losses, to))
                heapq.heappush(queue, (faults + spent, steps + 1, next(tie), (losses, to)))
            if run.recovered(state):
                for kind, name, holds in run.properties:
                    if kind == "crash invariant" and not run.evaluate(holds, state):
                        self.note(name, faults, steps)
                    elif kind == "crash cover" and run.evaluate(holds, state):
                        self.note(name, faults, steps)
                self.outcome(run.outcome(state), faults, steps)
            elif not any(True for _ in run.recovery_successors(state)):
                self.note("recovery", faults, steps)
            if losses > 0:
                for to in run.lose_power(state):
                    heapq.heappush(queue, (faults + 1, steps, next(tie), (losses - 1, to)))
        if self.on_a_cycle(edges):
            self.note("recovery", 1, None)

    @staticmethod
    def on_a_cycle(edges):
        """Does recovery come back to a state without another loss? (Removing what has no way in, until nothing changes.)"""
        entries = {node: 0 for node in edges}
        for targets in edges.values():
            for to in targets:
                entries[to] = entries.get(to, 0) + 1
        free = [node for node, n in entries.items() if n == 0]
        while free:
            node = free.pop()
            for to in edges.get(node, []):
                entries[to] -= 1
                if entries[to] == 0:
                    free.append(to)
        return any(n > 0 for n in entries.values())

    def litmus(self):
        for kind, name, holds in self.run.properties:
            if kind not in ("never", "sometimes", "always"):
                continue
            yes = [at for o, at in self.outcomes.items() if self.run.evaluate_outcome(holds, o)]
            no = [at for o, at in self.outcomes.items() if not self.run.evaluate_outcome(holds, o)]
            if kind == "never" and yes:
                self.note(name, *min(yes))
            if kind == "always" and no:
                self.note(name, *min(no))
            if kind == "always" and not yes and not no or kind == "sometimes" and not (yes and no):
                self.note(name, None, None)

    def violated(self, kind, name):
        if kind in ("cover", "crash cover"):
            return name not in self.first
        return name in self.first


def compare(search, run, name, expected):
    """What is wrong with an expectation, or nothing."""
    if name in ("states", "transitions", "depth"):
        found = getattr(search, name)
        return None if found == expected.count else f"{name}: {found}, expected {expected.count}"
    kind = run.kind_of(name)
    if kind in ("eventually", "always eventually", "progress"):
        return None if expected.kind == "undecided" else f"{name}: undecided, expected {expected.kind}"
    violated = search.violated(kind, name)
    if violated != (expected.kind == "violated"):
        return f"{name}: {'violated' if violated else 'holds'} {search.first.get(name, '')}, expected {expected.kind}"
    faults, steps = search.first.get(name, (None, None))
    if violated and expected.faults is not None and faults != expected.faults:
        return f"{name}: violated with {faults} faults, expected {expected.faults}"
    if violated and expected.steps is not None and steps is not None and steps != expected.steps:
        return f"{name}: violated in {steps} steps, expected {expected.steps}"
    return None


def check(path, verbose, max_states):
    items, wrong = load(path, KERNEL), 0
    scenarios = [i[1] for i in items if i[0] == "scenario"] or [None]
    if scenarios == [None] and not any(i[0] == "actor" for i in items):
        return 0
    for scenario in scenarios:
        for variant in (scenario.over if scenario and scenario.over else [None]):
            run = Program(items, scenario, variant)
            search = Search(run, max_states).search()
            title = " ".join(filter(None, [os.path.basename(path), scenario and scenario.name, variant]))
            print(f"{title:58} states {search.states:7}  transitions {search.transitions:8}  depth {search.depth:3}"
                  + ("" if search.complete else "  (gave up)"))
            if not search.complete:
                continue
            complaints = []
            for name, cells, otherwise in run.expectations:
                cell = next((v for v, vs in cells if vs and variant in vs), None) or next(
                    (v for v, vs in cells if vs is None), otherwise)
                if cell:
                    complaints.append(compare(search, run, name, cell))
            for complaint in filter(None, complaints):
                wrong += 1
                print("    NOT AS EXPECTED:", complaint)
            if verbose:
                for kind, name, _ in run.properties + [("", n, None) for n in ("deadlock", "range", "locks", "atomic_blocks")]:
                    print(f"    {name}: {'violated' if search.violated(kind, name) else 'holds'} {search.first.get(name, '')}")
            sys.stdout.flush()
    return wrong


def main(arguments):
    verbose = "-v" in arguments
    limit = next((int(a[len("--max-states="):]) for a in arguments if a.startswith("--max-states=")), 10**9)
    wrong = sum(check(path, verbose, limit) for path in arguments if not path.startswith("-"))
    print(f"{wrong} expectations not met" if wrong else "all as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    sys.exit(main(sys.argv[1:]))
