// The engine against the naive explorer, on random systems: counts, verdicts, and the length of every counterexample.
#include "checker/explicit/search.h"
#include "tests/explicit/naive.h"
#include "tests/explicit/random_system.h"

namespace untorn::testing {

using checker::PropertyResult;
using checker::SearchOptions;
using checker::SearchResult;
using checker::Verdict;

namespace {

/// What the verdict must be, and the cost of its trace if it has one.
std::pair<Verdict, std::optional<Cost>> expected(const NaiveResult& naive, PropertyKind kind, size_t p) {
    const auto& yes = naive.holds[p];
    const auto& no = naive.fails[p];
    switch (kind) {
        case PropertyKind::cover:
        case PropertyKind::crash_cover: return {yes ? Verdict::holds : Verdict::violated, yes};
        case PropertyKind::never: return {yes ? Verdict::violated : Verdict::holds, yes};
        case PropertyKind::always: return {yes && !no ? Verdict::holds : Verdict::violated, no};
        case PropertyKind::sometimes: return {yes && no ? Verdict::holds : Verdict::violated, no ? yes : std::nullopt};
        default: return {no ? Verdict::violated : Verdict::holds, no};
    }
}

void compare(const SearchResult& result, const NaiveResult& naive, const system::System& system, bool by_steps) {
    CHECK(result.exhaustive);
    CHECK(result.states == naive.states);
    CHECK(result.transitions == naive.transitions);
    CHECK(result.crash_images == naive.crash_images);
    if (!by_steps) CHECK(result.depth == naive.depth);
    for (size_t p = 0; p < system.properties.size(); ++p) {
        const PropertyKind kind = system.properties[p].kind;
        CAPTURE(system.properties[p].name);
        auto [verdict, cost] = expected(naive, kind, p);
        const PropertyResult& found = result.properties[p];
        if (kind == PropertyKind::recovery && naive.recovery_cycle) verdict = Verdict::violated;
        CHECK(found.verdict == verdict);
        if (by_steps || (kind == PropertyKind::recovery && naive.recovery_cycle)) continue;
        CHECK(found.trace.has_value() == cost.has_value());
        if (found.trace && cost) {
            CHECK(found.trace->faults == cost->first);
            CHECK(found.trace->length == cost->second);
            CHECK(found.shortest);
        }
    }
}

/// How many contents the media (and, without power loss, the results) have in the outcomes.
size_t contents(const system::System& system, const NaiveResult& naive) {
    const system::Evaluator evaluator(system);
    std::vector<size_t> cells;
    for (size_t cell = 0; cell < evaluator.cell_count(); ++cell) {
        const VarId var = evaluator.variable_of(cell);
        const ActorId actor = system.variables[var].actor;
        const bool is_result = actor != system::none && system.actors[actor].result == var;
        const bool loses_power = system.power_loss && system.power_loss->budget > 0;
        if (system.variables[var].storage == Storage::durable || (is_result && !loses_power)) cells.push_back(cell);
    }
    std::set<std::vector<int64_t>> contents;
    for (const std::vector<int64_t>& outcome : naive.outcomes) {
        std::vector<int64_t> content;
        for (size_t cell : cells) content.push_back(outcome[cell]);
        contents.insert(content);
    }
    return contents.size();
}

SearchResult searched(const system::System& system, const SearchOptions& options) {
    auto answer = checker::search(system, options);
    if (const auto* wrong = std::get_if<checker::Inconsistency>(&answer)) FAIL(wrong->what);
    return std::get<SearchResult>(std::move(answer));
}

}  // namespace

TEST_CASE("on random systems the engine and the naive explorer agree") {
    uint64_t states = 0, crash_images = 0, with_trace = 0, cycles = 0;
    for (uint32_t seed = 0; seed < 1500; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        const system::System& system = random.make();
        const NaiveResult naive = NaiveExplorer(system).explore();
        SearchOptions options;
        options.outcomes = true;
        const SearchResult result = searched(system, options);
        compare(result, naive, system, false);
        CHECK(result.outcomes.size() == contents(system, naive));
        options.order_by_steps = true;
        compare(searched(system, options), naive, system, true);
        states += result.states;
        crash_images += result.crash_images;
        cycles += naive.recovery_cycle ? 1 : 0;
        for (const PropertyResult& property : result.properties) with_trace += property.trace ? 1 : 0;
    }
    // The systems are worth the while.
    CHECK(states > 40000);
    CHECK(crash_images > 3000);
    CHECK(with_trace > 5000);
    CHECK(cycles > 50);
}

}  // namespace untorn::testing
