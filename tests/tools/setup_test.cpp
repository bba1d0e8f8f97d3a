// tools/untorn and tools/test on machines that lack something: the scripts run in a copy of the tree with stand-ins for
// cmake, ninja, apt and dpkg, whose behaviour each test chooses.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

namespace fs = std::filesystem;

/// A tree with the scripts, and a machine around it: `bin/` comes first in PATH, `installed` holds what apt installed.
class Machine {
 public:
    Machine() {
        for (const char* name : {"untorn", "test", "build.sh", "packages.txt"}) {
            fs::create_directories(folder.path() / "tree/tools");
            fs::copy(fs::path(UNTORN_SOURCE_DIR "/tools") / name, folder.path() / "tree/tools" / name);
        }
        program("id", "echo 0");
        program("dpkg-query", "for p; do :; done; grep -qx \"$p\" \"$M/installed\" 2>/dev/null && printf installed");
        program(
            "apt-get",
            "echo \"$@\" >>\"$M/apt.log\"; for w; do case $w in install) go=1 ;; -*) ;; *) [ -z \"$go\" ] || echo $w "
            ">>\"$M/installed\" ;; esac; done");
        // Configuring works where cmake and doctest-dev are installed.
        program("cmake",
                "grep -qx doctest-dev \"$M/installed\" 2>/dev/null || { echo 'no doctest'; exit 1; }\n"
                "echo configured >>\"$M/cmake.log\"; mkdir -p build/release; touch build/release/build.ninja\n"
                "echo CMAKE_HOME_DIRECTORY:INTERNAL=$PWD >build/release/CMakeCache.txt");
        program("ninja",
                "cd \"$2\"; if [ -e built ]; then echo 'ninja: no work to do.'; exit; fi; touch built\n"
                "for t in untorn untorn_tests; do\n"
                "  printf '#!/bin/sh\\necho '$t' \"$@\"\\nexit 7\\n' >$t; chmod +x $t\n"
                "done; echo '[1/1] Linking'");
    }
    void program(const std::string& name, const std::string& body) const {
        folder.write_program("bin/" + name, "#!/bin/sh\nM=" + folder.quoted() + "\n" + body + "\n");
    }
    /// Runs a command line in which `untorn` and `test` name the scripts.
    Ended run(const std::string& script, const std::string& arguments = "") const {
        return shell("PATH=" + folder.quoted("bin") + ":$PATH " + folder.quoted("tree/tools/" + script) + " " +
                     arguments);
    }

    Folder folder;
};

/// The packages of packages.txt, each followed by `separator`, the last by nothing.
std::string packages(char separator = ' ') {
    std::ifstream in(UNTORN_SOURCE_DIR "/tools/packages.txt");
    std::string out;
    for (std::string line; std::getline(in, line);)
        if (!line.empty() && line[0] != '#') out += (out.empty() ? "" : std::string(1, separator)) + line;
    return out;
}

}  // namespace

TEST_CASE("the first run installs, configures, builds and runs; the second only runs") {
    const Machine m;
    Ended e = m.run("untorn", "check 'a b' 2>" + m.folder.quoted("stderr"));
    CHECK(e.out == "untorn check a b\n");
    CHECK(e.status == 7);
    CHECK(m.folder.stripped(m.folder.read("stderr")) ==
          "untorn: first build in tree/build/release\nuntorn: installing " + packages() +
              "\nuntorn: building in tree/build/release\n");
    const std::string apt = m.folder.read("apt.log");
    CHECK(apt.find("update\n") != std::string::npos);
    CHECK(apt.find("install --no-install-recommends " + packages() + "\n") != std::string::npos);

    e = m.run("untorn", "dump 2>&1");
    CHECK(e.out == "untorn dump\n");
    CHECK(e.status == 7);
    CHECK(m.folder.read("apt.log") == apt);
    CHECK(m.folder.read("cmake.log") == "configured\n");
}

TEST_CASE("only what is missing is installed") {
    const Machine m;
    std::string installed = packages('\n') + "\n";
    for (const char* missing : {"nlohmann-json3-dev\n", "doctest-dev\n"})
        installed.erase(installed.find(missing), std::string(missing).size());
    m.folder.write("installed", installed);
    CHECK(m.run("untorn", "2>/dev/null").status == 7);
    CHECK(m.folder.read("apt.log").find("--no-install-recommends nlohmann-json3-dev doctest-dev\n") !=
          std::string::npos);
}

TEST_CASE("where everything is there, apt is not asked") {
    const Machine m;
    m.folder.write("installed", "doctest-dev\n");
    CHECK(m.run("untorn", "2>/dev/null").status == 7);
    CHECK(m.folder.read("apt.log").empty());
}

TEST_CASE("without root, the message names what to install") {
    const Machine m;
    m.program("id", "echo 1000");
    const Ended e = m.run("untorn", "2>&1");
    CHECK(e.status == 2);
    CHECK(e.out.find("untorn: packages are missing; as root, run: apt-get install " + packages() + "\n") !=
          std::string::npos);
    CHECK(m.folder.read("apt.log").empty());
}

TEST_CASE("where apt fails, the message names what to install and why") {
    const Machine m;
    m.program("apt-get", "echo 'E: Temporary failure resolving'; exit 100");
    const Ended e = m.run("untorn", "2>&1");
    CHECK(e.status == 2);
    CHECK(e.out.find("E: Temporary failure resolving\n") != std::string::npos);
    CHECK(e.out.find("install by hand: apt-get install " + packages() + "\n") != std::string::npos);
}

TEST_CASE("where configuring fails although all is installed, cmake's own words are shown") {
    const Machine m;
    m.folder.write("installed", packages('\n') + "\n");
    m.program("cmake", "echo 'CMake Error: too old'; exit 1");
    const Ended e = m.run("untorn", "2>&1");
    CHECK(e.status == 2);
    CHECK(e.out.find("CMake Error: too old\n") != std::string::npos);
    CHECK(e.out.find("cannot configure although every package is there") != std::string::npos);
}

TEST_CASE("where the build fails, the compiler's own words are shown, status 2") {
    const Machine m;
    m.folder.write("installed", packages('\n') + "\n");
    m.program("ninja", "echo 'a.cpp:1: error: what'; exit 1");
    const Ended e = m.run("untorn", "2>&1");
    CHECK(e.status == 2);
    CHECK(e.out.find("a.cpp:1: error: what\n") != std::string::npos);
    CHECK(e.out.find("untorn: the build failed") != std::string::npos);
}

TEST_CASE("a tree that was moved is configured again") {
    const Machine m;
    CHECK(m.run("untorn", "2>/dev/null").status == 7);
    fs::rename(m.folder.path() / "tree", m.folder.path() / "moved");
    CHECK(shell("PATH=" + m.folder.quoted("bin") + ":$PATH " + m.folder.quoted("moved/tools/untorn") + " 2>/dev/null")
              .status == 7);
    CHECK(m.folder.read("cmake.log") == "configured\nconfigured\n");
}

TEST_CASE("the scripts work through a symbolic link and from another directory") {
    const Machine m;
    const Ended e =
        shell("cd / && ln -s " + m.folder.quoted("tree/tools/untorn") + " " + m.folder.quoted("link") +
              " && PATH=" + m.folder.quoted("bin") + ":$PATH " + m.folder.quoted("link") + " --version 2>/dev/null");
    CHECK(e.out == "untorn --version\n");
    CHECK(e.status == 7);
}

TEST_CASE("two invocations at once wait for each other") {
    const Machine m;
    m.program("ninja",
              "cd \"$2\"; [ ! -e busy ] || echo overlap >>\"$M/overlap\"; touch busy; sleep 0.3; rm busy\n"
              "printf '#!/bin/sh\\nexit 7\\n' >untorn; chmod +x untorn");
    const std::string one =
        "PATH=" + m.folder.quoted("bin") + ":$PATH " + m.folder.quoted("tree/tools/untorn") + " 2>/dev/null";
    CHECK(shell("(" + one + "; echo $?) & " + one + "; echo $?; wait").out == "7\n7\n");
    CHECK(m.folder.read("overlap").empty());
    CHECK(m.folder.read("cmake.log") == "configured\n");
}

TEST_CASE("tools/test passes its arguments to doctest and understands --filter and --matrix") {
    const Machine m;
    CHECK(m.run("test", "--filter 'a b' --no-colors 2>/dev/null").out ==
          "untorn_tests --test-case=*a b* --no-colors\n");
    CHECK(m.run("test", "--filter=torn 2>/dev/null").out == "untorn_tests --test-case=*torn*\n");
    CHECK(m.run("test", "--matrix -s 2>/dev/null").out == "untorn_tests --test-case=*matrix* -s\n");
    const Ended all = m.run("test", "2>/dev/null");
    CHECK(all.out ==
          "untorn_tests --source-file=*/tests/explicit/*,*/tests/specs/*\n"
          "untorn_tests --source-file-exclude=*/tests/explicit/*,*/tests/specs/*\n");
    CHECK(all.status == 7);
    CHECK(m.run("test", "--filter 2>&1").status == 2);
}

}  // namespace untorn::tools
