// Every specification of the repository, checked as `untorn check` checks it: all must be as expected.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/grid.h"
#include "tools/cli/json.h"
#include "tools/cli/matrix.h"
#include "tools/cli/runs.h"
#include "tools/cli/sources.h"

namespace untorn::tools {

namespace {

/// Every trace fits the 80 columns of a mail.
void check_width(const RunReport& report) {
    for (const checker::PropertyResult& result : report.result.properties) {
        if (!result.trace) continue;
        GridOptions options;
        options.width = 80;
        options.ending = report.run.system.properties[result.property].name + " VIOLATED";
        std::istringstream lines(grid(*result.trace, report.run.system, options));
        for (std::string line; std::getline(lines, line);)
            CHECK_MESSAGE(columns(line) <= 80, report.spec << ", " << report.run.config.scenario << "\n" << line);
    }
}

/// A cell in which nothing is violated has met its hazard: some cover says so.
void check_provoked(const RunReport& report) {
    if (matrix_letters(report) != "ok") return;
    size_t provocations = 0;
    for (const checker::PropertyResult& result : report.result.properties)
        if (is_cover(report.run.system.properties[result.property].kind) && result.verdict == checker::Verdict::holds)
            ++provocations;
    CHECK_MESSAGE(provocations > 0, run_title(report, Style{})
                                        << "\nis ok, and no cover says that what it is about has happened");
}

/// Checks all specifications below a folder; returns the number of runs.
size_t check_folder(const std::string& folder, const std::function<void(const RunReport&)>& look) {
    Options options;
    options.paths = {std::string(UNTORN_SOURCE_DIR "/") + folder};
    options.quiet = true;
    options.color = Color::never;
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);
    size_t count = 0;
    TextOptions text_options;
    text_options.quiet = true;
    text_options.traces = Traces::none;
    for_each_run(specs, complaints, [&](const Spec& spec, language::Run run) {
        checker::SearchOptions how;
        how.threads = 2;
        const RunReport report = search_run(spec.path, std::move(run), how);
        CHECK_MESSAGE(report.status == exit_ok, text(report, text_options));
        look(report);
        ++count;
        return true;
    });
    for (const InputProblem& problem : complaints.problems())
        FAIL_CHECK(problem.file << ":" << problem.line << ": " << problem.message);
    return count;
}

}  // namespace

TEST_CASE("with all reductions every specification gets the same verdicts, faults and lengths") {
    Options options;
    options.quiet = true;
    size_t reduced = 0, merged = 0;
    checker::SearchOptions how;
    struct Way {
        bool order_by_steps;
        checker::Reductions reductions;
    };
    for (const Way& way : {Way{false, {true, true, true, true, true}}, Way{true, {true, true, true, true, true}},
                           Way{false, {true, true, true, true, false}}, Way{false, {true, true, true, false, true}}}) {
        const bool order_by_steps = how.order_by_steps = way.order_by_steps;
        how.reductions = way.reductions;
        // The rows of the matrix are many and alike: one way is enough for them.
        if (order_by_steps || !way.reductions.stubborn || !way.reductions.merge_steps)
            options.paths = {UNTORN_SOURCE_DIR "/specs/seed", UNTORN_SOURCE_DIR "/specs/litmus",
                             UNTORN_SOURCE_DIR "/specs/bench", UNTORN_SOURCE_DIR "/tests/specs"};
        else
            options.paths = {UNTORN_SOURCE_DIR "/specs", UNTORN_SOURCE_DIR "/tests/specs"};
        Complaints complaints(options);
        for_each_run(load_specs(options, complaints), complaints, [&](const Spec& spec, language::Run run) {
            CAPTURE(spec.path);
            CAPTURE(run.config.scenario);
            RunReport report = search_run(spec.path, std::move(run), how);
            if (!report.result.reductions.empty()) ++reduced;
            if (std::ranges::count(report.result.reductions, checker::merged_steps_name) > 0) ++merged;
            check_reductions(report, how);
            CHECK(report.inconsistency == "");
            if (!order_by_steps) CHECK(report.status == exit_ok);  // what is expected of faults is meant for that order
            return true;
        });
    }
    CHECK(reduced > 100);
    CHECK(merged > 500);
}

TEST_CASE("results are the same for any number of threads, and for machine code and interpreter") {
    Options options;
    options.paths = {UNTORN_SOURCE_DIR "/specs/bench/awb.untorn"};
    options.quiet = true;
    // Violated, with levels of thousands of states, of which members of a team each have a part.
    options.set = {{"W", "3"}, {"P", "2"}, {"R", "1"}, {"FIX", "false"}, {"STABLE", "false"}};
    Complaints complaints(options);
    const auto answer = [&](unsigned threads, bool native, checker::Reductions reductions) {
        checker::SearchOptions how;
        how.threads = threads;
        how.native_code = native;
        how.reductions = reductions;
        std::string all;
        for_each_run(load_specs(options, complaints), complaints, [&](const Spec& spec, language::Run run) {
            all += text(to_json(search_run(spec.path, std::move(run), how)));
            return true;
        });
        return all;
    };
    for (const checker::Reductions reductions :
         {checker::Reductions{}, checker::Reductions{false, true, false, false},
          checker::Reductions{false, false, false, true}, checker::Reductions{false, false, false, false, true},
          checker::Reductions{true, true, true, true, true}}) {
        const std::string one = answer(1, true, reductions);
        CHECK(one.size() > 1000);
        CHECK(answer(2, true, reductions) == one);
        CHECK(answer(5, true, reductions) == one);
        CHECK(answer(2, false, reductions) == one);
    }
}

TEST_CASE("every cell of the matrix is as expected, has met its hazard, and its traces fit a mail") {
    CHECK(check_folder("specs/scenarios", [](const RunReport& report) {
              check_width(report);
              check_provoked(report);
          }) > 500);
}

TEST_CASE("every other specification under specs/ is as expected") {
    for (const auto& entry : std::filesystem::directory_iterator(UNTORN_SOURCE_DIR "/specs"))
        if (entry.is_directory() && entry.path().filename() != "scenarios" && entry.path().filename() != "variants") {
            CAPTURE(entry.path());
            CHECK(check_folder("specs/" + entry.path().filename().string(), check_width) > 0);
        }
}

TEST_CASE("every specification under tests/specs/ is as expected") {
    CHECK(check_folder("tests/specs", [](const RunReport&) {}) > 0);
}

}  // namespace untorn::tools
