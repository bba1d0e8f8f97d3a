// `untorn mutate` from outside: what becomes of mutants whose fate is known, and of bad input.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/folder.h"
#include "tools/cli/output.h"
#include "tools/cli/survivors.h"

namespace untorn::tools {

namespace {

Ended mutate(const std::string& arguments) { return shell("'" UNTORN_BINARY "' mutate " + arguments); }

/// One mutant of each fate.
constexpr const char* counter = R"(const STRICT = true;
var m: mutex;
var x: 0..2;
var trace: bool;
var go: bool;
proc add() {
    var old: 0..2 = 0;
    lock(m);
    old = x;
    x = old + 1;
    unlock(m);
}
thread a {
    add();
    trace = true;
    if (x == 0)
        trace = false;
    go = true;
}
thread b {
    add();
    await STRICT and go;
}
daemon d { loop await x == 2; }
final both: x == 2;
cover first: x == 1;
)";

}  // namespace

TEST_CASE("mutants are killed, survive, are equivalent or rejected") {
    const Folder folder;
    folder.write("counter.untorn", counter);
    const Ended o =
        shell("cd " + folder.quoted() + " && '" UNTORN_BINARY "' mutate --module counter counter.untorn 2>&1");
    CHECK(o.out == R"(counter.untorn add
     8  lock       lock(m);
        killed by counter.untorn: both violated, was holds
     9  update     old = x;
        killed by counter.untorn: both violated, was holds
    10  update     x = old + 1;
        killed by counter.untorn: both violated, was holds

counter.untorn a
    14  call       add();
        killed by counter.untorn: both violated, was holds
    15  update     trace = true;
        survived 1 run
    16  condition  x == 0
        survived 1 run
    17  update     trace = false;
        survived: no run executes it
    18  update     go = true;
        survived 1 run

counter.untorn b
    21  call       add();
        killed by counter.untorn: both violated, was holds
    22  wait       await STRICT and go;
        survived 1 run
    22  conjunct   STRICT
        equivalent in 1 run
    22  conjunct   go
        survived 1 run

counter.untorn d
    24  wait       await x == 2;
        rejected: this loop can go round without a scheduling point

module          procedure  mutants killed survived explained equivalent rejected undecided    score
counter.untorn  add              3      3        0         0          0        0         0  100.0 %
                a                5      1        4         0          0        0         0   20.0 %
                b                4      1        2         0          1        0         0   33.3 %
                d                1      0        0         0          0        1         0  100.0 %
all                             13      5        6         0          1        1         0   45.5 %

not killed:
  counter.untorn:15: counter.untorn a update trace = true;
      survived 1 run
  counter.untorn:16: counter.untorn a condition x == 0
      survived 1 run
  counter.untorn:17: counter.untorn a update trace = false;
      survived: no run executes it
  counter.untorn:18: counter.untorn a update go = true;
      survived 1 run
  counter.untorn:22: counter.untorn b wait await STRICT and go;
      survived 1 run
  counter.untorn:22: counter.untorn b conjunct go
      survived 1 run

13 mutants judged by 1 run
)");
    CHECK(o.status == 1);
}

TEST_CASE("a mutant that one specification cannot ask its question of is judged by the others") {
    const Folder folder;
    folder.write("m.untorn", "var x: bool;\nproc go() { here: x = true; }\nthread t { step; go(); }\n");
    folder.write("a.untorn", "import \"m.untorn\";\ninvariant not_yet: at(t, here) implies !x;\n");
    folder.write("b.untorn", "import \"m.untorn\";\nfinal gone: x;\n");
    const auto fate = [&](const std::string& specs) {
        const Ended o = shell("cd " + folder.quoted() + " && '" UNTORN_BINARY "' mutate " + specs +
                              " --module m --operator call --json - 2>/dev/null");
        const auto all = nlohmann::json::parse(o.out)["mutation"]["mutants"];
        REQUIRE(all.size() == 1);
        return all[0];
    };
    CHECK(fate("a.untorn b.untorn")["status"] == "killed");
    CHECK(fate("a.untorn b.untorn")["runs_tried"] == 2);
    CHECK(fate("a.untorn")["status"] == "rejected");
    CHECK(fate("a.untorn")["why"] == "'t' never stands at a label 'here'");
}

TEST_CASE("the result does not depend on the number of threads") {
    const Folder folder;
    folder.write("a.untorn", counter);
    folder.write("b.untorn", "import \"a.untorn\"; invariant small: x <= 1; expect small violated;\n");
    const auto with = [&](const char* threads) {
        return mutate("--module a " + folder.quoted() + " --json - --threads " + threads + " 2>&1");
    };
    const Ended one = with("1"), four = with("4");
    CHECK(one.out == four.out);
    CHECK(one.status == 1);
    CHECK(nlohmann::json::parse(one.out)["mutation"]["mutants"].size() == 13);
}

TEST_CASE("explained survivors do not fail the check") {
    const Folder folder;
    const std::string spec = folder.write("counter.untorn", counter);
    const std::string module = (folder.path() / "counter.untorn").string();
    const auto with = [&](const std::string& known) {
        return mutate("--module counter " + spec + " --explained " + folder.write("known.txt", known) + " 2>&1");
    };
    const std::string good = "# known\n" + module + " a update trace = true;\n  nobody reads it\n\n" + module +
                             " a update trace = false;\n  nobody\n  reads it\n" + module +
                             " a condition x == 0\n\tboth branches write what nobody reads\n" + module +
                             " a update go = true;\n  b may wait for ever\n" + module +
                             " b wait await STRICT and go;\n  likewise\n" + module + " b conjunct go\n  likewise\n";
    const Ended all = with(good);
    CHECK(all.status == 0);
    CHECK(all.out.find("not killed") == std::string::npos);
    CHECK(all.out.find("survivors that are explained:") != std::string::npos);
    CHECK(all.out.find("      nobody reads it\n") != std::string::npos);

    const Ended killed = with(good + module + " add lock lock(m);\n  a lie\n");
    CHECK(killed.status == 0);
    CHECK(killed.out.find("explains what is no survivor: " + module + " add lock lock(m); (killed)") !=
          std::string::npos);
    CHECK(with("# nothing is\n").status == 1);
}

TEST_CASE("a file of explanations that cannot be understood is wrong input, with the line") {
    const auto error = [](const std::string& text) {
        try {
            (void)Explanations::parse("known.txt", text);
        } catch (const InputError& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    CHECK(error("a b c d\n  why\n\n# end\n").empty());
    CHECK(error("\n  why\n") == "known.txt:2: an explanation of nothing: name the mutant on a line before it");
    CHECK(error("a b c d\n  why\na b c d\n  why\n") == "known.txt:3: a b c d is explained twice");
    CHECK(error("a b c d\n# why\ne f g h\n  why\n") ==
          "known.txt:1: a b c d is not explained: say why it survives, on a line that begins with blanks");
    CHECK(error("a b c d") ==
          "known.txt:1: a b c d is not explained: say why it survives, on a line that begins with blanks");
}

TEST_CASE("what specs/survivors.txt explains are mutants that there are, and survive a run that executes them") {
    const Ended o = shell("cd '" UNTORN_SOURCE_DIR "' && '" UNTORN_BINARY
                          "' mutate specs/litmus/error+fsync+two-files.untorn specs/litmus/io-error+dio.untorn"
                          " specs/litmus/dio+truncate.untorn --explained specs/survivors.txt 2>&1");
    CHECK_MESSAGE(o.out.find("explains what is no survivor") == std::string::npos, o.out);
    CHECK(o.out.find("survivors that are explained:") != std::string::npos);
}

TEST_CASE("a limit leaves a mutant undecided, and a run too large judges none") {
    const Folder folder;
    const std::string spec = folder.write("counter.untorn", counter);
    const std::string only = "--module counter --procedure a --operator update " + spec;
    CHECK(mutate("-q " + only + " 2>&1").status == 1);
    const Ended small = mutate("--max-states 2 " + only + " 2>&1");
    CHECK(small.out.find("judges no mutant: ") != std::string::npos);
    CHECK(small.out.find("3 mutants judged by 0 runs") != std::string::npos);
    folder.write("again.untorn", "import \"counter.untorn\"; invariant more: x <= 2;\n");
    const Ended budget =
        mutate("--module counter --procedure b --operator wait --budget 1 " + folder.quoted() + " 2>&1");
    CHECK(budget.out.find("undecided after 1 of 2 runs: --budget 1") != std::string::npos);
    CHECK(budget.status == 3);
}

TEST_CASE("wrong requests are said, with a way out") {
    const Folder folder;
    const std::string spec = folder.write("counter.untorn", counter);
    const auto said = [&](const std::string& arguments, const std::string& what) {
        const Ended o = mutate(arguments + " 2>&1");
        CHECK(o.status == 2);
        CHECK_MESSAGE(o.out.find(what) != std::string::npos, o.out);
    };
    said("--module countr " + spec, "--module countr: there is none; did you mean counter?");
    said("--module counter --procedure addd " + spec, "--procedure addd: there is none; did you mean add?");
    said("--module counter --operator locks " + spec,
         "--operator locks: there is lock, wait, update, call, condition, conjunct");
    said(spec, "nothing to mutate in what was asked for");
    said("--budget 0 " + spec, "--budget 0: expected a number from 1");
    said("--explained " + folder.quoted("none.txt") + " " + spec, "no such file");
    said(folder.quoted("none.untorn"), "no such file or folder");
    said(folder.write("bad.untorn", "thread a { x = 1; }\n"), "error");
    said("", "PATH is required");
}

TEST_CASE("a kernel module is mutated for every run that imports it; one beside a specification in its place, too") {
    const Folder folder;
    folder.write("s.untorn", "import usercopy; thread a { folio_lock(folio); step; folio_unlock(folio); }\n");
    const Ended o = mutate("--module pagecache --procedure folio_lock " + folder.quoted("s.untorn") + " 2>&1");
    CHECK(o.out.find("pagecache folio_lock lock lock(f.lock);") != std::string::npos);
    folder.write("pagecache.untorn",
                 "var folio: mutex; proc folio_lock(ref f: mutex) { lock(f); }\n"
                 "proc folio_unlock(ref f: mutex) { unlock(f); }\n");
    folder.write("t.untorn", "import pagecache; thread a { folio_lock(folio); step; folio_unlock(folio); }\n");
    const Ended own = mutate("--module pagecache " + folder.quoted("t.untorn") + " 2>&1");
    CHECK(folder.stripped(own.out).find("pagecache.untorn folio_lock lock lock(f);") != std::string::npos);
}

}  // namespace untorn::tools
