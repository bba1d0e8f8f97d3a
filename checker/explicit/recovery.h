// Does recovery end? It does not if its steps without a fault, and without another loss, can go round in a cycle: the
// strongly connected components (Tarjan 1972, by Boost.Graph) of the graph of those steps tell.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "checker/explicit/crash_search.h"

namespace untorn::checker {

/// A cycle of recovery steps: from `state` by each (instance, state after it), back to `state`.
struct RecoveryCycle {
    uint32_t state = 0;
    std::vector<std::pair<uint32_t, uint32_t>> steps;
};

/// The shortest cycle through the least-numbered state that lies on one. Throws LimitReached if the graph does not fit
/// into what memory remains.
std::optional<RecoveryCycle> find_recovery_cycle(CrashSearch& crash, MemoryBudget& memory);

}  // namespace untorn::checker
