// Certificates of `always` and `sometimes` from outside: an invariant says which outcomes there are not, a run shows
// that there is one; whatever is changed in the run, or in the specification, is noticed.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

Ended untorn(const std::string& arguments) { return shell("'" UNTORN_BINARY "' " + arguments + " 2>&1"); }

bool says(const Ended& ended, const std::string& what) { return ended.out.find(what) != std::string::npos; }

/// A write of two blocks that may fail, at once or never; without power loss.
constexpr const char* device = R"(enum Content { Old, New }
enum Answer { None, Ok, Failed }
durable var disk: Content[0..1];
durable var told: Answer;
thread writer {
    first: disk[0] = New;
    second: disk[1] = New;
    choose { ok: told = Ok; } or { failed: told = Failed; }
}
always whole: disk[0] == disk[1];
always answered: told != None;
sometimes torn: disk[0] != disk[1];
sometimes answers: told != None;
sometimes works: told == Ok;
never back: disk[0] == Old;
)";

/// With power loss.
constexpr const char* power = R"(durable var disk: bool;
var flag: bool;
thread writer { up: flag = true; down: disk = true; }
power_loss { }
recover { var seen: bool; look: seen = disk; }
always kept: disk or !disk;
always written: disk;
sometimes lost: !disk;
)";

/// No thread ever ends.
constexpr const char* forever = R"(durable var disk: bool;
thread writer { loop { up: disk = !disk; } }
always up_at_end: disk;
sometimes at_end: disk;
)";

/// A folder with the specification and a certificate of it.
struct Certified {
    explicit Certified(const std::string& text, const std::string& properties = "") {
        spec = folder.write("spec.untorn", text);
        proved = untorn("prove -q " + spec + properties + " --certificate " + folder.quoted("proof"));
    }
    Ended certify(bool against = true) const {
        return untorn("certify " + folder.quoted("proof") + (against ? " " + spec : ""));
    }
    std::string read(const std::string& name) const { return folder.read("proof/" + name); }
    void replace(const std::string& name, const std::string& from, const std::string& to) const {
        std::string text = folder.read(name);
        const size_t at = text.find(from);
        REQUIRE_MESSAGE(at != std::string::npos, from << " in " << text);
        text.replace(at, from.size(), to);
        std::ofstream(folder.path() / name) << text;
    }

    Folder folder;
    std::string spec;
    Ended proved;
};

constexpr const char* all =
    " --property whole --property answered --property torn --property answers --property works"
    " --property back";

}  // namespace

TEST_CASE("always and sometimes: what is proved of them, and the run to an outcome, in a certificate") {
    const Certified c(device, all);
    CHECK(c.proved.status == 1);  // works, with no expectation, as a cover that is reached
    CHECK(says(c.proved, "reached    works: untorn check shows the shortest run\n"));
    CHECK(says(c.proved, "holds (proved)  whole, answered, back\n"));
    CHECK(says(c.proved, "violated (proved)  torn (no outcome), answers (every outcome)\n"));
    CHECK(says(c.proved, "an outcome exists: 0 faults, 3 steps, executed by the reference evaluator\n"));
    CHECK(c.read("manifest.json").find(R"("outcomes": {
    "answered": "every outcome",
    "answers": "every outcome",
    "torn": "no outcome",
    "whole": "every outcome"
  },)") != std::string::npos);
    CHECK(c.read("outcome.json").find("\"text\": \"second: disk[1] = New;\"") != std::string::npos);
    CHECK(std::filesystem::exists(c.folder.path() / "proof/obligations/no-outcome-without-whole.smt2"));
    CHECK(!std::filesystem::exists(c.folder.path() / "proof/obligations/no-outcome-with-whole.smt2"));
    CHECK(std::filesystem::exists(c.folder.path() / "proof/obligations/no-outcome-with-torn.smt2"));
    const Ended with = c.certify();
    CHECK(with.status == 0);
    CHECK(says(with,
               "certified: whole (every outcome), answered (every outcome), torn (no outcome), answers (every "
               "outcome), back in "));
    CHECK(says(with, "that there is an outcome is shown by a run of 0 faults, 3 steps, executed again\n"));
    const Ended without = c.certify(false);
    CHECK(without.status == 0);
    CHECK(says(without, "that there is an outcome is no obligation, and was not checked"));
    CHECK(!says(without, "executed again"));
    // The outcome is written as `untorn outcomes` writes it, which has this one, too, by another way.
    CHECK(untorn("outcomes -q " + c.spec + " --json -").out.find(R"("content": {
      "disk[0]": "New",
      "disk[1]": "New",
      "told": "Ok"
     })") != std::string::npos);
    CHECK(c.read("outcome.json").find(R"("content": {
  "disk[0]": "New",
  "disk[1]": "New",
  "told": "Ok"
 })") != std::string::npos);
    // The same command, the same bytes.
    untorn("prove -q " + c.spec + all + " --certificate " + c.folder.quoted("again"));
    CHECK(shell("diff -r " + c.folder.quoted("proof") + " " + c.folder.quoted("again")).status == 0);
    // Elsewhere it is the same specification.
    std::filesystem::create_directory(c.folder.path() / "elsewhere");
    std::filesystem::copy(c.folder.path() / "spec.untorn", c.folder.path() / "elsewhere");
    CHECK(untorn("certify " + c.folder.quoted("proof") + " " + c.folder.quoted("elsewhere/spec.untorn")).status == 0);
}

TEST_CASE("without names, always is asked about, and sometimes is not, as covers are not") {
    const Folder folder;
    const std::string spec = folder.write("spec.untorn", device);
    const Ended o = untorn("prove " + spec);
    CHECK(o.status == 0);
    CHECK(says(o, "holds (proved)  whole, answered, back, deadlock, range\n"));
    CHECK(!says(o, "torn ("));
    // Without a certificate the run is shown as a trace.
    CHECK(says(o, " | first: disk[0] = New;"));
    // What the scenario expects is no surprise: that an outcome of either kind is reached, that none is.
    const std::string expected =
        folder.write("expected.untorn", std::string(device) +
                                            "scenario one { expect torn violated; expect works holds; }\n"
                                            "scenario other { expect whole violated; expect works violated; }\n");
    const Ended one = untorn("prove -q " + expected + " --scenario one --property torn --property works");
    CHECK(one.status == 0);
    CHECK(says(one, "reached    works, as expected\n"));
    CHECK(says(one, "violated (proved)  torn (no outcome)\n"));
    CHECK(untorn("prove -q " + expected + " --scenario other --property works").status == 1);
    // The same of covers.
    const std::string covers = folder.write(
        "covers.untorn", std::string(device) +
                             "cover half: disk[0] != disk[1];\ncover early: disk[0] == Old and disk[1] == New;\n"
                             "scenario one { expect half holds; expect early violated; }\n"
                             "scenario other { expect half violated; }\n");
    const Ended covered = untorn("prove -q " + covers + " --scenario one --property half --property early");
    CHECK(covered.status == 0);
    CHECK(says(covered, "reached    half, as expected\n"));
    CHECK(says(covered, "violated (proved)  early (not reached)\n"));
    const Ended other = untorn("prove -q " + covers + " --scenario other --property half");
    CHECK(other.status == 1);
    CHECK(says(other, "reached    half: untorn check shows the shortest run\n"));
}

TEST_CASE("an edited run to an outcome is refused") {
    const Certified c(device, all);
    const std::string right = c.read("outcome.json");
    const auto edited = [&](const std::string& from, const std::string& to, int status, const std::string& what) {
        CAPTURE(what);
        c.replace("proof/outcome.json", from, to);
        const Ended answer = c.certify();
        CHECK(answer.status == status);
        CHECK_MESSAGE(says(answer, what), answer.out);
        CHECK(says(answer, "NOT CERTIFIED: ") == (status == 1));
        CHECK(!says(answer, "\ncertified: "));
        std::ofstream(c.folder.path() / "proof/outcome.json") << right;
    };
    const auto entry = [&](const std::string& text) {  // of the trace, with the comma before it
        const size_t at = right.find(text);
        REQUIRE(at != std::string::npos);
        const size_t begin = right.rfind(",\n  {", at), end = right.find("\n  }", at) + 4;
        return right.substr(begin, end - begin);
    };
    // Another move.
    edited("\"text\": \"second: disk[1] = New;\"", "\"text\": \"first: disk[0] = New;\"", 1,
           "outcome.json: entry 2 of its trace is no move that can be made there: first: disk[0] = New;");
    edited("\"disk[1]\": \"New\"\n   }", "\"disk[1]\": \"Old\"\n   }", 1, "entry 2 of its trace is no move");
    edited("\"actor\": \"writer\"", "\"actor\": \"reader\"", 1, "entry 1 of its trace is no move");
    edited("\"kind\": \"initial\"", "\"kind\": \"step\"", 1, "entry 0 of its trace is no move");
    // Moves left out, at the end and in between.
    edited(entry("\"told\": \"Ok\"\n   }"), "", 1,
           "outcome.json: the trace for an outcome does not replay: it does not end in an outcome");
    edited(entry("first: disk[0]"), "", 1, "entry 1 of its trace is no move");
    // The content or the counts are not those of the run.
    edited("\"told\": \"Ok\"\n },", "\"told\": \"Failed\"\n },", 1, "its `content` is not that of the run, which is {");
    edited("\"steps\": 3", "\"steps\": 2", 1, "its `steps` is not that of the run, which is 3");
    edited("\"faults\": 0", "\"faults\": 1", 1, "its `faults` is not that of the run, which is 0");
    edited("\"after_power_loss\": false", "\"after_power_loss\": true", 1, "its `after_power_loss` is not that");
    // No such text.
    edited("\"trace\": [", "\"way\": [", 2, "outcome.json: no outcome as untorn outcomes writes it: ");
    edited("{", "", 2, "outcome.json: no outcome as untorn outcomes writes it: ");
    CHECK(c.certify().status == 0);
    std::ofstream(c.folder.path() / "proof/outcome.json") << R"({"trace": []})";
    CHECK(says(c.certify(), "outcome.json: it has no trace"));
    std::filesystem::remove(c.folder.path() / "proof/outcome.json");
    for (const bool against : {true, false}) {
        CHECK(c.certify(against).status == 2);
        CHECK(says(c.certify(against), "outcome.json: no such file"));
    }
}

TEST_CASE("the run of another specification, or a run to an outcome without the property, is refused") {
    const Certified c(power, " --property kept"), other(device, all);
    CHECK(c.certify().status == 0);
    std::filesystem::copy_file(other.folder.path() / "proof/outcome.json", c.folder.path() / "proof/outcome.json",
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(c.certify().status == 1);
    CHECK(says(c.certify(), "outcome.json: entry 1 of its trace is no move"));
    // A run to an outcome that does not satisfy what another manifest says of all.
    const Certified lost(power, " --property kept");
    lost.replace("proof/manifest.json", R"("outcomes": {
    "kept")",
                 R"("outcomes": {
    "written")");
    lost.replace("proof/manifest.json", R"("properties": [
    "kept")",
                 R"("properties": [
    "written")");
    CHECK(lost.certify().status == 1);
    CHECK(says(lost.certify(), "outcome.json: the run ends in an outcome that does not satisfy written"));
    CHECK(says(lost.certify(),
               "missing    always written: outcomes that do not satisfy it (no-outcome-without-written)"));
}

TEST_CASE("an edited claim about outcomes is refused") {
    const auto edited = [](const std::string& from, const std::string& to, int status, const std::string& what) {
        CAPTURE(what);
        const Certified c(device, all);
        c.replace("proof/manifest.json", from, to);
        CHECK(c.certify().status == status);
        CHECK_MESSAGE(says(c.certify(), what), c.certify().out);
    };
    edited("\"whole\": \"every outcome\"", "\"whole\": \"no outcome\"", 1,
           "missing    always whole: outcomes that satisfy it (no-outcome-with-whole)");
    edited("\"torn\": \"no outcome\"", "\"torn\": \"every outcome\"", 1, "that does not satisfy torn");
    edited("\"torn\": \"no outcome\"", "\"torn\": \"some outcome\"", 2, "of outcomes, `some outcome` says nothing");
    edited("\"torn\": \"no outcome\",\n", "", 2, "says nothing of the outcomes of torn");
    edited("\"torn\": \"no outcome\"", "\"torn\": \"no outcome\", \"back\": \"no outcome\"", 2,
           "speaks of outcomes where no property asks for them");
    const Certified none(forever, " --property at_end");
    std::ofstream(none.folder.path() / "proof/outcome.json") << "{}";
    CHECK(none.certify().status == 2);
    CHECK(says(none.certify(), "outcome.json: no property needs it"));
}

TEST_CASE("a specification with no outcome any more, or with one without the property, is refused") {
    SUBCASE("no outcome") {
        const Certified c(device, " --property whole");
        c.replace("spec.untorn", "thread writer {",
                  "thread reader { await disk[0] == Old and disk[1] == New; }\nthread writer {");
        CHECK(c.certify().status == 1);
        CHECK(says(c.certify(), "NOT CERTIFIED: this is not what "));
        CHECK(says(c.certify(), "outcome.json: "));
        CHECK(says(untorn("prove -q " + c.spec + " --property whole"), "violated (proved)  whole (no outcome)\n"));
    }
    SUBCASE("an outcome without the property") {
        const Certified c(device, " --property whole");
        c.replace("spec.untorn", "disk[1] = New;", "choose { disk[1] = New; } or { told = Ok; }");
        CHECK(c.certify().status == 1);
        CHECK(says(untorn("prove -q " + c.spec + " --property whole"), "violated   whole: untorn check shows"));
    }
    SUBCASE("another property of that name") {
        const Certified c(device, " --property whole");
        c.replace("spec.untorn", "always whole: disk[0] == disk[1]", "always whole: disk[0] == Old");
        CHECK(c.certify().status == 1);
        CHECK(says(c.certify(), "the run ends in an outcome that does not satisfy whole"));
        CHECK(says(c.certify(), "different  always whole: outcomes that do not satisfy it"));
    }
}

TEST_CASE("where there is no outcome, that is proved, and always is violated") {
    const Certified c(forever, " --property up_at_end --property at_end");
    CHECK(c.proved.status == 1);
    CHECK(says(c.proved, "violated (proved)  up_at_end (no outcome), at_end (no outcome)\n"));
    CHECK(!says(c.proved, "an outcome exists"));
    CHECK(!std::filesystem::exists(c.folder.path() / "proof/outcome.json"));
    CHECK(std::filesystem::exists(c.folder.path() / "proof/obligations/no-outcome-with-up_at_end.smt2"));
    CHECK(std::filesystem::exists(c.folder.path() / "proof/obligations/no-outcome-without-up_at_end.smt2"));
    CHECK(!std::filesystem::exists(c.folder.path() / "proof/obligations/no-outcome-without-at_end.smt2"));
    CHECK(c.certify().status == 0);
    CHECK(!says(c.certify(false), "that there is an outcome"));
    const std::string expected =
        c.folder.write("expected.untorn", std::string(forever) + "scenario one { expect up_at_end violated; }\n");
    CHECK(untorn("prove -q " + expected + " --property up_at_end").status == 0);
}

TEST_CASE("with power loss an outcome is what recovery leaves behind") {
    const Certified c(power, " --property kept --property written");
    CHECK(c.proved.status == 1);
    CHECK(says(c.proved, "violated   written: untorn check shows the shortest run\n"));
    CHECK(says(c.proved, "holds (proved)  kept\n"));
    CHECK(says(c.proved, "an outcome exists: 1 fault, 1 step, executed by the reference evaluator\n"));
    CHECK(c.read("outcome.json").find("\"kind\": \"power loss\"") != std::string::npos);
    CHECK(c.read("outcome.json").find("\"after_power_loss\": true") != std::string::npos);
    CHECK(c.certify().status == 0);
    c.replace("proof/outcome.json", "\"kind\": \"power loss\"", "\"kind\": \"deadlock\"");
    CHECK(c.certify().status == 1);
}

TEST_CASE("of outcomes nothing is said where limits are met") {
    const std::string spec = "'" UNTORN_SOURCE_DIR "/specs/litmus/error+fsync+fsync.untorn'";
    const Ended o =
        untorn("prove -q " + spec + " --scenario error_fsync_fsync --property error_then_success --memory 1K");
    CHECK(o.status == 3);
    CHECK(says(o, "undecided  error_then_success (--memory)"));
    CHECK(!says(o, "proved"));
}

}  // namespace untorn::tools
