// `untorn simulate` from outside: bytes, exit statuses, bad input, interrupts.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

Ended simulate(const std::string& arguments) { return shell("'" UNTORN_BINARY "' simulate " + arguments); }

constexpr const char* torn = R"(enum Content { Old, New }
durable var disk: Content[0..1];
thread writer {
    disk[0] = New;
    second: disk[1] = New;
}
power_loss { }
crash invariant no_tear: disk[0] == disk[1];
cover both: disk[1] == New;
eventually done: disk[1] == New;
)";

constexpr const char* endless = R"(var n: 0..3;
daemon up { loop { atomic { n = (n + 1) % 4; } } }
invariant small: n <= 3;
)";

}  // namespace

TEST_CASE("a random walk, to the byte") {
    const Folder folder;
    const std::string spec = folder.write("torn.untorn", torn);
    Ended o = simulate(spec + " --seed 39 2>&1");
    CHECK(folder.stripped(o.out) == R"(torn.untorn
  faults:  power_loss at most 1
  fair:    threads and daemons
  present: writer
  not judged by a walk: done

  step | place  | writer            | media
  -----+--------+-------------------+--------------
       |        | (start)           |
     1 | torn:4 | disk[0] = New;    | disk[0] = New
       |        | !fault power_loss |
   *** | torn:8 | no_tear VIOLATED  |

  no_tear VIOLATED after step 1 and power loss (torn:8)
  the walk of seed 39 ends after step 1 and power loss: something is violated, and nothing follows
)");
    CHECK(o.status == 1);
    o = simulate(spec + " --seed 39 --faults 0 2>&1");
    CHECK(folder.stripped(o.out) == R"(torn.untorn
  faults:  power_loss at most 1
  fair:    threads and daemons
  present: writer
  not judged by a walk: done

  step | place  | writer                 | media
  -----+--------+------------------------+--------------
       |        | (start)                |
     1 | torn:4 | disk[0] = New;         | disk[0] = New
     2 | torn:5 | second: disk[1] = New; | disk[1] = New

  both reached after step 2 (torn:9)
  the walk of seed 39 ends after step 2: nothing can move: every thread has ended, and every daemon rests; only a fault )"
                                    R"(could follow, which --faults 0 excludes
  nothing was violated on this walk; that is no verdict, `untorn check` gives one
)");
    CHECK(o.status == 0);
}

TEST_CASE("the same seed gives the same bytes, other seeds other walks") {
    const Folder folder;
    const std::string spec = folder.write("torn.untorn", torn);
    const auto walk = [&](const std::string& seed) {
        const Ended o = simulate(spec + " --seed " + seed + " --json " + folder.quoted(seed + ".json"));
        return o.out + folder.read(seed + ".json");
    };
    bool different = false;
    for (const char* seed : {"1", "2", "3", "18446744073709551615"}) {
        const std::string first = walk(seed);
        CHECK(first.size() > 1000);
        CHECK(walk(seed) == first);
        different = different || folder.read(std::string(seed) + ".json") != folder.read("1.json");
    }
    CHECK(different);
}

TEST_CASE("--steps ends a walk, and says that nothing found is no verdict") {
    const Folder folder;
    const Ended o = simulate(folder.write("endless.untorn", endless) + " --steps 7 2>&1");
    CHECK(o.status == 0);
    CHECK(o.out.find("\n     7 | ") != std::string::npos);
    CHECK(o.out.find("\n     8 | ") == std::string::npos);
    CHECK(
        o.out.ends_with("  the walk of seed 0 ends after step 7: it took the 7 steps that were asked for\n"
                        "  nothing was violated on this walk; that is no verdict, `untorn check` gives one\n"));
}

TEST_CASE("a violation found on the way is status 1 also where the walk goes on") {
    const Folder folder;
    const std::string spec =
        folder.write("odd.untorn", std::string(endless) + "invariant low: n < 2;\ncover two: n == 2;\n");
    Ended o = simulate(spec + " 2>&1");
    CHECK(o.status == 1);
    CHECK(o.out.find("  two reached after step 2 (odd:5)\n") != std::string::npos);
    CHECK(o.out.find("  low VIOLATED after step 2 (odd:4)\n"
                     "  two reached") != std::string::npos);
    CHECK(o.out.find("*** | odd:4 | low VIOLATED") != std::string::npos);
    o = simulate(spec + " --keep-going --steps 4 2>&1");
    CHECK(o.status == 1);
    CHECK(o.out.find("  low VIOLATED after step 2 (odd:4)\n") != std::string::npos);
    CHECK(o.out.find("  the walk of seed 0 ends after step 4: ") != std::string::npos);
    CHECK(o.out.find("***") == std::string::npos);
}

TEST_CASE("commands come through a pipe; the random command walks as the seed does without a session") {
    const Folder folder;
    const std::string spec = folder.write("torn.untorn", torn);
    const Ended o = shell("printf '1\\nb\\n2\\nq\\n1\\n' | '" UNTORN_BINARY "' simulate -i " + spec + " 2>&1");
    CHECK(folder.stripped(o.out) == R"(torn.untorn
  faults:  power_loss at most 1
  fair:    threads and daemons
  present: writer
  not judged by a walk: done

  at the start
     1  writer  torn:4  disk[0] = New;     disk[0] = New
     2                  !fault power_loss
  a number takes that step; ? shows the commands
step 0> 1
     1  writer  torn:4  disk[0] = New;  disk[0] = New
  after step 1
     1  writer  torn:5  second: disk[1] = New;  disk[1] = New
     2                  !fault power_loss
step 1> b
  at the start; 1 move ahead
>    1  writer  torn:4  disk[0] = New;     disk[0] = New
     2                  !fault power_loss
step 0> 2
        !fault power_loss
  after the start and power loss, 1 fault
  recovery has ended, and the run with it
step 0> q
  nothing was seen to be violated or reached; that is no verdict
)");
    CHECK(o.status == 0);
    const auto trace = [&](const std::string& run) {
        CHECK(shell(run + " --json " + folder.quoted("j") + " >/dev/null").status == 1);
        return nlohmann::json::parse(folder.read("j"))["runs"][0]["walk"]["trace"];
    };
    const std::string program = "'" UNTORN_BINARY "' simulate --seed 39 " + spec;
    CHECK(trace("printf 'r 100' | " + program + " -i") == trace(program));
}

TEST_CASE("the JSON of a session is of the walk at its end") {
    const Folder folder;
    const Ended o = shell("printf 'p no_tear\\nb\\nf\\n' | '" UNTORN_BINARY "' simulate -i " +
                          folder.write("torn.untorn", torn) + " --json " + folder.quoted("j") + " >/dev/null");
    CHECK(o.status == 1);
    const nlohmann::json run = nlohmann::json::parse(folder.read("j"))["runs"][0];
    CHECK(run["engine"] == "walk");
    CHECK(run["walk"]["end"] == "quit");
    CHECK(run["walk"]["interactive"] == true);
    CHECK(run["walk"]["found"] ==
          nlohmann::json::parse(R"([{"property": "no_tear", "what": "violated", "entry": 2}])"));
    CHECK(run["walk"]["trace"].size() == 3);
}

TEST_CASE("one run is wanted; if there are several they are listed") {
    const Folder folder;
    const std::string spec = folder.write("s.untorn", std::string(endless) + R"(option LIMIT: 1..3 = 1;
interface step_size { proc grow(ref x: 0..3) { x += 1; } }
variant double of step_size { override proc grow(ref x: 0..3) { x += 2; } }
variant single of step_size { }
thread t { if (n < LIMIT) atomic { grow(n); } }
scenario one { }
scenario two { over double, single; }
)");
    Ended o = simulate(spec + " 2>&1");
    CHECK(o.status == 2);
    CHECK(o.out.find("untorn: error: simulate walks through one run, and there are 3; choose one of these:\n"
                     "    --scenario one\n"
                     "    --scenario two --with double\n"
                     "    --scenario two --with single\n") != std::string::npos);
    CHECK(simulate(spec + " --scenario one --faults 0 >/dev/null 2>&1").status == 0);
    CHECK(simulate(spec + " --scenario two >/dev/null 2>&1").status == 2);
    CHECK(simulate(spec + " --scenario two --with double -D LIMIT=2 >/dev/null 2>&1").status != 2);
    o = simulate(spec + " --scenario three 2>&1");
    CHECK(o.status == 2);
    CHECK(o.out.find("no scenario three") != std::string::npos);
}

TEST_CASE("what simulate cannot read or write is status 2") {
    const Folder folder;
    const std::string spec = folder.write("torn.untorn", torn);
    CHECK(folder.stripped(simulate(folder.quoted("none.untorn") + " 2>&1").out) ==
          "untorn: error: none.untorn: no such file or folder\n");
    CHECK(simulate(folder.quoted("none.untorn") + " 2>/dev/null").status == 2);
    CHECK(simulate(folder.write("bad.untorn", "var x: boo;\nthread t { }\n") + " 2>/dev/null").status == 2);
    CHECK(simulate(folder.write("module.untorn", "const ONE = 1;\n") + " 2>/dev/null").status == 2);
    CHECK(simulate(spec + " --seed x 2>/dev/null").status == 2);
    for (const char* more : {"", "-i </dev/null"}) {
        const Ended o = simulate(spec + " " + more + " 2>&1 >/dev/full");
        CHECK(o.status == 2);
        CHECK(o.out == "untorn: cannot write standard output: No space left on device\n");
        CHECK(simulate(spec + " " + more + " 2>/dev/null >&-").status == 2);
    }
    CHECK(simulate(spec + " --json /dev/full 2>/dev/null >/dev/null").status == 2);
    Ended o = simulate(spec + " -i 2>&1 >/dev/null <&-");
    CHECK(o.status == 2);
    CHECK(o.out == "untorn: cannot read standard input: Bad file descriptor\n");
    CHECK(simulate(spec + " -i 2>/dev/null >/dev/null </").status == 2);
}

TEST_CASE("nonsense on standard input never ends a session before its end") {
    const Folder folder;
    const std::string spec = folder.write("torn.untorn", torn);
    std::string bytes;
    for (unsigned i = 0, x = 1; i < 1U << 20U; ++i, x = x * 1664525 + 1013904223) bytes += static_cast<char>(x >> 24U);
    folder.write("noise", bytes + "\n" + std::string(1U << 20U, 'x') + "\n1\n");
    const Ended o = simulate(spec + " -i 2>&1 <" + folder.quoted("noise"));
    CHECK((o.status == 0 || o.status == 1));
    CHECK(o.out.find("there is no command `" + std::string(40, 'x') + "...`") != std::string::npos);
    CHECK(o.out.find("seen on the way") + o.out.find("nothing was seen") != std::string::npos);
    CHECK(simulate(spec + " -i </dev/null 2>&1").status == 0);
}

TEST_CASE("an interrupt ends a session as quit does, and a walk as undecided") {
    const Folder folder;
    const std::string spec = folder.write("endless.untorn", endless);
    for (const char* signal : {"INT", "TERM"}) {
        // The shell's $! is the last of a pipeline.
        const Ended o = shell("sleep 3 | '" UNTORN_BINARY "' simulate -i " + spec + " >" + folder.quoted("out") +
                              " 2>&1 & sleep 0.5; kill -" + signal + " $!; wait $!; echo $?");
        CHECK(o.out == "0\n");
        CHECK(folder.read("out").ends_with(
            "step 0> \n  nothing was seen to be violated or reached; that is no verdict\n"));
    }
    const Ended o = shell("'" UNTORN_BINARY "' simulate --steps 1000000 " + spec + " >" + folder.quoted("out") +
                          " 2>&1 & sleep 0.2; kill -INT $!; wait $!; echo $?");
    CHECK(o.out == "3\n");
    CHECK(folder.read("out").find(": it was interrupted\n") != std::string::npos);
}

}  // namespace untorn::tools
