#include "checker/answer.h"

#include <algorithm>
#include <chrono>

#include "checker/liveness/progress.h"

namespace untorn::checker {

std::variant<SearchResult, Inconsistency> answer(const system::System& system, const SearchOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    auto found = search(system, options);
    auto* result = std::get_if<SearchResult>(&found);
    const bool asked =
        std::ranges::any_of(system.properties, [](const system::Property& p) { return system::is_progress(p.kind); });
    if (result == nullptr || !asked || !result->exhaustive) return found;
    if (auto wrong = decide_progress(system, options.after(begin), *result)) return *wrong;
    return found;
}

}  // namespace untorn::checker
