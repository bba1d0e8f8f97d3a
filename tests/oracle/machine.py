"""One actor at work: the rules of a step (model/system/README.md), executed on the syntax tree.

Where an actor stands is a stack of (block, index, phase): the statement it is about to begin, inside out; phase 1 is
"the call has returned, its result is not stored yet". The blocks know what they are the body of. `prepare` compiles the
expressions of a body and resolves its names; a Machine then walks from one scheduling point to the next, and is
copied at every choice."""

from meaning import Bad, Fail, Scope, at_path, heading, put

class Preparation:
    """Compiles bodies: procedures, actors, and the blocks of power_loss, recover, init."""

    def __init__(self, compiler, run):
        self.c, self.run = compiler, run

    def body(self, block, role, scope, result=None, inside=None):
        """`result`: its type, `inside`: the procedure that this is the body of."""
        self.result, self.inside, block.owner = result, inside, None
        self.block(block, role, Scope(scope))

    def block(self, block, role, scope, up=None):
        block.role, block.locals, block.up = role, [], up
        block.labels_inside = {}
        for i, s in enumerate(block.inside):
            for label in s.labels:
                block.labels_inside[label] = i
        for i, s in enumerate(block.inside):
            s.index = i
            self.statement(s, block, scope)

    def statement(self, s, block, scope):
        s.point, s.deps = False, frozenset()
        getattr(self, "s_" + s.k)(s, block, scope)

    def inner(self, s, body, role, block, scope):
        body.owner = s
        self.block(body, role, Scope(scope), block)

    def s_empty(self, s, block, scope):
        pass

    def s_block(self, s, block, scope):
        self.inner(s, s, "plain", block, scope)

    def s_step(self, s, block, scope):
        s.point = True

    def s_atomic(self, s, block, scope):
        s.point = True
        self.inner(s, s.body, "atomic", block, scope)

    def s_ghost(self, s, block, scope):
        self.inner(s, s.body, "ghost", block, scope)

    def s_await(self, s, block, scope):
        s.point = True
        s.test, _, s.deps = self.c.expr(s.condition, scope)

    def s_assert(self, s, block, scope):
        s.test, _, s.deps = self.c.expr(s.condition, scope)
        s.name = s.labels[-1] if s.labels else f"assert@{s.line}"

    def s_if(self, s, block, scope):
        s.test, _, s.deps = self.c.expr(s.condition, scope)
        self.inner(s, s.yes, "plain", block, scope)
        if s.no:
            self.inner(s, s.no, "plain", block, scope)

    def s_while(self, s, block, scope):
        s.test, _, s.deps = self.c.expr(s.condition, scope)
        self.inner(s, s.body, "while", block, scope)

    def s_loop(self, s, block, scope):
        self.inner(s, s.body, "loop", block, scope)

    def s_for(self, s, block, scope):
        over = self.c.type(s.type)
        s.values, s.slot = over.members, self.c.number()
        inner = Scope(scope)
        inner.names[s.name] = ("local", s.slot, over)
        self.inner(s, s.body, "for", block, inner)

    def s_choose(self, s, block, scope):
        s.point = True
        for way in s.ways:
            inner, way.where, way.values, way.slot = Scope(scope), None, (None,), None
            if way.binder:
                over = self.c.type(way.binder.type)
                way.values, way.slot = over.members, self.c.number()
                inner.names[way.binder.name] = ("local", way.slot, over)
                if way.binder.where:
                    way.where = self.c.expr(way.binder.where, inner)[0]
            way.body.slot = way.slot
            self.inner(s, way.body, "choose", block, inner)

    def s_goto(self, s, block, scope):
        b = block
        while b is not None and s.label not in b.labels_inside:
            b = b.up
        if b is None:
            raise Bad(f"line {s.line}: goto {s.label} goes nowhere")
        s.target, s.to = b, b.labels_inside[s.label]

    def s_break(self, s, block, scope):
        pass

    s_continue = s_break

    def s_return(self, s, block, scope):
        s.value_type = self.result
        self.value(s, s.value, scope)

    def s_var(self, s, block, scope):
        s.type_ = self.c.type(s.type)
        self.value(s, s.value, scope)  # the name is not visible in its own initial value
        s.slot = self.c.number()
        block.locals.append((s.index, s.slot))
        scope.names[s.name] = ("local", s.slot, s.type_)

    def value(self, s, value, scope):
        """What a statement computes: an expression, or the result of a procedure."""
        s.compute, s.called = None, None
        if value is None:
            return
        if is_trylock(value, self.run):
            s.compute, _, s.deps = self.c.expr(value, scope)
        elif value.k == "call" and (value.name == "super" or self.run.is_procedure(value.name)):
            self.call(s, value, scope)
        else:
            s.compute, _, s.deps = self.c.expr(value, scope, s.type_ if s.k == "var" else s.value_type)

    def call(self, s, call, scope):
        s.called = self.run.super_of(self.inside) if call.name == "super" else self.run.procedure(call.name)
        s.kept = self.c.number()
        deps, arguments = set(), []
        for formal, a in zip(s.called.formals, call.arguments):
            if formal.ref:
                closure, _, _ = self.c.place(a, scope)
                deps |= self.c.index_dependencies(a, scope)
            else:
                closure, _, more = self.c.expr(a, scope, formal.type_)
                deps |= more
            arguments.append(closure)
        s.arguments, s.deps = arguments, frozenset(deps)

    def s_call(self, s, block, scope):
        name = s.call.name
        if name in ("lock", "unlock", "trylock") and not self.run.is_procedure(name):
            s.point, s.called = True, None
            s.k = name
            s.place, _, s.deps = self.c.place(s.call.arguments[0], scope)
        else:
            self.call(s, s.call, scope)

    def s_assign(self, s, block, scope):
        parts = [self.c.place(p, scope) for p in s.places]
        s.targets = [(p[0], p[1]) for p in parts]
        s.called, s.computes = None, []
        s.target_deps = frozenset().union(*(p[2] for p in parts))
        s.history = all(self.run.is_ghost(root_of(p).name) and not scope.find(root_of(p).name) for p in s.places)
        deps = set(s.target_deps)
        first = s.values[0]
        s.trylock = None
        if is_trylock(first, self.run):  # a call: its result is stored by a step of its own
            s.trylock, _, s.deps = self.c.expr(first, scope)
            s.kept = self.c.number()
            return
        if len(s.values) == 1 and first.k == "call" and (first.name == "super" or self.run.is_procedure(first.name)):
            self.call(s, first, scope)
            return
        for v, part in zip(s.values, parts):
            compute, _, more = self.c.expr(v, scope, part[1])
            s.computes.append(compute)
            deps |= more
        s.deps = frozenset() if s.history else frozenset(deps)


def root_of(place):
    return place if place.k == "name" else root_of(place.of)


def is_trylock(e, run):
    return e.k == "call" and e.name == "trylock" and not run.is_procedure("trylock")


class Machine:
    """An actor in a state. After `run`, each outcome is (property that failed or None, G, configuration, faults, labels
    that the step passed, also those before the failure)."""

    def __init__(self, me, G, configuration, actors, budgets):
        self.me, self.actors, self.budgets = me, actors, budgets
        self.G, self.X = list(G), {}
        stack, local, self.result = configuration
        self.stack, self.L = list(stack), dict(local)
        self.faults, self.fuse, self.quiet, self.fuses, self.passed = 0, False, 0, [], frozenset()
        self.work = 0

    def copy(self):
        m = Machine.__new__(Machine)
        m.__dict__.update(self.__dict__)
        m.G, m.L, m.stack, m.fuses, m.X = list(self.G), dict(self.L), list(self.stack), list(self.fuses), {}
        return m

    def read(self, root, path):
        return at_path(self.G[root] if root >= 0 else self.L[-root], path)

    def write(self, root, path, value):
        if root >= 0:
            self.G[root] = put(self.G[root], path, value)
        else:
            self.L[-root] = put(self.L[-root], path, value)

    def configuration(self):
        return (tuple(self.stack), tuple(sorted(self.L.items())) if self.stack else (), self.result)

    def outcome(self, failed=None):
        return (failed, tuple(self.G), self.configuration(), self.faults, self.passed)

    def shared(self, deps):
        for d in deps:
            if isinstance(d, str) or self.L[d][0] >= 0:
                return True
        return False

    # Walking

    def run(self):
        """All outcomes; none if the actor cannot move."""
        try:
            while self.stack:
                block, index, phase = self.stack[-1]
                if index >= len(block.inside):
                    self.leave_block(block)
                    continue
                s = block.inside[index]
                if not self.quiet and not self.fuse and self.is_point(s, phase):
                    break
                if phase == 0:
                    self.passed = self.passed.union(heading(self.stack, self.L))
                if s.k == "choose":
                    return self.choose(s)
                if self.begin(s, phase) == "blocked":
                    return []
                self.work += 1
                if self.work > 100000:
                    raise Bad("a step that does not end")
        except Fail as f:
            return [self.outcome(f.args[0])]
        return [self.outcome()]

    def is_point(self, s, phase):
        if phase == 1:
            return s.k == "assign" and self.shared(s.target_deps)
        return s.point or self.shared(s.deps)

    def next(self):
        block, index, _ = self.stack[-1]
        self.stack[-1] = (block, index + 1, 0)

    def enter(self, block):
        self.stack.append((block, 0, 0))

    def drop(self, block, first=0):
        """Locals of the block, from this statement on, are out of scope."""
        for index, slot in block.locals:
            if index >= first:
                self.L.pop(slot, None)

    def leave_block(self, block):
        """Behind its last statement."""
        self.pop()
        role = block.role
        if role == "choose":
            self.fuse = False
        if role == "atomic":
            self.fuse = False
        if role in ("plain", "atomic", "ghost", "choose"):
            self.next()
        elif role == "for":
            s = block.owner
            i = s.values.index(self.L[s.slot]) + 1
            if i < len(s.values):
                self.L[s.slot] = s.values[i]
                self.enter(block)
            else:
                del self.L[s.slot]
                self.next()
        elif role == "proc":
            self.returned(block.first_result, block)

    def pop(self):
        block, _, _ = self.stack.pop()
        self.drop(block)
        if block.role in ("atomic", "ghost"):
            self.quiet -= 1
        if block.role == "ghost":
            self.fuse = self.fuses.pop()
        elif block.role == "choose" and block.slot:
            self.L.pop(block.slot, None)
        elif block.role == "proc":
            for slot in block.parameters:
                self.L.pop(slot, None)
        return block

    # Statements. Each begins where the stack points and leaves the stack where to go on.

    def begin(self, s, phase):
        if phase == 1:
            self.fuse = False
            value = self.L.pop(s.kept)
            self.store([(s.targets[0][0](self), s.targets[0][1], value)])
            self.next()
            return None
        return getattr(self, "s_" + s.k)(s)

    def s_empty(self, s):
        self.next()

    def s_block(self, s):
        self.enter(s)

    def s_step(self, s):
        self.fuse = False
        self.next()

    def s_atomic(self, s):
        self.quiet += 1
        self.enter(s.body)

    def s_ghost(self, s):
        self.quiet += 1
        self.fuses.append(self.fuse)
        self.enter(s.body)

    def s_loop(self, s):
        self.enter(s.body)

    def s_for(self, s):
        if s.values:
            self.L[s.slot] = s.values[0]
            self.enter(s.body)
        else:
            self.next()

    def s_if(self, s):
        self.fuse = False
        if s.test(self):
            self.enter(s.yes)
        elif s.no:
            self.enter(s.no)
        else:
            self.next()

    def s_while(self, s):
        self.fuse = False
        if s.test(self):
            self.enter(s.body)
        else:
            self.next()

    def blocked(self):
        if self.fuse:
            return "blocked"
        raise Fail("atomic_blocks")

    def s_await(self, s):
        if not s.test(self):
            return self.blocked()
        self.fuse = False
        self.next()
        return None

    def s_lock(self, s):
        root, path = s.place(self)
        holder = self.read(root, path)
        if holder == self.me:
            raise Fail("locks")
        if holder is not None:
            return self.blocked()
        self.fuse = False
        self.write(root, path, self.me)
        self.next()
        return None

    def s_unlock(self, s):
        root, path = s.place(self)
        if self.read(root, path) != self.me:
            raise Fail("locks")
        self.fuse = False
        self.write(root, path, None)
        self.next()

    def s_trylock(self, s):
        root, path = s.place(self)
        holder = self.read(root, path)
        self.fuse = False
        if holder is None:
            self.write(root, path, self.me)
        self.next()

    def s_assert(self, s):
        self.fuse = False
        if not s.test(self):
            raise Fail(s.name)
        self.next()

    def s_goto(self, s):
        self.fuse = False
        while self.stack[-1][0] is not s.target:
            block = self.pop()
            if block.role == "for":
                del self.L[block.owner.slot]
        self.drop(s.target, s.to)
        self.stack[-1] = (s.target, s.to, 0)

    def s_break(self, s):
        self.fuse = False
        block = self.pop()
        while block.role not in ("for", "while", "loop"):
            block = self.pop()
        if block.role == "for":
            del self.L[block.owner.slot]
        self.next()

    def s_continue(self, s):
        self.fuse = False
        while self.stack[-1][0].role not in ("for", "while", "loop"):
            self.pop()
        block = self.stack[-1][0]
        self.stack[-1] = (block, len(block.inside), 0)

    def store(self, what):
        for (root, path), type_, value in what:
            self.write(root, path, type_.check(value))

    def s_assign(self, s):
        if s.called:
            return self.call(s)
        self.fuse = self.fuse and s.history
        if s.trylock:
            block, index, _ = self.stack[-1]
            self.L[s.kept] = s.trylock(self)
            self.stack[-1] = (block, index, 1)
            return None
        values = [c(self) for c in s.computes]
        self.store([(place(self), type_, v) for (place, type_), v in zip(s.targets, values)])
        self.next()
        return None

    def s_var(self, s):
        if s.called:
            return self.call(s)
        if s.compute:
            self.fuse = False
            self.L[s.slot] = s.type_.check(s.compute(self))
        else:
            self.L[s.slot] = s.type_.first()
        self.next()
        return None

    def s_call(self, s):
        return self.call(s)

    def call(self, s):
        if self.shared(s.deps):
            self.fuse = False  # binding arguments of the actor's own is no code
        proc = s.called
        values = [a(self) for a in s.arguments]
        for formal, v in zip(proc.formals, values):
            self.L[formal.slot] = v if formal.ref else formal.type_.check(v)
        self.enter(proc.body)

    def s_return(self, s):
        if s.called:
            return self.call(s)
        self.fuse = False
        self.leave(s.compute(self) if s.compute else None, s.value_type)
        return None

    def leave(self, value, type_):
        """return: out of the procedure, or the end of the actor."""
        if type_ is not None and value is not None or type_ is not None and type_.kind == "optional":
            type_.check(value)
        while True:
            block = self.pop()
            if block.role == "for":
                del self.L[block.owner.slot]
            if block.role == "proc":
                return self.returned(value, block)
            if block.role == "actor":
                if type_ is not None:
                    self.result = value
                return None

    def returned(self, value, proc_body):
        """The procedure is left; the statement that called it goes on."""
        block, index, _ = self.stack[-1]
        s = block.inside[index]
        if s.k == "assign":
            self.L[s.kept] = value
            self.stack[-1] = (block, index, 1)
        elif s.k == "var":
            self.L[s.slot] = s.type_.check(value)
            self.next()
        elif s.k == "return":
            self.leave(value, s.value_type)
        else:
            self.next()

    def choose(self, s):
        """Commits together with the first step of the branch."""
        outcomes = []
        for way in s.ways:
            for v in way.values:
                m = self.copy()
                if way.fault is not None:
                    slot = self.budgets.get(way.fault)
                    if slot is not None:
                        if not m.G[slot]:
                            continue
                        m.G[slot] -= 1
                    m.faults += 1
                if way.slot:
                    m.L[way.slot] = v
                try:
                    if way.where and not way.where(m):
                        continue
                except Fail as f:
                    outcomes.append(m.outcome(f.args[0]))
                    continue
                m.fuse = True
                m.enter(way.body)
                outcomes += m.run()
        if not outcomes and not self.fuse:
            return [self.outcome("atomic_blocks")]
        return outcomes


def begins_with_point(machine):
    """Where recovery stands at first: at its first point, or before its first code, ghosts and arguments included."""
    m = machine.copy()
    while m.stack:
        block, index, phase = m.stack[-1]
        if index >= len(block.inside):
            m.leave_block(block)
            continue
        s = block.inside[index]
        if m.is_point(s, phase):
            return m
        if s.k in ("empty", "block", "loop", "for") or s.k == "call" and not s.arguments \
                or s.k == "var" and s.value is None:
            m.begin(s, phase)
        else:
            return machine
    return m
