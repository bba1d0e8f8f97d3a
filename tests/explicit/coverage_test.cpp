// Which sites a search says are passed, and which antecedents are met, against the naive explorer on the reference
// evaluator.
#include "checker/explicit/coverage.h"

#include <doctest/doctest.h>

#include <random>

#include "checker/explicit/search.h"
#include "tests/explicit/naive.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/spec_runs.h"
#include "tests/language/compile_sources.h"

namespace untorn::testing {

namespace {

using checker::Reductions;
using checker::SearchOptions;
using checker::SearchResult;

SearchResult searched(const system::System& system, Reductions reductions, unsigned threads = 1) {
    SearchOptions options;
    options.reductions = reductions;
    options.threads = threads;
    auto answer = checker::search(system, options);
    if (const auto* wrong = std::get_if<checker::Inconsistency>(&answer)) FAIL(wrong->what);
    return std::get<SearchResult>(std::move(answer));
}

constexpr Reductions combinations[] = {{},
                                       {true, false, false, false},
                                       {false, true, false, false},
                                       {false, false, true, false},
                                       {true, true, true, false},
                                       {false, false, false, false, true},
                                       {true, true, true, false, true}};

/// By property: an antecedent that holds somewhere where its property is judged.
std::vector<bool> held(const SearchResult& result, const system::System& system) {
    std::vector<bool> out(system.properties.size(), false);
    for (const checker::AntecedentResult& antecedent : result.antecedents) out[antecedent.antecedent] = antecedent.held;
    return out;
}
std::vector<bool> held(const NaiveResult& naive, const system::System& system) {
    std::vector<bool> out;
    for (size_t p = 0; p < system.properties.size(); ++p)
        out.push_back(system.properties[p].kind == PropertyKind::antecedent && naive.holds[p]);
    return out;
}

/// Sites whose conditions are made of what the steps are made of, and antecedents made of what properties are.
class RandomSites {
 public:
    RandomSites(system::System& system, uint32_t seed) : system_(system), random_(seed) {}

    void add() {
        for (uint32_t i = 0; i < 12; ++i) system_.sites.push_back({system::SiteKind::statement, {}, "s", system::none});
        pass(system_.init, true);
        for (system::Transition& t : system_.transitions) pass(t.step, false);
        if (system_.power_loss) pass(system_.power_loss->step, false);
        const auto own = static_cast<uint32_t>(system_.properties.size());
        for (uint32_t p = 0; p < own; ++p) {
            const system::Property property = system_.properties[p];
            if (property.kind >= PropertyKind::eventually) continue;
            // May be read where the property is: its own parts.
            const ExprId not_it = system_.pool.negate(property.expr);
            for (const ExprId expr : {ExprPool::yes, not_it})
                system_.properties.push_back(
                    {property.name, PropertyKind::antecedent, expr, ExprPool::yes, {}, p, "text"});
        }
    }

 private:
    void pass(system::Step& step, bool initial) {
        std::vector<ExprId> parts{ExprPool::yes};
        for (const system::Check& check : step.checks) parts.push_back(check.ok);
        for (const system::Update& update : step.updates) {
            if (system_.variables[update.var].storage == Storage::counter) continue;
            parts.push_back(update.when);
            parts.push_back(system_.pool.equal(update.value, system_.pool.constant(random_() % 3)));
        }
        for (const system::FaultSpent& fault : step.faults) parts.push_back(fault.when);
        if (!initial) parts.push_back(step.guard);
        const auto any = [&] {
            const ExprId part = parts[random_() % parts.size()];
            return random_() % 3 == 0 ? system_.pool.negate(part) : part;
        };
        for (uint32_t site = 0; site < system_.sites.size(); ++site) {
            if (random_() % 4 != 0) continue;
            const ExprId a = any(), b = any();
            const ExprId when = system_.pool.both(a, b);
            if (when != ExprPool::no) step.passes.push_back({when, site});
        }
    }

    system::System& system_;
    std::mt19937 random_;
};

}  // namespace

TEST_CASE(
    "on random systems the search passes the sites, and meets the antecedents, that the naive explorer does, with all "
    "reductions") {
    size_t passed = 0, never = 0, met = 0, vacuous = 0;
    const auto compare = [&](const system::System& system) {
        const NaiveResult naive = NaiveExplorer(system).explore();
        for (const Reductions& reductions : combinations) {
            const SearchResult result = searched(system, reductions);
            CHECK(result.passed == naive.passed);
            CHECK(held(result, system) == held(naive, system));
            for (const checker::AntecedentResult& antecedent : result.antecedents) ++(antecedent.held ? met : vacuous);
        }
        for (const bool p : naive.passed) ++(p ? passed : never);
    };
    for (uint32_t seed = 0; seed < 400; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        random.make();
        RandomSites(random.b.system, seed).add();
        compare(random.b.system);
    }
    for (uint32_t seed = 0; seed < 150; ++seed) {
        CAPTURE(seed);
        RandomActors random(seed);
        random.make();
        RandomSites(random.b.system, seed).add();
        compare(random.b.system);
    }
    MESSAGE(passed, " sites passed, ", never, " never; ", met, " antecedents met, ", vacuous, " not");
    CHECK(met > 10000);
    CHECK(vacuous > 3000);
    CHECK(passed > 2000);
    CHECK(never > 700);
}

TEST_CASE(
    "on the repository's specifications the search passes the sites, and meets the antecedents, that the naive "
    "explorer does") {
    size_t compared = 0, never = 0, antecedents = 0;
    for_each_spec_run({"tests/specs", "specs"}, [&](const std::string& name, const system::System& system) {
        const SearchResult whole = searched(system, {});
        CAPTURE(name);
        for (const Reductions& reductions : combinations) {
            const SearchResult reduced = searched(system, reductions);
            CHECK(reduced.passed == whole.passed);
            CHECK(held(reduced, system) == held(whole, system));
        }
        const SearchResult threaded = searched(system, {}, 3);
        CHECK(threaded.passed == whole.passed);
        CHECK(held(threaded, system) == held(whole, system));
        antecedents += whole.antecedents.size();
        if (whole.states + whole.crash_images > 400) return;  // the explorer takes its time
        ++compared;
        const NaiveResult naive = NaiveExplorer(system).explore();
        CHECK(naive.passed == whole.passed);
        CHECK(held(naive, system) == held(whole, system));
        for (const bool p : whole.passed) never += p ? 0 : 1;
    });
    MESSAGE(compared, " compared, ", never, " sites never passed");
    CHECK(antecedents > 1000);
    CHECK(compared > 120);
    CHECK(never > 500);
}

TEST_CASE("a search that leaves steps out tells nothing of sites") {
    const language::Run run = language::testing::run_of(
        "var x: 0..2;  var y: 0..2;\n"
        "thread a { x = 1; x = 2; }\n"
        "thread b { y = 1; y = 2; }\n"
        "final both: x == 2 and y == 2;\n");
    const SearchResult result = searched(run.system, {false, false, false, true});
    CHECK(result.reductions == std::vector<std::string>{"stubborn sets"});
    CHECK(result.passed.empty());
    CHECK(result.antecedents.empty());
    CHECK(result.executed.empty());
    CHECK(searched(run.system, {}).passed == std::vector<bool>(4, true));
    CHECK(searched(run.system, {}).antecedents.size() == 1);
}

}  // namespace untorn::testing
