// `untorn prove` and `untorn certify` from outside: a certificate is accepted, and whatever is changed in it, or in the
// specification, is noticed.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

Ended untorn(const std::string& arguments) { return shell("'" UNTORN_BINARY "' " + arguments + " 2>&1"); }

constexpr const char* writer = R"(enum Content { Old, New }
durable var disk: Content[0..1];
var dirty: bool;
var copied: bool;
thread writer {
    copy: copied = true;
    mark: dirty = true;
}
daemon flusher {
    loop {
        await dirty;
        both: atomic { disk[0] = New; disk[1] = New; dirty = false; }
    }
}
power_loss { }
crash invariant no_tear: disk[0] == disk[1];
invariant copied_first: dirty implies copied;
scenario main_run { }
)";

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void replace(const std::filesystem::path& path, const std::string& from, const std::string& to) {
    std::string text = read(path);
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    std::ofstream(path) << text;
}

bool says(const Ended& ended, const std::string& what) { return ended.out.find(what) != std::string::npos; }

/// A folder with the specification and a certificate of it.
struct Certified {
    Certified() {
        spec = folder.write("writer.untorn", writer);
        proved = untorn("prove " + spec + " --scenario main_run --certificate " + folder.quoted("proof"));
    }
    Ended certify(bool against = true) const {
        return untorn("certify " + folder.quoted("proof") + (against ? " " + spec : ""));
    }
    std::filesystem::path file(const std::string& name) const { return folder.path() / "proof" / name; }

    Folder folder;
    std::string spec;
    Ended proved;
};

}  // namespace

TEST_CASE("prove writes a certificate that certify accepts, with the specification and without") {
    const Certified c;
    CHECK(c.proved.status == 0);
    CHECK(says(c.proved, "holds (proved)  no_tear, copied_first, deadlock, range"));
    CHECK(says(c.proved, "unsatisfiable according to Z3 4."));
    CHECK(says(Ended{read(c.file("invariant.untorn")), 0}, "implies copied;\n"));
    CHECK(c.certify().status == 0);
    CHECK(says(c.certify(), "certified: no_tear, copied_first, deadlock, range"));
    CHECK(c.certify(false).status == 0);
    CHECK(says(c.certify(false), "not compared with a specification"));
    // The same command, the same bytes.
    CHECK(untorn("prove -q " + c.spec + " --certificate " + c.folder.quoted("again")).status == 0);
    CHECK(shell("diff -r " + c.folder.quoted("proof") + " " + c.folder.quoted("again")).status == 0);
}

TEST_CASE("certify where cvc5 has other answers, is killed, or the user interrupts") {
    const Certified c;
    const auto certify = [&](const std::string& answer) {
        c.folder.write_program(
            "cvc5", "#!/bin/sh\n[ \"$1\" = --version ] && { echo This is cvc5 version 9.9; exit; }\n" + answer + "\n");
        return shell("PATH=" + c.folder.quoted() + ":$PATH '" UNTORN_BINARY "' certify " + c.folder.quoted("proof") +
                     " " + c.spec + " 2>&1");
    };
    const Ended fine = certify("echo unsat");
    CHECK(fine.status == 0);
    CHECK(says(fine, " and cvc5 9.9\n"));
    const Ended other = certify("case $3 in */initial.smt2) echo sat;; *) echo unsat;; esac");
    CHECK(other.status == 1);
    CHECK(says(other, "(initial): cvc5 9.9 says sat: it does not hold\nNOT CERTIFIED: some obligations do not hold\n"));
    const Ended killed = certify("case $3 in */initial.smt2) kill -KILL $$;; *) echo unsat;; esac");
    CHECK(killed.status == 3);
    CHECK(says(killed,
               "(initial): cvc5 9.9 says no answer (cvc5 was ended by a signal)\n"
               "NOT CERTIFIED: some obligations have no answer\n"));
    const Ended interrupted = certify("kill -INT $PPID; exec sleep 20");
    CHECK(interrupted.status == 3);
    CHECK(says(interrupted, "  interrupted: 0 of "));
    CHECK(says(interrupted, "\nNOT CERTIFIED: some obligations have no answer\n"));
    CHECK(!says(interrupted, "not unsat"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they reserve more address space than this
TEST_CASE("many threads where there is little memory: as many as there is room for") {
    const Certified c;
    const std::string few = "ulimit -v 300000; '" UNTORN_BINARY "' ";
    const Ended certified = shell(few + "certify --threads 64 " + c.folder.quoted("proof") + " " + c.spec + " 2>&1");
    CHECK(certified.status == 0);
    CHECK(says(certified, "certified: no_tear"));
    const Ended proved = shell(few + "prove --threads 64 -q " + c.spec + " 2>&1");
    CHECK(proved.status == 0);
    CHECK(says(proved, "holds (proved)  no_tear"));
}
#endif

TEST_CASE("certify notices a changed obligation, invariant, specification, and a missing or additional file") {
    SUBCASE("an obligation that does not hold") {
        const Certified c;
        replace(c.file("obligations/step-writer-3.smt2"), "(declare-const |copied| Bool)",
                "(declare-const |copied| Bool)\n(assert true)");
        CHECK(c.certify().status == 1);
        CHECK(says(c.certify(), "different  writer at writer.untorn:7: mark: dirty = true;"));
    }
    SUBCASE("an obligation that can be satisfied") {
        const Certified c;
        std::ofstream(c.file("obligations/initial.smt2")) << "(set-logic QF_BV)\n(assert true)\n(check-sat)\n";
        CHECK(c.certify(false).status == 1);
        CHECK(says(c.certify(false), "not unsat  the initial states (initial): Z3 4."));
    }
    SUBCASE("an obligation that is no script") {
        const Certified c;
        std::ofstream(c.file("obligations/initial.smt2")) << "(assert";
        CHECK(c.certify(false).status == 1);
    }
    SUBCASE("the invariant") {
        const Certified c;
        std::ofstream(c.file("invariant.untorn")) << "lemma l1: !dirty;\n";
        CHECK(c.certify().status == 1);
        CHECK(says(c.certify(), "NOT CERTIFIED"));
        std::ofstream(c.file("invariant.untorn")) << "lemma l1: !dirt;\n";
        CHECK(c.certify().status == 2);
        CHECK(says(c.certify(), "invariant.untorn:1: "));
    }
    SUBCASE("the specification") {
        const Certified c;
        replace(c.folder.path() / "writer.untorn", "disk[1] = New; dirty = false;", "disk[1] = Old; dirty = false;");
        CHECK(c.certify().status == 1);
        CHECK(says(c.certify(), "different  flusher at writer.untorn:12: both"));
    }
    SUBCASE("files") {
        const Certified c;
        std::ofstream(c.file("obligations/more.smt2")) << "\n";
        CHECK(c.certify().status == 2);
        CHECK(says(c.certify(), "more.smt2: the manifest does not name it"));
        std::filesystem::remove(c.file("obligations/more.smt2"));
        std::filesystem::remove(c.file("obligations/initial.smt2"));
        CHECK(c.certify().status == 2);
        CHECK(says(c.certify(), "initial.smt2: no such file"));
    }
}

TEST_CASE("prove says what is violated, what it cannot prove, and what is wrong with its input") {
    Folder folder;
    std::string torn = writer;
    torn.replace(torn.find("atomic { disk[0] = New; disk[1] = New; dirty = false; }"), 55,
                 "disk[0] = New; disk[1] = New; dirty = false;");
    const std::string spec =
        folder.write("torn.untorn", torn + "eventually written: copied;\ncover reached: copied;\n");
    const Ended o = untorn("prove -q " + spec);
    CHECK(o.status == 1);
    CHECK(says(o, "violated   no_tear: untorn check shows the shortest run"));
    CHECK(says(o, "holds (proved)  copied_first, written, deadlock, range"));
    CHECK(says(untorn("prove " + spec + " --property no_tera"), "did you mean no_tear?"));
    CHECK(says(untorn("prove -q " + spec + " --property reached"), "reached    reached"));
    folder.write("full/file", "");
    const Ended full = untorn("prove " + spec + " --property copied_first --certificate " + folder.quoted("full"));
    CHECK(full.status == 2);
    CHECK(says(full, "is not empty; name a new folder, or remove this one first"));
    CHECK(untorn("certify " + folder.quoted("nowhere")).status == 2);
    CHECK(untorn("certify " + folder.quoted("full")).status == 2);
    folder.write("full/manifest.json", "{\"format\": 1}");
    CHECK(says(untorn("certify " + folder.quoted("full")), "no manifest of a certificate"));
}

namespace {

constexpr const char* promises = R"(eventually written: disk[0] == New;
progress cleaned: dirty leads to !dirty;
progress never_old: disk[0] == New and !copied leads to dirty;
eventually wrong: dirty and disk[0] == New;
)";

}  // namespace

TEST_CASE("progress is proved by rankings, in words that certify reads back, and an edited one is refused") {
    const Folder folder;
    const std::string spec = folder.write("writer.untorn", std::string(writer) + promises);
    const Ended o = untorn("prove " + spec);
    CHECK(o.status == 1);
    CHECK(says(o, "violated   wrong: untorn check shows the shortest run"));
    CHECK(says(o, "holds (proved)  no_tear, copied_first, written, cleaned, never_old, deadlock, range"));
    CHECK(says(o, "rankings: written (4 levels), cleaned (2 levels), never_old (0 levels)"));
    CHECK(says(o, R"(
    ranking written;
    level 1: flusher moves (weakly fair), while at(flusher, 3);
    level 2: flusher moves (weakly fair), while ended(writer);
    level 3: writer moves (weakly fair), while at(writer, 3);
    level 4: writer moves (weakly fair), otherwise;
    ranking cleaned;
    level 1: flusher moves (weakly fair), while at(flusher, 3);
    level 2: flusher moves (weakly fair), otherwise;
    ranking never_old;
    waits never;
)"));
    // A limit that is not met changes nothing.
    CHECK(untorn("prove --time 1h " + spec).out == o.out);
    // Horn clauses have no rankings.
    const Ended horn = untorn("export --to horn --property written " + spec);
    CHECK(horn.status == 2);
    CHECK(says(horn, "written is not in the file: it is no question of what must not be reached in one step"));
    const std::string proof = folder.quoted("proof"), which = " --property written --property never_old";
    CHECK(untorn("prove -q " + spec + which + " --certificate " + proof).status == 0);
    const auto certify = [&] { return untorn("certify " + proof + " " + spec); };
    CHECK(certify().status == 0);
    CHECK(says(certify(), "certified: written, never_old in "));
    CHECK(untorn("prove -q " + spec + which + " --certificate " + folder.quoted("again")).status == 0);
    CHECK(shell("diff -r " + proof + " " + folder.quoted("again")).status == 0);
    const std::filesystem::path rankings = folder.path() / "proof" / "rankings.untorn";
    const std::string right = read(rankings);
    const auto edited = [&](const std::string& from, const std::string& to, int status, const std::string& what) {
        CAPTURE(what);
        replace(rankings, from, to);
        const Ended answer = certify();
        CHECK(answer.status == status);
        CHECK(says(answer, what));
        std::ofstream(rankings) << right;
    };
    edited("while at(writer, 3)", "while at(writer, 2)", 1, "different  written: writer at writer.untorn:7");
    edited("level 3: writer", "level 3: flusher", 1, "different  written: who can move (progress-written-levels)");
    edited(
        "level 1: flusher moves (weakly fair), while at(flusher, 3);\n"
        "level 2: flusher moves (weakly fair), while ended(writer);",
        "level 1: flusher moves (weakly fair), while ended(writer);\n"
        "level 2: flusher moves (weakly fair), while at(flusher, 3);",
        1, "NOT CERTIFIED");
    edited("level 4: writer moves (weakly fair), otherwise;\n", "", 1, "different  written: the initial states");
    edited("waits never;", "level 1: flusher moves (weakly fair), otherwise;", 1, "different  never_old:");
    edited("level 3", "level 4", 2, "rankings.untorn:8: level 4 does not follow the one before");
    edited("level 3: writer", "level 3: reader", 2, "nobody fair is `reader moves (weakly fair)`");
    edited("while ended(writer)", "while ended(reader)", 2, "no such actor in `ended(reader)`");
    edited("ranking never_old;\nwaits never;\n", "", 2, "not one ranking for each progress property");
    edited("ranking never_old", "ranking no_tear", 2, "no progress property `no_tear`");
    CHECK(certify().status == 0);
    // What the solvers say of obligations that were made from a wrong ranking.
    replace(folder.path() / "proof" / "obligations" / "progress-written-writer-3.smt2",
            "(define-fun |level 2'| () Bool", "(define-fun |level 2'| () Bool (not true)) (define-fun |other| () Bool");
    const Ended changed = untorn("certify " + proof);
    CHECK(changed.status == 1);
    CHECK(says(changed, "not unsat  written: writer at writer.untorn:7"));
    std::filesystem::remove(rankings);
    CHECK(says(certify(), "rankings.untorn: not one ranking for each progress property"));
    // A promise that is no longer kept: the same ranking gives other obligations.
    std::ofstream(rankings) << right;
    replace(folder.path() / "writer.untorn", "mark: dirty = true", "mark: dirty = false");
    CHECK(certify().status == 1);
}

TEST_CASE("where there is no time for progress, safety is not lost with it") {
    // The levels of ten thousand states take half a minute, the invariant a quarter of a second.
    const Folder folder;
    const std::string spec = folder.write("counters.untorn", R"(var x: 0..100;
var y: 0..100;
thread a { while (x < 100) { up: x = x + 1; } }
thread b { while (y < 100) { up: y = y + 1; } }
invariant small: x <= 100;
eventually both: x == 100 and y == 100;
)");
    const Ended o = untorn("prove -q --time 5 " + spec);
    CHECK(o.status == 3);
    CHECK(says(o, "holds (proved)  small, deadlock, range"));
    CHECK(says(o, "undecided  both (--time 5 s)"));
}

TEST_CASE("progress without all reached states at hand is not asked, or undecided where it was named; no fair run") {
    const Folder folder;
    const std::string spec = UNTORN_SOURCE_DIR "/specs/bench/awb_progress.untorn";
    const std::string sizes = " -D W=3 -D P=4 -D R=3 --memory 1K";
    CHECK(says(untorn("prove -q '" + spec + "' --scenario progress_221 --property idle" + sizes),
               "undecided  idle (a ranking needs all reached states in memory, at most 200000)"));
    CHECK(untorn("prove -q '" + spec + "' --scenario progress_221 --property idle" + sizes).status == 3);
    CHECK(says(untorn("prove '" + spec + "' --scenario progress_221" + sizes),
               "not asked  idle (always eventually): a ranking needs all reached states in memory"));
    const std::string stuck = folder.write("stuck.untorn", R"(var n: 0..1;
thread writer { up: n = 1; fails: n = n + 1; }
eventually done: ended(writer);
)");
    const Ended none = untorn("prove -q " + stuck + " --property done");
    CHECK(none.status == 0);
    CHECK(says(none, "holds (proved)  done"));
    CHECK(says(none, "no fair run: what holds of progress, holds of nothing"));
}

TEST_CASE(
    "lemmas of the specification: inductive ones are used, of others it is said why not, and false ones have a run") {
    const Folder folder;
    const std::string spec = folder.write("lemma.untorn", std::string(writer) +
                                                              "lemma both_or_none: disk[0] == disk[1];\n"
                                                              "lemma never_dirty: !dirty;\n"
                                                              "lemma needs_copy: disk[0] == New implies copied;\n"
                                                              "crash lemma crash_same: disk[0] == disk[1];\n"
                                                              "crash lemma crash_old: disk[0] == Old;\n");
    const Ended o = untorn("prove " + spec + " --certificate " + folder.quoted("proof"));
    CHECK(o.status == 1);
    CHECK(says(o, "violated   never_dirty (lemma): 0 faults, 2 steps"));
    CHECK(says(o, "never_dirty VIOLATED"));
    CHECK(says(o, "violated   crash_old (crash lemma): 1 fault, 4 steps"));
    CHECK(says(
        o, "not inductive  needs_copy (lemma): all lemmas hold in this state, and it does not hold after the step"));
    CHECK(says(o, R"(
  step | place    | flusher          | memory         | media
  -----+----------+------------------+----------------+--------------
       |          | (a state)        | copied = false |
     1 | lemma:12 | both             |                | disk[0] = New
       |          |                  |                | disk[1] = New
   *** | lemma:21 | needs_copy FAILS |                |
    no such state is ever reached: proved by an invariant of more than the lemmas
)"));
    CHECK(says(o, "holds (proved)  no_tear, copied_first, deadlock, range, both_or_none, needs_copy, crash_same\n"));
    CHECK(says(o, "(2 of the specification)"));
    CHECK(says(Ended{read(folder.path() / "proof" / "invariant.untorn"), 0},
               "//   crash lemma crash_same: disk[0] == disk[1];\n"));
    CHECK(untorn("certify " + folder.quoted("proof") + " " + spec).status == 0);
    // Another lemma of that name, or none, gives other obligations.
    replace(folder.path() / "lemma.untorn", "crash_same: disk[0] == disk[1]", "crash_same: disk[1] == disk[0]");
    CHECK(untorn("certify " + folder.quoted("proof") + " " + spec).status == 0);  // equality has no sides
    replace(folder.path() / "lemma.untorn", "crash_same: disk[1] == disk[0]", "crash_same: disk[1] == Old");
    CHECK(untorn("certify " + folder.quoted("proof") + " " + spec).status == 1);
    replace(folder.path() / "lemma.untorn", "crash_same", "crash_other");
    CHECK(says(untorn("certify " + folder.quoted("proof") + " " + spec), "has no lemma crash_same"));
}

TEST_CASE("without time for a proof, what a lemma lacks is said with how far it was looked for") {
    const Folder folder;
    const std::string spec =
        folder.write("lemma.untorn", std::string(writer) + "lemma needs_copy: disk[0] == New implies copied;\n");
    const Ended o = untorn("prove " + spec + " --property needs_copy --max-steps 3 --memory 1K");
    CHECK(o.status == 3);
    CHECK(says(o, "no such state is reached within 3 steps; another lemma may exclude it"));
    CHECK(says(o, "undecided  needs_copy (--memory)"));
}

// The obligations took what recovery writes for something that changes, and the invariant does not speak of it.
TEST_CASE("where power cannot be lost, what only recovery writes is a constant of the proof") {
    const Folder folder;
    const std::string spec = folder.write("flag.untorn", R"(durable var flag: bool;
var seen: bool;
init { flag = true; }
thread writer {
    look: seen = flag;
}
power_loss budget 0 { }
recover {
    clear: flag = false;
}
invariant stays: flag;
)");
    const Ended o = untorn("prove -q " + spec + " --property stays");
    CHECK(o.status == 0);
    CHECK(says(o, "holds (proved)  stays"));
    CHECK(says(o, "invariant: 0 lemmas"));
}

TEST_CASE("prove keeps what it learnt for the next try") {
    const Folder folder;
    const std::string spec = UNTORN_SOURCE_DIR "/specs/bench/awb.untorn";
    const std::string sizes = " -D W=4 -D P=3 -D R=2 -D FIX=true -D STABLE=true --property untorn";
    const std::string lemmas = " --lemmas " + folder.quoted("lemmas");
    CHECK(untorn("prove -q '" + spec + "'" + sizes + lemmas + " --memory 4M").status == 3);
    CHECK(std::filesystem::exists(folder.path() / "lemmas"));
    CHECK(untorn("prove -q '" + spec + "'" + sizes + lemmas).status == 0);
    folder.write("lemmas", "lemma l1: nonsense;\n");
    CHECK(says(untorn("prove -q '" + spec + "'" + sizes + lemmas), "lemmas:1: `nonsense` is no statement"));
}

}  // namespace untorn::tools
