// `untorn dump`: the transition system of each run, as text.
#pragma once

#include "tools/cli/options.h"

namespace untorn::tools {

int dump(const Options& options);

}  // namespace untorn::tools
