#include "checker/answer.h"

#include <algorithm>
#include <chrono>

#include "checker/automatic.h"
#include "checker/liveness/progress.h"
#include "checker/symbolic/bmc.h"
#include "checker/symbolic/induction.h"
#include "checker/symbolic/pdr_engine.h"

namespace untorn::checker {

namespace {

Answer answer_bounded(const system::System& system, const SearchOptions& options) {
    return symbolic::bmc(system, options);
}

Answer answer_inductively(const system::System& system, const SearchOptions& options) {
    return symbolic::induction(system, options);
}

Answer answer_by_invariants(const system::System& system, const SearchOptions& options) {
    return symbolic::answer_by_pdr(system, options);
}

}  // namespace

const std::vector<Engine>& engines() {
    static const std::vector<Engine> all{
        {"auto", "explicit while that is small, then explicit and pdr side by side (the default)",
         [](const system::System& system, const SearchOptions& options) {
             return answer_automatically(system, options);
         }},
        {"explicit", "exhaustive search", answer_explicitly},
        {"bmc", "bounded search by a SAT solver: finds, never proves", answer_bounded},
        {"induction", "k-induction on top of bmc", answer_inductively},
        {"pdr", "IC3/PDR: proofs by inductive invariants, and bmc for what is violated", answer_by_invariants},
    };
    return all;
}

Answer answer(const system::System& system, const SearchOptions& options) {
    const auto engine = std::ranges::find(engines(), options.engine, &Engine::name);
    if (engine == engines().end()) return Inconsistency{"there is no engine " + options.engine};
    return engine->answer(system, options);
}

Answer answer_explicitly(const system::System& system, const SearchOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    auto found = search(system, options);
    auto* result = std::get_if<SearchResult>(&found);
    const bool asked =
        std::ranges::any_of(system.properties, [](const system::Property& p) { return system::is_progress(p.kind); });
    if (result == nullptr || !asked || !result->exhaustive) return found;
    SearchOptions rest = options.after(begin);
    rest.milestone = 0;
    if (auto wrong = decide_progress(system, rest, *result)) return *wrong;
    return found;
}

}  // namespace untorn::checker
