// Proofs of progress: what the search for fair cycles says, with obligations that Z3 has discharged.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "checker/answer.h"
#include "checker/symbolic/prove.h"
#include "checker/symbolic/ranking_text.h"
#include "tests/explicit/spec_runs.h"
#include "tests/symbolic/proofs.h"

namespace untorn::checker::symbolic {

namespace {

std::vector<uint32_t> progress_properties(const system::System& system) {
    std::vector<uint32_t> found;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if (system::is_progress(system.properties[p].kind)) found.push_back(p);
    return found;
}

bool among(const std::vector<uint32_t>& properties, uint32_t property) {
    return std::ranges::find(properties, property) != properties.end();
}

size_t levels(const std::vector<RankedLevel>& all) {
    size_t count = all.size();
    for (const RankedLevel& level : all) count += levels(level.meanwhile);
    return count;
}

}  // namespace

TEST_CASE("progress that holds is proved, and what is not proved is violated, or there is no fair run") {
    size_t proved = 0, violated = 0, vacuous = 0;
    // By run and property: levels, and those of them that are of the time in which a strong helper cannot move.
    std::map<std::string, std::pair<size_t, size_t>> found;
    SearchOptions how;
    how.max_states = 1000;
    how.engine = "explicit";
    testing::for_each_spec_run(
        {"tests/specs/language", "tests/specs/classic/peterson.untorn", "tests/specs/classic/hyman.untorn",
         "tests/specs/classic/ring_election.untorn", "specs/litmus/locked+read.untorn",
         "specs/litmus/dma+overwrite+stable+returns.untorn", "specs/litmus/prefault+reclaim+returns+fair.untorn",
         "specs/litmus/copy-first+short-copy.untorn"},
        [&](const std::string& name, const system::System& system) {
            const std::vector<uint32_t> properties = progress_properties(system);
            if (properties.empty()) return;
            CAPTURE(name);
            const auto searched = answer(system, how);
            REQUIRE(std::holds_alternative<SearchResult>(searched));
            if (!std::get<SearchResult>(searched).exhaustive) return;
            const auto result = prove(system, properties, {}, {});
            if (const auto* bad = std::get_if<Inconsistency>(&result)) FAIL(bad->what);
            const Proof& proof = std::get<Proof>(result);
            REQUIRE(proof.limit == "");
            REQUIRE(proof.unranked.empty());
            for (const PropertyResult& property : std::get<SearchResult>(searched).properties) {
                if (!among(properties, property.property)) continue;
                CAPTURE(system.properties[property.property].name);
                const bool holds = property.verdict == Verdict::holds;
                REQUIRE(holds == among(proof.proved, property.property));
                REQUIRE(holds == !among(proof.violated, property.property));
                REQUIRE((property.how == "no fair run") == (holds && proof.no_fair_run));
                ++(holds ? proved : violated);
                vacuous += holds && proof.no_fair_run;
            }
            for (const Ranking& ranking : proof.rankings)
                found[name.substr(name.rfind('/') + 1) + " " + system.properties[ranking.property].name] = {
                    ranking.levels.size(), levels(ranking.levels) - ranking.levels.size()};
        });
    CHECK(proved == 105);
    CHECK(violated == 64);
    CHECK(vacuous == 3);
    const auto levels_of = [&](const std::string& name) {
        CAPTURE(name);
        REQUIRE(found.contains(name));
        return found.at(name);
    };
    using Levels = std::pair<size_t, size_t>;
    CHECK(levels_of("peterson.untorn swapped  enters_0") == Levels{8, 0});
    CHECK(levels_of("hyman.untorn strongly_fair  enters_0") == Levels{6, 3});
    CHECK(levels_of("ring_election.untorn rising_4  known") == Levels{11, 0});
    CHECK(levels_of("locked+read.untorn locked_read  returns") == Levels{7, 0});
    CHECK(levels_of("dma+overwrite+stable+returns.untorn dma_overwrite_stable_returns  returns") == Levels{14, 0});
    CHECK(levels_of("prefault+reclaim+returns+fair.untorn prefault_reclaim_returns_fair  returns") == Levels{5, 16});
}

// With a limit of time, safety has a proof of its own first. It is the last one, too, where progress has no ranking.
TEST_CASE("a limit of time that is not met changes no proof, and costs none where progress has no ranking") {
    size_t with_progress = 0, without = 0;
    testing::for_each_spec_run({"tests/specs/language/progress_strong.untorn"},
                               [&](const std::string& name, const system::System& system) {
                                   CAPTURE(name);
                                   for (const size_t most_states : {default_most_states, size_t{0}}) {
                                       CAPTURE(most_states);
                                       size_t proofs = 0;
                                       ProveOptions options;
                                       options.most_states = most_states;
                                       options.checking = [&](size_t done, size_t) { proofs += done == 1 ? 1 : 0; };
                                       const auto whole = prove(system, provable_properties(system), {}, options);
                                       options.seconds = 3600;
                                       proofs = 0;
                                       const auto limited = prove(system, provable_properties(system), {}, options);
                                       REQUIRE(std::holds_alternative<Proof>(whole));
                                       REQUIRE(std::holds_alternative<Proof>(limited));
                                       const Proof &a = std::get<Proof>(whole), &b = std::get<Proof>(limited);
                                       CHECK(!a.proved.empty());
                                       CHECK(b.limit.empty());
                                       CHECK(a.proved == b.proved);
                                       CHECK(a.violated == b.violated);
                                       CHECK(a.rankings == b.rankings);
                                       CHECK(a.unranked.size() == b.unranked.size());
                                       CHECK(std::ranges::none_of(b.unranked, &Unranked::given_up));
                                       CHECK(a.obligations.size() == b.obligations.size());
                                       CHECK(proofs == (b.rankings.empty() ? 1 : 2));
                                       ++(b.rankings.empty() ? without : with_progress);
                                   }
                               });
    CHECK(with_progress > 0);
    CHECK(without > with_progress);
}

// Without any one of its conjuncts, the invariant does not show that the ranking is one, or is none.
TEST_CASE("no conjunct of an invariant for progress can be left out") {
    size_t left_out = 0;
    testing::for_each_spec_run(
        {"tests/specs/language/progress_strong.untorn", "tests/specs/language/progress_labels.untorn"},
        [&](const std::string& name, const system::System& system) {
            CAPTURE(name);
            const std::vector<uint32_t> properties = progress_properties(system);
            const auto result = prove(system, properties, {}, {});
            REQUIRE(std::holds_alternative<Proof>(result));
            const Proof& proof = std::get<Proof>(result);
            if (proof.proved.empty()) return;
            left_out += check_that_none_can_be_left_out(system, proof);
        });
    CHECK(left_out > 10);
}

}  // namespace untorn::checker::symbolic
