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
    CHECK(says(o, "holds (proved)  copied_first, deadlock, range"));
    CHECK(says(o, "written"));
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
