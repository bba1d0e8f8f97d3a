// `untorn simulate`: one run of the transition system, step by step: a random walk that a seed repeats, or a session in
// which the user picks the steps.
#pragma once

#include "tools/cli/options.h"

namespace untorn::tools {

/// The command. Returns the exit status: 0 nothing was violated, 1 something was; throws InputError, OutputError.
int simulate(const Options& options);

}  // namespace untorn::tools
