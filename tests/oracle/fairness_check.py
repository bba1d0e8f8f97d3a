"""Holds fairness.py to the definition of a fair run, on random graphs so small that everything can be enumerated; exits 1
on any difference.

    fairness_check.py [COUNT]

What a run does infinitely often is a set of states, connected by steps inside it, and it may do all of these steps. So:
there is a fair run that stays in `allowed` if some connected set of its states can be reached there in which each constraint is
satisfied as rule 16 says, word for word. A single state is connected by the stutter."""

import itertools
import random
import sys

from fairness import Graph


def random_graph(r):
    states, constraints = r.randint(1, 5), r.randint(0, 3)
    strong = [r.random() < 0.5 for _ in range(constraints)]
    edges = [[] for _ in range(states)]
    enabled = [0] * states
    for s in range(states):
        for _ in range(r.randint(0, 3)):
            fault = r.random() < 0.2
            taken = 0 if fault else sum(1 << c for c in range(constraints) if r.random() < 0.4)
            enabled[s] |= taken
            if r.random() < 0.9:  # else its check fails: enabled, but no successor
                edges[s].append((r.randrange(states), int(fault), taken))
    return Graph(set(r.sample(range(states), r.randint(1, states))), enabled, edges, strong)


def reach(graph, start, inside, faults):
    found, stack = {start}, [start]
    while stack:
        for to, f, _ in graph.edges[stack.pop()]:
            if to in inside and to not in found and (faults or not f):
                found.add(to)
                stack.append(to)
    return found


def is_fair(graph, cycle, faults):
    inside = [(s, taken) for s in cycle for to, f, taken in graph.edges[s] if to in cycle and (faults or not f)]
    for c, strong in enumerate(graph.strong):
        enabled = [bool(graph.enabled[s] >> c & 1) for s in cycle]
        if (any(enabled) if strong else all(enabled)) and not any(taken >> c & 1 for _, taken in inside):
            return False
    return all(reach(graph, s, cycle, faults) == cycle for s in cycle)


def fair(graph, allowed, faults):
    """The states of fair cycles within `allowed`, and the states from which one is reached there."""
    cycles = [set(c) for n in range(1, len(allowed) + 1) for c in itertools.combinations(sorted(allowed), n)]
    on = set().union(*[c for c in cycles if is_fair(graph, c, faults)])
    return on, {s for s in allowed if reach(graph, s, allowed, True) & on}


def main():
    r, differences = random.Random(1), 0
    count, some, none = int(sys.argv[1]) if len(sys.argv) > 1 else 2000, 0, 0
    for n in range(count):
        graph = random_graph(r)
        states = set(range(len(graph.edges)))
        allowed = {s for s in states if r.random() < 0.8}
        begins = {s for s in allowed if r.random() < 0.5}
        reachable = set().union(*[reach(graph, s, states, True) for s in graph.initial])
        for faults in (True, False):
            on, there = fair(graph, allowed, faults)
            if not on <= graph.core(allowed, faults) <= there or faults and graph.fair(allowed) != there:
                print(f"graph {n}: {graph.core(allowed, faults)} for {on}, {there}")
                differences += 1
        if graph.vacuous() == any(s in fair(graph, states, True)[1] for s in graph.initial):
            print(f"graph {n}: vacuous {graph.vacuous()}")
            differences += 1
        found = graph.answer(begins & reachable, allowed)
        some, none = some + bool(found), none + (not found)
        if bool(found) != bool(fair(graph, allowed, True)[1] & begins & reachable):
            print(f"graph {n}: {found}")
            differences += 1
    print(f"{count} graphs, {some} with a fair run as asked for, {none} without, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
