// A small hand-built system and results over it, for the tests of reports: one writer family, a device, a torn disk.
#pragma once

#include "tools/cli/report.h"

namespace untorn::tools::sample {

/// Two writers that set memory; a daemon that writes it to disk[0..1]; property no_tear (invariant), seen (cover),
/// deadlock.
system::System system();

checker::TraceStep start();
checker::TraceStep step(std::string actor, std::string id, uint32_t line, std::string text,
                        std::vector<std::pair<std::string, std::string>> changed);
checker::TraceStep power_loss(std::vector<std::pair<std::string, std::string>> changed);

/// A short copy of Writer#0, then power loss: torn.
checker::Trace torn();

/// no_tear violated (with torn()), seen reached, deadlock holds; nothing expected.
RunReport report();

}  // namespace untorn::tools::sample
