// Proofs of the repository's specifications: every obligation is discharged, and what PDR says is what the exhaustive
// search says.
#include "checker/symbolic/prove.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "checker/answer.h"
#include "tests/explicit/spec_runs.h"
#include "tests/symbolic/proofs.h"

namespace untorn::checker::symbolic {

namespace {

bool unranked(const Proof& proof, uint32_t property) {
    return std::ranges::find(proof.unranked, property, &Unranked::property) != proof.unranked.end();
}

/// All runs below the folders with at most so many states.
void compare_with_search(const std::vector<std::string>& folders, uint64_t most_states, const ProveOptions& options) {
    SearchOptions how;
    how.max_states = most_states;
    size_t proved = 0, violated = 0;
    testing::for_each_spec_run(folders, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        const auto searched = answer(system, how);
        REQUIRE(std::holds_alternative<SearchResult>(searched));
        if (!std::get<SearchResult>(searched).exhaustive) return;
        const auto result = prove(system, provable_properties(system), {}, options);
        if (const auto* bad = std::get_if<Inconsistency>(&result)) {
            FAIL_CHECK(bad->what);
            return;
        }
        const Proof& proof = std::get<Proof>(result);
        CHECK(proof.limit.empty());
        for (const PropertyResult& property : std::get<SearchResult>(searched).properties) {
            if (!provable(system, property.property)) continue;
            if (options.most_states == 0 && is_progress(system.properties[property.property].kind)) {
                CHECK(unranked(proof, property.property));
                continue;
            }
            CHECK(!unranked(proof, property.property));
            const auto kind = system.properties[property.property].kind;
            const bool cover = kind == system::PropertyKind::cover || kind == system::PropertyKind::crash_cover;
            const bool holds = (property.verdict == Verdict::holds) != cover;
            const bool in = std::ranges::find(proof.proved, property.property) != proof.proved.end();
            // Of outcomes, what has no run that shows it: `always` that holds, and both that are violated for want of
            // an outcome of some kind.
            const bool expected = asks_for_outcomes(system, property.property) ? !property.trace : holds;
            CHECK_MESSAGE(in == expected, system.properties[property.property].name);
            ++(in ? proved : violated);
        }
    });
    CHECK(proved > 0);
    CHECK(violated > 0);
}

}  // namespace

// Small runs; UNTORN_PROVE_STATES=N takes all runs of specs/ with at most N states.
TEST_CASE("proofs agree with the exhaustive search, and every obligation is discharged") {
    const char* more = std::getenv("UNTORN_PROVE_STATES");
    compare_with_search({more != nullptr ? "specs" : "specs/litmus"},
                        more != nullptr ? static_cast<uint64_t>(std::atoll(more)) : 24, {});
}

TEST_CASE("proofs by PDR alone agree with the exhaustive search, too") {
    ProveOptions alone;
    alone.most_states = 0;
    compare_with_search({"specs/litmus/complete+power.untorn", "specs/litmus/device.untorn", "specs/litmus/idle.untorn",
                         "specs/litmus/fault+place.untorn", "tests/specs/classic/peterson.untorn"},
                        37, alone);
}

TEST_CASE("no conjunct of an invariant can be left out") {
    size_t left_out = 0;
    testing::for_each_spec_run({"tests/specs/classic"}, [&](const std::string& name, const system::System& system) {
        if (name.find("peterson") == std::string::npos || left_out > 0) return;
        CAPTURE(name);
        const auto result = prove(system, provable_properties(system), {}, {});
        REQUIRE(std::holds_alternative<Proof>(result));
        const Proof& proof = std::get<Proof>(result);
        if (proof.proved.empty()) return;
        left_out += check_that_none_can_be_left_out(system, proof);
    });
    CHECK(left_out > 0);
}

TEST_CASE("lemmas of the specification: used, left out where the rest does without, minimal; false ones have runs") {
    using Known = LemmaAnswer::Known;
    size_t judged = 0;
    testing::for_each_spec_run(
        {"tests/specs/language/lemmas.untorn"}, [&](const std::string&, const system::System& system) {
            REQUIRE(system.lemmas.size() == 4);
            const auto result = prove(system, provable_properties(system), std::vector<uint32_t>{0, 1, 2, 3}, {});
            REQUIRE(std::holds_alternative<Proof>(result));
            const Proof& proof = std::get<Proof>(result);
            REQUIRE(proof.lemmas.size() == 4);
            CHECK(proof.lemmas[0].known == Known::inductive);
            CHECK(proof.lemmas[1].known == Known::violated);
            REQUIRE(proof.lemmas[1].trace.has_value());
            CHECK(proof.lemmas[1].trace->length == 2);
            CHECK(proof.lemmas[1].shortest);
            CHECK(proof.lemmas[2].known == Known::inductive);
            CHECK(proof.lemmas[3].known == Known::inductive);
            REQUIRE(!proof.lemmas_used.empty());
            const Program program(system, true);
            const auto broken = [&](const std::vector<Conjunct>& invariant, const ProofLemmas& lemmas) {
                for (const Obligation& obligation :
                     proof_obligations(program, invariant, proof.proved, lemmas, proof.rankings))
                    if (ask_z3(obligation.script).kind == SolverAnswer::Kind::sat) return true;
                return false;
            };
            CHECK(!broken(proof.invariant, proof_lemmas(proof)));
            for (size_t i = 0; i < proof.lemmas_used.size(); ++i) {
                ProofLemmas fewer = proof_lemmas(proof);
                fewer.shown.push_back(fewer.in_invariant[i]);
                fewer.in_invariant.erase(fewer.in_invariant.begin() + static_cast<std::ptrdiff_t>(i));
                CHECK(broken(proof.invariant, fewer));
                ++judged;
            }
            for (size_t i = 0; i < proof.invariant.size(); ++i) {
                std::vector<Conjunct> rest = proof.invariant;
                rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
                CHECK(broken(rest, proof_lemmas(proof)));
            }
            // A false lemma in the invariant is noticed by the obligations, whatever the engine says.
            ProofLemmas false_one = proof_lemmas(proof);
            false_one.in_invariant.push_back(1);
            CHECK(broken(proof.invariant, false_one));
            // Without lemmas asked about, they are used all the same.
            const auto alone = prove(system, provable_properties(system), {}, {});
            REQUIRE(std::holds_alternative<Proof>(alone));
            CHECK(std::get<Proof>(alone).lemmas.empty());
            CHECK(std::get<Proof>(alone).proved == proof.proved);
        });
    CHECK(judged > 0);
}

// That it blocks nowhere is a question about states; that it ends, one about each of its steps.
TEST_CASE("recovery is proved where each of its steps leads on, and not asked where one leads back") {
    size_t on = 0, back = 0, steps = 0;
    testing::for_each_spec_run({"tests/specs/language/recovery.untorn", "tests/specs/language/recovery_stuck.untorn"},
                               [&](const std::string& name, const system::System& system) {
                                   CAPTURE(name);
                                   const auto found = std::ranges::find(
                                       system.properties, system::PropertyKind::recovery, &system::Property::kind);
                                   REQUIRE(found != system.properties.end());
                                   const auto recovery = static_cast<uint32_t>(found - system.properties.begin());
                                   const Program program(system);
                                   const std::vector<Obligation> asked =
                                       proof_obligations(program, {}, std::span(&recovery, 1));
                                   size_t leading_back = 0;
                                   for (const Obligation& obligation : asked) {
                                       if (obligation.name.rfind("safety-recovery-recover-", 0) != 0) continue;
                                       ++steps;
                                       leading_back += ask_z3(obligation.script).kind == SolverAnswer::Kind::sat;
                                   }
                                   if (name.find("recovery_stuck") != std::string::npos) {
                                       CHECK(!provable(system, recovery));
                                       back += leading_back;
                                       return;
                                   }
                                   CHECK(provable(system, recovery));
                                   CHECK(leading_back == 0);
                                   const auto result = prove(system, std::span(&recovery, 1), {}, {});
                                   REQUIRE(std::holds_alternative<Proof>(result));
                                   CHECK(std::get<Proof>(result).proved == std::vector<uint32_t>{recovery});
                                   ++on;
                               });
    CHECK(on == 2);
    // In three scenarios, the step at line 17 that goes round.
    CHECK(back == 3);
    CHECK(steps > 10);
}

}  // namespace untorn::checker::symbolic
