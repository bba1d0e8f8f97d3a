"""Text to syntax trees for oracle.py: the grammar of model/language/README.md, production by production, for correct
files only. A tree is made of Nodes: `k` says what it is, `line` where it begins; there is no list of fields, each
production below shows what it fills in."""

import re

TOKEN = re.compile(r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)|(?P<int>0x[0-9a-fA-F]+|[0-9]+)|(?P<id>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<str>"[^"\n]*")|(?P<op>\.\.|==|!=|<=|>=|\+=|-=|[-+*/%<>=!?:;,.(){}\[\]|&])""", re.X | re.S)

RESERVED = set("""import param option const type enum struct scalarset var ghost fault budget fn proc ref override interface
variant of extends super thread daemon environment power_loss recover init invariant final quiescent cover eventually
progress leads never sometimes always lemma scenario run over with expect if else while loop for in choose where or and
not implies await step atomic assert goto break continue return true false none forall exists count bool mutex set""".split())


class Node:
    def __init__(self, kind, line, /, **fields):
        self.k, self.line = kind, line
        self.__dict__.update(fields)

    def __repr__(self):
        return f"<{self.k} at line {self.line}>"


class BadSyntax(Exception):
    pass


def tokens(text):
    found, at, line = [], 0, 1
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise BadSyntax(f"line {line}: unexpected {text[at]!r}")
        if m.lastgroup != "space":
            kind = m.group() if m.lastgroup == "op" or m.group() in RESERVED else m.lastgroup
            found.append((kind, m.group(), line))
        line += m.group().count("\n")
        at = m.end()
    return found + [("end", "", line)]


class Parser:
    def __init__(self, text):
        self.all, self.at = tokens(text), 0

    # Tokens. A kind is a reserved word, a sign, or one of id, int, str, end.

    @property
    def kind(self):
        return self.all[self.at][0]

    @property
    def word(self):
        return self.all[self.at][1]

    @property
    def line(self):
        return self.all[self.at][2]

    def ahead(self, n):
        return self.all[min(self.at + n, len(self.all) - 1)][0]

    def skip(self):
        self.at += 1
        return self.all[self.at - 1][1]

    def have(self, *kinds):
        """The token's text, if it is one of these kinds."""
        return self.skip() if self.kind in kinds else None

    def need(self, *kinds):
        if self.kind not in kinds:
            raise BadSyntax(f"line {self.line}: {' or '.join(kinds)} wanted, not {self.word!r}")
        return self.skip()

    def have_word(self, word):
        """Words like `device`, which are reserved only here and there."""
        return self.skip() if self.word == word else None

    def list(self, item, end):
        found = []
        while self.kind != end:
            found.append(item())
            if not self.have(","):
                break
        return found

    def list_until(self, item, end):
        found = self.list(item, end)
        self.need(end)
        return found

    # Items

    def file(self):
        items = []
        while self.kind != "end":
            items.append(self.item())
        return items

    def item(self):
        line, kind, word = self.line, self.kind, self.word
        if kind == "import":
            self.skip()
            quoted = self.kind == "str"
            name = self.need("id", "str")
            self.need(";")
            return Node("import", line, name=name.strip('"'), quoted=quoted)
        if kind == "param":
            self.skip()
            return Node("param", line, settings=self.list_until(self.param, ";"))
        if kind == "option" or kind == "const":
            self.skip()
            name = self.need("id")
            type_ = self.type() if self.have(":") else None
            self.need("=")
            return Node(kind, line, name=name, type=type_, value=self.then(";", self.expr()))
        if kind == "type":
            self.skip()
            name = self.need("id")
            self.need("=")
            return Node("type", line, name=name, type=self.then(";", self.type()))
        if kind == "enum":
            self.skip()
            name = self.need("id")
            self.need("{")
            names = self.list_until(lambda: self.need("id"), "}")
            self.have(";")
            return Node("enum", line, name=name, names=names)
        if kind == "struct":
            self.skip()
            name, fields = self.need("id"), []
            self.need("{")
            while not self.have("}"):
                field = self.need("id")
                self.need(":")
                fields.append((field, self.then(";", self.type())))
            self.have(";")
            return Node("struct", line, name=name, fields=fields)
        if kind == "scalarset":
            self.skip()
            name = self.need("id")
            self.need("[")
            size = self.then("]", self.expr())
            self.need(";")
            return Node("scalarset", line, name=name, size=size)
        if kind in ("var", "ghost") or word in ("device", "durable") and self.ahead(1) == "var":
            storage = self.skip() if kind != "var" else "memory"
            self.need("var")
            name = self.need("id")
            self.need(":")
            type_ = self.type()
            value = self.expr() if self.have("=") else None
            self.need(";")
            return Node("global", line, storage=storage, name=name, type=type_, value=value)
        if kind == "fault":
            self.skip()
            name = self.need("id")
            return Node("fault", line, name=name, budget=self.then(";", self.expr() if self.have("budget") else None))
        if kind == "fn":
            self.skip()
            name, formals = self.need("id"), self.formals()
            self.need(":")
            result = self.type()
            self.need("=")
            return Node("fn", line, name=name, formals=formals, result=result, body=self.then(";", self.expr()))
        if kind == "proc":
            return self.proc()
        if kind == "interface":
            self.skip()
            name, procs = self.need("id"), []
            self.need("{")
            while not self.have("}"):
                procs.append(self.proc())
            return Node("interface", line, name=name, procs=procs)
        if kind == "variant" or word == "default" and self.ahead(1) == "variant":
            return self.variant()
        if kind in ("thread", "daemon", "environment"):
            return self.actor()
        if kind == "power_loss":
            self.skip()
            budget = self.expr() if self.have("budget") else None
            return Node("power_loss", line, budget=budget, body=self.block())
        if kind in ("recover", "init"):
            self.skip()
            return Node(kind, line, body=self.block())
        if kind == "expect":
            self.expectation()
            return Node("expect", line)
        if kind == "scenario":
            return self.scenario()
        if self.at_fairness():
            return self.fairness()
        if kind == "lemma" or word == "crash" and self.ahead(1) == "lemma":
            return self.lemma()
        return self.property()

    def then(self, kind, value):
        self.need(kind)
        return value

    def param(self):
        name = self.need("id")
        type_ = self.type() if self.have(":") else None
        self.need("=")
        return (name, type_, self.expr())

    def setting(self):
        name = self.need("id", "power_loss")
        self.need("=")
        return (name, self.expr())

    def budget(self):
        name = self.need("id", "power_loss")
        self.need("=")
        return (name, None if self.have_word("unlimited") else self.expr())

    def formals(self):
        self.need("(")
        return self.list_until(self.formal, ")")

    def formal(self):
        line, ref = self.line, bool(self.have("ref"))
        name = self.need("id")
        self.need(":")
        return Node("formal", line, ref=ref, name=name, type=self.type())

    def proc(self):
        line = self.line
        self.need("proc")
        name, formals = self.need("id"), self.formals()
        result = self.type() if self.have(":") else None
        return Node("proc", line, name=name, formals=formals, result=result, body=self.block())

    def variant(self):
        line = self.line
        by_default = self.have_word("default")
        self.need("variant")
        name, how, base = self.need("id"), self.need("of", "extends"), self.need("id")
        procs, options = [], []
        self.need("{")
        while not self.have("}"):
            if self.have("option"):
                options += self.list_until(self.setting, ";")
            else:
                self.need("override")
                procs.append(self.proc())
        return Node("variant", line, name=name, how=how, base=base, by_default=by_default, procs=procs,
                    options=options)

    def actor(self):
        line, kind, name = self.line, self.skip(), self.need("id")
        identity, formals, result = None, [], None
        if self.have("["):
            who = self.need("id")
            self.need(":")
            identity = (who, self.then("]", self.type()))
        if self.kind == "(":
            formals = self.formals()
        if self.have(":"):
            result = self.type()
        return Node("actor", line, kind=kind, name=name, identity=identity, formals=formals, result=result,
                    body=self.block())

    def property(self):
        line, kind = self.line, self.skip()
        if kind == "crash":
            kind = "crash_" + self.need("invariant", "cover")
        elif kind == "always" and self.have("eventually"):
            kind = "always_eventually"
        elif kind == "progress":
            kind = "leads_to"
        if kind not in ("invariant", "crash_invariant", "final", "quiescent", "cover", "crash_cover", "eventually",
                        "always_eventually", "leads_to", "never", "sometimes", "always"):
            raise BadSyntax(f"line {line}: unexpected {kind!r}")
        name = self.need("id")
        self.need(":")
        expr = self.expr()
        if kind == "leads_to":
            self.need("leads")
            if not self.have_word("to"):
                raise BadSyntax(f"line {line}: to wanted")
        answer = self.expr() if kind == "leads_to" else None
        self.need(";")
        return Node("property", line, kind=kind, name=name, expr=expr, answer=answer)

    def lemma(self):
        """What is claimed for proofs is no part of what a specification means."""
        line = self.line
        while not self.have(";"):
            self.skip()
        return Node("lemma", line)

    def at_fairness(self):
        """`fair X` or `strongly fair X`: words with a meaning only here."""
        return self.word == "fair" and self.ahead(1) == "id" or \
            self.word == "strongly" and self.all[self.at + 1][1] == "fair"

    def fairness(self):
        line, strong = self.line, bool(self.have_word("strongly"))
        self.skip()
        return Node("fairness", line, strong=strong, names=self.names())

    def expectation(self):
        """What is expected is no part of what a specification means."""
        while not self.have(";"):
            self.skip()

    def scenario(self):
        line = self.line
        self.skip()
        s = Node("scenario", line, name=self.need("id"), params=[], options=[], with_=[], over=[], run=None, init=[],
                 budgets=[], covers=[], free=[], fair=[])
        self.have("str")
        self.need("{")
        while not self.have("}"):
            if self.word == "free" and self.ahead(1) == "option":
                self.skip(), self.skip()
                s.free += self.names()
                continue
            kind = self.kind
            if kind == "expect":
                self.expectation()
                continue
            if self.at_fairness():
                s.fair.append(self.fairness())
                continue
            self.need("param", "option", "with", "over", "run", "init", "budget", "cover")
            if kind == "param":
                s.params += self.list_until(self.setting, ";")
            elif kind == "option":
                s.options += self.list_until(self.setting, ";")
            elif kind == "budget":
                s.budgets += self.list_until(self.budget, ";")
            elif kind == "init":
                s.init.append(self.block())
            elif kind == "run":
                s.run = (s.run or []) + self.list_until(self.instance, ";")
            else:
                names = self.names()
                (s.with_ if kind == "with" else s.over if kind == "over" else s.covers).extend(names)
        return s

    def names(self):
        return self.list_until(lambda: self.need("id"), ";")

    def instance(self):
        name = self.need("id")
        return (name, self.list_until(self.expr, ")") if self.have("(") else None)

    # Types

    def type(self):
        line = self.line
        if self.have("bool"):
            t = Node("bool", line)
        elif self.have("mutex"):
            t = Node("mutex", line)
        elif self.have("set"):
            self.need("<")
            t = Node("set", line, of=self.then(">", self.type()))
        else:
            low = self.sum(plain=True)
            if self.have(".."):
                t = Node("range", line, low=low, high=self.sum(plain=True))
            elif low.k == "name":
                t = Node("named", line, name=low.name)
            else:
                raise BadSyntax(f"line {line}: a type wanted")
        dims, optional = [], False
        while True:
            if self.kind == "?":
                self.skip()
                t = Node("optional", line, of=t)
            elif self.have("["):
                dims.append(self.then("]", self.type()))
            else:
                break
        for index in reversed(dims):
            t = Node("array", line, index=index, of=t)
        return t

    # Statements

    def block(self):
        line = self.line
        self.need("{")
        inside = []
        while not self.have("}"):
            s = self.statement()
            if s is not None:
                inside.append(s)
        return Node("block", line, inside=inside)

    def body(self):
        """A statement that has a scope of its own, as a block."""
        line, s = self.line, self.statement()
        return s if s is not None and s.k == "block" and not s.labels else \
            Node("block", line, inside=[s] if s else [], labels=[])

    def statement(self):
        labels = []
        while self.kind == "id" and self.ahead(1) == ":":
            labels.append(self.skip())
            self.skip()
        line = self.line
        s = self.unlabelled()
        if s is None:
            if not labels:
                return None
            s = Node("empty", line)
        s.labels = labels
        return s

    def unlabelled(self):
        line, kind = self.line, self.kind
        if self.have(";"):
            return None
        if kind == "{":
            return self.block()
        if self.have("var"):
            name = self.need("id")
            self.need(":")
            type_ = self.type()
            return Node("var", line, name=name, type=type_, value=self.then(";", self.expr() if self.have("=") else None))
        if self.have("if"):
            condition, yes = self.parenthesis(), self.body()
            return Node("if", line, condition=condition, yes=yes, no=self.body() if self.have("else") else None)
        if self.have("while"):
            return Node("while", line, condition=self.parenthesis(), body=self.body())
        if self.have("loop"):
            return Node("loop", line, body=self.body())
        if self.have("for"):
            self.need("(")
            name = self.need("id")
            self.need("in")
            type_ = self.then(")", self.type())
            return Node("for", line, name=name, type=type_, body=self.body())
        if self.have("choose"):
            ways = [self.alternative()]
            while self.have("or"):
                ways.append(self.alternative())
            return Node("choose", line, ways=ways)
        if self.have("await"):
            return Node("await", line, condition=self.then(";", self.expr()))
        if self.have("assert"):
            return Node("assert", line, condition=self.then(";", self.expr()))
        if self.have("step"):
            self.need(";")
            return Node("step", line)
        if self.have("atomic") or self.have("ghost"):
            return Node(kind, line, body=self.block())
        if self.have("goto"):
            return Node("goto", line, label=self.then(";", self.need("id")))
        if self.have("break") or self.have("continue"):
            self.need(";")
            return Node(kind, line)
        if self.have("return"):
            return Node("return", line, value=self.then(";", None if self.kind == ";" else self.expr()))
        if kind == "super" or kind == "id" and self.ahead(1) == "(":
            return Node("call", line, call=self.then(";", self.primary(False)))
        places = self.list(lambda: self.postfix(False), "=")
        sign = self.need("=", "+=", "-=")
        values = self.list_until(self.expr, ";")
        if sign != "=":
            values = [Node("binary", line, op=sign[0], left=places[0], right=values[0])]
        return Node("assign", line, places=places, values=values)

    def parenthesis(self):
        self.need("(")
        return self.then(")", self.expr())

    def alternative(self):
        line = self.line
        fault = self.need("id") if self.have("fault") else None
        binder = self.binder() if self.kind == "(" else None
        return Node("alternative", line, fault=fault, binder=binder, body=self.block())

    def binder(self):
        line = self.line
        self.need("(")
        name = self.need("id")
        self.need("in")
        type_ = self.type()
        return Node("binder", line, name=name, type=type_,
                    where=self.then(")", self.expr() if self.have("where") else None))

    # Expressions, loosest first

    def expr(self):
        return self.quantified() if self.kind in ("forall", "exists", "count") else self.conditional()

    def quantified(self):
        line, kind, binder = self.line, self.skip(), self.binder()
        return Node("quantified", line, kind=kind, binder=binder, body=self.expr())

    def conditional(self):
        line, condition = self.line, self.implication()
        if not self.have("?"):
            return condition
        yes = self.then(":", self.expr())
        return Node("conditional", line, condition=condition, yes=yes, no=self.expr())

    def implication(self):
        line, left = self.line, self.disjunction()
        return Node("implies", line, left=left, right=self.implication()) if self.have("implies") else left

    def left_to_right(self, operand, *signs):
        line, left = self.line, operand()
        while self.kind in signs:
            left = Node("binary", line, op=self.skip(), left=left, right=operand())
        return left

    def disjunction(self):
        return self.left_to_right(self.conjunction, "or")

    def conjunction(self):
        return self.left_to_right(self.comparison, "and")

    def comparison(self):
        line, left = self.line, self.setop()
        if self.kind not in ("==", "!=", "<", "<=", ">", ">=", "in"):
            return left
        return Node("binary", line, op=self.skip(), left=left, right=self.setop())

    def setop(self):
        return self.left_to_right(self.sum, "|", "&")

    def sum(self, plain=False):
        return self.left_to_right(lambda: self.product(plain), "+", "-")

    def product(self, plain):
        return self.left_to_right(lambda: self.unary(plain), "*", "/", "%")

    def unary(self, plain):
        line = self.line
        if self.kind in ("!", "not", "-"):
            return Node("unary", line, op="-" if self.skip() == "-" else "not", of=self.unary(plain))
        return self.quantified() if self.kind in ("forall", "exists", "count") else self.postfix(plain)

    def postfix(self, plain):
        e = self.primary(plain)
        while True:
            line = self.line
            if self.have("."):
                e = Node("field", line, of=e, name=self.need("id"))
            elif not plain and self.have("["):
                e = Node("element", line, of=e, index=self.then("]", self.expr()))
            else:
                return e

    def primary(self, plain):
        line, kind = self.line, self.kind
        if kind == "int":
            return Node("literal", line, value=int(self.skip(), 0))
        if kind in ("true", "false", "none"):
            return Node("literal", line, value={"true": True, "false": False, "none": None}[self.skip()])
        if kind in ("id", "super") and self.ahead(1) == "(":
            name = self.skip()
            self.skip()
            return Node("call", line, name=name, arguments=self.list_until(self.expr, ")"))
        if kind == "id" and self.ahead(1) == "{" and not plain:
            name = self.skip()
            self.skip()
            return Node("struct_value", line, name=name, fields=self.list_until(self.field_value, "}"))
        if kind == "id":
            return Node("name", line, name=self.skip())
        if self.have("("):
            return self.then(")", self.expr())
        if self.have("{"):
            return Node("set_value", line, elements=self.list_until(self.expr, "}"))
        self.need("[")
        name = self.need("id")
        self.need("in")
        type_ = self.type()
        self.need(":")
        return Node("array_value", line, name=name, type=type_, body=self.then("]", self.expr()))

    def field_value(self):
        name = self.need("id")
        self.need(":")
        return (name, self.expr())


def parse(text):
    return Parser(text).file()
