// tools/bench: the commands say what they do, and the reference table that Untorn is measured against is a set.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/tools/folder.h"
#include "tools/bench/reference_table.h"

namespace untorn::bench {

namespace {

/// How many different keys the offers name, by a plain set.
size_t different(uint64_t keys, uint64_t offers) {
    OfferOrder order(keys, offers);
    std::set<uint64_t> seen;
    for (uint64_t j = 0; j < offers; ++j) seen.insert(order.next());
    return seen.size();
}

template <size_t Words, bool Shared>
uint64_t added(uint64_t keys, uint64_t offers, unsigned threads) {
    ReferenceTable<Words, Shared> table(keys);
    return offer_all(table, keys, offers, threads);
}

}  // namespace

TEST_CASE("the offers name each key at least once, a new one always the next") {
    for (const auto& [keys, offers] : {std::pair<uint64_t, uint64_t>{1, 1}, {1, 7}, {1000, 1000}, {1000, 3117}}) {
        CHECK(different(keys, offers) == keys);
        OfferOrder order(keys, offers);
        uint64_t fresh = 0;
        for (uint64_t j = 0; j < offers; ++j) {
            const uint64_t key = order.next();
            REQUIRE(key <= fresh);
            fresh += key == fresh ? 1 : 0;
        }
        CHECK(fresh == keys);
    }
}

TEST_CASE("an order of offers that begins in the middle goes on as the whole one does") {
    OfferOrder whole(1000, 3117);
    for (int j = 0; j < 1234; ++j) whole.next();
    OfferOrder rest(1000, 3117, 1234);
    for (int j = 1234; j < 3117; ++j) REQUIRE(rest.next() == whole.next());
}

TEST_CASE("half of the repeats are among the last 32 new keys, and some are a quarter of all keys away") {
    constexpr uint64_t keys = 1 << 16;
    constexpr uint64_t offers = 4 * keys;
    OfferOrder order(keys, offers);
    uint64_t fresh = 0, repeats = 0, near = 0, farthest = 0;
    for (uint64_t j = 0; j < offers; ++j) {
        const uint64_t key = order.next();
        if (key == fresh) {
            ++fresh;
            continue;
        }
        ++repeats;
        near += fresh - key <= 32 ? 1 : 0;
        farthest = std::max(farthest, fresh - key);
    }
    CHECK(repeats == offers - keys);
    CHECK(near > repeats / 2);
    CHECK(near < repeats * 6 / 10);
    CHECK(farthest > keys / 5);
}

TEST_CASE("the reference table counts every different key once, for every width and number of threads") {
    CHECK(added<1, false>(30000, 100000, 1) == 30000);
    CHECK(added<2, false>(30000, 100000, 1) == 30000);
    CHECK(added<3, false>(30000, 100000, 1) == 30000);
    CHECK(added<4, false>(30000, 100000, 1) == 30000);
    CHECK(added<1, true>(300000, 1000000, 2) == 300000);
    CHECK(added<3, true>(300000, 1000000, 3) == 300000);
}

TEST_CASE("the reference table tells keys apart that differ in their last word only") {
    ReferenceTable<2, false> table(10);
    CHECK(table.insert({5, 1}, 0));
    CHECK(table.insert({5, 2}, 0));
    CHECK_FALSE(table.insert({5, 1}, 0));
    CHECK_FALSE(table.insert({5, 2}, 0));
}

TEST_CASE("tools/bench/run and small explain themselves without any of the programs that they compare") {
    const tools::Ended run = tools::shell("PATH=/usr/bin:/bin '" UNTORN_SOURCE_DIR "/tools/bench/run' --help 2>&1");
    CHECK(run.status == 0);
    CHECK(run.out.find("SPIN and Rumur") != std::string::npos);
    CHECK(run.out.find("--quick") != std::string::npos);
    const tools::Ended small = tools::shell("'" UNTORN_SOURCE_DIR "/tools/bench/small' --help 2>&1");
    CHECK(small.status == 0);
    CHECK(small.out.find("--runs") != std::string::npos);
}

TEST_CASE("tools/bench/proof explains itself, and reads what the contestants print") {
    const tools::Ended help = tools::shell("'" UNTORN_SOURCE_DIR "/tools/bench/proof' --help 2>&1");
    CHECK(help.status == 0);
    CHECK(help.out.find("--timeout") != std::string::npos);
    const tools::Ended wrong = tools::shell("'" UNTORN_SOURCE_DIR "/tools/bench/proof' --sizes 4,8 2>&1");
    CHECK(wrong.status == 2);
    CHECK(wrong.out.find("three numbers are needed") != std::string::npos);
    const tools::Folder folder;
    folder.write("check.py", R"(
import importlib.machinery, importlib.util, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
loader = importlib.machinery.SourceFileLoader("proof", sys.argv[1] + "/proof")
proof = importlib.util.module_from_spec(importlib.util.spec_from_loader("proof", loader))
loader.exec_module(proof)
c = proof.CONTESTANTS
line = '{"holds":%s,"lemmas":7,"z3_seconds":0.5,"other_seconds":1.5,"reached":"2 frames, 7 lemmas"}'
assert c["untorn"].read(line % "true") == {"proof": "7 lemmas", "check_seconds": 0.5}
assert c["untorn"].read(line % "false") is None and c["untorn"].read("killed") is None
abc = "Invariant F[15] : 232 clauses with 45 flops (out of 51) (cex = 0, ave = 8.44)\nProperty proved.  Time = 0.52 sec\n"
assert c["abc"].read(abc)["proof"] == "232 clauses"
assert c["abc"].read(abc.replace("Property proved", "Property UNDECIDED")) is None
assert c["spacer"].read("sat\n") is not None and c["spacer"].read("unknown\n") is None
try:
    c["spacer"].read("unsat\n")
    assert False
except RuntimeError:
    pass
)");
    const tools::Ended read =
        tools::shell("python3 " + folder.quoted("check.py") + " '" UNTORN_SOURCE_DIR "/tools/bench' 2>&1");
    CHECK_MESSAGE(read.status == 0, read.out);
}

TEST_CASE("tools/bench/run names the packages that are missing, and installs nothing") {
    const tools::Folder folder;
    folder.write_program("bin/apt-get", "#!/bin/sh\ntouch " + folder.quoted("installed") + "\n");
    const tools::Ended python = tools::shell("python3 -c 'import sys; print(sys.executable)'");
    REQUIRE(python.status == 0);
    folder.write_program("bin/python3", "#!/bin/sh\nexec " + python.out.substr(0, python.out.size() - 1) + " \"$@\"\n");
    const tools::Ended e =
        tools::shell("PATH=" + folder.quoted("bin") + " '" UNTORN_SOURCE_DIR "/tools/bench/run' --quick 2>&1");
    CHECK(e.status == 2);
    CHECK(e.out ==
          "bench: clang, gcc, rumur, spin not found; to compare with them: apt-get install clang gcc rumur spin\n");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "installed"));
}

TEST_CASE("what SPIN, Rumur and Untorn print is read as counts, and not where the search is not complete") {
    const tools::Folder folder;
    folder.write("check.py", R"(
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from contestants import CONTESTANTS, Unusable

def refused(name, text):
    try:
        CONTESTANTS[name].read(text)
    except Unusable:
        return True

spin = """State-vector 60 byte, depth reached 55, errors: 0
%s states, stored
      50 states, matched
%s transitions (= stored+matched)
"""
agrees = CONTESTANTS["spin"].agrees
assert CONTESTANTS["spin"].read(spin % ("      316", "     705")) == (316, 704)
states, transitions = CONTESTANTS["spin"].read(spin % (" 48158196", "1.6507316e+08"))
assert states == 48158196 and agrees(transitions, 165073158)
assert not agrees(transitions, 165073258) and not agrees(703, 704) and not agrees(48158195, 48158196)
assert refused("spin", (spin % ("316", "705")).replace("errors: 0", "errors: 1"))
assert refused("spin", "error: max search depth too small\n" + spin % ("316", "705"))
assert refused("spin", "Warning: Search not completed\n" + spin % ("316", "705"))

rumur = "\tNo error found.\n\n\t316 states, 704 rules fired in 0s.\n"
assert CONTESTANTS["rumur"].read(rumur) == (316, 704)
assert refused("rumur", rumur.replace("No error found", "Invariant failed"))

untorn = '{"runs": [{"exhaustive": %s, "limit": null, "inconsistency": null, "states": 316, "transitions": 704, "state_bits": 50,' \
    '"properties": [{"verdict": "%s"}]}]}'
bits = []
assert CONTESTANTS["untorn"].read(untorn % ("true", "holds"), bits) == (316, 704) and bits == [50]
assert refused("untorn", untorn % ("false", "undecided"))
)");
    const tools::Ended e =
        tools::shell("python3 " + folder.quoted("check.py") + " '" UNTORN_SOURCE_DIR "/tools/bench' 2>&1");
    CHECK_MESSAGE(e.status == 0, e.out);
}

TEST_CASE("tools/bench/run refuses a configuration or a contestant that it does not have") {
    const std::string run = "'" UNTORN_SOURCE_DIR "/tools/bench/run' ";
    CHECK(tools::shell(run + "--only nothing 2>&1").status == 2);
    CHECK(tools::shell(run + "--contestants nobody 2>&1").status == 2);
    CHECK(tools::shell(run + "--runs 0 2>&1").status == 2);
}

TEST_CASE("proof-coverage says which verdicts have a proof or a shortest trace, and what has not, and why") {
    const tools::Folder folder;
    const std::string spec = folder.write("two.untorn", R"(durable var disk: bool;
var seen: bool;
thread writer {
    one: disk = true;
    two: seen = true;
}
power_loss { }
invariant order: seen implies disk;
crash invariant kept: disk;
cover both: disk and seen;
cover backwards: seen and not disk;
eventually written: seen;
always any: disk or not disk;
)");
    const std::string command =
        "'" UNTORN_SOURCE_DIR "/tools/bench/proof-coverage' " + spec + " --untorn '" UNTORN_BINARY "' ";
    const tools::Ended o =
        tools::shell(command + "--json " + folder.quoted("kept.json") + " 2>" + folder.quoted("said"));
    if (tools::shell("command -v cvc5").status != 0) {
        CHECK(o.status == 2);
        return;
    }
    CHECK(o.status == 0);
    CHECK(folder.stripped(o.out) == R"(| | answered | of |
|---|---|---|
| violated or reached: found by bounded search, with as few steps | 2 | 2 |
| holds or not reached: proved, certificate accepted by Z3 and cvc5 | 6 | 6 |
| ... of these, progress, by rankings | 1 | 1 |
| runs with every property so answered | 1 | 1 |

No exceptions.
)");
    // What is in the file is not measured again.
    const tools::Ended again = tools::shell(command + "--json " + folder.quoted("kept.json") + " 2>/dev/null");
    CHECK(again.out == o.out);
    CHECK(folder.read("kept.json").find("\n{\"run\":\"") == 1);
    folder.write("other.json", "[{\"run\": \"a\"}]");
    const tools::Ended other = tools::shell(command + "--json " + folder.quoted("other.json") + " 2>&1");
    CHECK(other.status == 2);
    CHECK(other.out.find("other.json is not a file of --json of this version") != std::string::npos);
    // What has no answer is named, with the reason.
    const std::string loop = folder.write("loop.untorn", R"(durable var disk: bool;
thread writer { up: disk = true; }
power_loss { }
recover { while (disk) { down: disk = false; } }
crash invariant clean: !disk;
)");
    const tools::Ended open = tools::shell("'" UNTORN_SOURCE_DIR "/tools/bench/proof-coverage' " + loop +
                                           " --untorn '" UNTORN_BINARY "' 2>/dev/null");
    CHECK(open.status == 0);
    CHECK(folder.stripped(open.out).find(R"(
- a step of recovery leads back: that it ends is no matter of single steps (1):
  - loop.untorn: recovery
)") != std::string::npos);
    const tools::Ended progress = tools::shell(command + "--progress --certify 2>/dev/null");
    CHECK(progress.out.find("| holds or not reached: proved, certificate accepted by Z3 and cvc5 | 1 | 1 |\n") !=
          std::string::npos);
}

}  // namespace untorn::bench
