"""Random specifications, small and full of corners, for comparing the tool with second.py.

    python3 generate.py SEED [COUNT]      prints one specification; with COUNT writes SEED.untorn, SEED+1.untorn, ... here

The same seed gives the same text. Everything is well typed; what may fail when it runs (ranges, indices, `value(none)`,
locks, blocking inside atomic) is meant to."""

import random
import sys

TYPES = {"int": "0..3", "bool": "bool", "enum": "Color", "opt": "0..2?", "set": "set<0..2>", "id": "Id"}


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.counter = 0
        self.globals = [("x", "int"), ("y", "int"), ("b", "bool"), ("c", "enum"), ("o", "opt"), ("s", "set"), ("d", "int"), ("z", "int")]
        self.writable = list(self.globals) + [("a[{i}]", "int"), ("p.n", "int"), ("p.f", "bool"), ("q[{b}].n", "int")]
        self.locals = []
        self.constants = []
        self.actor_family = None
        self.in_atomic = self.in_loop = self.in_procedure = False
        self.result = None

    def pick(self, *ways):
        return self.r.choice(ways)

    def fresh(self, stem):
        self.counter += 1
        return f"{stem}{self.counter}"

    # --- expressions
    def place(self, kind=None, own=None):
        """A place of this kind: own locals, shared data, or either."""
        shared = [(n, k) for n, k in self.writable if kind is None or k == kind]
        mine = [(n, k) for n, k in self.locals if kind is None or k == kind]
        pool = mine if own else shared if own is False else shared + mine * 2
        if not pool:
            return None
        name, k = self.r.choice(pool)
        index = self.pick("0", "1", "2", self.leaf("int", own))
        return name.format(i=index, b=self.pick("true", "false", self.leaf("bool", own))), k

    def leaf(self, kind, own=None):
        named = [n for n, k in (self.locals if own else self.globals + self.locals if own is None else self.globals) if k == kind]
        named += [n for n, k in self.constants if k == kind]
        if named and self.r.random() < 0.6:
            return self.r.choice(named)
        return {"int": self.pick("0", "1", "2", "3"), "bool": self.pick("true", "false"),
                "enum": self.pick("Red", "Green", "Blue"), "opt": self.pick("none", "0", "2"),
                "set": self.pick("{}", "{1}", "{0, 2}")}[kind]

    def expr(self, kind, depth=2, own=None):
        if depth == 0 or self.r.random() < 0.3:
            if self.r.random() < 0.2:
                p = self.place(kind, own)
                if p:
                    return p[0]
            return self.leaf(kind, own)
        sub = lambda k: self.expr(k, depth - 1, own)
        if self.r.random() < 0.12:
            return f"({sub('bool')} ? {self.typed(kind, own)} : {self.typed(kind, own)})"
        if kind == "int":
            ways = [lambda: f"({sub('int')} + {sub('int')})", lambda: f"({sub('int')} - {sub('int')})",
                    lambda: f"({sub('int')} % {self.pick('2', '3', sub('int'))})", lambda: f"({sub('int')} / 2)",
                    lambda: f"twice({sub('int')})", lambda: f"(count (k in 0..2) k < {sub('int')})"]
            if own is not True:
                ways += [lambda: "size(s)", lambda: "value(o)", lambda: f"a[{sub('int')}]"]
            return self.r.choice(ways)()
        if kind == "bool":
            ways = [lambda: f"({sub('bool')} and {sub('bool')})", lambda: f"({sub('bool')} or {sub('bool')})",
                    lambda: f"({sub('bool')} implies {sub('bool')})", lambda: f"!{self.expr('bool', 0, own)}",
                    lambda: f"({sub('int')} {self.pick('==', '!=', '<', '<=', '>')} {sub('int')})",
                    lambda: f"({self.typed('enum', own)} == {self.leaf('enum', own)})"]
            if own is not True:
                ways += [lambda: f"({sub('int')} in s)", lambda: "(o != none)", lambda: "locked(m)",
                         lambda: f"(exists (k in 0..2) a[k] == {sub('int')})", lambda: f"(s == {self.pick('{}', '{1}')})"]
            return self.r.choice(ways)()
        if kind == "set" and own is not True:
            return f"(s {self.pick('|', '&', '-')} {{{self.pick('0', '1', '2')}}})"
        return self.leaf(kind, own)

    def typed(self, kind, own):
        """An expression whose type is known without its context."""
        if kind in ("opt", "set"):
            named = [n for n, k in (self.locals if own else self.globals + self.locals) if k == kind]
            return self.r.choice(named) if named else "none" if kind == "opt" else "{}"
        return self.expr(kind, 0, own)

    def value(self, kind, own=None):
        e = self.expr(kind, 2, own)
        return f"({e}) % 4" if kind == "int" and self.r.random() < 0.7 else e

    # --- statements
    def block(self, depth, most=3):
        kept = list(self.locals)
        out = [self.statement(depth) for _ in range(self.r.randint(1, most))]
        self.locals = kept
        return "{ " + " ".join(out) + " }"

    def statement(self, depth):
        simple = [self.assign, self.assign, self.assign, self.step, self.declare, self.modify]
        if not self.in_atomic:
            simple += [self.await_, self.lock, self.call]
        deep = [self.if_, self.choose, self.for_, self.atomic, self.while_]
        s = self.r.choice(simple + (deep * 2 if depth > 0 else []))
        return s(depth - 1)

    def assign(self, _):
        own = self.pick(None, None, True)
        place, kind = self.place(own=own) or self.place()
        if self.r.random() < 0.12:
            other, k = self.place()
            if other != place:
                return f"{place}, {other} = {self.value(kind)}, {self.value(k)};"
        return f"{place} = {self.value(kind, True if own else None)};"

    def modify(self, _):
        place, _ = self.place("int")
        return f"{place} {self.pick('+=', '-=')} 1;"

    def step(self, _):
        return "step;" if not self.in_atomic else ";"

    def declare(self, _):
        name, kind = self.fresh("l"), self.pick("int", "bool", "enum", "opt")
        first = f" = {self.value(kind)}" if self.r.random() < 0.7 else ""
        self.locals.append((name, kind))
        return f"var {name}: {TYPES[kind]}{first};"

    def await_(self, _):
        return f"await {self.expr('bool')};"

    def lock(self, depth):
        n = self.pick("m", "n[0]", f"n[{self.leaf('int')} % 2]")
        if self.r.random() < 0.3:
            name = self.fresh("t")
            self.locals.append((name, "bool"))
            return f"var {name}: bool = trylock({n}); if ({name}) unlock({n});"
        return f"lock({n}); {self.statement(0)} unlock({n});"

    def call(self, _):
        way = self.r.randrange(4)
        if way == 0:
            return f"set_to({self.place('int', False)[0]}, {self.value('int')});"
        if way == 1:
            place, _ = self.place("int")
            return f"{place} = pick_one({self.value('int')});"
        if way == 2:
            return "note();"
        return f"exchange({self.place('int')[0]}, {self.place('int', False)[0]});"

    def if_(self, depth):
        other = f" else {self.block(depth)}" if self.r.random() < 0.5 else ""
        return f"if ({self.expr('bool')}) {self.block(depth)}{other}"

    def while_(self, depth):
        if self.in_atomic:
            return self.assign(depth)
        was, self.in_loop = self.in_loop, True
        text = f"while ({self.expr('bool')}) {{ step; {self.block(depth, 2)} {self.pick('', 'if (x == 2) break;', 'if (b) continue;')} }}"
        self.in_loop = was
        return text

    def for_(self, depth):
        name = self.fresh("k")
        self.constants.append((name, "int"))
        text = f"for ({name} in 0..{self.pick(0, 1, 2)}) {self.block(depth, 2)}"
        self.constants.pop()
        return text

    def atomic(self, depth):
        if self.in_atomic:
            return self.block(depth)
        self.in_atomic = True
        first = f"await {self.expr('bool')}; " if self.r.random() < 0.3 else ""
        text = f"atomic {{ {first}{self.block(depth)} }}"
        self.in_atomic = False
        return text

    def choose(self, depth):
        return "choose " + " or ".join(self.alternative(depth) for _ in range(self.r.randint(1, 3)))

    def alternative(self, depth):
        kept = list(self.locals)
        fault = self.pick("", "", "", "fault f ", "fault g ") if not self.in_atomic else ""
        head = ""
        if self.r.random() < 0.3:
            name = self.fresh("v")
            self.constants.append((name, "int"))
            where = f" where {self.expr('bool')}" if self.r.random() < 0.5 else ""
            head = f"({name} in 0..{self.pick(1, 2)}{where}) "
        guard = f"await {self.expr('bool')};" if self.r.random() < 0.3 else ""
        body = self.pick("{ }", f"{{ {guard} {self.block(depth, 2)} }}", f"{{ {guard} {self.statement(depth)} }}")
        if head:
            self.constants.pop()
        self.locals = kept
        return fault + head + body

    # --- the whole
    def actor(self, number):
        kind = self.pick("thread", "thread", "daemon", "environment")
        self.locals, self.result = [], None
        family = self.r.random() < 0.3
        self.constants = [("me", "int")] if family else []
        body = self.block(2, 4)
        if kind != "thread":
            body = f"{{ loop {{ await {self.expr('bool')}; {body} }} }}" if self.r.random() < 0.7 else body
        elif self.r.random() < 0.3:
            body = body[:-1] + f"return {self.value('int')}; }}"
            return f"{kind} w{number}{'[me: 0..1]' if family else ''}: 0..3 {body}"
        return f"{kind} w{number}{'[me: 0..1]' if family else ''} {body}"

    def recovery(self):
        self.locals, self.constants = [], []
        self.globals, self.writable = [("d", "int")], [("d", "int")]
        loss = self.pick("{ }", "{ choose { } or { d = z; } }", "{ if (z > 1) d = 3; choose (k in 0..1) { d = k; } }")
        text = f"power_loss budget {self.pick(1, 2)} {loss}\n"
        if self.r.random() < 0.7:
            text += "recover { d = (d + 1) % 4; " + self.pick("", "if (d == 2) d = 0;", "choose { d = 1; } or fault f { step; }",
                                                              "while (d == 1) step;", "await d != 3;") + " }\n"
        return text + f"crash invariant ci: d != {self.pick(1, 2, 3)};\ncrash cover cc: d == {self.pick(1, 2)};\n"

    def file(self):
        r = self.r
        head = f"""enum Color {{ Red, Green, Blue }}
struct Pair {{ n: 0..3; f: bool; }}
fn twice(v: 0..9): 0..18 = v + v;
fault f budget {r.randint(0, 2)};
fault g;
var x: 0..3{self.pick('', ' = 1')};
var y: 0..3;
var b: bool;
var c: Color{self.pick('', ' = Blue')};
var o: 0..2?{self.pick('', ' = 1')};
var s: set<0..2>{self.pick('', ' = {1}')};
var a: 0..3[0..2];
var p: Pair;
var q: Pair[bool];
var m: mutex;
var n: mutex[0..1];
durable var d: 0..3;
device var z: 0..3;
ghost var h: 0..3;
proc set_to(ref v: 0..3, w: 0..9) {{ {self.pick('', 'step;')} v = w % 4; {self.pick('', 'x = (x + w) % 4;')} }}
proc pick_one(v: 0..9): 0..3 {{ {self.pick('', 'if (v > x) return 1;')} {self.pick('choose { return 0; } or { return 2; }', 'return v % 4;')} }}
proc exchange(ref v: 0..3, ref w: 0..3) {{ v, w = w, v; }}
proc note() {{ b = !b; ghost {{ h = x; }} }}
"""
        actors = "\n".join(self.actor(i) for i in range(r.randint(1, 3)))
        self.locals, self.constants = [], []
        tail = f"\ninvariant i1: {self.expr('bool')};\nfinal f1: {self.expr('bool')};\nquiescent q1: {self.expr('bool')};\n"
        tail += f"cover c1: {self.expr('bool')};\nsometimes o1: d == {self.pick(0, 1)};\nnever o2: d == {self.pick(0, 2)};\n"
        tail += "invariant ghosts: h <= 3 and z <= 3;\n"
        return head + actors + tail + (self.recovery() if r.random() < 0.4 else "")


def main(arguments):
    seed = int(arguments[0])
    if len(arguments) == 1:
        print(Generator(seed).file(), end="")
        return
    for n in range(seed, seed + int(arguments[1])):
        with open(f"{n}.untorn", "w", encoding="ascii") as f:
            f.write(Generator(n).file())


if __name__ == "__main__":
    main(sys.argv[1:])
