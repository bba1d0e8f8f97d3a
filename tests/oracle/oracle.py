"""The language once more, to disagree with the tool: reads a specification, executes it by the rules of a step
(model/system/README.md) and searches plainly. Written from model/language/README.md and model/system/README.md alone.

    oracle.py [--scenario NAME] [-D NAME=VALUE]... FILE...     prints the answers as JSON, as compare.py wants them

It interprets the syntax tree: no control-flow graph, no inlining, no expressions over a state before the step. States are
tuples of Python values. Slow (some 10,000 states a second), and for correct specifications only. Progress properties are
answered on the graph that the search leaves (fairness.py). Not here: `via`, unreached code."""

import argparse
import heapq
import json
import os

from fairness import Graph
from machine import Machine, Preparation, begins_with_point
from meaning import Bad, Compiler, Fail, INT, Scope, Type, is_nothing, is_wait
from syntax import Parser, parse

KERNEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "model", "kernel")
LIVENESS = ("eventually", "always_eventually", "leads_to")


def load(path, seen=None):
    """Items of a file and of all that it imports, the imported ones first; each with `own`: is it in the file itself?"""
    top, seen = seen is None, set() if seen is None else seen
    real = os.path.realpath(path)
    if real in seen:
        return []
    seen.add(real)
    with open(path, encoding="latin-1") as f:
        items, found = parse(f.read()), []
    for item in items:
        item.own = top
        if item.k == "import":
            beside = os.path.join(os.path.dirname(path), item.name if item.quoted else item.name + ".untorn")
            if not item.quoted and not os.path.exists(beside):
                beside = os.path.join(KERNEL, item.name + ".untorn")
            found += load(beside, seen)
        else:
            found.append(item)
    return found


class Run:
    """One configuration of a specification: names resolved, bodies prepared, ready to search."""

    def __init__(self, items, scenario=None, variant=None, settings=None):
        self.items, self.scenario, self.variant = items, scenario, variant
        self.names, self.types, self.functions, self.procedures = {}, {}, {}, {}
        self.compiler = Compiler(self)
        self.waiting, self.settings = [], settings or {}
        self.declare()
        self.bind_variants()
        self.set(self.settings)
        self.globals()
        self.faults()
        self.actors_of_run()
        self.bodies()
        self.properties()
        self.fairness()

    def all(self, *kinds):
        return [i for i in self.items if i.k in kinds]

    # Names

    def declare(self):
        self.by_name = {}
        for i in self.all("option", "const", "type", "enum", "struct", "scalarset", "fn", "actor", "interface", "variant"):
            self.by_name[i.name] = i
        for i in self.all("param"):
            for name, type_, value in i.settings:
                self.by_name[name] = i
                self.names[name] = ("given", value, type_)
        for i in self.all("option", "const"):
            self.names[i.name] = ("given", i.value, i.type)
        for e in self.all("enum"):
            for n in e.names:
                self.names[n] = ("constant", n, e.name)

    def set(self, settings):
        """A scenario's params and options; `settings` of the command line beat them."""
        s = self.scenario
        for v in self.bound:
            for name, value in v.options:
                self.names[name] = ("given", value, self.names[name][2])
        for name, value in (s.params + s.options if s else []):
            self.names[name] = ("given", value, self.names[name][2])
        for name, text in settings.items():
            self.names[name] = ("given", Parser(text).expr(), self.names[name][2])

    def name(self, name):
        if name not in self.names:
            raise Bad(f"nothing is called {name}")
        kind, what, type_ = self.names[name]
        if kind == "given":
            type_ = self.compiler.type(type_) if type_ else INT
            value, t, _ = self.compiler.expr(what, Scope())
            type_ = t if type_ is INT else type_
            self.names[name] = ("constant", value(None), type_)
        elif isinstance(type_, str):
            self.names[name] = (kind, what, self.type(type_))
        return self.names[name]

    def type(self, name):
        if name not in self.types:
            i = self.by_name[name]
            if i.k == "type":
                t = self.compiler.type(i.type)
            elif i.k == "enum":
                t = Type("enum", tuple(i.names))
            elif i.k == "struct":
                t = Type("struct", fields=[(n, self.compiler.type(f)) for n, f in i.fields])
            else:
                t = Type("scalarset", tuple(range(self.compiler.constant(i.size))))
            self.types[name] = t
        return self.types[name]

    def function(self, name):
        if name not in self.functions:
            f, scope, bound = self.by_name[name], Scope(), []
            for formal in f.formals:
                bound.append((self.compiler.number(), self.compiler.type(formal.type)))
                scope.names[formal.name] = ("bound", *bound[-1])
            f.closure, _, f.deps = self.compiler.expr(f.body, scope)
            f.bound, f.type = bound, self.compiler.type(f.result)
            self.functions[name] = f
        return self.functions[name]

    # Procedures: the variant that is bound decides which body a name has.

    def bind_variants(self):
        names = (self.scenario.with_ if self.scenario else []) + ([self.variant] if self.variant else [])
        self.bound, self.procedures_by_name, self.below = [], {}, {}
        for p in self.all("proc"):
            self.procedures_by_name[p.name] = p
        for i in self.all("interface"):
            for p in i.procs:
                self.procedures_by_name[p.name] = p
        chains = [self.chain(name) for name in names]
        taken = {chain[0].base for chain in chains}
        chains += [c for c in (self.chain(v.name) for v in self.all("variant") if v.by_default) if c[0].base not in taken]
        for chain in chains:
            for v in chain:
                self.bound.append(v)
                for p in v.procs:
                    self.below[p] = self.procedures_by_name[p.name]
                    self.procedures_by_name[p.name] = p

    def chain(self, name):
        """From the variant of the interface itself to this one."""
        chain = [self.by_name[name]]
        while chain[0].how == "extends":
            chain.insert(0, self.by_name[chain[0].base])
        return chain

    def is_ghost(self, name):
        return any(i.name == name and i.storage == "ghost" for i in self.all("global"))

    def is_procedure(self, name):
        return name in self.procedures_by_name

    def procedure(self, name):
        return self.prepared(self.procedures_by_name[name])

    def super_of(self, proc):
        return self.prepared(self.below[proc])

    def prepared(self, proc):
        """The body follows later: see bodies()."""
        if proc not in self.procedures:
            self.procedures[proc] = True
            proc.scope = Scope()
            for formal in proc.formals:
                formal.slot, formal.type_ = self.compiler.number(), self.compiler.type(formal.type)
                proc.scope.names[formal.name] = ("ref" if formal.ref else "local", formal.slot, formal.type_)
            result = self.compiler.type(proc.result) if proc.result else None
            proc.body.parameters = [f.slot for f in proc.formals]
            proc.body.first_result = result.first() if result else None
            self.waiting.append((proc.body, "proc", proc.scope, result, proc))
        return proc

    # What is in the state

    def globals(self):
        self.G, self.first, self.storage = [], [], []
        self.initial_values, self.free = [], []

        def add(first, storage):
            self.G.append(first)
            self.first.append(first)
            self.storage.append(storage)
            return len(self.G) - 1

        self.add = add
        for i in self.all("global"):
            t = self.compiler.type(i.type)
            n = add(t.first(), i.storage)
            self.names[i.name] = ("variable", n, t)
            if i.value:
                self.initial_values.append((n, t, i.value))
        for name in (self.scenario.free if self.scenario else []):
            if name in self.settings:
                continue
            t = self.compiler.type(self.by_name[name].type)
            n = add(t.first(), "option")
            self.names[name] = ("option", n, t)
            self.free.append((n, t))

    def faults(self):
        """Budgets are globals of their own kind. -> name of the fault: index, or None without a limit."""
        given = dict(self.scenario.budgets) if self.scenario else {}
        self.budgets = {}
        for f in self.all("fault"):
            budget = given.get(f.name, f.budget)
            self.budgets[f.name] = None if budget is None else self.add(self.compiler.constant(budget), "budget")
        self.power_loss = (self.all("power_loss") or [None])[-1]
        self.recover = (self.all("recover") or [None])[-1]
        self.losses = 0
        if self.power_loss:
            budget = given.get("power_loss", self.power_loss.budget)
            self.losses = self.compiler.constant(budget) if budget else 1

    def actors_of_run(self):
        """(declaration, identity or None, arguments) of each; `table` finds them for properties."""
        who = self.scenario.run if self.scenario else None
        if who is None:
            who = [(a.name, None) for a in self.all("actor") if not a.formals]
        self.actors, self.table = [], {}
        for a in self.all("actor"):
            for name, arguments in who:
                if name != a.name:
                    continue
                values = [self.compiler.constant(x) for x in arguments or []]
                ids = self.compiler.type(a.identity[1]).members if a.identity else (None,)
                for i in ids:
                    self.table.setdefault(a.name, {}).setdefault(i, []).append(len(self.actors))
                    self.actors.append((a, i, values))

    def members(self, name):
        return self.table.get(name, {})

    def identities(self, name):
        return self.compiler.type(self.by_name[name].identity[1]).position

    def result_type(self, name):
        return self.compiler.type(self.by_name[name].result)

    def bodies(self):
        prepare = Preparation(self.compiler, self)
        for a in {a for a, _, _ in self.actors}:
            scope, a.slot = Scope(), self.compiler.number()
            if a.identity:
                scope.names[a.identity[0]] = ("local", a.slot, self.compiler.type(a.identity[1]))
            for f in a.formals:
                f.slot = self.compiler.number()
                scope.names[f.name] = ("local", f.slot, self.compiler.type(f.type))
            result = self.compiler.type(a.result) if a.result else None
            a.first_result = result.first() if result else None
            self.waiting.append((a.body, "actor", scope, result, None))
        self.init = [i.body for i in self.all("init")] + (self.scenario.init if self.scenario else [])
        others = self.init + [x.body for x in (self.power_loss, self.recover) if x]
        self.waiting += [(b, "actor", Scope(), None, None) for b in others]
        while self.waiting:
            prepare.body(*self.waiting.pop())

    def properties(self):
        named = set(self.scenario.covers) if self.scenario else set()
        elsewhere = {c for s in self.all("scenario") for c in s.covers}
        self.asked, self.progress = [], []
        for p in self.all("property"):
            if p.kind in ("cover", "crash_cover") and p.name not in named and (p.name in elsewhere or not p.own):
                continue
            closure = self.compiler.expr(p.expr, Scope())[0]
            if p.kind not in LIVENESS:
                self.asked.append((p.name, p.kind, closure))
            else:
                self.progress.append((p.name, p.kind, closure, p.answer and self.compiler.expr(p.answer, Scope())[0]))

    def fairness(self):
        """Rule 16: (actor's index, label or None, strong?) of each fairness constraint of the run."""
        self.constraints = [(n, None, False) for n, (a, _, _) in enumerate(self.actors) if a.kind != "environment"]
        names = {a.name for a in self.all("actor")}
        for f in self.all("fairness") + (self.scenario.fair if self.scenario else []):
            for name in f.names:
                for n, (a, _, _) in enumerate(self.actors):
                    if name not in names:
                        self.constraints.append((n, name, f.strong))
                    elif name == a.name:
                        self.constraints.append((n, None, f.strong))


class Search:
    """Everything reachable, by (faults, steps). `found` is the least witness of each property."""

    def __init__(self, run, limit):
        self.run, self.limit = run, limit
        self.found, self.transitions, self.depth = {}, 0, 0
        self.seen, self.outcome_facts, self.conclusions = {}, {}, {}
        self.images, self.image_of = {}, {}
        self.starts, self.graph = [], {}  # for progress: state -> (its edges, constraints enabled)

    def note(self, name, at):
        if name not in self.found or at < self.found[name]:
            self.found[name] = at

    # From the start

    def initial(self):
        run, G = self.run, [list(self.run.G)]
        for n, t in run.free:
            G = [g[:n] + [v] + g[n + 1:] for g in G for v in t.members]
        for g in G:
            m = Machine(None, g, ((), (), None), (), run.budgets)
            for n, t, value in run.initial_values:
                m.G[n] = t.check(run.compiler.expr(value, Scope())[0](m))
            states = [tuple(m.G)]
            for block in run.init:
                states = [o[1] for s in states for o in self.atomic(block, s)]
            for s in states:
                yield from self.start(s)

    def atomic(self, block, G):
        m = Machine(None, G, (((block, 0, 0),), (), None), (), self.run.budgets)
        m.quiet = 1
        return m.run()

    def start(self, G):
        """Each actor runs up to its first point."""
        configurations = []
        for n, (a, identity, values) in enumerate(self.run.actors):
            local = {f.slot: v for f, v in zip(a.formals, values)}
            if identity is not None:
                local[a.slot] = identity
            m = Machine(n, G, (((a.body, 0, 0),), tuple(local.items()), a.first_result), (), self.run.budgets)
            m.actors = configurations
            (failed, G, configuration, _, _), = m.run()
            if failed:
                self.note(failed, (0, 0))
                return
            configurations.append(configuration)
        yield (G, tuple(configurations))

    # The run

    def search(self):
        heap, number = [], 0
        for s in self.initial():
            self.starts.append(s)
            heapq.heappush(heap, (0, 0, number, s))
            number += 1
        while heap:
            faults, steps, _, state = heapq.heappop(heap)
            if state in self.seen:
                continue
            self.seen[state] = (faults, steps)
            if len(self.seen) > self.limit:
                raise Bad("too many states")
            self.depth = max(self.depth, steps)
            for f, successor in self.visit(state, (faults, steps)):
                if successor not in self.seen:
                    number += 1
                    heapq.heappush(heap, (faults + f, steps + 1, number, successor))
        self.crashes()

    def visit(self, state, at):
        G, actors = state
        after, moves, edges, enabled = [], False, [], 0
        for n in range(len(actors)):
            if actors[n][0] == ():
                continue
            m = Machine(n, G, actors[n], actors, self.run.budgets)
            m.fuse = True
            for failed, new, configuration, faults, passed in m.run():
                self.transitions += 1
                moves = moves or not faults
                takes = 0 if faults else self.takes(n, passed)
                enabled |= takes
                if failed:
                    self.note(failed, (at[0] + faults, at[1] + 1))
                else:
                    after.append((faults, (new, actors[:n] + (configuration,) + actors[n + 1:])))
                    edges.append((after[-1][1], faults, takes))
        if self.run.progress:
            self.graph[state] = (edges, enabled)
        self.judge(G, actors, at, moves)
        return after

    def takes(self, n, passed):
        """The constraints, as bits, of which this is a step."""
        return sum(1 << i for i, (who, label, _) in enumerate(self.run.constraints)
                   if who == n and (label is None or label in passed))

    def judge(self, G, actors, at, moves):
        kinds = [a.kind for a, _, _ in self.run.actors]
        all_ended = all(c[0] == () for c, k in zip(actors, kinds) if k == "thread")
        if not moves:
            stuck = not all_ended or any(k == "daemon" and not idle(c[0]) for c, k in zip(actors, kinds))
            if stuck:
                self.note("deadlock", at)
        for name, kind, closure in self.run.asked:
            if kind == "invariant" or kind == "final" and all_ended or kind == "quiescent" and all_ended and not moves:
                if name not in self.found and not self.holds(closure, G, actors):
                    self.note(name, at)
            elif kind == "cover" and name not in self.found and self.holds(closure, G, actors):
                self.note(name, at)
        if self.run.losses:
            self.lose(G, at, self.run.losses)
        elif all_ended:
            self.outcome(G, actors, at)

    def holds(self, closure, G, actors, failed=False):
        """A property that cannot be evaluated does not hold."""
        m = Machine(None, G, ((), (), None), actors, {})
        try:
            return bool(closure(m))
        except Fail:
            return failed

    def outcome(self, G, actors, at):
        for name, kind, closure in self.run.asked:
            if kind in ("never", "sometimes", "always"):
                answer = self.holds(closure, G, actors, failed=kind == "never")
                facts = self.outcome_facts.setdefault(name, {})
                if answer not in facts or at < facts[answer]:
                    facts[answer] = at

    # Power loss

    def lose(self, G, at, losses):
        """States right after a loss, by what power_loss may read."""
        key = (tuple(v for v, s in zip(G, self.run.storage) if s != "memory"), losses)
        at = (at[0] + 1, at[1])
        if key in self.image_of and self.image_of[key] <= at:
            return
        self.image_of[key] = at
        for failed, after, _, faults, _ in self.atomic(self.run.power_loss.body, G):
            if failed:
                self.note(failed, at)
                continue
            after = tuple(f if s in ("memory", "device") else v
                          for v, f, s in zip(after, self.run.first, self.run.storage))
            stack = ()
            if self.run.recover:
                m = Machine(0, after, (((self.run.recover.body, 0, 0),), (), None), (), self.run.budgets)
                m = begins_with_point(m)
                after, stack = tuple(m.G), m.configuration()
            self.push_image((after, stack, losses - 1), at)

    def push_image(self, image, at):
        if image not in self.images or at < self.images[image]:
            self.images[image] = at
            heapq.heappush(self.heap, (at, self.pushed, image))
            self.pushed += 1

    def crashes(self):
        edges, done = {}, set()
        while self.heap:
            at, _, image = heapq.heappop(self.heap)
            if image in done:
                continue
            done.add(image)
            if len(done) > self.limit:
                raise Bad("too many crash images")
            G, configuration, losses = image
            if configuration == () or configuration[0] == ():
                self.recovered(G, at)
                if losses:
                    self.lose(G, at, losses)
                continue
            m = Machine(0, G, configuration, (), self.run.budgets)
            m.fuse = True
            edges[image], moves = [], False
            for failed, new, then, faults, _ in m.run():
                moves = moves or not faults
                there = (at[0] + faults, at[1] + 1)
                if failed:
                    self.note(failed, there)
                else:
                    if not faults:
                        edges[image].append((new, then, losses))
                    self.push_image((new, then, losses), there)
            if not moves:
                self.note("recovery", at)
            if losses:
                self.lose(G, at, losses)
        self.turns = has_cycle(edges)
        self.image_count = len(done)

    def recovered(self, G, at):
        for name, kind, closure in self.run.asked:
            if kind in ("crash_invariant", "crash_cover") and name not in self.found:
                if bool(self.holds(closure, G, ())) == (kind == "crash_cover"):
                    self.note(name, at)
        self.outcome(G, (), at)

    heap, pushed, turns, image_count = None, 0, False, 0

    # Progress

    def progress(self):
        """Answers of the progress properties. What cannot be evaluated does not hold: where that is the antecedent of
        `leads to`, the answer errs towards `violated`, too."""
        if not self.run.progress:
            return {}
        states = list(self.graph)
        number = {s: i for i, s in enumerate(states)}
        graph = Graph({number[s] for s in self.starts}, [self.graph[s][1] for s in states],
                      [[(number[to], f, takes) for to, f, takes in self.graph[s][0]] for s in states],
                      [strong for _, _, strong in self.run.constraints])
        vacuous, answers = graph.vacuous(), {}
        for name, kind, closure, answer in self.run.progress:
            goal = answer or closure
            allowed = {i for i, s in enumerate(states) if not self.holds(goal, *s)}
            if kind == "eventually":
                begins = allowed & graph.initial
            elif kind == "always_eventually":
                begins = allowed
            else:
                begins = {i for i in allowed if self.holds(closure, *states[i], failed=True)}
            found = graph.answer(begins, allowed)
            answers[name] = {"verdict": "violated" if found else "holds", "faults": None, "steps": None,
                             "vacuous": vacuous, "stem": found and found[0], "faultless_cycle": bool(found and found[1])}
        return answers

    def answers(self):
        properties = {}
        for name, kind, _ in self.run.asked:
            at = self.found.get(name)
            if kind in ("never", "sometimes", "always"):
                facts = self.outcome_facts.get(name, {})
                at = {"never": facts.get(True), "always": facts.get(False), "sometimes": None}[kind]
                holds = {"never": at is None, "always": facts.keys() == {True},
                         "sometimes": facts.keys() == {True, False}}[kind]
            else:
                holds = (at is None) != (kind in ("cover", "crash_cover"))
            properties[name] = answer(holds, at)
        for name, at in self.found.items():
            properties.setdefault(name, answer(False, at))
        if self.turns:
            properties["recovery"] = {"verdict": "violated", "faults": None, "steps": None}
        properties.update(self.progress())
        return {"states": len(self.seen), "transitions": self.transitions, "depth": self.depth,
                "crash_images": self.image_count, "properties": properties}


def answer(holds, at):
    return {"verdict": "holds" if holds else "violated", "faults": at[0] if at else None, "steps": at[1] if at else None}


def idle(stack):
    """At a wait that heads the outermost loop, which is a `loop`; or ended."""
    if stack == ():
        return True
    for i, (block, _, _) in enumerate(stack):
        if block.role == "while":
            return False
        if block.role == "loop":
            top, index, _ = stack[-1]
            before = (s for b, n, _ in stack[i:] for s in b.inside[:n])
            return all(is_nothing(s) for s in before) and is_wait(top.inside[index])
    return False


def has_cycle(edges):
    color = {}
    for root in edges:
        if root in color:
            continue
        color[root], path = 1, [(root, iter(edges[root]))]
        while path:
            node, rest = path[-1]
            for n in rest:
                if color.get(n) == 1:
                    return True
                if n in edges and n not in color:
                    color[n] = 1
                    path.append((n, iter(edges[n])))
                    break
            else:
                color[node] = 2
                path.pop()
    return False


def is_module(path):
    """Is there nothing to ask, only something to import?"""
    return not any(i.own and i.k in ("scenario", "actor", "property") for i in load(path))


def configurations(path, only=None, settings=None):
    """(scenario or None, variant or None) of each run of a file."""
    scenarios = [i for i in load(path) if i.k == "scenario" and i.own]
    if only is None and (settings or not scenarios):
        return [(None, None)]
    return [(s.name, v) for s in scenarios if only in (None, s.name) for v in s.over or [None]]


def answer_run(path, scenario=None, variant=None, settings=None, limit=1000000):
    items = load(path)  # read again for each run: preparing writes into the trees
    chosen = next((i for i in items if i.k == "scenario" and i.name == scenario and i.own), None)
    search = Search(Run(items, chosen, variant, settings), limit)
    search.heap = []
    search.search()
    return {"spec": path, "scenario": scenario, "variant": variant, **search.answers()}


def main():
    arguments = argparse.ArgumentParser(description="Answers of an independent interpreter of the language, as JSON.")
    arguments.add_argument("files", nargs="+")
    arguments.add_argument("--scenario")
    arguments.add_argument("-D", action="append", default=[], dest="settings", metavar="NAME=VALUE")
    arguments.add_argument("--max-states", type=int, default=1000000)
    given = arguments.parse_args()
    settings = dict(s.split("=", 1) for s in given.settings)
    runs = [answer_run(f, s, v, settings, given.max_states)
            for f in given.files for s, v in configurations(f, given.scenario, settings)]
    print(json.dumps(runs, indent=1))


if __name__ == "__main__":
    main()
