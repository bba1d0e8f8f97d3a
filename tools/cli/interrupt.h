// Ctrl-C and SIGTERM: the first asks the search to end, so that what it found so far is reported; the second ends the
// program at once.
#pragma once

#include <atomic>

namespace untorn::tools {

/// Installs the handlers and returns the flag that they set. It lives as long as the program.
const std::atomic<bool>& watch_interrupts();

}  // namespace untorn::tools
