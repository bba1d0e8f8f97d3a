// Rankings of the repository's progress properties: in words, in bits, as text, and as obligations; right ones and
// wrong ones.
#include "checker/symbolic/ranking.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "checker/symbolic/invariant_check.h"
#include "checker/symbolic/prove.h"
#include "checker/symbolic/rank_progress.h"
#include "checker/symbolic/ranking_circuit.h"
#include "checker/symbolic/ranking_text.h"
#include "checker/symbolic/reached_invariant.h"
#include "tests/explicit/spec_runs.h"
#include "tests/symbolic/ranking_check.h"

namespace untorn::checker::symbolic {

namespace {

const std::function<void()> no_poll = [] {};

std::vector<uint32_t> progress_properties(const system::System& system) {
    std::vector<uint32_t> found;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if (system::is_progress(system.properties[p].kind)) found.push_back(p);
    return found;
}

/// A run with progress properties, and its rankings.
struct Ranked {
    const system::System& system;
    OneHot circuit;
    ReachedStates reached;
    RankedProgress progress;
};

/// Calls visit(name, Ranked) for each run below the folders that has progress properties and at most so many states.
void for_each_ranked(const std::vector<std::string>& folders, size_t most_states,
                     const std::function<void(const std::string&, Ranked&)>& visit) {
    testing::for_each_spec_run(folders, [&](const std::string& name, const system::System& system) {
        const std::vector<uint32_t> properties = progress_properties(system);
        if (properties.empty()) return;
        CAPTURE(name);
        OneHot circuit{Encoding(system)};
        auto reached = reached_states(system, circuit, {most_states, 0, {}}, true);
        if (!reached) return;
        RankedProgress progress = rank_progress(system, circuit, *reached, properties, no_poll);
        Ranked ranked{system, std::move(circuit), std::move(*reached), std::move(progress)};
        visit(name, ranked);
    });
}

/// All rankings with one thing changed: two levels exchanged, a level left out, another helper, a conjunct left out.
std::vector<Ranking> changed(const Ranking& ranking, size_t constraints) {
    std::vector<Ranking> made;
    const auto change = [&](const std::function<void(Ranking&)>& how) { how(made.emplace_back(ranking)); };
    for (size_t k = 0; k < ranking.levels.size(); ++k) {
        const auto at = static_cast<std::ptrdiff_t>(k);
        if (k + 1 < ranking.levels.size()) change([&](Ranking& r) { std::swap(r.levels[k], r.levels[k + 1]); });
        change([&](Ranking& r) { r.levels.erase(r.levels.begin() + at); });
        if (constraints > 1)
            change([&](Ranking& r) {
                r.levels[k].helper = static_cast<uint32_t>((r.levels[k].helper + 1) % constraints);
            });
        if (!ranking.levels[k].when.empty()) change([&](Ranking& r) { r.levels[k].when.pop_back(); });
        if (!ranking.levels[k].meanwhile.empty()) change([&](Ranking& r) { r.levels[k].meanwhile.pop_back(); });
    }
    if (!ranking.waits.empty()) change([](Ranking& r) { r.waits.pop_back(); });
    return made;
}

}  // namespace

TEST_CASE("rankings are right of every reached state, no conjunct can be left out, and as text they are read back") {
    size_t rankings = 0, levels = 0, nested = 0, conjuncts_tried = 0;
    for_each_ranked({"specs/litmus", "tests/specs"}, 800, [&](const std::string& name, Ranked& run) {
        CAPTURE(name);
        const testing::RankingCheck check(run.system, run.circuit, run.reached);
        const Program program(run.system);
        const RankingText text(program);
        const auto read = text.read(text.write(run.progress.rankings));
        if (const auto* problem = std::get_if<InvariantError>(&read)) FAIL(problem->line << ": " << problem->message);
        REQUIRE(std::get<0>(read) == run.progress.rankings);
        for (const Ranking& ranking : run.progress.rankings) {
            CAPTURE(run.system.properties[ranking.property].name);
            ++rankings;
            levels += ranking.levels.size();
            REQUIRE(check.wrong(ranking, true) == "");
            for (size_t k = 0; k < ranking.levels.size(); ++k) {
                nested += ranking.levels[k].meanwhile.size();
                for (size_t i = 0; i < ranking.levels[k].when.size(); ++i) {
                    // Some state of a higher level would be on this one.
                    auto fewer = ranking.levels;
                    fewer[k].when.erase(fewer[k].when.begin() + static_cast<std::ptrdiff_t>(i));
                    bool other = false;
                    const auto question =
                        std::ranges::find(run.reached.questions, ranking.property, &ReachedQuestion::property);
                    for (uint32_t s = 0; s < run.reached.table.size() && !other; ++s)
                        other = question->unanswered[s] && check.all(ranking.waits, s) &&
                                check.level_of(fewer, s) < check.level_of(ranking.levels, s);
                    REQUIRE(other);
                    ++conjuncts_tried;
                }
            }
        }
    });
    CHECK(rankings > 100);
    CHECK(levels > 500);
    CHECK(nested > 20);
    CHECK(conjuncts_tried > 300);
}

// The bads of a ranking happen in reached states if and only if the rules are broken there.
TEST_CASE("a ranking in bits is refused where its rules are broken in a reached state, and only there") {
    size_t right = 0, wrong = 0;
    for_each_ranked({"tests/specs/language", "tests/specs/classic"}, 60, [&](const std::string& name, Ranked& run) {
        CAPTURE(name);
        const testing::RankingCheck check(run.system, run.circuit, run.reached);
        const auto happen = [&](const Ranking& ranking) {
            TransitionCircuit circuit = run.circuit.transition();
            const auto first = static_cast<uint32_t>(circuit.bads.size());
            add_bads(circuit, run.system, run.circuit, ranking);
            const std::vector<uint32_t> bads{first, first + 1};
            ReachedOptions how;
            how.groups = run.circuit.groups();
            const ReachedInvariant learnt = reached_invariant(circuit, run.reached.table, bads, how);
            REQUIRE(learnt.complete);
            return learnt.excluded.size() < 2;
        };
        for (const Ranking& ranking : run.progress.rankings) {
            REQUIRE(!happen(ranking));
            size_t tried = 0;
            for (const Ranking& other : changed(ranking, run.reached.graph->constraints())) {
                if (++tried > 6) break;
                const bool broken = !check.wrong(other, false).empty();
                REQUIRE(happen(other) == broken);
                ++(broken ? wrong : right);
            }
        }
    });
    CHECK(wrong > 100);
    CHECK(right > 10);
}

TEST_CASE("a ranking that breaks a rule in a reached state is refused by the obligations") {
    size_t refused = 0, accepted = 0;
    for_each_ranked({"tests/specs/language", "tests/specs/classic/hyman.untorn"}, 40,
                    [&](const std::string& name, Ranked& run) {
                        CAPTURE(name);
                        const testing::RankingCheck check(run.system, run.circuit, run.reached);
                        std::vector<uint32_t> properties;
                        for (const Ranking& ranking : run.progress.rankings) properties.push_back(ranking.property);
                        if (properties.empty()) return;
                        const auto result = prove(run.system, properties, {}, {});
                        REQUIRE(std::holds_alternative<Proof>(result));
                        const Proof& proof = std::get<Proof>(result);
                        REQUIRE(proof.rankings == run.progress.rankings);
                        const Program program(run.system, true);
                        for (const Ranking& ranking : proof.rankings) {
                            size_t tried = 0;
                            for (const Ranking& other : changed(ranking, run.reached.graph->constraints())) {
                                if (check.wrong(other, true).empty()) continue;
                                if (++tried > 3) break;
                                bool sat = false;
                                for (const Obligation& obligation :
                                     proof_obligations(program, proof.invariant, std::span(&ranking.property, 1),
                                                       proof_lemmas(proof), std::span(&other, 1)))
                                    sat = sat || ask_z3(obligation.script).kind == SolverAnswer::Kind::sat;
                                CHECK_MESSAGE(sat, check.wrong(other, true));
                                ++(sat ? refused : accepted);
                            }
                        }
                    });
    CHECK(refused > 60);
    CHECK(accepted == 0);
}

}  // namespace untorn::checker::symbolic
