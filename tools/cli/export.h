// `untorn export`: one run as a circuit or as Horn clauses, for other model checkers.
#pragma once

#include "tools/cli/options.h"

namespace untorn::tools {

/// The command. Returns the exit status; throws OutputError.
int export_run(const Options& options);

}  // namespace untorn::tools
