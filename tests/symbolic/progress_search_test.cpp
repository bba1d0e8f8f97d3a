// Progress by the symbolic engines against the search for fair cycles: the same verdicts, on random systems and on runs
// of the repository's specifications; lassos with the fewest steps.
#include "checker/symbolic/progress_search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "checker/answer.h"
#include "checker/symbolic/bmc.h"
#include "checker/symbolic/pdr_engine.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::checker::symbolic {

namespace {

SearchResult found(Answer answer) {
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) FAIL(wrong->what);
    return std::move(std::get<SearchResult>(answer));
}

struct Counts {
    size_t runs = 0, held = 0, vacuous = 0, violated = 0, induced = 0;
};

bool asks_for_progress(const system::System& system) {
    return std::ranges::any_of(system.properties,
                               [](const system::Property& p) { return system::is_progress(p.kind); });
}

/// Everything that is only about progress.
system::System progress_alone(system::System system) {
    std::erase_if(system.properties,
                  [](const system::Property& property) { return property.kind == system::PropertyKind::antecedent; });
    return system;
}

/// `steps`: within which bounded search and k-induction look; 0: they are not asked.
void compare(const system::System& given, uint64_t most_states, uint64_t steps, Counts& counts) {
    if (!asks_for_progress(given)) return;
    const system::System system = progress_alone(given);
    SearchOptions options;
    options.max_states = most_states;
    const SearchResult whole = found(answer_explicitly(system, options));
    if (!whole.exhaustive) return;
    ++counts.runs;
    const SearchResult proved = found(answer_by_pdr(system, {}));
    SearchOptions within;
    within.max_steps = steps;
    const SearchResult bounded = steps == 0 ? proved : found(bmc(system, within));
    const SearchResult induced = steps == 0 ? proved : found(induction(system, within));
    for (size_t i = 0; i < whole.properties.size(); ++i) {
        const PropertyResult& a = whole.properties[i];
        if (!system::is_progress(system.properties[a.property].kind)) continue;
        CAPTURE(system.properties[a.property].name);
        const PropertyResult &p = proved.properties[i], &b = bounded.properties[i], &k = induced.properties[i];
        CHECK(p.verdict == a.verdict);
        CHECK((p.how == "no fair run") == (a.how == "no fair run"));
        CHECK(p.trace.has_value() == a.trace.has_value());
        if (a.verdict == Verdict::holds) ++(a.how == "no fair run" ? counts.vacuous : counts.held);
        if (p.trace && a.trace) {
            ++counts.violated;
            // Both were replayed; that of the bounded search has the fewest steps if it says so.
            CHECK(p.trace->loop_start.has_value());
            if (p.shortest) CHECK(p.trace->length <= a.trace->length);
        }
        if (steps == 0) continue;
        if (b.verdict != Verdict::undecided) CHECK(b.verdict == Verdict::violated);
        if (b.verdict == Verdict::violated) {
            CHECK(a.verdict == Verdict::violated);
            CHECK(b.trace->length == p.trace->length);
        }
        if (a.verdict == Verdict::violated && a.trace->length <= steps) CHECK(b.verdict == Verdict::violated);
        if (k.verdict != Verdict::undecided) CHECK(k.verdict == a.verdict);
        if (k.verdict == Verdict::holds) ++counts.induced;
    }
}

}  // namespace

/// UNTORN_PROGRESS_STATES=N compares all runs of the repository with up to N states.
TEST_CASE("runs of the specifications: progress has the verdicts that the search for fair cycles gives") {
    const char* more = std::getenv("UNTORN_PROGRESS_STATES");
    const uint64_t most = more == nullptr ? 40 : static_cast<uint64_t>(std::atoll(more));
    std::vector<std::string> folders{"tests/specs/language", "tests/specs/classic", "specs/litmus"};
    if (more != nullptr) folders.insert(folders.end(), {"specs/seed", "specs/scenarios"});
    Counts counts;
    testing::for_each_spec_run(folders, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        compare(system, most, more == nullptr ? 8 : 0, counts);
    });
    CHECK(counts.runs > 50);
    CHECK(counts.held > 30);
    CHECK(counts.vacuous > 0);
    CHECK(counts.violated > 30);
    CHECK(counts.induced > 10);
    MESSAGE("runs ", counts.runs, ", held ", counts.held, ", of nothing ", counts.vacuous, ", violated ",
            counts.violated, ", by induction ", counts.induced);
}

TEST_CASE("bounded search shows the lasso with the fewest steps, and what is left open says how far it looked") {
    size_t judged = 0;
    testing::for_each_spec_run({"tests/specs/classic/peterson.untorn"},
                               [&](const std::string&, const system::System& system) {
                                   SearchOptions options;
                                   options.max_steps = 5;
                                   const SearchResult bounded = found(bmc(system, options));
                                   for (const PropertyResult& property : bounded.properties) {
                                       if (!system::is_progress(system.properties[property.property].kind)) continue;
                                       CHECK(property.verdict == Verdict::undecided);
                                       CHECK(property.limit == "--max-steps 5: no lasso within 5 steps");
                                       ++judged;
                                   }
                               });
    CHECK(judged > 0);
}

}  // namespace untorn::checker::symbolic
