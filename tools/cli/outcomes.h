// `untorn outcomes`: every content that the media can have after power loss and recovery, or when a run has ended, each
// with its shortest witness, in the manner of herd7's litmus tests (Alglave, Maranget, Tautschnig, "Herding cats",
// TOPLAS 2014); and the answers of the never / sometimes / always properties.
#pragma once

#include "tools/cli/options.h"
#include "tools/cli/report.h"

namespace untorn::tools {

int outcomes(const Options& options);

/// One run as text.
std::string outcomes_text(const RunReport& report, const TextOptions& options);

}  // namespace untorn::tools
