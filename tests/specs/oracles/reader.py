"""Reads `.untorn` files for second.py: a lexer and a recursive-descent parser, written from the grammar in
model/language/README.md and for correct files only; it does not try to explain mistakes.

An item, a statement or an expression is a tuple; its first member says which kind it is."""

import os
import re
from types import SimpleNamespace as Node

TOKEN = re.compile(r"""
    (?P<skip>\s+|//[^\n]*|/\*.*?\*/) | (?P<int>0x[0-9a-fA-F]+|[0-9]+) | (?P<name>[A-Za-z_]\w*) | (?P<string>"[^"\n]*") |
    (?P<op>\.\.|==|!=|<=|>=|\+=|-=|[-+*/%<>=!?:;,.(){}\[\]|&])""", re.X | re.S)

PROPERTIES = {"invariant", "final", "quiescent", "cover", "eventually", "progress", "never", "sometimes", "always"}
STORAGE = {"device", "durable", "ghost"}


class Reader:
    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m:
                raise SyntaxError(f"at {text[at:at + 30]!r}")
            if m.lastgroup != "skip":
                self.tokens.append((m.lastgroup, m.group(), text.count("\n", 0, at) + 1))
            at = m.end()
        self.tokens.append(("end", "", 0))
        self.i = 0

    # --- tokens
    @property
    def t(self):
        return self.tokens[self.i][1]

    def ahead(self, n=1):
        return self.tokens[min(self.i + n, len(self.tokens) - 1)][1]

    def next(self):
        self.i += 1
        return self.tokens[self.i - 1][1]

    def accept(self, *words):
        if self.t in words and self.tokens[self.i][0] != "string":
            return self.next()
        return None

    def expect(self, *words):
        if self.t not in words:
            raise SyntaxError(f"line {self.tokens[self.i][2]}: expected {words}, found {self.t!r}")
        return self.next()

    def name(self):
        if self.tokens[self.i][0] != "name":
            raise SyntaxError(f"line {self.tokens[self.i][2]}: expected a name, found {self.t!r}")
        return self.next()

    def names(self):
        return self.listed(self.name)

    def listed(self, one, end=None):
        out = []
        while self.t != end:
            out.append(one())
            if not self.accept(","):
                break
        return out

    # --- types and expressions
    def type(self):
        t = self.base()
        while True:
            if self.accept("?"):
                t = ("optional", t)
            elif self.t == "[":
                indices = []
                while self.accept("["):
                    indices.append(self.type())
                    self.expect("]")
                for index in reversed(indices):
                    t = ("array", t, index)
            else:
                return t

    def base(self):
        if self.t in ("bool", "mutex"):
            return (self.next(),)
        if self.accept("set"):
            self.expect("<")
            t = self.type()
            self.expect(">")
            return ("set", t)
        if self.tokens[self.i][0] == "name" and not self.range_follows():
            return ("named", self.next())
        lo = self.binary(6, in_type=True)
        self.expect("..")
        return ("range", lo, self.binary(6, in_type=True))

    def range_follows(self):
        """Is this name the begin of `lo..hi`? Looks for `..` before anything that cannot stand in a sum."""
        depth = 0
        for _, text, _ in self.tokens[self.i:self.i + 40]:
            depth += text == "("
            depth -= text == ")"
            if depth < 0 or text in (";", "{", "}", "=", "[", "]", "?", ">", ",", ":", "in", "where"):
                return False
            if text == "..":
                return True
        return False

    LEVELS = {"implies": 1, "or": 2, "and": 3, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4, "|": 5, "&": 5,
              "+": 6, "-": 6, "*": 7, "/": 7, "%": 7}

    def expr(self):
        e = self.binary(1)
        if self.accept("?"):
            a = self.expr()
            self.expect(":")
            return ("if", e, a, self.expr())
        return e

    def binary(self, least, in_type=False):
        left = self.unary(in_type)
        while self.LEVELS.get(self.t, 0) >= least:
            op = self.next()
            level = self.LEVELS[op]
            right = self.binary(level if op == "implies" else level + 1, in_type)
            left = ("binary", op, left, right)
        return left

    def unary(self, in_type=False):
        if self.t in ("forall", "exists", "count"):
            op = self.next()
            self.expect("(")
            variable = self.name()
            self.expect("in")
            t = self.type()
            where = self.expr() if self.accept("where") else None
            self.expect(")")
            return ("quantifier", op, variable, t, where, self.expr())
        if self.t in ("!", "not", "-"):
            return ("minus" if self.next() == "-" else "not", self.unary(in_type))
        e = self.primary()
        while True:
            if self.accept("."):
                e = ("field", e, self.name())
            elif self.t == "[" and not in_type:
                self.next()
                e = ("index", e, self.expr())
                self.expect("]")
            else:
                return e

    def primary(self):
        kind, text, _ = self.tokens[self.i]
        if kind == "int":
            return ("value", int(self.next(), 0))
        if text in ("true", "false"):
            return ("value", self.next() == "true")
        if self.accept("none"):
            return ("value", None)
        if self.accept("("):
            e = self.expr()
            self.expect(")")
            return e
        if self.accept("{"):
            e = ("set", self.listed(self.expr, "}"))
            self.expect("}")
            return e
        if self.accept("["):
            variable = self.name()
            self.expect("in")
            t = self.type()
            self.expect(":")
            e = ("each", variable, t, self.expr())
            self.expect("]")
            return e
        name = self.next() if text == "super" else self.name()
        if self.accept("("):
            e = ("call", name, self.listed(self.expr, ")"))
            self.expect(")")
            return e
        if self.t == "{" and (self.ahead() == "}" or self.ahead(2) == ":"):
            self.next()
            fields = self.listed(lambda: (self.name(), self.expect(":"), self.expr())[::2], "}")
            self.expect("}")
            return ("struct", name, fields)
        return ("name", name)

    # --- statements
    def block(self):
        self.expect("{")
        out = []
        while not self.accept("}"):
            out.append(self.statement())
        return out

    def body(self):
        return self.block() if self.t == "{" else [self.statement()]

    def condition(self):
        self.expect("(")
        e = self.expr()
        self.expect(")")
        return e

    def statement(self):
        labels = []
        while self.tokens[self.i][0] == "name" and self.ahead() == ":":
            labels.append(self.next())
            self.next()
        return ("statement", labels, self.plain_statement())

    def plain_statement(self):
        t = self.t
        if t == "{":
            return ("block", self.block())
        if self.accept(";"):
            return ("empty",)
        if self.accept("if"):
            c = self.condition()
            yes = self.body()
            return ("if", c, yes, self.body() if self.accept("else") else [])
        if self.accept("while"):
            c = self.condition()
            return ("while", c, self.body())
        if self.accept("loop"):
            return ("loop", self.body())
        if self.accept("for"):
            self.expect("(")
            variable = self.name()
            self.expect("in")
            of = self.type()
            self.expect(")")
            return ("for", variable, of, self.body())
        if self.accept("choose"):
            out = [self.alternative()]
            while self.accept("or"):
                out.append(self.alternative())
            return ("choose", out)
        if t in ("atomic", "ghost") and self.ahead() == "{":
            return (self.next(), self.block())
        if self.accept("var"):
            name = self.name()
            self.expect(":")
            of = self.type()
            s = ("var", name, of, self.expr() if self.accept("=") else None)
        elif t in ("await", "assert"):
            s = (self.next(), self.expr())
        elif t in ("step", "break", "continue"):
            s = (self.next(),)
        elif self.accept("goto"):
            s = ("goto", self.name())
        elif self.accept("return"):
            s = ("return", None if self.t == ";" else self.expr())
        else:
            places = self.listed(lambda: self.unary())
            op = self.accept("=", "+=", "-=")
            if op is None:
                s = ("call", places[0])
            elif op == "=":
                s = ("assign", places, self.listed(self.expr))
            else:
                s = ("assign", places, [("binary", op[0], places[0], self.expr())])
        self.expect(";")
        return s

    def alternative(self):
        fault = self.name() if self.accept("fault") else None
        variable = of = where = None
        if self.accept("("):
            variable = self.name()
            self.expect("in")
            of = self.type()
            where = self.expr() if self.accept("where") else None
            self.expect(")")
        return (fault, variable, of, where, self.block())

    # --- items
    def formals(self):
        self.expect("(")
        out = self.listed(lambda: (bool(self.accept("ref")), self.name(), self.expect(":"), self.type()), ")")
        self.expect(")")
        return [(ref, name, of) for ref, name, _, of in out]

    def procedure(self):
        self.expect("proc")
        name = self.name()
        formals = self.formals()
        result = self.type() if self.accept(":") else None
        return Node(name=name, formals=formals, result=result, body=self.block())

    def settings(self):
        out = self.listed(lambda: (self.name(), self.expect("="), self.expr())[::2])
        self.expect(";")
        return out

    def file(self):
        out = []
        while self.tokens[self.i][0] != "end":
            if not self.accept(";"):
                out += self.item()
        return out

    def item(self):
        start = self.i
        t = self.next()
        if t == "import":
            name = self.next()
            self.expect(";")
            return [("import", name)]
        if t in ("param", "const", "option"):
            def one():
                name = self.name()
                of = self.type() if self.accept(":") else None
                self.expect("=")
                return (t, name, of, self.expr())
            out = self.listed(one)
            self.expect(";")
            return out
        if t == "type":
            name = self.name()
            self.expect("=")
            of = self.type()
            self.expect(";")
            return [("type", name, of)]
        if t == "enum":
            name = self.name()
            self.expect("{")
            out = self.listed(self.name, "}")
            self.expect("}")
            return [("enum", name, out)]
        if t == "struct":
            name, fields = self.name(), []
            self.expect("{")
            while not self.accept("}"):
                fields.append((self.name(), self.expect(":"), self.type())[::2])
                self.expect(";")
            return [("struct", name, fields)]
        if t == "scalarset":
            name = self.name()
            self.expect("[")
            size = self.expr()
            self.expect("]")
            self.expect(";")
            return [("scalarset", name, size)]
        if t == "var" or t in STORAGE and self.t == "var":
            storage = "memory" if t == "var" else t
            self.accept("var")
            name = self.name()
            self.expect(":")
            of = self.type()
            first = self.expr() if self.accept("=") else None
            self.expect(";")
            return [("var", storage, name, of, first)]
        if t == "fault":
            name = self.name()
            budget = self.expr() if self.accept("budget") else None
            self.expect(";")
            return [("fault", name, budget)]
        if t == "fn":
            name = self.name()
            formals = self.formals()
            self.expect(":")
            result = self.type()
            self.expect("=")
            e = self.expr()
            self.expect(";")
            return [("fn", name, [f[1:] for f in formals], result, e)]
        if t == "proc":
            self.i = start
            return [("proc", self.procedure())]
        if t == "interface":
            name, out = self.name(), []
            self.expect("{")
            while not self.accept("}"):
                out.append(self.procedure())
            return [("interface", name, out)]
        if t == "variant":
            name = self.name()
            relation, parent = self.expect("of", "extends"), self.name()
            procedures, settings = [], []
            self.expect("{")
            while not self.accept("}"):
                if self.accept("option"):
                    settings += self.settings()
                else:
                    self.expect("override")
                    procedures.append(self.procedure())
            return [("variant", name, relation, parent, procedures, settings)]
        if t in ("thread", "daemon", "environment"):
            actor = Node(kind=t, name=self.name(), family=None, formals=[], result=None)
            if self.accept("["):
                actor.family = (self.name(), self.expect(":"), self.type())[::2]
                self.expect("]")
            if self.t == "(":
                actor.formals = self.formals()
            if self.accept(":"):
                actor.result = self.type()
            actor.body = self.block()
            return [("actor", actor)]
        if t == "power_loss":
            budget = self.expr() if self.accept("budget") else None
            return [("power_loss", budget, self.block())]
        if t in ("recover", "init"):
            return [(t, self.block())]
        if t == "expect":
            return [("expect", self.expectation())]
        if t == "scenario":
            return [self.scenario()]
        crash = t == "crash"
        kind = self.next() if crash else t
        if kind == "always" and self.accept("eventually"):
            kind = "always eventually"
        name = self.name()
        self.expect(":")
        e = self.expr()
        if kind == "progress":
            self.expect("leads")
            self.expect("to")
            self.expr()
        self.expect(";")
        return [("property", ("crash " if crash else "") + kind, name, e)]

    def expectation(self):
        name, cells, otherwise = self.name(), [], None
        while self.t != ";":
            if self.accept("else"):
                otherwise = self.verdict()
            else:
                verdict = self.verdict()
                variants = None
                if self.accept("{"):
                    variants = self.listed(self.name, "}")
                    self.expect("}")
                cells.append((verdict, variants))
        self.expect(";")
        return (name, cells, otherwise)

    def verdict(self):
        if self.tokens[self.i][0] == "int":
            return Node(kind="count", count=int(self.next(), 0))
        v = Node(kind=self.expect("holds", "undecided", "violated"), faults=None, steps=None, via=None)
        if v.kind == "violated":
            if self.accept("with"):
                v.faults = int(self.next())
                self.expect("fault", "faults")
            if self.accept("in"):
                v.steps = int(self.next())
                self.expect("step", "steps")
            if self.accept("via"):
                v.via = self.name()
        return v

    def scenario(self):
        s = Node(name=self.name(), param=[], option=[], budget=[], bound=[], over=[], cover=[], free=[], run=None, init=[],
                 expect=[])
        if self.tokens[self.i][0] == "string":
            self.next()
        self.expect("{")
        while not self.accept("}"):
            t = self.next()
            if t in ("param", "option", "budget"):
                getattr(s, t).extend(self.settings())
                continue
            if t == "init":
                s.init += self.block()
                continue
            if t == "expect":
                s.expect.append(self.expectation())
                continue
            if t == "free":
                self.expect("option")
                s.free += self.names()
            elif t in ("with", "over", "cover"):
                getattr(s, "bound" if t == "with" else t).extend(self.names())
            else:
                assert t == "run", t
                s.run = (s.run or []) + self.listed(self.run_clause)
            self.expect(";")
        return ("scenario", s)

    def run_clause(self):
        name, args = self.name(), None
        if self.accept("("):
            args = self.listed(self.expr, ")")
            self.expect(")")
        return (name, args)


def load(path, kernel, seen=None):
    """The items of a file and of what it imports, imported ones first; the root's own expectations and scenarios only."""
    seen = set() if seen is None else seen
    path = os.path.realpath(path)
    if path in seen:
        return []
    seen.add(path)
    with open(path, encoding="ascii") as f:
        items = Reader(f.read()).file()
    out = []
    for item in items:
        if item[0] != "import":
            continue
        name = item[1].strip('"') if item[1].startswith('"') else item[1] + ".untorn"
        beside = os.path.join(os.path.dirname(path), name)
        found = beside if os.path.exists(beside) else os.path.join(kernel, name)
        out += [i for i in load(found, kernel, seen) if i[0] not in ("expect", "scenario")]
    return out + [i for i in items if i[0] != "import"]
