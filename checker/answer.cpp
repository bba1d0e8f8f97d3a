#include "checker/answer.h"

#include <algorithm>
#include <chrono>

#include "checker/explicit/limits.h"
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
        {"explicit", "exhaustive search (the default)", answer_explicitly},
        {"bmc", "bounded search by a SAT solver: finds, never proves", answer_bounded},
        {"induction", "k-induction on top of bmc", answer_inductively},
        {"pdr", "IC3/PDR: proofs by inductive invariants, and bmc for what is violated", answer_by_invariants},
        {"auto", "explicit while small, then pdr", answer_automatically},
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
    if (auto wrong = decide_progress(system, options.after(begin), *result)) return *wrong;
    return found;
}

Answer answer_automatically(const system::System& system, const SearchOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    const bool all_of_it = options.max_states != 0 && options.max_states <= small_states;
    SearchOptions small = options;
    if (!all_of_it) small.max_states = small_states;
    Answer first = answer_explicitly(system, small);
    auto* explored = std::get_if<SearchResult>(&first);
    const auto over = [&] { return options.interrupted != nullptr && options.interrupted->load(); };
    if (explored == nullptr || explored->exhaustive || all_of_it || over()) return first;
    if (options.stop_early && explored->limit.starts_with("--stop-early")) return first;
    Answer second = answer_by_invariants(system, options.after(begin));
    auto* proved = std::get_if<SearchResult>(&second);
    if (proved == nullptr) return second;
    // Both have a result for each property, in the same order. What the explicit search found is certain.
    for (size_t i = 0; i < proved->properties.size(); ++i) {
        const PropertyResult &a = explored->properties[i], &b = proved->properties[i];
        if (a.verdict == Verdict::undecided) continue;
        if (b.verdict != Verdict::undecided && a.verdict != b.verdict)
            return Inconsistency{"the explicit search and pdr disagree on " + system.properties[a.property].name};
        proved->properties[i] = a;
    }
    proved->engine = "auto";
    proved->reached = "more than " + std::to_string(small_states) + " states; pdr: " + proved->reached;
    return second;
}

}  // namespace untorn::checker
