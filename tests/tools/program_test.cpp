// The built program from outside: what it prints, and its exit status, for good and bad input.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

/// Runs the program in a shell.
Ended untorn(const std::string& arguments) { return shell("'" UNTORN_BINARY "' " + arguments); }

constexpr const char* torn = R"(enum Content { Old, New }
durable var disk: Content[0..1];
thread writer {
    disk[0] = New;
    second: disk[1] = New;
}
power_loss { }
crash invariant no_tear: disk[0] == disk[1];
)";

constexpr const char* counter = R"(var n: 0..3;
thread up { while (n < 3) n += 1; }
invariant small: n <= 3;
)";

/// Large enough to be searched for a while.
constexpr const char* large = R"(param SIZE = 24;
var bit: bool[0..SIZE - 1];
daemon flip[i: 0..SIZE - 1] { loop bit[i] = !bit[i]; }
invariant some: exists (i in 0..SIZE - 1) !bit[i];
)";

}  // namespace

TEST_CASE("a violation nobody expected is status 1, and the trace is shown") {
    const Folder folder;
    folder.write("torn.untorn", torn);
    const Ended o = untorn("check " + folder.quoted("torn.untorn") + " 2>&1");
    CHECK(folder.stripped(o.out) == R"(torn.untorn
  faults:  power_loss at most 1
  present: writer
  3 states, 2 transitions, depth 2, 3 crash images, 4 bits a state
  !!  no_tear  violated     1 fault, 1 step
  ok  built-in checks hold (deadlock, range): exhaustive

  how no_tear is violated (1 fault, 1 step):
  step | place  | writer            | media
  -----+--------+-------------------+--------------
       |        | (start)           |
     1 | torn:4 | disk[0] = New;    | disk[0] = New
       |        | !fault power_loss |
   *** | torn:8 | no_tear VIOLATED  |

1 run in 1 file: 2 verdicts as expected, 1 not
)");
    CHECK(o.status == 1);
}

TEST_CASE("an expected violation is status 0") {
    const Folder folder;
    const std::string expected = std::string(torn) + "expect no_tear violated with 1 faults in 1 steps;\n";
    CHECK(untorn("check -q " + folder.write("a.untorn", expected)).status == 0);
    const std::string via = std::string(torn) + "expect no_tear violated via second;\n";
    const Ended o = untorn("check -q " + folder.write("b.untorn", via));
    CHECK(o.status == 1);
    CHECK(o.out.find("expected: violated via second, but the trace does not pass label second") != std::string::npos);
}

TEST_CASE("what holds is status 0, and says how") {
    const Folder folder;
    const Ended o = untorn("check " + folder.write("counter.untorn", counter) + " 2>/dev/null");
    CHECK(o.status == 0);
    CHECK(o.out.find("ok  small  holds        exhaustive\n") != std::string::npos);
}

TEST_CASE("limits end in undecided, status 3, and say which") {
    const Folder folder;
    const std::string spec = folder.write("large.untorn", large);
    for (const char* limit : {"--max-states 100", "--time 0.2", "--memory 1M"}) {
        for (const char* engine : {"explicit", "auto"}) {
            if (limit == std::string("--memory 1M") && engine == std::string("auto")) continue;  // see below
            const Ended o = untorn("check " + spec + " -D SIZE=24 --engine " + engine + " " + limit + " 2>&1");
            CAPTURE(limit);
            CAPTURE(o.out);
            CHECK(o.status == 3);
            CHECK(o.out.find("undecided    " + std::string(limit).substr(0, 6)) != std::string::npos);
            if (engine == std::string("explicit")) CHECK(o.out.find("not exhaustive: ") != std::string::npos);
        }
    }
    // Where the explicit search has no more room, PDR goes on alone, until it has none, either.
    const Ended o = untorn("check " + spec + " -D SIZE=24 --memory 1M 2>&1");
    CHECK(o.status == 1);
    CHECK(o.out.find("auto: pdr answered (explicit: --memory 1048576 bytes: reached depth 4") != std::string::npos);
    CHECK(o.out.find("!!  some      violated     0 faults, 24 steps") != std::string::npos);
    CHECK(o.out.find("??  deadlock  undecided    --memory 1048576 bytes: pdr") != std::string::npos);
}

TEST_CASE("the first interrupt ends the search and reports it as undecided") {
    const Folder folder;
    const std::string spec = folder.write("large.untorn", large);
    for (const char* signal : {"INT", "TERM"}) {
        const Ended o = untorn("check --engine explicit " + spec + " >" + folder.quoted("out") +
                               " 2>&1 & sleep 0.5; kill -" + signal + " $!; wait $!; echo $?");
        CHECK(o.out == "3\n");
        CHECK(folder.read("out").find("not exhaustive: interrupted") != std::string::npos);
    }
    // With PDR beside it, too, which may have proved something by then.
    const Ended o =
        untorn("check " + spec + " >" + folder.quoted("out") + " 2>&1 & sleep 1; kill -INT $!; wait $!; echo $?");
    CHECK(o.out == "3\n");
    CHECK(folder.read("out").find("some      undecided    interrupted") != std::string::npos);
}

TEST_CASE("a syntax error is shown with its place, status 2") {
    const Folder folder;
    const Ended o = untorn("check " + folder.write("bad.untorn", "var x: boo;\nthread t { x = true; }\n") + " 2>&1");
    CHECK(o.status == 2);
    CHECK(folder.stripped(o.out) == R"(bad.untorn:1:8: error: there is no type 'boo'
    1 | var x: boo;
      |        ^^^
)");
}

TEST_CASE("errors in one file do not keep the others from being checked") {
    const Folder folder;
    folder.write("a.untorn", "thread t { x = true; }\n");
    folder.write("b.untorn", counter);
    const Ended o = untorn("check " + folder.quoted() + " 2>/dev/null");
    CHECK(o.status == 2);
    CHECK(o.out.find("1 run in 1 file: ") != std::string::npos);
}

TEST_CASE("paths that cannot be read are status 2") {
    const Folder folder;
    folder.write("empty/readme.txt", "nothing");
    folder.write("modules/only.untorn", "const ONE = 1;\n");
    auto said = [&](const std::string& arguments) {
        const Ended o = untorn("check " + arguments + " 2>&1");
        CHECK_MESSAGE(o.status == 2, arguments << "\n" << o.out);
        return folder.stripped(o.out);
    };
    CHECK(said(folder.quoted("none.untorn")) == "untorn: error: none.untorn: no such file or folder\n");
    CHECK(said(folder.quoted("empty")) == "untorn: error: empty: no .untorn file in this folder\n");
    CHECK(said(folder.quoted("modules")) == "untorn: error: nothing to check: only modules for import\n");
    CHECK(
        said(folder.quoted("modules/only.untorn")) ==
        "untorn: error: modules/only.untorn: nothing to check: no actor, no property, no scenario; it is a module for "
        "import\n");
    CHECK(said(folder.write("void.untorn", "")).find("nothing to check") != std::string::npos);
    if (geteuid() != 0) {
        const std::string secret = folder.write("secret.untorn", counter);
        REQUIRE(shell("chmod 000 " + secret).status == 0);
        CHECK(said(secret).find("Permission denied") != std::string::npos);
    }
}

TEST_CASE("nonsense in a file is status 2, never a crash or a hang") {
    const Folder folder;
    auto status = [&](const std::string& name, const std::string& text) {
        const Ended o = untorn("check " + folder.write(name, text) + " 2>&1");
        CHECK_MESSAGE(o.out.size() < 20000, name);
        return o.status;
    };
    CHECK(status("nul.untorn", std::string("var x: bool;\0thread t { }", 25)) == 2);
    CHECK(status("deep.untorn", "const X = " + std::string(10000, '(') + "1" + std::string(10000, ')') + ";") == 2);
    CHECK(status("braces.untorn", "thread t " + std::string(10000, '{') + std::string(10000, '}')) == 2);
    CHECK(status("import.untorn", "import pagecash;\nthread t { }\n") == 2);
    folder.write("one.untorn", "import \"two.untorn\";\n");
    CHECK(status("two.untorn", "import \"one.untorn\";\nthread t { }\n") == 2);
    std::string megabytes;
    for (unsigned i = 0, x = 1; i < 10U << 20U; ++i, x = x * 1664525 + 1013904223)
        megabytes += static_cast<char>(x >> 24U);
    CHECK(status("huge.untorn", megabytes) == 2);
    CHECK(status("bytes.untorn", megabytes.substr(0, 200000)) == 2);
    CHECK(untorn("check /dev/zero 2>&1").status == 2);
    CHECK(untorn("check /dev/null 2>&1").status == 2);
}

TEST_CASE("output that cannot be written is status 2") {
    const Folder folder;
    const std::string spec = folder.write("counter.untorn", counter);
    Ended o = untorn("check " + spec + " 2>&1 >/dev/full");
    CHECK(o.status == 2);
    CHECK(o.out == "untorn: cannot write standard output: No space left on device\n");
    CHECK(untorn("check " + spec + " 2>/dev/null >&-").status == 2);
    CHECK(untorn("dump " + spec + " 2>/dev/null >/dev/full").status == 2);
    CHECK(untorn("outcomes " + spec + " 2>/dev/null >/dev/full").status == 2);
    CHECK(untorn("--help 2>/dev/null >/dev/full").status == 2);
    o = untorn("check " + spec + " --json /dev/full 2>&1 >/dev/null");
    CHECK(o.status == 2);
    CHECK(o.out == "untorn: cannot write /dev/full: No space left on device\n");
    CHECK(untorn("check " + spec + " --json " + folder.quoted("no/such/folder.json") + " 2>/dev/null").status == 2);
}

TEST_CASE("--json - puts nothing but JSON on standard output") {
    const Folder folder;
    const Ended o = untorn("check " + folder.write("torn.untorn", torn) + " --json - 2>/dev/null");
    CHECK(o.status == 1);
    const nlohmann::json all = nlohmann::json::parse(o.out);
    CHECK(all["runs"].size() == 1);
    CHECK(all["runs"][0]["properties"][0]["trace"].size() == 3);
    CHECK(folder.stripped(all["runs"][0]["spec"].get<std::string>()) == "torn.untorn");
}

TEST_CASE("the same input gives the same bytes, whatever the number of threads") {
    const Folder folder;
    const std::string spec = folder.write("torn.untorn", torn);
    const std::string first = untorn("check " + spec + " --threads 1 --json " + folder.quoted("1.json")).out;
    CHECK(untorn("check " + spec + " --threads 3 --json " + folder.quoted("2.json")).out == first);
    CHECK(folder.read("1.json") == folder.read("2.json"));
    CHECK(!folder.read("1.json").empty());
}

TEST_CASE("what a run leaves out of the kernel modules is not listed with it, and is in the JSON") {
    const std::string arguments =
        "'" UNTORN_SOURCE_DIR "/specs/seed/q_loop.untorn' --scenario bad_page --with C --json -";
    const nlohmann::json run = nlohmann::json::parse(untorn("check " + arguments).out)["runs"][0];
    CHECK(run["never_executed"].dump().find("<kernel>/iomap.untorn") != std::string::npos);
    const std::string text = untorn("check --trace " + arguments.substr(0, arguments.find(" --json"))).out;
    REQUIRE(text.find("  never executed:\n") != std::string::npos);
    CHECK(text.find("<kernel>") == std::string::npos);
}

TEST_CASE("a limit that only the search without reductions meets is no disagreement") {
    const Folder folder;
    // 840 states with symmetry: all outcomes are known there. Without, the limit comes when one outcome was seen.
    const std::string path = folder.write("symmetric.untorn",
                                          "scalarset W[3]; durable var last: bool; var n: 0..20;\n"
                                          "thread t[w: W] { step; step; last = true; }\n"
                                          "environment e { loop if (n < 20) n += 1; else step; }\n"
                                          "never gone: last;\n");
    const auto run = [&](const std::string& options) {
        const Ended o = untorn("check --max-states 1000 --json - " + options + " " + path);
        const nlohmann::json json = nlohmann::json::parse(o.out)["runs"][0];
        return fmt::format("{} {} {} {}", o.status, json["exhaustive"].dump(), json["properties"][0]["answer"].dump(),
                           json["inconsistency"].dump());
    };
    CHECK(run("") == "1 true \"Always\" null");
    CHECK(run("--no-reduce") == "1 false null null");
    CHECK(run("--check-reductions") == "1 true \"Always\" null");
}

TEST_CASE("-D, --scenario and --with select runs") {
    const Folder folder;
    const std::string spec = folder.write("s.untorn", R"(option LIMIT: 1..3 = 1;
interface step_size { proc grow(ref x: 0..3) { x += 1; } }
variant double of step_size { override proc grow(ref x: 0..3) { x += 2; } }
var n: 0..3;
thread up { if (n < LIMIT) atomic { grow(n); } }
final grown: n == 1;
scenario one { expect grown holds; }
scenario two { option LIMIT = 2; over double; expect grown violated; }
)");
    CHECK(untorn("check " + spec + " 2>&1").out.find("2 runs in 1 file") != std::string::npos);
    CHECK(untorn("check -q " + spec).status == 0);
    CHECK(untorn("check -q " + spec + " --scenario one").status == 0);
    CHECK(untorn("check -q " + spec + " --scenario one --with double").status == 1);
    CHECK(untorn("check -q " + spec + " -D LIMIT=2").status == 0);
    const Ended o = untorn("check -q " + spec + " --scenario tow 2>&1");
    CHECK(o.status == 2);
    CHECK(o.out == "untorn: error: no scenario tow; did you mean two?\n");
    CHECK(untorn("check -q " + spec + " -D LIMIT=7 2>/dev/null").status == 2);
    CHECK(untorn("check -q " + spec + " -D LIMTI=2 2>/dev/null").status == 2);
    CHECK(untorn("check -q " + spec + " --with triple 2>/dev/null").status == 2);
}

TEST_CASE("a folder's specifications are checked in sorted order, modules skipped") {
    const Folder folder;
    folder.write("b.untorn", counter);
    folder.write("a/z.untorn", counter);
    folder.write("a/module.untorn", "const ONE = 1;\n");
    folder.write("a/notes.txt", "thread");
    const Ended o = untorn("check " + folder.quoted() + " 2>/dev/null");
    const size_t first = o.out.find("a/z.untorn\n");
    const size_t second = o.out.find("b.untorn\n");
    CHECK(first != std::string::npos);
    CHECK(second != std::string::npos);
    CHECK(first < second);
    CHECK(o.out.find("2 runs in 2 files: ") != std::string::npos);
}

TEST_CASE("outcomes lists contents with witnesses") {
    const Folder folder;
    const Ended o = untorn("outcomes -q " + folder.write("torn.untorn", torn) + " 2>&1");
    CHECK(o.status == 0);
    CHECK(folder.stripped(o.out) == R"(torn.untorn
  3 outcomes

     1  disk[0] = Old  disk[1] = Old
        (power loss, after 1 fault, 0 steps)

     2  disk[0] = New  disk[1] = Old
        (power loss, after 1 fault, 1 step)

     3  disk[0] = New  disk[1] = New
        (power loss, after 1 fault, 2 steps)

)");
}

TEST_CASE("dump prints the transition system") {
    const Folder folder;
    const Ended o = untorn("dump " + folder.write("torn.untorn", torn) + " 2>&1");
    CHECK(o.status == 0);
    CHECK(o.out.find("crash invariant no_tear: disk[0] == disk[1]") != std::string::npos);
}

TEST_CASE("bounded search shows the same shortest trace, and says how far it came") {
    const Folder folder;
    folder.write("torn.untorn", torn);
    const Ended o = untorn("check --engine bmc --max-steps 1 " + folder.quoted("torn.untorn") + " 2>&1");
    CHECK(o.status == 1);
    CHECK(folder.stripped(o.out) == R"(torn.untorn
  faults:  power_loss at most 1
  present: writer
  bmc: runs of up to 1 step, 5 bits a state
  !!  no_tear   violated     1 fault, 1 step
  ??  deadlock  undecided    --max-steps 1: no violation within 1 step
  ??  range     undecided    --max-steps 1: no violation within 1 step

  how no_tear is violated (1 fault, 1 step):
  step | place  | writer            | media
  -----+--------+-------------------+--------------
       |        | (start)           |
     1 | torn:4 | disk[0] = New;    | disk[0] = New
       |        | !fault power_loss |
   *** | torn:8 | no_tear VIOLATED  |

1 run in 1 file: 0 verdicts as expected, 1 not, 2 undecided
)");
    const Ended json = untorn("check --engine bmc --json - " + folder.quoted("torn.untorn") + " 2>/dev/null");
    const auto run = nlohmann::json::parse(json.out)["runs"][0];
    CHECK(run["engine"] == "bmc");
    CHECK(run["states"].is_null());
    CHECK(run["exhaustive"] == false);
    CHECK(run["properties"][0]["shortest"] == true);
}

TEST_CASE("k-induction proves what holds, and says by which k") {
    const Folder folder;
    folder.write("counter.untorn", counter);
    const Ended o = untorn("check --engine induction " + folder.quoted("counter.untorn") + " 2>&1");
    CHECK(o.status == 0);
    CHECK(o.out.find("ok  small  holds        proved by k-induction, k = 0") != std::string::npos);
}

TEST_CASE("auto is the explicit search where that is small") {
    const Folder folder;
    folder.write("torn.untorn", torn);
    const std::string file = folder.quoted("torn.untorn");
    CHECK(untorn("check --engine explicit " + file).out == untorn("check " + file).out);
    CHECK(untorn("check --engine explicit --json - " + file).out == untorn("check --json - " + file).out);
    // Where the explicit search has no room, the other one goes on alone, and it is said who answered.
    const Ended o = untorn("check --memory 1K " + file + " 2>&1");
    CHECK(o.status == 3);
    CHECK(o.out.find(
              "  auto: nobody answered (explicit: --memory 1024 bytes; pdr: 0 frames, 0 lemmas), 5 bits a state\n") !=
          std::string::npos);
}

TEST_CASE("auto on what is larger: the bytes do not depend on threads, and it is said who answered") {
    const Folder folder;
    const std::string wide = folder.write("wide.untorn", R"(var bit: bool[0..21];
var both: 0..2;
daemon flip[i: 0..21] { loop atomic { bit[i] = not bit[i]; } }
thread up { one: atomic { both = 1; } two: atomic { both = 2; } }
invariant small: both <= 1;
invariant fits: both <= 2;
)");
    const Ended one = untorn("check --no-cone --threads 1 " + wide + " 2>&1");
    CHECK(one.status == 1);
    CHECK(folder.stripped(one.out) == R"(wide.untorn
  faults:  none
  present: flip[22], up
  auto: explicit and pdr answered (explicit: more than 2000000 states; pdr: 1 frame, 2 lemmas), 70 bits a state
  !!  small  violated     0 faults, 2 steps
  ok  fits   holds        proved by pdr, 0 lemmas
  ok  built-in checks hold (deadlock, range): proved by pdr, 1 lemma

  how small is violated (0 faults, 2 steps):
  step | place  | up             | memory
  -----+--------+----------------+---------
       |        | (start)        |
     1 | wide:4 | one            | both = 1
     2 | wide:4 | two            | both = 2
   *** | wide:5 | small VIOLATED |

1 run in 1 file: 3 verdicts as expected, 1 not
)");
    CHECK(untorn("check --no-cone --threads 3 " + wide + " 2>&1").out == one.out);
    const auto run = nlohmann::json::parse(untorn("check --no-cone --json - " + wide + " 2>/dev/null").out)["runs"][0];
    CHECK(run["engine"] == "auto");
    CHECK(run["states"].is_null());
    CHECK(run["exhaustive"] == false);
    CHECK(run["limit"].is_null());
    CHECK(run["properties"][0]["shortest"] == true);
    // What expects numbers of states is for the explicit search alone.
    const std::string counted = folder.write(
        "counted.untorn", folder.read("wide.untorn") + "scenario s { expect states 5; expect small violated; }\n");
    CHECK(untorn("check --max-states 2100000 " + counted + " 2>&1").out.find("auto: ") == std::string::npos);
}

TEST_CASE("export writes the properties that are asked for, and complains about those that there are not") {
    const Folder folder;
    folder.write("torn.untorn", torn);
    const std::string file = folder.quoted("torn.untorn");
    const Ended o = untorn("export --to aiger-ascii --property no_tear " + file);
    CHECK(o.status == 0);
    CHECK(o.out.starts_with("aag "));
    CHECK(o.out.find("\nb0 no_tear\n") != std::string::npos);
    CHECK(o.out.find("\nb1 ") == std::string::npos);
    CHECK(o.out.find(" disk[1].0\n") != std::string::npos);
    // Berkeley's ABC, where it is installed, finds the violation after one step and one loss.
    if (shell("command -v berkeley-abc >/dev/null").status == 0) {
        const std::string aig = folder.quoted("torn.aig");
        CHECK(untorn("export --to aiger --property no_tear -o " + aig + " " + file).status == 0);
        const Ended abc = shell("cd " + folder.quoted() + " && berkeley-abc -c 'read_aiger torn.aig; bmc3'");
        CHECK_MESSAGE(abc.out.find("was asserted in frame 2.") != std::string::npos, abc.out);
    }
    const Ended horn = untorn("export --to horn --property no_tear " + file);
    CHECK(horn.status == 0);
    CHECK(horn.out.find("(set-logic HORN)\n") != std::string::npos);
    CHECK(horn.out.find("; crash invariant no_tear\n") != std::string::npos);
    CHECK(horn.out.find("; deadlock") == std::string::npos);
    const Ended wrong = untorn("export --to aiger --property no_tera " + file + " 2>&1 >/dev/null");
    CHECK(wrong.status == 2);
    CHECK(wrong.out == "untorn: error: --property no_tera: this run has no such property; did you mean no_tear?\n");
}

}  // namespace untorn::tools
