"""Types, values and expressions for oracle.py.

Values are plain Python: bool, int (identities too), str (enumerators), None (`none`, and a free mutex), frozenset, and
tuples for structs and arrays. An expression is compiled to a closure over a machine (machine.py): `G` has the globals,
`L` the locals by number, `X` what an expression binds itself. Beside the closure stand its type and what it depends on:
"shared" if it reads a global, "lock" if it takes a lock, and the numbers of the `ref` parameters that it goes through."""

UNKNOWN = object()  # the type of `none` and of an empty set, where nothing says


class Fail(Exception):
    """A check that does not hold; the argument names the property."""


class Bad(Exception):
    """Not a specification that this program understands."""


class Type:
    """A finite type. `members` are the values of a scalar in order, None for others."""

    def __init__(self, kind, members=None, of=None, index=None, fields=None):
        self.kind, self.of, self.index, self.fields = kind, of, index, fields
        self.members = members
        if members is not None:
            self.position = {v: i for i, v in enumerate(members)}
        if kind == "struct":
            self.number = {name: i for i, (name, _) in enumerate(fields)}

    def first(self):
        if self.kind == "struct":
            return tuple(t.first() for _, t in self.fields)
        if self.kind == "array":
            return tuple(self.of.first() for _ in self.index.members)
        if self.kind == "set":
            return frozenset()
        if self.kind in ("mutex", "optional"):
            return None
        if not self.members:
            raise Bad("a variable of an empty type")
        return self.members[0]

    def check(self, v):
        """The value, if it fits."""
        if self.kind == "struct":
            for (_, t), x in zip(self.fields, v):
                t.check(x)
        elif self.kind == "array":
            for x in v:
                self.of.check(x)
        elif self.kind == "set":
            for x in v:
                self.of.check(x)
        elif self.kind == "optional":
            if v is not None:
                self.of.check(v)
        elif self.kind != "mutex" and v not in self.position:
            raise Fail("range")
        return v


BOOL = Type("bool", (False, True))
INT = Type("int")
MUTEX = Type("mutex")


def at_path(v, path):
    for p in path:
        v = v[p]
    return v


def put(v, path, new):
    if not path:
        return new
    p = path[0]
    return v[:p] + (put(v[p], path[1:], new),) + v[p + 1:]


def divide(a, b):
    if b == 0:
        raise Fail("range")
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


BINARY = {
    "+": lambda a, b: a + b, "*": lambda a, b: a * b, "-": lambda a, b: a - b,
    "/": divide, "%": lambda a, b: a - b * divide(a, b),
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "|": lambda a, b: a | b, "&": lambda a, b: a & b, "in": lambda a, b: a in b,
}


class Scope:
    """Names that are visible at one place in the text: name -> (kind, number, type)."""

    def __init__(self, parent=None):
        self.parent, self.names = parent, {}

    def find(self, name):
        s = self
        while s is not None:
            if name in s.names:
                return s.names[name]
            s = s.parent
        return None


class Compiler:
    """Expressions of one run. `run` knows the global names (oracle.py)."""

    def __init__(self, run):
        self.run, self.numbers = run, 0

    def number(self):
        self.numbers += 1
        return self.numbers

    # Types

    def type(self, t, scope=None):
        if t.k == "bool":
            return BOOL
        if t.k == "mutex":
            return MUTEX
        if t.k == "range":
            low, high = self.constant(t.low), self.constant(t.high)
            return Type("range", tuple(range(low, high + 1)))
        if t.k == "named":
            return self.run.type(t.name)
        if t.k == "set":
            return Type("set", of=self.type(t.of))
        if t.k == "optional":
            of = self.type(t.of)
            return Type("optional", (None,) + of.members, of=of)
        return Type("array", of=self.type(t.of), index=self.type(t.index))

    def constant(self, e, scope=None):
        return self.expr(e, scope or Scope())[0](None)

    # Expressions: (closure, type, dependencies)

    NOTHING = frozenset()
    SHARED = frozenset(["shared"])

    def expr(self, e, scope, wanted=None):
        """`wanted`: the type that its place asks for. Only the elements of a set literal heed it: they must fit."""
        if e.k == "set_value":
            return self.e_set_value(e, scope, wanted)
        return getattr(self, "e_" + e.k)(e, scope)

    def e_literal(self, e, scope):
        v = e.value
        return (lambda m: v), (UNKNOWN if v is None else BOOL if isinstance(v, bool) else INT), self.NOTHING

    def e_name(self, e, scope):
        found = scope.find(e.name)
        if found:
            kind, n, type_ = found
            if kind == "bound":
                return (lambda m: m.X[n]), type_, self.NOTHING
            if kind == "local":
                return (lambda m: m.L[n]), type_, self.NOTHING

            def through(m):
                root, path = m.L[n]
                return at_path(m.G[root] if root >= 0 else m.L[-root], path)
            return through, type_, frozenset([n])
        kind, what, type_ = self.run.name(e.name)
        if kind == "constant":
            return (lambda m: what), type_, self.NOTHING
        if kind == "option":  # a free one: in the state, but a constant to everybody
            return (lambda m: m.G[what]), type_, self.NOTHING
        return (lambda m: m.G[what]), type_, self.SHARED

    def e_field(self, e, scope):
        of, t, deps = self.expr(e.of, scope)
        n = t.number[e.name]
        return (lambda m: of(m)[n]), t.fields[n][1], deps

    def e_element(self, e, scope):
        of, t, deps = self.expr(e.of, scope)
        index, _, more = self.expr(e.index, scope)
        position = t.index.position

        def element(m):
            a, i = of(m), index(m)
            if i not in position:
                raise Fail("range")
            return a[position[i]]
        return element, t.of, deps | more

    def e_unary(self, e, scope):
        of, t, deps = self.expr(e.of, scope)
        return ((lambda m: -of(m)) if e.op == "-" else (lambda m: not of(m))), t, deps

    def e_binary(self, e, scope):
        a, ta, deps = self.expr(e.left, scope)
        b, tb, more = self.expr(e.right, scope, ta)
        if e.left.k == "set_value":
            a, ta, deps = self.expr(e.left, scope, tb)
        deps = deps | more
        if e.op == "and":
            return (lambda m: a(m) and b(m)), BOOL, deps
        if e.op == "or":
            return (lambda m: a(m) or b(m)), BOOL, deps
        f = BINARY[e.op]
        t = BOOL if e.op in ("==", "!=", "<", "<=", ">", ">=", "in") else ta if ta is not UNKNOWN else tb
        return (lambda m: f(a(m), b(m))), t, deps

    def e_implies(self, e, scope):
        a, _, deps = self.expr(e.left, scope)
        b, _, more = self.expr(e.right, scope)
        return (lambda m: b(m) if a(m) else True), BOOL, deps | more

    def e_conditional(self, e, scope):
        c, _, deps = self.expr(e.condition, scope)
        a, ta, more = self.expr(e.yes, scope)
        b, tb, most = self.expr(e.no, scope)
        return (lambda m: a(m) if c(m) else b(m)), ta if ta is not UNKNOWN else tb, deps | more | most

    def bind(self, name, type_, scope):
        inner, n = Scope(scope), self.number()
        inner.names[name] = ("bound", n, type_)
        return inner, n

    def e_quantified(self, e, scope):
        over = self.type(e.binder.type)
        inner, n = self.bind(e.binder.name, over, scope)
        body, _, deps = self.expr(e.body, inner)
        where = None
        if e.binder.where:
            where, _, more = self.expr(e.binder.where, inner)
            deps |= more

        def each(m):  # for every member: a quantifier does not stop when its result is known
            for v in over.members:
                m.X[n] = v
                if where is None or where(m):
                    m.X[n] = v
                    yield body(m)
        if e.kind == "forall":
            return (lambda m: all(list(each(m or Nobody())))), BOOL, deps
        if e.kind == "exists":
            return (lambda m: any(list(each(m or Nobody())))), BOOL, deps
        return (lambda m: sum(each(m or Nobody()))), INT, deps

    def e_array_value(self, e, scope):
        over = self.type(e.type)
        inner, n = self.bind(e.name, over, scope)
        body, of, deps = self.expr(e.body, inner)

        def build(m):
            m = m or Nobody()
            out = []
            for v in over.members:
                m.X[n] = v
                out.append(body(m))
            return tuple(out)
        return build, Type("array", of=of, index=over), deps

    def e_set_value(self, e, scope, wanted=None):
        parts = [self.expr(x, scope) for x in e.elements]
        closures = [p[0] for p in parts]
        of = parts[0][1] if parts else UNKNOWN
        if wanted is not None and wanted is not UNKNOWN and wanted.kind == "set" and wanted.of.members is not None:
            check = wanted.of.check
            return (lambda m: frozenset([check(c(m)) for c in closures])), wanted, self.together(parts)
        return (lambda m: frozenset(c(m) for c in closures)), Type("set", of=of), self.together(parts)

    def e_struct_value(self, e, scope):
        t, given = self.run.type(e.name), dict(e.fields)
        parts = [self.expr(given[name], scope) for name, _ in t.fields]
        closures = [p[0] for p in parts]
        return (lambda m: tuple(c(m) for c in closures)), t, self.together(parts)

    def together(self, parts):
        return frozenset().union(*(p[2] for p in parts))

    def e_call(self, e, scope):
        built_in = getattr(self, "b_" + e.name, None)
        if built_in and not self.run.is_procedure(e.name):
            return built_in(e, scope)
        f = self.run.function(e.name)
        parts = [self.expr(a, scope, t) for a, (_, t) in zip(e.arguments, f.bound)]
        closures, formals, body, check = [p[0] for p in parts], f.bound, f.closure, f.type.check

        def call(m):
            m = m or Nobody()
            for (n, t), v in zip(formals, [c(m) for c in closures]):
                m.X[n] = t.check(v)
            return check(body(m))
        return call, f.type, self.together(parts) | f.deps

    # Built-in functions

    def b_value(self, e, scope):
        of, t, deps = self.expr(e.arguments[0], scope)

        def value(m):
            v = of(m)
            if v is None:
                raise Fail("range")
            return v
        return value, t.of, deps

    def b_size(self, e, scope):
        of, _, deps = self.expr(e.arguments[0], scope)
        return (lambda m: len(of(m))), INT, deps

    def b_locked(self, e, scope):
        of, _, deps = self.expr(e.arguments[0], scope)
        return (lambda m: of(m) is not None), BOOL, deps

    def b_holds(self, e, scope):
        of, _, deps = self.expr(e.arguments[0], scope)
        return (lambda m: of(m) == m.me), BOOL, deps

    def b_trylock(self, e, scope):
        place, _, deps = self.place(e.arguments[0], scope)

        def trylock(m):
            root, path = place(m)
            holder = m.read(root, path)
            if holder is None:
                m.write(root, path, m.me)
            return holder is None
        return trylock, BOOL, deps | {"lock"}

    def actor(self, e, scope):
        """An actor in a property: a closure that gives its index; several if it runs several times, none if not at all."""
        if e.k == "element":
            index = self.expr(e.index, scope)[0]
            table = self.run.members(e.of.name)
            ids = self.run.identities(e.of.name)

            def member(m):
                i = index(m)
                if i not in ids:
                    raise Fail("range")
                return table.get(i, [])
            return member
        table = self.run.members(e.name)
        return lambda m: table.get(None, [])

    def b_ended(self, e, scope):
        who = self.actor(e.arguments[0], scope)

        def ended(m):
            return all(m.actors[i][0] == () for i in who(m))  # who does not run has ended
        return ended, BOOL, self.SHARED

    def b_result(self, e, scope):
        who, name = self.actor(e.arguments[0], scope), e.arguments[0]
        t = self.run.result_type(name.of.name if name.k == "element" else name.name)

        def result(m):
            mine = who(m)
            return m.actors[mine[0]][2] if mine else t.first()
        return result, t, self.SHARED

    def b_at(self, e, scope):
        who, label = self.actor(e.arguments[0], scope), e.arguments[1].name

        def at(m):
            return any(m.actors[i][0] != () and label in heading(m.actors[i][0], dict(m.actors[i][1])) for i in who(m))
        return at, BOOL, self.SHARED

    # Places: a closure that gives (root, path). Roots: a global's index, or minus a local's number.

    def place(self, e, scope):
        if e.k == "name":
            found = scope.find(e.name)
            if found:
                kind, n, t = found
                if kind == "local":
                    return (lambda m: (-n, ())), t, self.NOTHING
                return (lambda m: m.L[n]), t, frozenset([n])
            kind, n, t = self.run.name(e.name)
            if kind != "variable":
                raise Bad(f"line {e.line}: {e.name} is no place")
            return (lambda m: (n, ())), t, self.SHARED
        of, t, deps = self.place(e.of, scope)
        if e.k == "field":
            i = t.number[e.name]

            def field(m):
                root, path = of(m)
                return root, path + (i,)
            return field, t.fields[i][1], deps
        index, _, more = self.expr(e.index, scope)
        position = t.index.position

        def element(m):
            root, path = of(m)
            i = index(m)
            if i not in position:
                raise Fail("range")
            return root, path + (position[i],)
        return element, t.of, deps | more

    def index_dependencies(self, e, scope):
        """What the indices of a place read, the place itself not counted."""
        deps = self.NOTHING
        while e.k != "name":
            if e.k == "element":
                deps |= self.expr(e.index, scope)[2]
            e = e.of
        return deps


class Nobody:
    """Where constants are computed."""

    def __init__(self):
        self.X, self.G, self.L, self.me = {}, (), {}, None


def heading(stack, local):
    """Labels of the statement that begins at this position, and of each that it heads: a block, a `loop`, a `for` that
    begins, a call that binds nothing. These have no code of their own, so that their labels are passed with its code."""
    top, index, phase = stack[-1]
    if phase or index >= len(top.inside) or is_shell(top.inside[index]):
        return []
    found = list(top.inside[index].labels)
    for (block, index, _), (outer, at, _) in zip(reversed(stack), reversed(stack[:-1])):
        s = outer.inside[at] if at < len(outer.inside) else None
        if index != 0 or s is None or not is_shell(s) or s.k == "for" and local[s.slot] != s.values[0]:
            break
        found += s.labels
    return found


def is_shell(s):
    """Is all that this statement does, first of all, inside it?"""
    if getattr(s, "called", None):
        return not s.arguments and len(s.called.body.inside) > 0
    if s.k == "for" and not s.values:
        return False
    return s.k == "block" and len(s.inside) > 0 or s.k in ("loop", "for") and len(s.body.inside) > 0


def is_wait(s):
    """An await, a choose of them, or an atomic that begins with one; fault branches do not count."""
    if s.k == "await":
        return True
    if s.k == "choose":
        return all(w.fault is not None or begins_with_wait(w.body) for w in s.ways)
    if s.k in ("atomic", "block"):
        return begins_with_wait(s.body if s.k == "atomic" else s)
    return False


def begins_with_wait(block):
    first = next((s for s in block.inside if not is_nothing(s)), None)
    return first is not None and is_wait(first)


def is_nothing(s):
    """No code: ghosts, declarations without a value."""
    return s.k in ("empty", "ghost") or s.k == "var" and s.value is None
