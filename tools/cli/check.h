// `untorn check`: every run of every file, each verdict against what is expected of it.
#pragma once

#include <atomic>

#include "tools/cli/options.h"
#include "tools/cli/progress.h"
#include "tools/cli/report.h"

namespace untorn::tools {

/// The command. Returns the exit status; throws OutputError.
int check(const Options& options);

/// The search of one run, judged. Out of memory is a limit like others.
RunReport search_run(std::string spec, language::Run run, const checker::SearchOptions& options);

/// Searches once more, without the reductions that the report was made with (or with them, if it was made without), and
/// makes the report an inconsistency if the two do not agree.
void check_reductions(RunReport& report, const checker::SearchOptions& options);

/// What the command line says about searching. The flag and the progress line must outlive the searches.
checker::SearchOptions search_options(const Options& options, const std::atomic<bool>& interrupted, Progress& progress);

/// `specs/a.untorn S03 B`, for the progress line.
std::string label(const std::string& spec, const language::RunConfig& config);

}  // namespace untorn::tools
