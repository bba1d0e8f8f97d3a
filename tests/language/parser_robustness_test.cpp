// Random damage to a valid text, with a fixed seed: the parser returns, and every span lies inside the text.
#include <doctest/doctest.h>

#include <array>
#include <random>

#include "model/language/lexer.h"
#include "model/language/parser.h"

using namespace untorn;
using namespace untorn::language;

namespace {

const std::string valid = R"(/// Every form of the grammar.
import pagecache; import "../x.untorn";
param W = 2, P: 0..3 = 1; option FIX: bool = false; const K: 0..9 = 0x3; type Idx = 0..W - 1;
enum Ver { Old, New, } struct Folio { dirty: bool; locks: mutex[Idx]; data: Ver?[Idx][0..3]; }
scalarset Writer[W]; var f: Folio; device var cache: set<0..3>= {};
durable var media: Ver[0..P] = [i in 0..P: Old]; ghost var n: 0..100; fault pf budget 1;
fn get(i: Idx): bool = f.dirty and not f.data[i][0] == none implies true;
proc p(ref x: Folio, y: 0..3): bool { if (y > 2) return true; else { x.dirty = !x.dirty; } return false; }
interface path { proc begin(ref f: Folio) { } }
variant A of path { override proc begin(ref f: Folio) { super(f); } option FIX = true; }
variant B extends A { }
thread w[i: Writer](req: Ver): 0..N {
    var a: 0..3 = 2; // comment
    again: lock(f.locks[0]); a, n = n, a; a += 1;
    while (a < 3) { a = -a + 1 * 2 % 3; if (a == 2 or a >= 1) break; else continue; }
    loop { choose { await a == 3; } or fault pf { step; goto again; } or (x in Idx where x != 2) { ; } }
    for (k in 0..3) atomic { n = k | m & { 1, 2 }; } ghost { n -= 1; }
    lbl: assert forall (x in Idx where x in s) f.data[x][1] == New and exists (y in Idx) y == x;
    f = Folio { dirty: true, locks: free }; /* comment */ return a ? 1 : count (x in Idx) x;
}
power_loss budget N { media = [i in 0..P: New]; } recover { } init { n = 3; }
crash invariant no_tear: x != y; lemma le: at(w, lbl); crash lemma cl: ended(recover) or at(recover, x); always eventually e: true; progress pr: a leads to b; never o: (x); fair w, again; strongly fair lbl;
expect no_tear violated with 1 faults in 3 steps via lbl { A, B } holds { C } else undecided;
expect states 123 { A } 4 { B };
scenario S03 "title" { param W = 2; run w(A), flusher; over A, B; with C; free option FIX; init { n = 3; }
    budget pf = 1, pf = unlimited; cover x; strongly fair w; expect no_tear holds; }
)";

/// Checks that spans lie inside the text, and that parts lie inside the whole.
class SpanCheck {
 public:
    explicit SpanCheck(size_t size) : size_(size) {}
    bool ok = true;

    void inside(Span s) { ok = ok && s.begin <= s.end && s.end <= size_; }
    void walk(const ast::File& file) {
        for (const ast::Item& i : file.items) walk(i);
    }

 private:
    void name(const ast::Name& n, Span whole) {
        inside(n.span);
        if (!n.text.empty()) ok = ok && n.span.begin >= whole.begin && n.span.end <= whole.end;
    }
    void part(Span s, Span whole) {
        inside(s);
        ok = ok && s.begin >= whole.begin && s.end <= whole.end;
    }
    void walk(const ast::ExprPtr& e, Span whole) {
        if (!e) return;
        part(e->span, whole);
        ok = ok && e->height <= max_nesting;
        name(e->name, e->span);
        for (const auto& a : e->args) walk(a, e->span);
        walk(e->type, e->span);
    }
    void walk(const ast::TypePtr& t, Span whole) {
        if (!t) return;
        part(t->span, whole);
        walk(t->lo, t->span);
        walk(t->hi, t->span);
        walk(t->base, t->span);
        walk(t->index, t->span);
    }
    void walk(const ast::Block& b, Span whole) {
        if (b.span == Span{}) return;
        part(b.span, whole);
        for (const auto& s : b.statements) walk(*s, b.span);
    }
    void walk(const ast::Stmt& s, Span whole) {
        part(s.span, whole);
        for (const ast::Name& label : s.labels) name(label, whole);
        name(s.name, s.span);
        walk(s.type, s.span);
        for (const auto& e : s.targets) walk(e, s.span);
        for (const auto& e : s.values) walk(e, s.span);
        walk(s.body, s.span);
        walk(s.other, s.span);
        for (const ast::Alternative& a : s.alternatives) {
            part(a.span, s.span);
            walk(a.type, a.span);
            walk(a.where, a.span);
            walk(a.body, a.span);
        }
    }
    void walk(const ast::Expectation& e, Span whole) {
        part(e.span, whole);
        for (const ast::Expected& cell : e.cells) part(cell.span, e.span);
        if (e.otherwise) part(e.otherwise->span, e.span);
    }
    void walk(const ast::Item& i) {
        inside(i.span);
        name(i.name, i.span);
        walk(i.type, i.span);
        walk(i.value, i.span);
        walk(i.consequent, i.span);
        walk(i.body, i.span);
        for (const ast::Formal& f : i.formals) walk(f.type, i.span);
        if (i.kind == ast::ItemKind::procedure) walk(i.procedure.body, i.span);
        for (const ast::Procedure& p : i.procedures) {
            part(p.span, i.span);
            walk(p.body, p.span);
        }
        for (const ast::Fairness& f : i.fairness) name(f.name, i.span);
        if (i.kind == ast::ItemKind::expectation) walk(i.expectation, i.span);
        if (!i.scenario) return;
        part(i.scenario->span, i.span);
        for (const ast::Block& b : i.scenario->init) walk(b, i.scenario->span);
        for (const ast::Fairness& f : i.scenario->fairness) name(f.name, i.scenario->span);
        for (const ast::Expectation& e : i.scenario->expectations) walk(e, i.scenario->span);
        for (const ast::RunClause& r : i.scenario->run) part(r.span, i.scenario->span);
    }

    size_t size_;
};

/// Whether the text was read without a complaint.
bool survives(const std::string& text) {
    Diagnostics diagnostics;
    SpanCheck check(text.size());
    check.walk(parse(0, text, diagnostics));
    for (const Diagnostic& d : diagnostics.sorted()) {
        check.inside(d.span);
        check.ok = check.ok && !d.message.empty() && d.message.find('\n') == std::string::npos;
    }
    CHECK_MESSAGE(check.ok, text);
    CHECK(diagnostics.sorted().size() <= Diagnostics::limit + 1);  // one warning about octal numbers
    return !diagnostics.has_errors();
}

std::vector<std::string> pieces_of(const std::string& text) {
    Diagnostics diagnostics;
    Lexer lexer(0, text, diagnostics);
    std::vector<std::string> out;
    for (Token t = lexer.next(); t.kind != TokenKind::end; t = lexer.next())
        out.push_back((t.first_on_line ? "\n" : " ") + std::string(t.text));
    return out;
}

/// Not std::uniform_int_distribution: its results differ from library to library.
size_t below(std::mt19937& random, size_t n) { return random() % n; }

}  // namespace

TEST_CASE("The text that is damaged below is valid as it stands") { CHECK(survives(valid)); }

TEST_CASE("Every prefix and every suffix of a valid text is read or refused") {
    for (size_t i = 0; i <= valid.size(); ++i) {
        survives(valid.substr(0, i));
        survives(valid.substr(i));
    }
}

TEST_CASE("Texts with random bytes changed, removed, inserted and copied are read or refused") {
    std::mt19937 random(1);
    size_t read = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = valid;
        for (size_t n = 1 + below(random, 8); n > 0; --n) {
            const size_t at = below(random, text.size());
            switch (below(random, 5)) {
                case 0: text[at] = static_cast<char>(below(random, 256)); break;
                case 1: text.erase(at, 1 + below(random, 20)); break;
                case 2: text.insert(at, 1, "{}()[];:,.?=<>!-\"/*"[below(random, 19)]); break;
                case 3: text.insert(at, valid, below(random, valid.size()), below(random, 60)); break;
                default: text.insert(at, 1, static_cast<char>(below(random, 256))); break;
            }
        }
        read += survives(text) ? 1 : 0;
    }
    CHECK(read > 0);
    CHECK(read < 1000);
}

TEST_CASE("Texts with random tokens exchanged, removed, doubled and inserted are read or refused") {
    const std::vector<std::string> original = pieces_of(valid);
    std::mt19937 random(2);
    size_t read = 0;
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::string> pieces = original;
        for (size_t n = 1 + below(random, 5); n > 0; --n) {
            const size_t at = below(random, pieces.size());
            const std::string& other = original[below(random, original.size())];
            switch (below(random, 4)) {
                case 0: pieces[at] = other; break;
                case 1: pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at)); break;
                case 2: pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(at), other); break;
                default: std::swap(pieces[at], pieces[below(random, pieces.size())]); break;
            }
        }
        std::string text;
        for (const std::string& p : pieces) text += p;
        read += survives(text) ? 1 : 0;
    }
    CHECK(read > 0);
    CHECK(read < 1500);
}

TEST_CASE("Sequences of random tokens are read or refused") {
    const std::vector<std::string> pieces = pieces_of(valid);
    std::mt19937 random(3);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (size_t n = below(random, 60); n > 0; --n) text += pieces[below(random, pieces.size())];
        survives(text);
        survives("thread w {" + text);
        survives("const K = " + text);
    }
}

TEST_CASE("Random bytes are read or refused") {
    std::mt19937 random(4);
    for (int round = 0; round < 500; ++round) {
        std::string text(below(random, 2000), ' ');
        for (char& c : text) c = static_cast<char>(below(random, 256));
        survives(text);
    }
}
