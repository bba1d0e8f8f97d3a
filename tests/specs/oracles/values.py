"""Types, values and expressions for second.py. A value is a bool, an int (identities too), a string (enumerators), None,
a frozenset, the number of an actor (mutex), or a Map from indices or fields to values. Expressions become closures."""


class Fail(Exception):
    """A check that does not hold; the argument is the property's name."""


class Map:
    """An immutable mapping: an array or a struct."""

    __slots__ = ("d", "h")

    def __init__(self, d):
        self.d, self.h = d, None

    def __getitem__(self, key):
        if key not in self.d:
            raise Fail("range")
        return self.d[key]

    def put(self, path, value):
        key = path[0]
        old = self[key]
        return Map({**self.d, key: value if len(path) == 1 else old.put(path[1:], value)})

    def __eq__(self, other):
        return self.d == other.d

    def __hash__(self):
        if self.h is None:
            self.h = hash(tuple(self.d.values()))
        return self.h


def values(t):
    """All values of a type that can be counted through."""
    if t[0] == "bool":
        return [False, True]
    if t[0] == "range":
        return range(t[1], t[2] + 1)
    if t[0] == "enum":
        return t[2]
    assert t[0] == "scalarset", t
    return range(t[2])


def first(t):
    if t[0] in ("optional", "mutex"):
        return None
    if t[0] == "set":
        return frozenset()
    if t[0] == "array":
        return Map({i: first(t[1]) for i in values(t[2])})
    if t[0] == "struct":
        return Map({f: first(of) for f, of in t[2]})
    return t[1] if t[0] == "range" else values(t)[0] if values(t) else None


def contains(t, v):
    if t[0] == "range":
        return t[1] <= v <= t[2]
    if t[0] == "optional":
        return v is None or contains(t[1], v)
    if t[0] == "set":
        return all(contains(t[1], x) for x in v)
    if t[0] == "array":
        return all(contains(t[1], x) for x in v.d.values())
    if t[0] == "struct":
        return all(contains(of, v.d[f]) for f, of in t[2])
    return True


def divide(a, b):
    if b == 0:
        raise Fail("range")
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


BINARY = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "in": lambda a, b: a in b, "|": lambda a, b: a | b,
    "&": lambda a, b: a & b, "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": divide, "%": lambda a, b: a - b * divide(a, b)}


class Context:
    """What an expression may look at: global cells, locals of the actor that moves, quantifiers' variables."""

    __slots__ = ("cells", "locals", "me", "bound", "actors")

    def __init__(self, cells, own=None, me=None, actors=()):
        self.cells, self.locals, self.me, self.bound, self.actors = cells, own, me, {}, actors


class Expression:
    """A closure over a Context; `touches`: looks at data that is not the actor's own; `constant`: looks at nothing."""

    __slots__ = ("at", "touches", "constant")

    def __init__(self, at, touches, constant):
        self.at, self.touches, self.constant = at, touches, constant


class Place:
    """A variable, and the way into it: fields, and closures for indices."""

    def __init__(self, root, number, t, path=(), touches=False):
        self.root, self.number, self.type, self.path = root, number, t, path
        self.touches = touches  # the indices look at shared data

    def shared(self):
        return self.root == "global"

    def way(self, c):
        return [key if isinstance(key, str) else key.at(c) for key in self.path]

    def load(self, c):
        v = (c.locals if self.root == "local" else c.cells)[self.number]
        for key in self.way(c):
            v = v[key]
        return v

    def store(self, c, way, value):
        if not contains(self.type, value):
            raise Fail("range")
        cells = c.locals if self.root == "local" else c.cells
        cells[self.number] = cells[self.number].put(way, value) if way else value


class Scope:
    """Names of a block; a frame (the body of a call) has no parent."""

    def __init__(self, parent=None):
        self.names, self.parent, self.slots = {}, parent, []

    def find(self, name):
        scope = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None


class Expressions:
    """Turns syntax into closures. Its heir knows the globals: `lookup(name)`, `functions`, `type_of`, `predicate`."""

    def constant(self, e, scope=None):
        return self.expression(e, scope or Scope()).at(Context([]))

    def expression(self, e, scope):
        return getattr(self, "on_" + e[0])(e, scope)

    def on_value(self, e, scope):
        return Expression(lambda c, v=e[1]: v, False, True)

    def on_name(self, e, scope):
        found = scope.find(e[1]) or self.lookup(e[1])
        if found[0] == "constant":
            return Expression(lambda c, v=found[1]: v, False, True)
        if found[0] == "bound":
            return Expression(lambda c, n=found[1]: c.bound[n], found[2], False)
        if found[0] == "option":
            return Expression(lambda c, n=found[1]: c.cells[n], False, False)
        place = found[1]
        return Expression(place.load, place.shared() or place.touches, False)

    def place(self, e, scope):
        """The place that an expression names, or None."""
        if e[0] == "name":
            found = scope.find(e[1]) or self.lookup(e[1])
            return found[1] if found[0] == "place" else None
        if e[0] not in ("field", "index"):
            return None
        base = self.place(e[1], scope)
        if base is None:
            return None
        if e[0] == "field":
            return Place(base.root, base.number, dict(base.type[2])[e[2]], (*base.path, e[2]), base.touches)
        index = self.expression(e[2], scope)
        return Place(base.root, base.number, base.type[1], (*base.path, index), base.touches or index.touches)

    def on_field(self, e, scope):
        place = self.place(e, scope)
        if place:
            return Expression(place.load, place.shared() or place.touches, False)
        base = self.expression(e[1], scope)
        return Expression(lambda c: base.at(c)[e[2]], base.touches, base.constant)

    def on_index(self, e, scope):
        place = self.place(e, scope)
        if place:
            return Expression(place.load, place.shared() or place.touches, False)
        base, index = self.expression(e[1], scope), self.expression(e[2], scope)
        return Expression(lambda c: base.at(c)[index.at(c)], base.touches or index.touches, base.constant and index.constant)

    def on_not(self, e, scope):
        a = self.expression(e[1], scope)
        return Expression(lambda c: not a.at(c), a.touches, a.constant)

    def on_minus(self, e, scope):
        a = self.expression(e[1], scope)
        return Expression(lambda c: -a.at(c), a.touches, a.constant)

    def on_binary(self, e, scope):
        op, a, b = e[1], self.expression(e[2], scope), self.expression(e[3], scope)
        f, g = a.at, b.at
        if op == "and":
            at = lambda c: f(c) and g(c)
        elif op == "or":
            at = lambda c: f(c) or g(c)
        elif op == "implies":
            at = lambda c: not f(c) or g(c)
        else:
            at = lambda c, h=BINARY[op]: h(f(c), g(c))
        return Expression(at, a.touches or b.touches, a.constant and b.constant)

    def on_if(self, e, scope):
        a, b, d = (self.expression(x, scope) for x in e[1:])
        return Expression(lambda c: b.at(c) if a.at(c) else d.at(c), a.touches or b.touches or d.touches,
                          a.constant and b.constant and d.constant)

    def on_set(self, e, scope):
        members = [self.expression(x, scope) for x in e[1]]
        return Expression(lambda c: frozenset(m.at(c) for m in members), any(m.touches for m in members),
                          all(m.constant for m in members))

    def on_struct(self, e, scope):
        t = self.named_type(e[1])
        fields = {f: self.expression(x, scope) for f, x in e[2]}
        return Expression(lambda c: Map({f: fields[f].at(c) if f in fields else first(of) for f, of in t[2]}),
                          any(x.touches for x in fields.values()), all(x.constant for x in fields.values()))

    def bind(self, scope, name, touches):
        """A scope in which `name` is a new variable of a quantifier or a formal of a `fn`."""
        inner = Scope(scope)
        self.bound_count += 1
        inner.names[name] = ("bound", self.bound_count, touches)
        return inner, self.bound_count

    def on_each(self, e, scope):
        inner, number = self.bind(scope, e[1], False)
        t, body = self.type_of(e[2], scope), self.expression(e[3], inner)

        def at(c):
            out = {}
            for v in values(t):
                c.bound[number] = v
                out[v] = body.at(c)
            return Map(out)
        return Expression(at, body.touches, body.constant)

    def on_quantifier(self, e, scope):
        inner, number = self.bind(scope, e[2], False)
        t, body = self.type_of(e[3], scope), self.expression(e[5], inner)
        where = self.expression(e[4], inner) if e[4] else None

        def each(c):
            for v in values(t):
                c.bound[number] = v
                if where is None or where.at(c):
                    yield body.at(c)
        reduce = {"forall": all, "exists": any, "count": sum}[e[1]]
        return Expression(lambda c: reduce(each(c)), body.touches or (where is not None and where.touches), body.constant)

    def on_call(self, e, scope):
        name, args = e[1], e[2]
        if name in ("ended", "result", "at"):
            return self.predicate(name, args, scope)
        given = [self.expression(a, scope) for a in args]
        touches, constant = any(a.touches for a in given), all(a.constant for a in given)
        if name == "size":
            return Expression(lambda c: len(given[0].at(c)), touches, constant)
        if name == "locked":
            return Expression(lambda c: given[0].at(c) is not None, touches, False)
        if name == "holds":
            return Expression(lambda c: given[0].at(c) is not None and given[0].at(c) == c.me, touches, False)
        if name == "value":
            def value(c):
                v = given[0].at(c)
                if v is None:
                    raise Fail("range")
                return v
            return Expression(value, touches, constant)
        formals, returned, body = self.functions[name]
        inner, numbers = Scope(), []
        for formal, _ in formals:
            self.bound_count += 1
            inner.names[formal] = ("bound", self.bound_count, False)
            numbers.append(self.bound_count)
        result, types, t = self.expression(body, inner), [self.type_of(of) for _, of in formals], self.type_of(returned)

        def fits(of, v):
            if not contains(of, v):
                raise Fail("range")
            return v

        def call(c):
            for number, v in zip(numbers, [fits(of, a.at(c)) for of, a in zip(types, given)]):
                c.bound[number] = v
            return fits(t, result.at(c))
        return Expression(call, touches or result.touches, constant and result.constant)
