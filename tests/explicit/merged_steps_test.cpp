// Merged steps in the search: the same answers as without, the same traces, and none of the merged steps lost.
#include "checker/explicit/merged_steps.h"

#include <algorithm>
#include <string>
#include <vector>

#include "checker/explicit/search.h"
#include "tests/explicit/build.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tests/language/compile_sources.h"

namespace untorn::testing {

using checker::PropertyResult;
using checker::Reductions;
using checker::SearchOptions;
using checker::SearchResult;
using checker::Verdict;

namespace {

constexpr Reductions only_merged{false, false, false, false, true};

SearchResult searched(const system::System& system, Reductions reductions, SearchOptions options = {}) {
    options.reductions = reductions;
    auto answer = checker::search(system, options);
    if (const auto* wrong = std::get_if<checker::Inconsistency>(&answer)) FAIL(wrong->what);
    return std::get<SearchResult>(std::move(answer));
}

/// All that is promised of reductions, traces by their faults and lengths.
void check_same(const SearchResult& less, const SearchResult& whole, bool by_steps) {
    REQUIRE(less.properties.size() == whole.properties.size());
    for (size_t p = 0; p < whole.properties.size(); ++p) {
        const PropertyResult &mine = less.properties[p], &other = whole.properties[p];
        CAPTURE(p);
        CHECK(mine.verdict == other.verdict);
        CHECK(mine.how == other.how);
        CHECK(mine.answer == other.answer);
        REQUIRE(mine.trace.has_value() == other.trace.has_value());
        CHECK(mine.shortest == other.shortest);
        if (!other.trace || !other.shortest) continue;
        if (!by_steps) CHECK(mine.trace->faults == other.trace->faults);
        CHECK(mine.trace->length == other.trace->length);
    }
}

const PropertyResult& result_of(const SearchResult& result, const system::System& system, const std::string& name) {
    const auto found = std::ranges::find_if(
        result.properties, [&](const PropertyResult& p) { return system.properties[p.property].name == name; });
    REQUIRE(found != result.properties.end());
    return *found;
}

const char* const under_lock =
    "var m: mutex;  var x: 0..3;\n"
    "thread a { lock(m); x = 1; unlock(m); }\n"
    "thread b { lock(m); x = 2; unlock(m); }\n"
    "final first: x == 1;\n";

}  // namespace

TEST_CASE("steps under a lock are merged with taking it; the trace has them one by one, and is the shortest") {
    const language::Run run = language::testing::run_of(under_lock);
    const SearchResult whole = searched(run.system, {}), merged = searched(run.system, only_merged);
    CHECK(merged.reductions == std::vector<std::string>{"merged steps"});
    // Nobody has begun; then for either who begins: three steps of his, and three of the other.
    CHECK(whole.states == 13);
    // x is only judged at the end, so both are written at once: nobody has begun, one has, both have in either order.
    CHECK(merged.states == 5);
    CHECK(merged.depth == 2);
    CHECK(merged.passed == whole.passed);
    CHECK(merged.executed == whole.executed);
    check_same(merged, whole, false);
    const PropertyResult& first = result_of(merged, run.system, "first");
    REQUIRE(first.trace);
    CHECK(first.trace->length == 6);
}

TEST_CASE(
    "where the search for the shortest trace meets a limit, the trace is as it was found, and not called shortest") {
    const language::Run run = language::testing::run_of(under_lock);
    SearchOptions options;
    options.max_states = 8;
    const SearchResult merged = searched(run.system, only_merged, options);
    const PropertyResult& first = result_of(merged, run.system, "first");
    CHECK(first.verdict == Verdict::violated);
    CHECK_FALSE(first.shortest);
    REQUIRE(first.trace);
    CHECK(first.trace->length == 6);  // all six are there, though two were counted
}

TEST_CASE("stubborn sets do not wait for ever on merged steps that go round") {
    Build b;
    const VarId x = b.variable("x", 0);
    const ActorId spinner = b.actor("spinner", ActorKind::daemon, {"p", "q", "r"});
    b.point(spinner, 2, {ExprPool::yes, {}, 3});
    b.point(spinner, 3, {ExprPool::yes, {}, 4});
    b.point(spinner, 4, {ExprPool::yes, {}, 2});
    const ActorId writer = b.actor("writer", ActorKind::thread, {"x"});
    b.point(writer, 2, {ExprPool::yes, {b.set(x, 1)}, system::ended});
    b.property("x", PropertyKind::invariant, b.is(x, 0));
    const system::System& system = b.finish();
    const SearchResult result = searched(system, {false, false, false, true, true});
    CHECK(result.reductions == std::vector<std::string>{"stubborn sets", "merged steps"});
    CHECK(result.properties.front().verdict == Verdict::violated);
}

TEST_CASE("listing outcomes merges no steps, and says so") {
    const language::Run run = language::testing::run_of(under_lock);
    SearchOptions options;
    options.outcomes = true;
    const SearchResult result = searched(run.system, only_merged, options);
    CHECK(result.reductions.empty());
    CHECK(result.reduction_remarks == std::vector<std::string>{"merged steps: outcomes are listed"});
    CHECK(result.outcomes.size() == searched(run.system, {}, options).outcomes.size());
}

TEST_CASE("on random systems merged steps change no verdict, no faults, no shortest length, and execute the same") {
    size_t merged = 0;
    const auto compare = [&](const system::System& system) {
        for (const bool by_steps : {false, true}) {
            SearchOptions options;
            options.order_by_steps = by_steps;
            const SearchResult whole = searched(system, {}, options);
            for (const Reductions& reductions :
                 {only_merged, Reductions{true, true, true, false, true}, Reductions{true, true, true, true, true}}) {
                const SearchResult less = searched(system, reductions, options);
                check_same(less, whole, by_steps);
                if (!reductions.stubborn) CHECK(less.executed == whole.executed);
                merged += less.states < whole.states ? 1 : 0;
            }
        }
    };
    for (uint32_t seed = 5000; seed < 5500; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        compare(random.make());
    }
    for (uint32_t seed = 5000; seed < 5200; ++seed) {
        CAPTURE(seed);
        RandomActors random(seed);
        compare(random.make());
    }
    CHECK(merged > 1000);
}

}  // namespace untorn::testing
