// Every specification of the repository, checked as `untorn check` checks it: all must be as expected.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/runs.h"
#include "tools/cli/sources.h"

namespace untorn::tools {

namespace {

/// Checks all specifications below a folder; returns the number of runs.
size_t check_folder(const std::string& folder) {
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
        ++count;
        return true;
    });
    for (const InputProblem& problem : complaints.problems())
        FAIL_CHECK(problem.file << ":" << problem.line << ": " << problem.message);
    return count;
}

}  // namespace

TEST_CASE("every specification under specs/ is as expected") { CHECK(check_folder("specs") > 0); }

TEST_CASE("every specification under tests/specs/ is as expected") { CHECK(check_folder("tests/specs") > 0); }

}  // namespace untorn::tools
