// What the machine has to offer.
#pragma once

#include <cstdint>

namespace untorn::tools {

/// Bytes that a search may use when nobody says: 80 % of what is free now, container and process limits considered;
/// 0 (no limit) if the machine does not tell.
uint64_t default_memory_limit();

/// At least 1.
unsigned default_threads();

/// Threads that ask solvers, if so many are wanted (0: default_threads()): fewer where memory is short, since a solver
/// that gets none ends the process. At least 1.
unsigned solver_threads(unsigned wanted);

}  // namespace untorn::tools
