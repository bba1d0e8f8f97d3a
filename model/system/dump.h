// The transition system as text, for people (`untorn dump`) and for tests: complete, deterministic, in the order of the
// system itself.
#pragma once

#include <string>

#include "model/system/system.h"

namespace untorn::system {

/// Types, variables with storage, first value and packed size, faults, actors with their locations, init, every
/// transition, power loss, properties. Ends with a newline. Without `sites`, what coverage counts is left out.
std::string dump(const System& system, bool sites = true);

}  // namespace untorn::system
