// `untorn prove`: an inductive invariant for one run, and a certificate of it. `untorn certify`: checks one.
#pragma once

#include "tools/cli/options.h"

namespace untorn::tools {

/// Returns the exit status.
int prove(const Options& options);
int certify(const Options& options);

}  // namespace untorn::tools
