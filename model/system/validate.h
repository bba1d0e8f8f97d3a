// Internal consistency of a transition system: what system.h promises to every engine. A violation is a mistake in
// what built the system, never in the specification; for tests, debug builds and passes.
#pragma once

#include <optional>
#include <string>

#include "model/system/system.h"

namespace untorn::system {

/// Nothing if all ids are in range, indices have the arity of their variables, counters, families and instance numbers
/// fit, transitions are sorted and unique per point, budgets have a variable, and nothing but ghosts depends on ghosts.
/// Otherwise the first thing that is wrong.
std::optional<std::string> validate(const System& system);

}  // namespace untorn::system
