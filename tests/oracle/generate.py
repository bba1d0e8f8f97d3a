"""Random specifications for fuzz.py, small and correct by construction: every feature of the language, in combinations that
nobody would write. The same seed gives the same text. Ranges are tiny; values are mostly folded into them, so that now and
then one does not fit. Some have progress properties and fairness; of these a part (`rounds`) has nothing but actors that go
round, since random code mostly fails or ends before fairness makes a difference.

    generate.py SEED        prints one"""

import random
import sys

LOOSEST, CONDITIONAL, IMPLIES, OR, AND, COMPARISON, SETOP, SUM, PRODUCT, UNARY, POSTFIX = range(11)

INT1, INT2, INT3 = ("int", 1), ("int", 2), ("int", 3)
BOOL, ENUM, ID = ("bool",), ("enum",), ("id",)
INTS = (INT1, INT2, INT2, INT3)


def text(t):
    kind = t[0]
    if kind == "int":
        return f"0..{t[1]}"
    if kind == "optional":
        return text(t[1]) + "?"
    if kind == "set":
        return f"set<{text(t[1])}>"
    if kind == "array":
        inner, dims = t, ""
        while inner[0] == "array":
            dims, inner = dims + f"[{text(inner[1])}]", inner[2]
        return text(inner) + dims
    return {"bool": "bool", "enum": "Color", "id": "Who", "mutex": "mutex", "pair": "Pair", "slot": "Slot"}[kind]


FIELDS = {"pair": (("n", INT2), ("b", BOOL)), "slot": (("m", ("mutex",)), ("p", ("pair",)), ("o", ("optional", INT1)))}
COLORS = ("Red", "Green", "Blue")


class Var:
    def __init__(self, name, type_, storage, fixed=False):
        self.name, self.type, self.storage, self.fixed = name, type_, storage, fixed


class Context:
    """What may be read, written and said at a place of the text."""

    def __init__(self, read, write, **flags):
        self.read, self.write = set(read), set(write)
        self.atomic = self.ghost = self.loop = self.property = self.quiet = self.ends = False
        self.result, self.procs, self.actor = None, [], None
        self.__dict__.update(flags)

    def but(self, **flags):
        c = Context(self.read, self.write)
        c.__dict__.update(self.__dict__)
        c.__dict__.update(flags)
        return c


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.vars, self.count, self.labels = [], 0, {}
        self.passable = {}  # labels, by the actor that has them; None: of a procedure. `labels`: those that one stands at
        self.fns, self.procs, self.actors, self.faults = [], [], [], []
        self.out = []

    # Small things

    def chance(self, p):
        return self.r.random() < p

    def pick(self, things):
        return self.r.choice(list(things))

    def name(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def weighted(self, table):
        table = [(w, x) for w, x in table if w]
        return self.r.choices([x for _, x in table], [w for w, _ in table])[0]

    # Places

    def paths(self, v, wanted, ctx):
        """Texts of all the ways from this variable to something of the wanted type."""
        found = []

        def walk(t, path):
            if wanted(t):
                found.append((path, t))
            if t[0] in FIELDS:
                for n, f in FIELDS[t[0]]:
                    walk(f, path + "." + n)
            elif t[0] == "array":
                walk(t[2], f"{path}[\0{text(t[1])}]")
        walk(v.type, v.name)
        return found

    def places(self, ctx, wanted, storages, writing=False):
        return [p for v in self.vars if v.storage in storages and not (writing and v.fixed)
                for p in self.paths(v, wanted, ctx)]

    def filled(self, path, ctx, depth):
        """The path with its indices."""
        while "\0" in path:
            i = path.index("\0")
            j = path.index("]", i)
            index = self.index(path[i + 1:j], ctx, depth)
            path = path[:i] + index + path[j:]
        return path

    def index(self, t, ctx, depth):
        if t == "Who":
            return self.id(ctx)
        if t == "bool":
            return self.bool(ctx, depth - 1)[0] if self.chance(0.3) else self.pick(("true", "false"))
        if t == "Color":
            return self.pick(COLORS)
        k = int(t[3:])
        if self.chance(0.6):
            return str(self.r.randint(0, k))
        return self.fold(ctx, k, depth - 1)

    def id(self, ctx):
        known = [p for p, _ in self.places(ctx, lambda t: t == ID, ctx.read) if "\0" not in p]
        return self.pick(known)

    def has_id(self, ctx):
        return any(v.type == ID and v.storage in ctx.read for v in self.vars)

    def usable(self, path, ctx):
        """An index over identities needs an identity."""
        return "\0Who" not in path or self.has_id(ctx)

    def place(self, ctx, wanted, storages=None, writing=False, depth=1):
        found = [p for p in self.places(ctx, wanted, storages or ctx.read, writing) if self.usable(p[0], ctx)]
        if not found:
            return None
        path, t = self.pick(found)
        return self.filled(path, ctx, depth), t

    # Expressions: (text, how tightly it binds)

    def wrap(self, e, least):
        return f"({e[0]})" if e[1] < least or self.chance(0.05) else e[0]

    def binary(self, op, level, a, b):
        return f"{self.wrap(a, level)} {op} {self.wrap(b, level + 1)}", level

    def int(self, ctx, depth):
        simple = depth <= 0 or self.chance(0.25)
        found = self.place(ctx, lambda t: t[0] == "int")
        if simple:
            if found and self.chance(0.75):
                return found[0], POSTFIX
            return str(self.r.randint(0, 3)), POSTFIX
        kind = self.weighted([(6, "+"), (2, "-"), (2, "*"), (1, "/"), (2, "%"), (2, "?"), (1, "count"), (1, "size"),
                              (1, "value"), (2, "fn"), (1, "neg")])
        if kind in "+-":
            return self.binary(kind, SUM, self.int(ctx, depth - 1), self.int(ctx, depth - 1))
        if kind in "*/%":
            b = (str(self.r.randint(1, 3)), POSTFIX) if kind != "*" and self.chance(0.9) else self.int(ctx, depth - 1)
            return self.binary(kind, PRODUCT, self.int(ctx, depth - 1), b)
        if kind == "?":
            return self.conditional(ctx, depth, self.int)
        if kind == "count":
            return self.quantified("count", ctx, depth)
        if kind == "size":
            s = self.place(ctx, lambda t: t[0] == "set")
            if s:
                return f"size({s[0]})", POSTFIX
        if kind == "value":
            o = self.place(ctx, lambda t: t[0] == "optional" and t[1][0] == "int")
            if o:
                if self.chance(0.8):
                    return f"{o[0]} == none ? {self.r.randint(0, 2)} : value({o[0]})", CONDITIONAL
                return f"value({o[0]})", POSTFIX
        if kind == "fn":
            return self.fn_call(ctx, depth, "int") or self.int(ctx, 0)
        if kind == "neg" and self.chance(0.3):
            return f"-{self.wrap(self.int(ctx, depth - 1), UNARY)}", UNARY
        return self.int(ctx, 0)

    def conditional(self, ctx, depth, make):
        c, a, b = self.bool(ctx, depth - 1), make(ctx, depth - 1), make(ctx, depth - 1)
        return f"{self.wrap(c, IMPLIES)} ? {a[0]} : {b[0]}", CONDITIONAL

    def quantified(self, kind, ctx, depth):
        t = self.pick((INT1, INT2, BOOL, ENUM) + ((ID,) if "Who" in self.flags else ()))
        v = Var(self.name("q"), t, "own", fixed=True)
        self.vars.append(v)
        ctx = ctx.but(read=ctx.read | {"own"})
        where = f" where {self.bool(ctx, depth - 1)[0]}" if self.chance(0.25) else ""
        body = self.bool(ctx, depth - 1)[0]
        self.vars.remove(v)
        return f"{kind} ({v.name} in {text(t)}{where}) {body}", LOOSEST

    def fn_call(self, ctx, depth, kind):
        fns = [f for f in self.fns if f[2][0] == kind and f[3] <= ctx.read]
        if not fns:
            return None
        name, formals, _, _ = self.pick(fns)
        arguments = [self.value(t, ctx, depth - 1) for t in formals]
        return f"{name}({', '.join(arguments)})", POSTFIX

    def bool(self, ctx, depth):
        if depth <= 0 or self.chance(0.2):
            found = self.place(ctx, lambda t: t == BOOL)
            if found and self.chance(0.5):
                return found[0], POSTFIX
            return self.binary(self.pick(("==", "!=", "<", "<=", ">", ">=")), SETOP, self.int(ctx, 0), self.int(ctx, 0))[0], COMPARISON
        kind = self.weighted([(6, "compare"), (3, "and"), (3, "or"), (1, "implies"), (2, "not"), (2, "optional"), (2, "in"),
                              (1, "set"), (1, "enum"), (1, "struct"), (1, "locked"), (1, "forall"), (1, "exists"), (1, "?"),
                              (1, "fn"), (1, "id"), (6 if ctx.property else 0, "actor")])
        if kind == "compare":
            op = self.pick(("==", "!=", "<", "<=", ">", ">="))
            return f"{self.wrap(self.int(ctx, depth - 1), SETOP)} {op} {self.wrap(self.int(ctx, depth - 1), SETOP)}", COMPARISON
        if kind == "and":
            return self.binary("and", AND, self.bool(ctx, depth - 1), self.bool(ctx, depth - 1))
        if kind == "or":
            return self.binary("or", OR, self.bool(ctx, depth - 1), self.bool(ctx, depth - 1))
        if kind == "implies":
            a, b = self.bool(ctx, depth - 1), self.bool(ctx, depth - 1)
            return f"{self.wrap(a, OR)} implies {self.wrap(b, IMPLIES)}", IMPLIES
        if kind == "not":
            return f"{self.pick(('not ', '!'))}{self.wrap(self.bool(ctx, depth - 1), UNARY)}", UNARY
        if kind in ("forall", "exists"):
            return self.quantified(kind, ctx, depth)
        if kind == "?":
            return self.conditional(ctx, depth, self.bool)
        return self.special_bool(kind, ctx, depth) or self.bool(ctx, 0)

    def special_bool(self, kind, ctx, depth):
        if kind == "optional":
            o = self.place(ctx, lambda t: t[0] == "optional" and t[1][0] == "int")
            if o:
                other = self.pick(("none", "none", str(self.r.randint(0, o[1][1][1]))))
                return f"{o[0]} {self.pick(('==', '!='))} {other}", COMPARISON
        if kind == "in":
            s = self.place(ctx, lambda t: t[0] == "set")
            if s:
                return f"{self.wrap(self.int(ctx, 0), SETOP)} in {s[0]}", COMPARISON
        if kind == "set":
            s = self.place(ctx, lambda t: t[0] == "set")
            if s:
                return f"{s[0]} {self.pick(('==', '!='))} {self.value(s[1], ctx, depth - 1)}", COMPARISON
        if kind == "enum":
            e = self.place(ctx, lambda t: t == ENUM)
            if e:
                return f"{e[0]} {self.pick(('==', '!='))} {self.value(ENUM, ctx, depth - 1)}", COMPARISON
        if kind == "struct":
            a = self.place(ctx, lambda t: t[0] in ("pair", "array") and not has_mutex(t))
            b = a and self.place(ctx, lambda t: t == a[1])
            if b:
                return f"{a[0]} == {b[0]}", COMPARISON
        if kind == "locked":
            m = self.place(ctx, lambda t: t[0] == "mutex")
            if m:
                own = ctx.actor not in (None, "recover") and not ctx.property and self.chance(0.5)
                return f"{'holds' if own else 'locked'}({m[0]})", POSTFIX
        if kind == "fn":
            return self.fn_call(ctx, depth, "bool")
        if kind == "id" and self.has_id(ctx):
            o = self.place(ctx, lambda t: t in (ID, ("optional", ID)))
            if o:
                return f"{o[0]} == {self.id(ctx)}", COMPARISON
        if kind == "actor" and self.actors:
            a = self.pick(self.actors)
            who = a["name"]
            if a["identity"]:
                who += f"[{self.index(text(a['identity']), ctx, 0) if a['identity'] != ID else self.id(ctx)}]" \
                    if a["identity"] != ID or self.has_id(ctx) else ""
                if "[" not in who:
                    return None
            labels = self.labels.get(a["name"], [])
            ask = self.weighted([(2, "ended" if a["kind"] == "thread" else None), (3 if labels else 0, "at"),
                                 (2 if a["result"] else 0, "result")])
            if ask == "at":
                return f"at({who}, {self.pick(labels)})", POSTFIX
            if ask == "result":
                if a["result"] == BOOL:
                    return f"result({who})", POSTFIX
                return f"result({who}) == {self.r.randint(0, a['result'][1])}", COMPARISON
            if ask == "ended":
                return f"ended({who})", POSTFIX
        return None

    def fold(self, ctx, k, depth):
        """A number that mostly lies in 0..k."""
        e = self.int(ctx, depth)
        if e[0].isdigit():
            return str(min(int(e[0]), k)) if self.chance(0.97) else e[0]
        if self.chance(0.85):
            return f"{self.wrap(e, PRODUCT)} % {k + 1}" if "-" not in e[0] else f"({e[0]}) * ({e[0]}) % {k + 1}"
        return e[0]

    def value(self, t, ctx, depth):
        kind = t[0]
        if kind == "int":
            return self.fold(ctx, t[1], depth)
        if kind == "bool":
            return self.pick(("true", "false")) if self.chance(0.4) else self.bool(ctx, depth)[0]
        same = self.place(ctx, lambda u: u == t)
        if same and self.chance(0.3):
            return same[0]
        if kind == "enum":
            return self.pick(COLORS)
        if kind == "id":
            return self.id(ctx)
        if kind == "optional":
            if self.chance(0.4) or t[1] == ID and not self.has_id(ctx):
                return "none"
            return self.value(t[1], ctx, depth - 1)
        if kind == "set":
            return self.set_value(t, ctx, depth)
        if kind == "array":
            v = Var(self.name("e"), t[1], "own", fixed=True)
            self.vars.append(v)
            body = self.value(t[2], ctx.but(read=ctx.read | {"own"}), depth - 1)
            self.vars.remove(v)
            return f"[{v.name} in {text(t[1])}: {body}]"
        fields = [f"{n}: {self.value(f, ctx, depth - 1)}" for n, f in FIELDS[kind]]
        return f"Pair{{{', '.join(fields)}}}"

    def set_value(self, t, ctx, depth):
        same = self.place(ctx, lambda u: u == t)
        elements = ", ".join(self.fold(ctx, t[1][1], depth - 1) for _ in range(self.r.randint(0, 2)))
        literal = "{" + elements + "}"
        if not same or self.chance(0.4) or depth <= 0:
            return literal
        op = self.pick("|&-")
        return f"{same[0]} {op} {literal}"

    # Statements

    def block(self, ctx, n, indent):
        mark = len(self.vars)
        lines = []
        for _ in range(n):
            lines += self.statement(ctx, indent)
        del self.vars[mark:]
        return lines

    def braces(self, head, ctx, n, indent, tail=""):
        pad = "    " * indent
        return [f"{pad}{head}{{"] + self.block(ctx, n, indent + 1) + [f"{pad}}}{tail}"]

    def statement(self, ctx, indent):
        pad = "    " * indent
        deep = indent > 4
        q = ctx.quiet  # ghost, power_loss, init: no waiting, no locks
        a = ctx.atomic or q
        kind = self.weighted([
            (26, "assign"), (6, "var"), (0 if deep else 9, "if"), (0 if deep else 5, "for"),
            (0 if deep or ctx.ghost or ctx.init_block else 10, "choose"), (0 if q else 2 if a else 7, "await"),
            (0 if q else 5 if not a else 1, "step"), (0 if deep or q else 10, "atomic"), (0 if q else 3, "assert"),
            (0 if deep or q else 7, "lock"), (0 if deep or a else 4, "while"), (0 if deep or a else 4, "loop"),
            (0 if q else 12, "call"), (0 if ctx.ghost or not ctx.ghosts or deep else 6, "ghost"),
            (0 if deep else 2, "block"), (4, "several"), (0 if q else 3, "trylock"), (4 if ctx.loop else 0, "leave"),
            (0 if q or not ctx.ends else 2, "return"), (0 if deep or q or a else 3, "goto")])
        made = getattr(self, "s_" + kind)(ctx, indent, pad)
        return made or self.s_assign(ctx, indent, pad) or ([f"{pad}step;"] if not q else [])

    def label(self, ctx, line, pad, point=True):
        """Now and then. `point`: the statement begins with one of its own."""
        inside = ctx.in_proc or ctx.atomic or not point
        often = 0.4 if "rounds" in self.flags and not ctx.in_proc else 0.08 if inside else 0.25
        if not ctx.actor or ctx.ghost or not self.chance(often):
            return [line]
        who = None if ctx.in_proc else ctx.actor
        others = [n for a, names in self.passable.items() for n in names if n not in self.passable.get(who, []) and a]
        name = self.pick(others) if who and others and self.chance(0.2) else self.name("L")
        self.passable.setdefault(who, []).append(name)
        if not inside:
            self.labels.setdefault(ctx.actor, []).append(name)
        return [f"{pad}{name}: {line.lstrip()}"]

    def s_assign(self, ctx, indent, pad):
        scalar = lambda t: t[0] in ("int", "bool", "enum", "optional", "set", "id") or \
            t[0] == "pair" or t[0] == "array" and ctx.atomic and not ctx.in_proc and not has_mutex(t)
        p = self.place(ctx, scalar, ctx.write, writing=True)
        if not p or p[1] == ID and not self.has_id(ctx):
            return None
        if p[1][0] == "int" and self.chance(0.15):
            return [f"{pad}{p[0]} {self.pick(('+=', '-='))} {self.pick(('1', '1', self.int(ctx, 0)[0]))};"]
        return self.label(ctx, f"{pad}{p[0]} = {self.value(p[1], ctx, 2)};", pad, point=False)

    def s_several(self, ctx, indent, pad):
        ps = [self.place(ctx, lambda t: t[0] in ("int", "bool", "enum"), ctx.write, writing=True)
              for _ in range(2)]
        if not all(ps):
            return None
        return [f"{pad}{', '.join(p[0] for p in ps)} = {', '.join(self.value(p[1], ctx, 1) for p in ps)};"]

    def s_var(self, ctx, indent, pad):
        if ctx.ghost:
            return None
        t = self.pick((INT1, INT2, INT3, BOOL, ENUM, ("optional", INT2), ("set", INT2), ("pair",), ("array", INT1, INT2)))
        value = f" = {self.value(t, ctx, 2)}" if self.chance(0.6) else ""
        v = Var(self.name("v"), t, "own")
        line = [f"{pad}var {v.name}: {text(t)}{value};"]
        self.vars.append(v)
        return line

    def s_if(self, ctx, indent, pad):
        lines = self.braces(f"if ({self.bool(ctx, 2)[0]}) ", ctx, self.r.randint(1, 2), indent)
        if self.chance(0.4):
            lines[-1] += " else {"
            lines += self.block(ctx, self.r.randint(1, 2), indent + 1) + [pad + "}"]
        return self.label(ctx, lines[0], pad, point=False) + lines[1:]

    def s_for(self, ctx, indent, pad):
        if "Who" in self.flags and (ctx.atomic or ctx.ghost) and self.chance(0.3):
            v = Var(self.name("i"), ID, "own", fixed=True)
            arrays = [(x.name, x.type[2]) for x in self.vars
                      if x.type[0] == "array" and x.type[1] == ID and x.storage in ctx.write]
            if arrays:
                name, of = self.pick(arrays)
                return [f"{pad}for ({v.name} in Who) {name}[{v.name}] = {self.literal(of)};"]
        t = self.pick((INT1, INT1, INT2, BOOL, ENUM))
        v = Var(self.name("i"), t, "own", fixed=True)
        self.vars.append(v)
        lines = self.braces(f"for ({v.name} in {text(t)}) ", ctx.but(loop=True), self.r.randint(1, 2), indent)
        self.vars.remove(v)
        return lines

    def literal(self, t):
        return {"int": "1", "bool": "true", "enum": "Green"}.get(t[0], "none")

    def s_choose(self, ctx, indent, pad):
        lines, n = [], self.r.randint(1, 3)
        for i in range(n):
            head = "choose " if i == 0 else ""
            if self.faults and ctx.may_fault and self.chance(0.25):
                head += f"fault {self.pick(self.faults)} "
            mark = len(self.vars)
            if self.chance(0.35):
                t = self.pick((INT1, INT2, BOOL, ENUM) + ((ID,) if "Who" in self.flags else ()))
                v = Var(self.name("c"), t, "own", fixed=True)
                self.vars.append(v)
                where = f" where {self.bool(ctx, 1)[0]}" if self.chance(0.5) else ""
                head += f"({v.name} in {text(t)}{where}) "
            inside = self.block(ctx, self.r.randint(0, 2), indent + 1)
            if self.chance(0.3) and not ctx.quiet:
                inside = [f"{pad}    await {self.bool(ctx, 1)[0]};"] + inside
            del self.vars[mark:]
            lines += [f"{pad}{head}{{" if i == 0 else f"{pad}}} or {head}{{"] + inside
        return self.label(ctx, lines[0], pad) + lines[1:] + [pad + "}"]

    def s_await(self, ctx, indent, pad):
        return self.label(ctx, f"{pad}await {self.bool(ctx, 2)[0]};", pad)

    def s_step(self, ctx, indent, pad):
        return self.label(ctx, f"{pad}step;", pad)

    def s_atomic(self, ctx, indent, pad):
        lines = self.braces("atomic ", ctx.but(atomic=True, loop=ctx.loop and self.chance(0.5)), self.r.randint(1, 3), indent)
        if self.chance(0.3):
            lines.insert(1, f"{pad}    await {self.bool(ctx, 2)[0]};")
        return self.label(ctx, lines[0], pad) + lines[1:]

    def s_assert(self, ctx, indent, pad):
        name = f"{self.name('A')}: " if self.chance(0.5) else ""
        return [f"{pad}{name}assert {self.bool(ctx, 2)[0]};"]

    def s_lock(self, ctx, indent, pad):
        m = self.place(ctx, lambda t: t[0] == "mutex", ctx.write)
        if not m:
            return None
        if self.chance(0.15):
            return [f"{pad}{self.pick(('lock', 'unlock', 'trylock'))}({m[0]});"]
        return self.label(ctx, f"{pad}lock({m[0]});", pad) + self.braces("", ctx, self.r.randint(0, 2), indent) + \
            self.label(ctx, f"{pad}unlock({m[0]});", pad)

    def s_trylock(self, ctx, indent, pad):
        m = self.place(ctx, lambda t: t[0] == "mutex", ctx.write)
        b = self.place(ctx, lambda t: t == BOOL, ctx.write, writing=True)
        if not m:
            return None
        if b and self.chance(0.5):
            return [f"{pad}{b[0]} = trylock({m[0]});"]
        return self.braces(f"if (trylock({m[0]})) ", ctx, 1, indent)[:-1] + [f"{pad}    unlock({m[0]});", pad + "}"]

    def s_while(self, ctx, indent, pad):
        inner = ctx.but(loop=True)
        if self.chance(0.5):
            v = Var(self.name("v"), INT2, "own", fixed=True)
            self.vars.append(v)
            lines = self.braces(f"while ({v.name} < {self.r.randint(1, 2)}) ", inner, 1, indent)
            lines[1:1] = [f"{pad}    {v.name} += 1;", f"{pad}    step;"]
            return [f"{pad}var {v.name}: 0..2;"] + lines
        lines = self.braces(f"while ({self.bool(ctx, 1)[0]}) ", inner, self.r.randint(1, 2), indent)
        lines.insert(1, f"{pad}    step;")
        return lines

    def s_loop(self, ctx, indent, pad):
        lines = self.braces("loop ", ctx.but(loop=True), self.r.randint(1, 2), indent)
        lines.insert(1, f"{pad}    step;" if self.chance(0.5) else f"{pad}    await {self.bool(ctx, 1)[0]};")
        lines.insert(len(lines) - 1, f"{pad}    if ({self.bool(ctx, 1)[0]}) break;")
        return lines

    def s_leave(self, ctx, indent, pad):
        return [f"{pad}if ({self.bool(ctx, 1)[0]}) {self.pick(('break', 'continue'))};"]

    def s_return(self, ctx, indent, pad):
        value = " " + self.value(ctx.result, ctx, 2) if ctx.result else ""
        return [f"{pad}if ({self.bool(ctx, 1)[0]}) return{value};"]

    def s_goto(self, ctx, indent, pad):
        label = self.name("G")
        if self.chance(0.5):  # forwards, out of scopes
            return self.braces("", ctx, 1, indent)[:-1] + [
                f"{pad}    if ({self.bool(ctx, 1)[0]}) goto {label};"] + self.block(ctx, 1, indent + 1) + [
                f"{pad}}}", f"{pad}{label}: {self.pick(('step', 'step', ''))};"]
        return [f"{pad}{label}: step;"] + self.block(ctx, 1, indent) + [f"{pad}if ({self.bool(ctx, 1)[0]}) goto {label};"]

    def s_ghost(self, ctx, indent, pad):
        inner = ctx.but(read=ctx.read | {"ghost"}, write={"ghost"}, ghost=True, quiet=True, loop=False, atomic=True, ends=False)
        return self.braces("ghost ", inner, self.r.randint(1, 2), indent)

    def s_block(self, ctx, indent, pad):
        return self.braces("", ctx, self.r.randint(1, 2), indent)

    def s_call(self, ctx, indent, pad):
        procs = [p for p in ctx.procs if p["pure"] or not ctx.durable_only]
        if not procs:
            return None
        p = self.pick(procs)
        if ctx.atomic and p["cycles"]:
            return None
        arguments = []
        for ref, t in p["formals"]:
            if ref:
                place = self.place(ctx, lambda u: u == t, ctx.write, writing=True)
                if not place:
                    return None
                arguments.append(place[0])
            else:
                arguments.append(self.value(t, ctx, 2))
        call = f"{p['name']}({', '.join(arguments)})"
        if p["result"] and self.chance(0.8):
            if self.chance(0.3) and not ctx.ghost:
                v = Var(self.name("v"), p["result"], "own")
                self.vars.append(v)
                return [f"{pad}var {v.name}: {text(v.type)} = {call};"]
            target = self.place(ctx, lambda u: u[0] == p["result"][0], ctx.write, writing=True)
            if target and target[1][0] in ("int", "bool"):
                return [f"{pad}{target[0]} = {call};"]
        return [f"{pad}{call};"]

    # Items

    def specification(self):
        r = self.r
        self.flags = set(x for x in ("Who", "power", "recover", "variants", "enum") if self.chance(0.4))
        if self.chance(0.7):
            self.flags.add("progress")
        if self.chance(0.4):  # nothing but actors that go round, about a few plain variables
            self.flags = self.flags & {"Who"} | {"progress", "rounds"}
        self.out = [f"enum Color {{ {', '.join(COLORS)} }}",
                    "struct Pair { n: 0..2; b: bool; }",
                    "struct Slot { m: mutex; p: Pair; o: 0..1?; }"]
        if "Who" in self.flags:
            self.out.append("scalarset Who[2];")
        if "rounds" not in self.flags and self.chance(0.3):
            self.out.append("option KNOB: bool = false;")
            self.vars.append(Var("KNOB", BOOL, "constant", fixed=True))
        if "rounds" in self.flags:
            for t in (BOOL, BOOL, self.pick((INT1, INT2)), ("mutex",)):
                self.global_var(t, "memory")
        else:
            self.globals()
        if self.chance(0.5):
            for _ in range(r.randint(1, 2)):
                name = self.name("f")
                self.faults.append(name)
                self.out.append(f"fault {name}{self.pick(('', ' budget 1', ' budget 2'))};")
        if "rounds" not in self.flags:
            self.functions()
            self.procedures()
        if "rounds" in self.flags:
            for _ in range(r.randint(2, 3)):
                self.marker() if self.chance(0.85) else self.turner()
        else:
            fewer = 2 if "progress" in self.flags and self.chance(0.7) else 0
            for _ in range(self.weighted([(3, 1), (5, 2), (2, 3)]) - fewer):
                self.actor()
            if "progress" in self.flags:
                for _ in range(self.weighted([(2, 0), (4, 1), (4, 2)]) or (0 if self.actors else 1)):
                    self.turner()
        if "power" in self.flags:
            self.power()
        self.properties()
        if "progress" in self.flags:
            self.out += self.fairness(self.weighted([(3, 0), (4, 1), (3, 2)]))
            self.progress()
        self.scenarios()
        return "\n".join(self.out) + "\n"

    def globals(self):
        ids = ("Who" in self.flags)
        types = [INT1, INT2, INT3, BOOL, BOOL, ENUM, ("optional", INT2), ("set", INT2), ("pair",), ("slot",),
                 ("array", INT1, INT2), ("array", BOOL, INT1), ("array", INT1, ("pair",)), ("array", INT1, ("array", INT1, BOOL)),
                 ("mutex",), ("array", INT1, ("mutex",))] + ([("optional", ID), ("array", ID, BOOL), ("array", ID, INT1)] if ids else [])
        for _ in range(self.r.randint(2, 4)):
            self.global_var(self.pick(types), "memory")
        self.global_var(self.pick((INT2, BOOL)), "memory")
        if "power" in self.flags:
            for storage in ("device", "durable", "durable"):
                self.global_var(self.pick((INT1, INT2, BOOL, ("array", INT1, BOOL), ("optional", INT1), ("set", INT1))), storage)
        if self.chance(0.5):
            for _ in range(self.r.randint(1, 2)):
                self.global_var(self.pick((INT2, BOOL, ("set", INT2), ("array", INT1, BOOL))), "ghost")

    def global_var(self, t, storage):
        name = self.name("g")
        value = ""
        if t[0] == "int" and self.chance(0.3):
            value = f" = {self.r.randint(0, t[1])}"
        word = "" if storage == "memory" else storage + " "
        self.out.append(f"{word}var {name}: {text(t)}{value};")
        self.vars.append(Var(name, t, storage))

    SHARED = {"memory", "device", "durable"}

    def functions(self):
        for _ in range(self.r.randint(0, 2)):
            name, formals, mark = self.name("fn"), [], len(self.vars)
            reads = {"own", "constant"} | (self.SHARED if self.chance(0.5) else set())
            for _ in range(self.r.randint(0, 2)):
                v = Var(self.name("p"), self.pick((INT2, INT3, BOOL, ("pair",), ("optional", INT2))), "own", fixed=True)
                self.vars.append(v)
                formals.append(v)
            t = self.pick((INT3, BOOL))
            ctx = self.context(reads, ())
            body = self.value(t, ctx, 2)
            del self.vars[mark:]
            self.out.append(f"fn {name}({', '.join(f'{v.name}: {text(v.type)}' for v in formals)}): {text(t)} = {body};")
            self.fns.append((name, [v.type for v in formals], t, reads - {"own"}))

    def context(self, read, write, **flags):
        ghosts = any(v.storage == "ghost" for v in self.vars)
        base = {"ghosts": ghosts, "may_fault": False, "in_proc": False, "durable_only": False, "init_block": False}
        return Context(read, write, **{**base, **flags})

    def proc(self, name, pure, formals, result, known, indent):
        """Text of a procedure; the bodies of an override may call super."""
        mark, cycles = len(self.vars), self.chance(0.3)
        for ref, v in formals:
            self.vars.append(v)
        shared = set() if pure else self.SHARED
        ctx = self.context({"own", "constant"} | shared, {"own"} | shared, in_proc=True, may_fault=not pure, procs=known,
                           actor=None if pure else "?", result=result, ends=True, durable_only=pure, ghosts=False)
        ctx.ghosts = not pure and any(v.storage == "ghost" for v in self.vars)
        if not cycles:
            ctx.atomic = True
        if pure:
            ctx.atomic = ctx.quiet = True
        lines = self.block(ctx, self.r.randint(0, 2), indent + 1)
        if result:
            lines.append("    " * (indent + 1) + f"return {self.value(result, ctx, 2)};")
        del self.vars[mark:]
        head = ", ".join(f"{'ref ' if ref else ''}{v.name}: {text(v.type)}" for ref, v in formals)
        kind = f": {text(result)}" if result else ""
        pad = "    " * indent
        return [f"proc {name}({head}){kind} {{"] + lines + [pad + "}"], cycles

    def procedures(self):
        for _ in range(self.r.randint(0, 2)):
            self.one_procedure(0, self.procs)
        if "variants" in self.flags:
            name, formals, pure, result, lines, cycles = self.made_procedure(1, [])
            self.out += ["interface path {", "    " + lines[0]] + lines[1:] + ["}"]
            entry = {"name": name, "formals": [(r, v.type) for r, v in formals], "result": result, "pure": pure, "cycles": cycles}
            by_default = self.pick(("A", "B", "", "", "", ""))
            for v, how in (("A", "of path"), ("B", "extends A")):
                body, c = self.proc(name, pure, formals, result, [{**entry, "name": "super"}] if self.chance(0.8) else [], 1)
                entry["cycles"] = entry["cycles"] or c
                default = "default " if v == by_default else ""
                self.out += [f"{default}variant {v} {how} {{", "    override " + body[0]] + body[1:] + ["}"]
            self.procs.append(entry)

    def made_procedure(self, indent, known):
        name, pure = self.name("proc"), self.chance(0.3)
        formals = [(self.chance(0.5), Var(self.name("p"), self.pick((INT2, INT2, BOOL, ("pair",), ("array", INT1, BOOL))), "own"))
                   for _ in range(self.r.randint(0, 2))]
        result = self.pick((None, INT2, BOOL))
        known = [p for p in known if p["pure"]] if pure else known
        lines, cycles = self.proc(name, pure, formals, result, list(known), indent)
        cycles = cycles or any(p["cycles"] for p in known)
        return name, formals, pure, result, lines, cycles

    def one_procedure(self, indent, known):
        name, formals, pure, result, lines, cycles = self.made_procedure(indent, known)
        self.out += lines
        self.procs.append({"name": name, "formals": [(r, v.type) for r, v in formals], "result": result, "pure": pure,
                           "cycles": cycles})

    def actor(self):
        kind = self.weighted([(6, "thread"), (3, "daemon"), (1, "environment")])
        name = self.name(kind[0])
        identity = self.pick((None, None, INT1) + ((ID, ID) if "Who" in self.flags else ()))
        result = self.pick((None, None, INT2, BOOL)) if kind == "thread" else None
        mark = len(self.vars)
        head = f"{kind} {name}"
        if identity:
            v = Var(self.name("me"), identity, "own", fixed=True)
            self.vars.append(v)
            head += f"[{v.name}: {text(identity)}]"
        ctx = self.context({"own", "constant"} | self.SHARED, {"own"} | self.SHARED, actor=name, procs=self.procs, may_fault=True,
                           result=result, ends=True)
        lines = [head + (f": {text(result)}" if result else "") + " {"]
        if kind == "thread":
            lines += self.block(ctx, self.r.randint(2, 4), 1)
            if result:
                lines.append(f"    return {self.value(result, ctx, 2)};")
        else:
            if self.chance(0.3):
                lines += self.block(ctx, 1, 1)
            opening = self.weighted([(3, "await"), (3, "atomic"), (2, "choose"), (2, "step")])
            inner = ctx.but(loop=False)
            if opening == "atomic":
                lines += ["    loop atomic {", f"        await {self.bool(inner, 2)[0]};"]
                lines += self.block(inner.but(atomic=True), self.r.randint(1, 2), 2) + ["    }"]
            elif opening == "choose":
                lines += ["    loop choose {", f"        await {self.bool(inner, 2)[0]};"] + self.block(inner, 1, 2)
                lines += ["    } or {", f"        {self.pick(('await ' + self.bool(inner, 1)[0], 'step'))};"]
                lines += self.block(inner, 1, 2) + ["    }"]
            else:
                lines += ["    loop {", f"        {'step' if opening == 'step' else 'await ' + self.bool(inner, 2)[0]};"]
                lines += self.block(inner, self.r.randint(1, 2), 2) + ["    }"]
        del self.vars[mark:]
        self.out += lines + ["}"]
        self.actors.append({"name": name, "kind": kind, "identity": identity, "result": result})

    def turner(self):
        """An actor that goes round and round and fails no check, and may wait for others, or give up, or meet faults."""
        kind = self.weighted([(3, "thread"), (4, "daemon"), (3, "environment")])
        name = self.name(kind[0])
        identity = self.pick((None, None, None, INT1) + ((ID,) if "Who" in self.flags else ()))
        mark = len(self.vars)
        head = f"{kind} {name}"
        if identity:
            v = Var(self.name("me"), identity, "own", fixed=True)
            self.vars.append(v)
            head += f"[{v.name}: {text(identity)}]"
        ctx = self.context({"own", "constant"} | self.SHARED, {"own"} | self.SHARED, actor=name, loop=True)
        lines = [head + " {"]
        if self.chance(0.3):
            lines += self.turn(ctx, 1)
        lines.append("    loop {")
        shape = self.weighted([(4, "row"), (5, "choose"), (2, "if"), (2, "pulse")])
        flag = self.place(ctx, lambda t: t == BOOL, ctx.write, writing=True, depth=0) if shape == "pulse" else None
        if flag:
            lines += [x for value in ("true", "false")
                      for x in self.label(ctx, f"        {flag[0]} = {value};", "        ", point=False)]
        elif shape in ("row", "pulse"):
            for _ in range(self.r.randint(1, 3)):
                lines += self.turn(ctx, 2)
        elif shape == "choose":
            for i in range(self.r.randint(2, 3)):
                fault = f"fault {self.pick(self.faults)} " if self.faults and self.chance(0.3) else ""
                lines += self.label(ctx, f"        choose {fault}{{", "        ") if i == 0 else [f"        }} or {fault}{{"]
                lines += self.turn(ctx, 3) + (self.turn(ctx, 3) if self.chance(0.3) else [])
            lines.append("        }")
        else:
            lines += self.turn(ctx, 2) + [f"        if ({self.bool(ctx, 1)[0]}) {{"] + self.turn(ctx, 3) + ["        }"]
        if self.chance(0.25):
            lines.append(f"        if ({self.bool(ctx, 1)[0]}) break;")
        del self.vars[mark:]
        self.out += lines + ["    }", "}"]
        self.actors.append({"name": name, "kind": kind, "identity": identity, "result": None})

    def marker(self):
        """An actor that goes round and sets a mark of its own where somebody may want it to come, again and again."""
        pulse = not any("mark" in a for a in self.actors)  # the first one makes the others' conditions come and go
        kind = self.weighted([(4, "thread"), (4, "daemon"), (0 if pulse else 2, "environment")])
        name, mark = self.name(kind[0]), self.name("m")
        identity = self.pick((None,) * 4 + (INT1, ID if "Who" in self.flags else INT1))
        family, own, dims = (f"[me: {text(identity)}]", f"{mark}[me]", f"[{text(identity)}]") if identity else ("", mark, "")
        flags = [v.name for v in self.vars if v.type == BOOL and v.storage == "memory"][:2]
        flag, other, mutex = flags[self.chance(0.25)], self.pick(flags), next(v.name for v in self.vars if v.type[0] == "mutex")
        ctx = self.context((), (), actor=name)

        def at(line):
            return self.label(ctx, line, "")[0]

        def first(line):  # of a branch: it has no point of its own
            return self.label(ctx, line, "", point=False)[0]

        wait = self.pick((flag, flag, f"not {flag}", f"not {flag}", f"{flag} and not {other}", f"{flag} or {other}"))
        fault = f" or fault {self.pick(self.faults)} {{ {self.pick(('', first('step;'), flag + ' = true;'))} }}" if self.faults else ""
        less = self.pick((first(f"{own} = false;"), first("step;"), f"{flag} = {self.pick(('true', 'false'))};", f"await {wait};"))
        shape = "pulse" if pulse else self.weighted([
            (1, "pulse"), (6, "wait"), (4, "choose"), (4 if self.faults else 0, "skip"), (2, "lock"), (2, "take")])
        body = {
            "pulse": f"{at(f'{flag} = true;')} {self.pick(('', 'step; '))}{at(f'{flag} = false;')}",
            "wait": f"{at(f'await {wait};')} {own} = true; {at(f'{own} = false;')}",
            "choose": at(f"choose {{ {first(f'{own} = true;')} }} or {{ {less} }}{fault if self.chance(0.4) else ''}"),
            "skip": f"choose {{ {first(f'{own} = true;')} }}{fault} {at(f'{own} = false;')}",
            "lock": f"{at(f'lock({mutex});')} {own} = true; {at(f'{own} = false;')} {at(f'unlock({mutex});')}",
            "take": at(f"atomic {{ await {wait}; {flag} = not {flag}; {own} = not {own}; }}")}[shape]
        for known in (self.passable, self.labels):  # also those of bodies that were not taken
            known[name] = [x for x in known.get(name, []) if f"{x}: " in body]
        last = self.chance(0.15)  # only once
        self.out += [f"var {mark}: bool{dims};", f"{kind} {name}{family} {{", f"    {body}" if last else f"    loop {{ {body} }}", "}"]
        self.actors.append({"name": name, "kind": kind, "identity": identity, "result": None, "mark": mark})

    def turn(self, ctx, indent):
        """One statement with a point that fails no check."""
        pad = "    " * indent
        flag = self.place(ctx, lambda t: t == BOOL, ctx.write, writing=True, depth=0)
        number = self.place(ctx, lambda t: t[0] == "int", ctx.write, writing=True, depth=0)
        mutex = self.place(ctx, lambda t: t[0] == "mutex", ctx.write, depth=0)
        kind = self.weighted([(3, "step"), (4, "await"), (5 if flag else 0, "flip"), (4 if number else 0, "count"),
                              (3 if flag else 0, "take"), (3 if mutex else 0, "lock"), (4 if self.faults and indent < 4 else 0, "hiccup")])
        if kind == "await":
            condition = self.pick(("", "not ")) + flag[0] if flag and self.chance(0.7) else self.bool(ctx, 1)[0]
            return self.label(ctx, f"{pad}await {condition};", pad)
        if kind == "flip":
            return self.label(ctx, f"{pad}{flag[0]} = {self.pick(('true', 'false', 'not ' + flag[0]))};", pad, point=False)
        if kind == "count":
            k = number[1][1]
            return self.label(ctx, f"{pad}{number[0]} = {self.pick((self.r.randint(0, k), f'({number[0]} + 1) % {k + 1}'))};", pad,
                              point=False)
        if kind == "take":
            not_ = self.chance(0.5)
            return self.label(ctx, f"{pad}atomic {{", pad) + [
                f"{pad}    await {'not ' if not_ else ''}{flag[0]};", f"{pad}    {flag[0]} = {'true' if not_ else 'false'};", pad + "}"]
        if kind == "hiccup":
            return [f"{pad}choose {{"] + self.turn(ctx, indent + 1) + [f"{pad}}} or fault {self.pick(self.faults)} {{"] + \
                (self.turn(ctx, indent + 1) if self.chance(0.3) else []) + [pad + "}"]
        if kind == "lock":
            return self.label(ctx, f"{pad}lock({mutex[0]});", pad) + self.label(ctx, f"{pad}unlock({mutex[0]});", pad)
        return self.label(ctx, f"{pad}step;", pad)

    def fairness(self, n, pad=""):
        """Declarations, of actors and of labels that some actor has."""
        lines, labels = [], sorted({x for a, names in self.passable.items() for x in names if a != "recover"})
        for _ in range(n):
            names = [self.pick(labels) if labels and self.chance(0.5) else self.pick(self.actors)["name"]
                     for _ in range(self.weighted([(4, 1), (1, 2)]))]
            if len(set(names)) == len(names):
                lines.append(f"{pad}{self.pick(('fair', 'strongly fair'))} {', '.join(names)};")
        if "rounds" in self.flags:
            for a in self.actors:
                if "mark" in a and self.chance(0.3):
                    names = self.passable.get(a["name"], []) * 2 + [a["name"]]
                    lines.append(f"{pad}{self.pick(('fair', 'strongly fair'))} {self.pick(names)};")
        return lines

    def progress(self):
        ctx = self.context({"own", "constant", "ghost"} | self.SHARED, (), property=True)
        for a in self.actors:
            if a.get("mark") and self.chance(0.8):
                self.out.append(self.passes(self.name("P"), a))
        for _ in range(self.r.randint(0, 2) if "rounds" in self.flags else self.r.randint(1, 3)):
            name = self.name("P")
            kind = self.weighted([(2, "eventually"), (3, "always eventually"), (3, "progress"), (7, "actor"), (2, "flag")])
            if "rounds" in self.flags and self.chance(0.7):
                kind = "actor"
            flag = self.place(ctx, lambda t: t == BOOL, {"memory"}, depth=0)
            if kind == "flag" and flag:
                self.out.append(self.pick((f"always eventually {name}: {self.pick(('', 'not '))}{flag[0]};",
                                           f"eventually {name}: {flag[0]};",
                                           f"progress {name}: {flag[0]} leads to not {flag[0]};")))
                continue
            if kind in ("actor", "flag"):
                self.out.append(self.passes(name))
            else:
                self.out.append(f"{kind} {name}: {self.bool(ctx, 1)[0]}" +
                                (f" leads to {self.bool(ctx, 1)[0]};" if kind == "progress" else ";"))

    def passes(self, name, a=None):
        """What fairness is for: that somebody comes somewhere, leaves a place, or ends."""
        a = a or self.pick(self.actors)
        labels, who, each, some = self.labels.get(a["name"], []), a["name"], "", ""
        if a["identity"] and (a["identity"] == ID or self.chance(0.3)):
            q = self.name("q")
            who += f"[{q}]"
            each, some = (f"{kind} ({q} in {text(a['identity'])}) " for kind in ("forall", "exists"))
        elif a["identity"]:
            who += f"[{self.r.randint(0, 1)}]"
        if "mark" in a and self.chance(0.6):
            here = who.replace(a["name"], a["mark"], 1)
            return self.pick((f"progress {name}: {some}{here} leads to {each}not {here};", f"eventually {name}: {each}{here};",
                              f"always eventually {name}: {self.pick((each, some))}{here};",
                              f"always eventually {name}: {self.pick((each, some))}{self.pick(('', 'not '))}{here};"))
        if not labels:
            return f"{self.pick(('eventually', 'always eventually'))} {name}: {self.pick((each, some))}ended({who});"
        here = f"at({who}, {self.pick(labels)})"
        there = self.pick((f"not {here}", f"at({who}, {self.pick(labels)})", f"ended({who})"))
        return self.pick((f"progress {name}: {some}{here} leads to {each}{there};", f"always eventually {name}: {each}{there};",
                          f"eventually {name}: {some}{here};"))

    def power(self):
        ctx = self.context({"own", "constant", "device", "durable"}, {"own", "durable"}, quiet=True, atomic=True, durable_only=True,
                           procs=[p for p in self.procs if p["pure"]])
        self.out += [f"power_loss {self.pick(('', '', 'budget 2 '))}{{"] + self.block(ctx, self.r.randint(0, 3), 1) + ["}"]
        if "recover" in self.flags:
            ctx = self.context({"own", "constant", "durable"}, {"own", "durable"}, durable_only=True, actor="recover",
                               in_proc=True, procs=[p for p in self.procs if p["pure"]], may_fault=True)
            lines = self.block(ctx, self.r.randint(1, 3), 1)
            if all(x.lstrip().startswith("var ") and "=" not in x for x in lines):
                lines.append("    step;")  # a recovery without any code has nothing to say
            self.out += ["recover {"] + lines + ["}"]

    def properties(self):
        ctx = self.context({"own", "constant", "ghost"} | self.SHARED, (), property=True)
        for kind in ("invariant", "invariant", "final", "quiescent", "cover", "cover"):
            if self.chance(0.1 if "rounds" in self.flags else 0.7):
                self.out.append(f"{kind} {self.name('P')}: {self.bool(ctx, 3)[0]};")
        durable = any(v.storage == "durable" for v in self.vars)
        if durable:
            ctx = self.context({"own", "constant", "durable"}, ())
            for kind in ("never", "sometimes", "always"):
                self.out.append(f"{kind} {self.name('P')}: {self.bool(ctx, 2)[0]};")
            ctx = ctx.but(read=ctx.read | {"ghost"})
            for kind in ("crash invariant", "crash cover"):
                self.out.append(f"{kind} {self.name('P')}: {self.bool(ctx, 2)[0]};")

    def scenarios(self):
        if "variants" in self.flags and self.chance(0.7):
            self.out.append("scenario each { over A, B; }")
            self.out.append("scenario none_of_them { }")
        if "progress" in self.flags and self.chance(0.5):
            self.out += ["scenario fairer {"] + self.fairness(self.r.randint(1, 2), "    ") + ["}", "scenario as_it_is { }"]
        if any(v.name == "KNOB" for v in self.vars) and self.chance(0.5):
            self.out.append("scenario free_knob { free option KNOB; }")
        if self.faults and self.chance(0.3):
            self.out.append(f"scenario tight {{ budget {self.faults[0]} = {self.pick((0, 1, 'unlimited'))}; }}")
        if len(self.actors) > 1 and self.chance(0.2):
            self.out.append(f"scenario alone {{ run {self.actors[0]['name']}; }}")


def has_mutex(t):
    if t[0] == "array":
        return has_mutex(t[2])
    return t[0] in ("mutex", "slot")


def generate(seed):
    return Generator(seed).specification()


if __name__ == "__main__":
    print(generate(int(sys.argv[1])), end="")
