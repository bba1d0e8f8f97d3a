// The language against its second implementation (README.md here): the project's own specifications, and a fixed sample
// of random ones. Needs python3; says so and checks nothing where there is none.
#include <doctest/doctest.h>

#include <string>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

bool has_python() { return shell("python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>&1").status == 0; }

Ended oracle(const std::string& script, const std::string& arguments) {
    return shell("cd '" UNTORN_SOURCE_DIR "' && python3 -B tests/oracle/" + script + " --untorn '" UNTORN_BINARY "' " +
                 arguments + " 2>&1");
}

/// `0 differences` at the end, and at least so many runs compared.
void agrees(const Ended& ended, const std::string& last_line) {
    CHECK_MESSAGE(ended.status == 0, ended.out);
    const size_t end = ended.out.find_last_not_of('\n');
    const size_t begin = ended.out.rfind('\n', end);
    CHECK(ended.out.substr(begin == std::string::npos ? 0 : begin + 1).find(last_line) != std::string::npos);
}

}  // namespace

TEST_CASE("the specifications of the suite mean the same to the oracle") {
    if (!has_python()) {
        MESSAGE("skipped: there is no python3");
        return;
    }
    agrees(oracle("compare.py", "--max-states 1500 tests/specs/*/*.untorn"), ", 0 differences");
}

TEST_CASE("what the kernel library means, the oracle finds, too") {
    if (!has_python()) {
        MESSAGE("skipped: there is no python3");
        return;
    }
    agrees(oracle("compare.py", "--max-states 300 specs/*/*.untorn"), ", 0 differences");
}

TEST_CASE("random specifications mean the same to the oracle") {
    if (!has_python()) {
        MESSAGE("skipped: there is no python3");
        return;
    }
    agrees(oracle("fuzz.py", "--first 1 --count 300 --max-states 500"), ", 0 differ");
}

TEST_CASE("the oracle's fairness is the definition's, on small graphs") {
    if (!has_python()) {
        MESSAGE("skipped: there is no python3");
        return;
    }
    agrees(shell("cd '" UNTORN_SOURCE_DIR "' && python3 -B tests/oracle/fairness_check.py 1000 2>&1"),
           ", 0 differences");
}

TEST_CASE("a comparison that differs is noticed") {
    if (!has_python()) {
        MESSAGE("skipped: there is no python3");
        return;
    }
    const Folder folder;
    const std::string real = folder.write("real.untorn", "var x: 0..1;\nthread t { x = 1; }\n");
    const std::string other =
        folder.write_program("other", "#!/bin/sh\n'" UNTORN_BINARY "' \"$@\" | sed 's/\"states\": 2/\"states\": 3/'\n");
    const Ended ended = shell("cd '" UNTORN_SOURCE_DIR "' && python3 -B tests/oracle/compare.py --untorn " + other +
                              " " + real + " 2>&1");
    CHECK(ended.status == 1);
    CHECK(ended.out.find("states: untorn 3, oracle 2") != std::string::npos);
}

TEST_CASE("a verdict on progress that differs, a stem too long and a vacuous answer are noticed") {
    if (!has_python()) {
        MESSAGE("skipped: there is no python3");
        return;
    }
    const Folder folder;
    // Violated by a stem of one step and the stutter; `holds` is true of runs, and `fails` has none.
    const std::string real = folder.write("real.untorn",
                                          "var x: bool;\nthread t { step; }\nthread fails { Failed: assert x; }\n"
                                          "eventually p: x;\neventually q: !x;\n"
                                          "scenario one { run t; }\nscenario none_at_all { run fails; }\n");
    const auto compared_with = [&](const std::string& edit) {
        const std::string other =
            folder.write_program("other", "#!/bin/sh\n'" UNTORN_BINARY "' \"$@\" | sed '" + edit + "'\n");
        return shell("cd '" UNTORN_SOURCE_DIR "' && python3 -B tests/oracle/compare.py --untorn " + other + " " + real +
                     " 2>&1");
    };
    CHECK(compared_with("").status == 0);
    const Ended verdict = compared_with("/\"kind\": \"eventually\"/{n;s/violated/holds/}");
    CHECK(verdict.status == 1);
    CHECK(verdict.out.find("p: untorn holds") != std::string::npos);
    const Ended stem = compared_with("s/\"loop_start\": 1/\"loop_start\": 0/");
    CHECK(stem.status == 1);
    CHECK(stem.out.find("oracle a stem with 0 faults in 1 steps and a cycle without faults") != std::string::npos);
    const Ended vacuous = compared_with("s/no fair run/exhaustive/");
    CHECK(vacuous.status == 1);
    CHECK(vacuous.out.find("p: holds vacuously: untorn False, oracle True") != std::string::npos);
}

}  // namespace untorn::tools
