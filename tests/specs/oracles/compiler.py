"""From the items of a specification and one scenario to a run: for second.py. The code of an actor is a list of
instructions with scheduling points; `Program.successors` runs it from one point to the next."""

from types import SimpleNamespace as Node

from values import Context, Expression, Expressions, Fail, Map, Place, Scope, contains, first, values

END = -1


class FaultyStep:
    def __init__(self, name):
        self.property = name


class Code(Expressions):
    """Compiles one body. Slot 0 of the locals is the actor's result."""

    def __init__(self, program, result=None):
        self.program, self.bound_count = program, 0
        self.lookup, self.functions = program.lookup, program.functions
        self.named_type, self.predicate = program.named_type, program.predicate
        self.out, self.slots = [], [first(result) if result else None]
        self.result_type, self.labels, self.idle_heads = result, {}, []
        self.quiet = 0         # inside atomic or ghost: no points
        self.ghosts = 0
        self.frames = []       # procedures being inlined
        self.scopes = [Scope()]
        self.loops = []

    def type_of(self, t, scope=None):
        return self.program.type_of(t, scope if scope is not None else self.scopes[-1])

    # --- emitting
    def emit(self, op, touches=False, **more):
        self.out.append(Node(op=op, point=touches and not self.quiet, ghost=self.ghosts > 0, **more))
        return len(self.out) - 1

    def here(self):
        return len(self.out)

    def new_slot(self, t):
        self.slots.append(first(t))
        slot = len(self.slots) - 1
        self.scopes[-1].slots.append((slot, self.here()))
        return slot

    def open(self, frame=False):
        self.scopes.append(Scope(None if frame else self.scopes[-1]))

    def reset(self, scopes, after=-1):
        slots = [s for scope in scopes for s, declared in scope.slots if declared > after]
        if slots:
            self.emit("reset", slots=slots)

    def close(self):
        self.reset([self.scopes[-1]])
        self.scopes.pop()

    def x(self, e):
        return self.expression(e, self.scopes[-1])

    # --- statements
    def block(self, statements):
        self.open()
        for s in statements:
            self.statement(s)
        self.close()

    def statement(self, s):
        for label in s[1]:
            self.labels.setdefault(label, set()).add(self.here())
            self.frames[-1].labels[label] = (self.here(), list(self.scopes))
        getattr(self, "do_" + s[2][0])(*s[2][1:], *([s[1]] if s[2][0] == "assert" else []))

    def do_empty(self):
        pass

    def do_block(self, statements):
        self.block(statements)

    def do_var(self, name, t, e):
        t = self.type_of(t)
        if e is not None and self.procedure_called(e):
            slot = self.new_slot(t)
            self.call(e, Place("local", slot, t))
        else:
            value = self.x(e) if e is not None else None
            slot = self.new_slot(t)
            if value is None:
                self.emit("reset", slots=[slot])
            else:
                self.store([Place("local", slot, t)], [value])
        self.scopes[-1].names[name] = ("place", Place("local", slot, t))

    def store(self, places, given):
        touches = any(p.shared() or p.touches for p in places) or any(v.touches for v in given)

        def act(c):
            ways = [p.way(c) for p in places]
            for place, way, v in zip(places, ways, [v.at(c) for v in given]):
                place.store(c, way, v)
        self.emit("act", touches, act=act)

    def do_assign(self, places, given):
        if len(given) == 1 and self.procedure_called(given[0]):
            self.call(given[0], self.place(places[0], self.scopes[-1]))
        else:
            self.store([self.place(p, self.scopes[-1]) for p in places], [self.x(v) for v in given])

    def do_call(self, e):
        self.call(e, None)

    def do_if(self, condition, yes, no):
        c = self.x(condition)
        branch = self.emit("branch", c.touches, condition=c.at, other=None)
        self.block(yes)
        jump = self.emit("jump", to=None)
        self.out[branch].other = self.here()
        self.block(no)
        self.out[jump].to = self.here()

    def do_loop(self, body):
        if not self.loops:
            self.idle_heads.append(self.here())
        self.do_while(None, body)

    def do_while(self, condition, body):
        head, branch = self.here(), None
        if condition is not None:
            c = self.x(condition)
            branch = self.emit("branch", c.touches, condition=c.at, other=None)
        self.loops.append(Node(depth=len(self.scopes), breaks=[], continues=[]))
        self.block(body)
        loop = self.loops.pop()
        self.emit("jump", to=head)
        if branch is not None:
            self.out[branch].other = self.here()
        for at in loop.breaks:
            self.out[at].to = self.here()
        for at in loop.continues:
            self.out[at].to = head

    def do_for(self, name, t, body):
        loop = Node(depth=len(self.scopes), breaks=[], continues=[])
        self.loops.append(loop)
        for v in values(self.type_of(t)):
            self.open()
            self.scopes[-1].names[name] = ("constant", v)
            self.block(body)
            self.close()
            for at in loop.continues:
                self.out[at].to = self.here()
            loop.continues = []
        self.loops.pop()
        for at in loop.breaks:
            self.out[at].to = self.here()

    def leave_loop(self, which):
        self.emit("mark")           # a jump is code of the actor's own
        loop = self.loops[-1]
        self.reset(self.scopes[loop.depth:])
        getattr(loop, which).append(self.emit("jump", to=None))

    def do_break(self):
        self.leave_loop("breaks")

    def do_continue(self):
        self.leave_loop("continues")

    def do_goto(self, label):
        self.emit("mark")
        self.frames[-1].gotos.append((self.emit("leave", slots=[], to=None), label, list(self.scopes)))

    def do_choose(self, alternatives):
        at = self.emit("choose", True, alternatives=[])
        ends = []
        for fault, name, t, where, body in alternatives:
            self.open()
            slot, of, guard = None, [None], None
            if name:
                t = self.type_of(t)
                slot, of = self.new_slot(t), values(t)
                self.scopes[-1].names[name] = ("place", Place("local", slot, t))
                guard = self.x(where).at if where else None
            self.out[at].alternatives.append(Node(fault=fault, slot=slot, values=of, guard=guard, to=self.here()))
            self.block(body)
            self.emit("mark")       # an empty branch ends here
            self.close()
            ends.append(self.emit("jump", to=None))
        for end in ends:
            self.out[end].to = self.here()

    def do_await(self, e):
        self.emit("await", True, condition=self.x(e).at)

    def do_step(self):
        self.emit("act", True, act=lambda c: None)

    def do_assert(self, e, labels):
        c, name = self.x(e), labels[-1] if labels else "assert"
        self.program.asserts.add(name)

        def act(context):
            if not c.at(context):
                raise Fail(name)
        self.emit("act", c.touches, act=act)

    def do_atomic(self, body):
        self.emit("nop", True)
        self.quiet += 1
        self.block(body)
        self.quiet -= 1
        self.emit("mark")

    def do_ghost(self, body):
        self.quiet += 1
        self.ghosts += 1
        self.block(body)
        self.quiet -= 1
        self.ghosts -= 1

    def do_return(self, e):
        frame = self.frames[-1]
        if e is not None:
            if self.procedure_called(e):
                self.call(e, frame.result)
            else:
                self.store([frame.result], [self.x(e)])
        self.emit("mark")
        self.reset(self.scopes[frame.depth:])
        frame.returns.append(self.emit("jump", to=None))

    # --- calls
    def procedure_called(self, e):
        return e[0] == "call" and (e[1] in ("super", "lock", "unlock", "trylock") or self.program.is_procedure(e[1]))

    def call(self, e, to):
        if e[1] in ("lock", "unlock", "trylock"):
            return self.lock(e[1], self.place(e[2][0], self.scopes[-1]), to)
        body, provider = self.program.resolve(e[1], self.frames[-1].provider, self.frames[-1].procedure)
        caller = self.scopes[-1]
        self.open()                       # the result, until it is stored
        result = None
        if body.result is not None:
            t = self.type_of(body.result, Scope())
            result = Place("local", self.new_slot(t), t)
        self.open()                       # what is kept at the call, until the body ends: values, indices
        bindings, kept, indexed, touches = {}, [], [], False
        for (ref, name, t), argument in zip(body.formals, e[2]):
            if not ref:
                t = self.type_of(t, Scope())
                value = self.expression(argument, caller)
                touches = touches or value.touches
                place = Place("local", self.new_slot(t), t)
                kept.append((place, value))
                bindings[name] = ("place", place)
                continue
            place = self.place(argument, caller)
            path = []
            for key in place.path:
                if not isinstance(key, str) and not key.constant:
                    touches = touches or key.touches
                    slot = self.new_slot(("optional", None))
                    kept.append((Place("local", slot, ("any",)), key))
                    key = Expression(lambda c, n=slot: c.locals[n], False, True)
                path.append(key)
            bindings[name] = ("place", Place(place.root, place.number, place.type, tuple(path)))
            if any(not isinstance(key, str) for key in path):
                indexed.append(place)
        if kept or indexed:
            def keep(c):
                for place in indexed:
                    place.load(c)         # a bad index fails at the call
                for place, v in [(p, v.at(c)) for p, v in kept]:
                    place.store(c, [], v)
            # Own data may be evaluated anywhere: that alone is no code that a branch could start with.
            self.emit("act" if touches else "silent", touches, act=keep)
        self.open(frame=True)
        self.scopes[-1].names.update(bindings)
        self.inline(body, provider, result)
        self.close()
        self.close()
        if to is not None:
            self.store([to], [Expression(result.load, False, False)])
        self.close()

    def inline(self, body, provider, result):
        frame = Node(procedure=body, provider=provider, result=result, depth=len(self.scopes), returns=[], labels={}, gotos=[])
        self.frames.append(frame)
        loops, self.loops = self.loops, self.loops and [None]
        self.block(body.body)
        self.loops = loops
        self.frames.pop()
        for at in frame.returns:
            self.out[at].to = self.here()
        for at, label, scopes in frame.gotos:
            position, target = frame.labels[label]
            common = sum(1 for a, b in zip(scopes, target) if a is b)
            self.out[at].to = position
            self.out[at].slots = [s for scope in scopes[common:] for s, _ in scope.slots] + [
                s for s, declared in target[-1].slots if declared >= position]

    def lock(self, what, place, to):
        def ready(c):
            holder = place.load(c)
            if holder == c.me:
                raise Fail("locks")       # locking what one holds is misuse, no waiting
            return holder is None

        def take(c):
            place.store(c, place.way(c), c.me)

        def give(c):
            way = place.way(c)
            if place.load(c) != c.me:
                raise Fail("locks")
            place.store(c, way, None)

        def attempt(c):
            free = place.load(c) is None
            if free:
                take(c)
            to.store(c, to.way(c), free)
        if what == "lock":
            self.emit("await", True, condition=ready, lock=True)
            self.emit("act", False, act=take)
        else:
            self.emit("act", True, act=give if what == "unlock" else attempt)

    # --- the whole body
    def whole(self, body):
        result = Place("local", 0, self.result_type) if self.result_type else None
        self.inline(Node(body=body, formals=[], result=None), None, result)
        self.emit("end")
        return self

    def follow(self, at):
        while self.out[at].op in ("jump", "reset", "leave", "silent"):
            at = self.out[at].to if self.out[at].op in ("jump", "leave") else at + 1
        return at

    def rests(self, at, atomic=False):
        """Does the code at `at` begin with an await, a choice of them, or an atomic block that begins with one?"""
        i = self.out[self.follow(at)]
        if i.op == "nop" and not atomic:
            return self.rests(self.follow(at) + 1, True)
        if i.op == "choose":
            return all(self.rests(a.to, atomic) for a in i.alternatives)
        return i.op == "await" and not hasattr(i, "lock")

    def idle(self):
        return {self.follow(head) for head in self.idle_heads if self.rests(head)}


class Machine:
    """A step in the making."""

    def __init__(self, cells, own, me, code):
        self.c, self.code = Context(cells, own, me), code

    def copy(self):
        return Machine(list(self.c.cells), list(self.c.locals), self.c.me, self.code)


def run_step(m, at, budgets, fresh=True, spent=0):
    """Runs from `at` to the next point: yields (faults spent, machine, where it stands) or (faults, FaultyStep, None)."""
    out, c = m.code.out, m.c
    while True:
        i = out[at]
        if i.point and not fresh:
            yield spent, m, at
            return
        try:
            if i.op == "act":
                i.act(c)
                fresh = fresh and i.ghost
            elif i.op == "silent":
                i.act(c)
            elif i.op == "branch":
                fresh = fresh and i.ghost
                if not i.condition(c):
                    at = i.other
                    continue
            elif i.op in ("reset", "leave"):
                for slot in i.slots:
                    c.locals[slot] = m.code.slots[slot]
            elif i.op == "mark":
                fresh = False
            elif i.op == "await":
                if not i.condition(c):
                    if not fresh:
                        yield spent, FaultyStep("atomic_blocks"), None
                    return
                fresh = False
            elif i.op == "choose":
                any_way = False
                for way in choices(m, i, budgets, spent):
                    any_way = True
                    yield way
                if not any_way and not fresh:
                    yield spent, FaultyStep("atomic_blocks"), None
                return
            elif i.op == "end":
                c.locals[1:] = m.code.slots[1:]
                yield spent, m, END
                return
        except Fail as failure:
            yield spent, FaultyStep(failure.args[0]), None
            return
        at = i.to if i.op in ("jump", "leave") else at + 1


def choices(m, i, budgets, spent):
    for a in i.alternatives:
        for v in a.values:
            n = m.copy()
            if a.fault is not None and a.fault in budgets:
                if n.c.cells[budgets[a.fault]] == 0:
                    continue
                n.c.cells[budgets[a.fault]] -= 1
            if a.slot is not None:
                n.c.locals[a.slot] = v
            try:
                if a.guard is not None and not a.guard(n.c):
                    continue
            except Fail as failure:
                yield spent + (a.fault is not None), FaultyStep(failure.args[0]), None
                continue
            yield from run_step(n, a.to, budgets, True, spent + (a.fault is not None))


class Program(Expressions):
    def __init__(self, items, scenario, variant):
        self.items, self.scenario, self.bound_count, self.asserts = items, scenario, 0, set()
        self.settings = {**dict(scenario.param if scenario else []), **dict(scenario.option if scenario else [])}
        self.known, self.cells, self.cell_numbers, self.storage = {}, [], {}, []
        self.types, self.constants, self.functions, self.procedures, self.interfaces = {}, {}, {}, {}, {}
        self.variants, self.bound, self.power_loss, self.losses, self.recover = {}, {}, None, 0, None
        self.properties, self.expectations, self.budgets = [], [], {}
        self.declare()
        self.bind_variants([*(scenario.bound if scenario else []), *([variant] if variant else [])])
        self.variables()
        self.compile()

    # --- names
    def declare(self):
        for item in self.items:
            kind = item[0]
            if kind in ("param", "const", "option"):
                self.constants[item[1]] = item
            elif kind in ("type", "enum", "struct", "scalarset"):
                self.types[item[1]] = item
                if kind == "enum":
                    self.known.update({label: label for label in item[2]})
            elif kind == "fn":
                self.functions[item[1]] = item[2:]
            elif kind == "proc":
                self.procedures[item[1].name] = item[1]
            elif kind == "interface":
                self.interfaces.update({p.name: (item[1], p) for p in item[2]})
            elif kind == "variant":
                self.variants[item[1]] = item
            elif kind == "expect" and not self.scenario:
                self.expectations.append(item[1])
        if self.scenario:
            self.expectations = self.scenario.expect

    def bind_variants(self, names):
        for name in names:
            chain = [self.variants[name]]
            while chain[-1][2] == "extends":
                chain.append(self.variants[chain[-1][3]])
            self.bound[chain[-1][3]] = chain      # nearest first
            for v in reversed(chain):
                for option, e in v[5]:
                    if option not in dict(self.scenario.option):
                        self.settings[option] = e

    def is_procedure(self, name):
        return name in self.procedures or name in self.interfaces

    def resolve(self, name, provider, caller):
        """A procedure and who provides it: (interface, position in the variant's chain), for `super`."""
        if name == "super":
            interface, position = provider
            name = caller.name
            position += 1
        elif name in self.procedures:
            return self.procedures[name], None
        else:
            interface, position = self.interfaces[name][0], 0
        chain = self.bound.get(interface, [])
        for at in range(position, len(chain)):
            for p in chain[at][4]:
                if p.name == name:
                    return p, (interface, at)
        return self.interfaces[name][1], (interface, len(chain))

    def lookup(self, name):
        if name in self.cell_numbers:
            number, t = self.cell_numbers[name]
            return ("option", number) if t is None else ("place", Place("global", number, t))
        if name not in self.known:
            item = self.constants[name]
            v = self.constant(self.settings.get(name, item[3]))
            self.known[name] = v
        return ("constant", self.known[name])

    def named_type(self, name):
        item = self.types[name]
        if item[0] == "type":
            return self.type_of(item[2])
        if item[0] == "enum":
            return item
        if item[0] == "struct":
            return ("struct", name, [(f, self.type_of(t)) for f, t in item[2]])
        return ("scalarset", name, self.constant(item[2]))

    def type_of(self, t, scope=None):
        if t[0] == "named":
            return self.named_type(t[1])
        if t[0] == "range":
            return ("range", self.constant(t[1], scope), self.constant(t[2], scope))
        if t[0] in ("optional", "set"):
            return (t[0], self.type_of(t[1], scope))
        if t[0] == "array":
            return ("array", self.type_of(t[1], scope), self.type_of(t[2], scope))
        return t

    # --- cells
    def new_cell(self, name, storage, value, t=None):
        self.cell_numbers[name] = (len(self.cells), t)
        self.cells.append(value)
        self.storage.append(storage)

    def variables(self):
        self.starts = [self.cells]
        for name in self.scenario.free if self.scenario else []:
            t = self.type_of(self.constants[name][2])
            number = len(self.cells)
            self.new_cell(name, "option", None)
            self.starts = [s[:number] + [v] for s in self.starts for v in values(t)]
        self.free_options = len(self.cells)
        budgets = dict(self.scenario.budget) if self.scenario else {}
        for item in self.items:
            if item[0] == "fault":
                e = budgets.get(item[1], item[2])
                if e is not None:
                    self.budgets[item[1]] = len(self.cells)
                    self.new_cell("budget of " + item[1], "budget", self.constant(e))
            elif item[0] == "power_loss":
                self.losses = self.constant(budgets.get("power_loss", item[1] or ("value", 1)))
            elif item[0] == "var":
                t = self.type_of(item[3])
                self.new_cell(item[2], item[1], first(t), t)
        self.firsts = list(self.cells)

    # --- code
    def compile(self):
        self.actors, self.members = [], {}
        clauses = self.scenario.run if self.scenario else None
        declared = {i[1].name: i[1] for i in self.items if i[0] == "actor"}
        if clauses is None:
            clauses = [(name, None) for name, a in declared.items() if not a.formals]
        order = list(declared)
        for name, args in sorted(clauses, key=lambda clause: order.index(clause[0])):
            self.add_actors(declared[name], args or [])
        for item in self.items:
            if item[0] == "property":
                self.properties.append((item[1], item[2], self.expression(item[3], Scope())))
            elif item[0] == "power_loss":
                self.power_loss = self.quiet_code(item[2])
            elif item[0] == "recover":
                self.recover = Code(self).whole(item[1])
        self.properties += [("assert", name, None) for name in sorted(self.asserts)]

    def quiet_code(self, body):
        code = Code(self)
        code.quiet = 1
        return code.whole(body)

    def add_actors(self, decl, args):
        members = values(self.type_of(decl.family[1])) if decl.family else [None]
        for member in members:
            code = Code(self, self.type_of(decl.result) if decl.result else None)
            if decl.family:
                code.scopes[0].names[decl.family[0]] = ("constant", member)
            for (_, name, _), e in zip(decl.formals, args):
                code.scopes[0].names[name] = ("constant", self.constant(e))
            code.whole(decl.body)
            self.members.setdefault((decl.name, member), len(self.actors))
            self.actors.append(Node(kind=decl.kind, code=code, idle=code.idle() if decl.kind == "daemon" else set(),
                                    result=decl.result))

    def predicate(self, what, args, scope):
        e = args[0]
        name, index = (e[1][1], self.expression(e[2], scope)) if e[0] == "index" else (e[1], None)
        label = args[1][1] if what == "at" else None

        def actor(c):
            member = index.at(c) if index else None
            if (name, member) not in self.members:
                raise Fail("range")
            return self.members[name, member]

        def at(c):
            n = actor(c)
            pc, own = c.actors[n]
            code = self.actors[n].code
            if what == "ended":
                return pc == END
            if what == "result":
                return own[0]
            return pc != END and pc in {code.follow(p) for p in code.labels.get(label, ())}
        return Expression(at, True, False)

    # --- states: (cells, ((point, locals) for each actor))
    def initial(self):
        for start in self.starts:
            m = Machine(list(start) + self.firsts[len(start):], [], None, None)
            for item in self.items:
                if item[0] == "var" and item[4] is not None:
                    number, t = self.cell_numbers[item[2]]
                    Place("global", number, t).store(m.c, [], self.expression(item[4], Scope()).at(m.c))
            ways = [(0, m.c.cells)]
            for body in [i[1] for i in self.items if i[0] == "init"] + ([self.scenario.init] if self.scenario else []):
                code = self.quiet_code(body)
                ways = [(s, n.c.cells) for _, cells in ways
                        for s, n, _ in run_step(Machine(list(cells), list(code.slots), None, code), 0, self.budgets)]
            for spent, cells in ways:
                yield from self.begin(spent, cells, [])

    def begin(self, spent, cells, begun):
        if len(begun) == len(self.actors):
            yield spent, (tuple(cells), tuple(begun))
            return
        code = self.actors[len(begun)].code
        for s, m, at in run_step(Machine(list(cells), list(code.slots), len(begun), code), 0, self.budgets, False, spent):
            if isinstance(m, FaultyStep):
                yield s, m
            else:
                yield from self.begin(s, m.c.cells, [*begun, (at, tuple(m.c.locals))])

    def successors(self, state):
        cells, actors = state
        for n, (at, own) in enumerate(actors):
            if at == END:
                continue
            for spent, m, to in run_step(Machine(list(cells), list(own), n, self.actors[n].code), at, self.budgets):
                yield spent, m if isinstance(m, FaultyStep) else (
                    tuple(m.c.cells), actors[:n] + ((to, tuple(m.c.locals)),) + actors[n + 1:])

    def stuck(self, state):
        return any(a.kind == "thread" and at != END or a.kind == "daemon" and at != END and at not in a.idle
                   for a, (at, _) in zip(self.actors, state[1]))

    def threads_ended(self, state):
        return all(a.kind != "thread" or at == END for a, (at, _) in zip(self.actors, state[1]))

    def evaluate(self, e, state):
        try:
            return bool(e.at(Context(list(state[0]), None, None, state[1])))
        except Fail:
            return False

    def kind_of(self, name):
        return next((kind for kind, n, _ in self.properties if n == name), "")

    # --- power loss
    def projection(self, state):
        return tuple(v for v, s in zip(state[0], self.storage) if s != "memory")

    def survivors(self, cells, kept=("durable", "ghost", "budget", "option")):
        return tuple(v if s in kept else f for v, s, f in zip(cells, self.storage, self.firsts))

    def lose_power(self, state):
        code = self.power_loss
        for _, m, _ in run_step(Machine(list(state[0]), list(code.slots), None, code), 0, self.budgets):
            cells = self.survivors(m.c.cells)
            if self.recover is None:
                yield cells, ((END, ()),)
                continue
            start = self.recover.follow(0)
            yield cells, ((END if self.recover.out[start].op == "end" else start, tuple(self.recover.slots)),)

    def recovered(self, state):
        return state[1][0][0] == END

    def recovery_successors(self, state):
        at, own = state[1][0]
        if at == END:
            return
        for spent, m, to in run_step(Machine(list(state[0]), list(own), 0, self.recover), at, self.budgets):
            yield spent, m if isinstance(m, FaultyStep) else (tuple(m.c.cells), ((to, tuple(m.c.locals)),))

    def outcome(self, state):
        return self.survivors(state[0], ("durable", "option")), () if self.power_loss else tuple(
            (END, own[:1]) for _, own in state[1])

    def evaluate_outcome(self, e, outcome):
        return self.evaluate(e, outcome)
