// `sometimes` and `always` in proofs: on random systems they are proved exactly where the explicit search says so, in
// the same words; the outcome that is shown is one; and no other claim has obligations that hold.
#include "checker/symbolic/outcomes.h"

#include <doctest/doctest.h>

#include "checker/answer.h"
#include "checker/symbolic/prove.h"
#include "checker/symbolic/reached_states.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::checker::symbolic {

namespace {

std::vector<uint32_t> about_outcomes(const system::System& system) {
    std::vector<uint32_t> found;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if (asks_for_outcomes(system, p)) found.push_back(p);
    return found;
}

template <class T>
bool among(const std::vector<T>& all, const T& one) {
    return std::ranges::find(all, one) != all.end();
}

struct Counts {
    size_t holds = 0, every = 0, none = 0, by_runs = 0, wrong_claims = 0;
    bool operator==(const Counts&) const = default;
};

std::string text(const Counts& c) {
    return "always holds " + std::to_string(c.holds) + ", every " + std::to_string(c.every) + ", none " +
           std::to_string(c.none) + ", by runs " + std::to_string(c.by_runs) + ", wrong claims " +
           std::to_string(c.wrong_claims);
}

/// The obligations of this claim alone, from the invariant of the proof: whether one of them does not hold.
bool refused(const system::System& system, const Proof& proof, const OutcomeClaim& claim) {
    const Program program(system, true);
    for (const Obligation& obligation :
         proof_obligations(program, proof.invariant, std::span(&claim.property, 1), {}, {}, std::span(&claim, 1)))
        if (ask_z3(obligation.script).kind == SolverAnswer::Kind::sat) return true;
    return false;
}

/// What the explicit search says is what is proved.
void compare(const system::System& system, const SearchResult& searched, const ProveOptions& options, Counts& counts) {
    const std::vector<uint32_t> asked = about_outcomes(system);
    const auto result = prove(system, asked, {}, options);
    if (const auto* wrong = std::get_if<Inconsistency>(&result)) FAIL(wrong->what);
    const Proof& proof = std::get<Proof>(result);
    REQUIRE(proof.limit.empty());
    bool some = false;
    for (const PropertyResult& property : searched.properties) {
        const uint32_t p = property.property;
        if (!among(asked, p)) continue;
        CAPTURE(system.properties[p].name);
        REQUIRE(property.verdict != Verdict::undecided);
        const auto claim = std::ranges::find(proof.outcomes, p, &OutcomeClaim::property);
        const bool proved = claim != proof.outcomes.end();
        REQUIRE(proved == among(proof.proved, p));
        REQUIRE(proved != among(proof.violated, p));
        REQUIRE(proved == !property.trace.has_value());
        if (!proved) {
            ++counts.by_runs;
            continue;
        }
        some = some || claim->every;
        if (property.verdict == Verdict::holds) {
            REQUIRE(claim->every);
            ++counts.holds;
        } else {
            REQUIRE(word(*claim) == property.how);
            ++(claim->every ? counts.every : counts.none);
        }
        // The contrary, but where there is no outcome at all, of which everything is true.
        const bool nothing = property.answer.empty();
        const OutcomeClaim contrary{p, !claim->every};
        if (!nothing) {
            REQUIRE(refused(system, proof, contrary));
            ++counts.wrong_claims;
        }
    }
    REQUIRE(proof.outcome.has_value() == some);
    if (some) {
        REQUIRE(!proof.outcome->witness.steps.empty());
        REQUIRE(proof.outcome->after_power_loss == (system.power_loss && system.power_loss->budget > 0));
    }
}

}  // namespace

TEST_CASE("outcomes of random systems: proved where the explicit search says so, in the same words") {
    Counts from_states, by_pdr;
    for (uint32_t seed = 500; seed < 525; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        make.make();
        make.b.system.files.emplace_back();  // obligations name places
        const system::System& system = make.b.system;
        const auto searched = answer(system, {});
        REQUIRE(std::holds_alternative<SearchResult>(searched));
        REQUIRE(std::get<SearchResult>(searched).exhaustive);
        compare(system, std::get<SearchResult>(searched), {}, from_states);
        ProveOptions alone;
        alone.most_states = 0;
        compare(system, std::get<SearchResult>(searched), alone, by_pdr);
    }
    CHECK(from_states == by_pdr);
    const Counts expected{8, 8, 29, 5, 21};
    CHECK_MESSAGE(from_states == expected, text(from_states));
}

TEST_CASE("a run to an outcome ends in one, and the properties that every outcome satisfies hold there") {
    size_t shown = 0;
    testing::for_each_spec_run(
        {"specs/litmus/error+fsync+fsync.untorn"}, [&](const std::string& name, const system::System& system) {
            if (name.find("error_fsync_fsync") == std::string::npos) return;
            const std::vector<uint32_t> asked = about_outcomes(system);
            REQUIRE(asked.size() == 1);
            const OneHot circuit{Encoding(system)};
            const auto reached = reached_states(system, circuit, {100000, 0, {}});
            REQUIRE(reached.has_value());
            REQUIRE(reached->to_outcome.has_value());
            const Program program(system);
            const OutcomeClaim claim{asked.front(), true};
            const auto right = shown_outcome(program, *reached->to_outcome, std::span(&claim, 1));
            REQUIRE(std::holds_alternative<Outcome>(right));
            // What the explicit search needs, with the fewest steps, to the first outcome.
            CHECK(std::get<Outcome>(right).witness.length == 15);
            // One step less.
            Path shorter = *reached->to_outcome;
            shorter.moves.pop_back();
            shorter.states.pop_back();
            const auto cut = shown_outcome(program, shorter, std::span(&claim, 1));
            REQUIRE(std::holds_alternative<Inconsistency>(cut));
            CHECK(std::get<Inconsistency>(cut).what.find("it does not end in an outcome") != std::string::npos);
            // An outcome that does not satisfy what is claimed: the same property, denied.
            system::System other = system;
            other.properties[asked.front()].expr = other.pool.negate(other.properties[asked.front()].expr);
            const Program denied(other);
            const auto without = shown_outcome(denied, *reached->to_outcome, std::span(&claim, 1));
            REQUIRE(std::holds_alternative<Inconsistency>(without));
            CHECK(std::get<Inconsistency>(without).what ==
                  "the run ends in an outcome that does not satisfy error_then_success");
            ++shown;
        });
    CHECK(shown == 1);
}

// Without the run nothing is said, though no outcome without the property is possible.
TEST_CASE("where limits leave no time or memory for the run to an outcome, it is undecided") {
    size_t open = 0;
    testing::for_each_spec_run({"specs/litmus/error+fsync+fsync.untorn"},
                               [&](const std::string&, const system::System& system) {
                                   ProveOptions little;
                                   little.most_states = 0;
                                   little.memory = 1024;
                                   const auto result = prove(system, about_outcomes(system), {}, little);
                                   REQUIRE(std::holds_alternative<Proof>(result));
                                   const Proof& proof = std::get<Proof>(result);
                                   CHECK(!proof.limit.empty());
                                   CHECK(proof.proved.empty());
                                   CHECK(proof.outcomes.empty());
                                   CHECK(!proof.outcome.has_value());
                                   ++open;
                               });
    CHECK(open == 2);
}

TEST_CASE("what is said of outcomes: who is asked about, and what is not known is not claimed") {
    using Known = OutcomeDecision::Known;
    testing::Build b;
    b.property("sometimes", system::PropertyKind::sometimes);
    b.property("always", system::PropertyKind::always);
    const system::System& system = b.finish();
    constexpr uint32_t sometimes = 0, always = 1;
    std::vector<bool> asked;
    const auto decide = [&](uint32_t property, bool some, std::optional<bool> satisfying, std::optional<bool> other) {
        asked.clear();
        return decide_outcomes(system, property, some, [&](bool satisfied) {
            asked.push_back(satisfied);
            return satisfied ? satisfying : other;
        });
    };
    const auto claimed = [&](const OutcomeDecision& decision, uint32_t property, bool every) {
        return decision.known == Known::claimed && decision.claim == OutcomeClaim{property, every};
    };
    CHECK(claimed(decide(always, false, true, false), always, true));
    CHECK(asked == std::vector{false, true});
    CHECK(claimed(decide(always, true, std::nullopt, false), always, true));
    CHECK(asked == std::vector{false});
    CHECK(claimed(decide(always, false, false, false), always, false));
    CHECK(decide(always, false, true, true).known == Known::by_runs);
    CHECK(asked == std::vector{false});
    CHECK(decide(always, false, std::nullopt, false).known == Known::open);
    CHECK(decide(always, true, true, std::nullopt).known == Known::open);
    CHECK(claimed(decide(sometimes, false, false, std::nullopt), sometimes, false));
    CHECK(asked == std::vector{true});
    CHECK(claimed(decide(sometimes, true, true, false), sometimes, true));
    CHECK(decide(sometimes, false, true, true).known == Known::by_runs);
    CHECK(asked == std::vector{true, false});
    CHECK(decide(sometimes, true, std::nullopt, false).known == Known::open);
    CHECK(decide(sometimes, false, true, std::nullopt).known == Known::open);
    // What that excludes: of `always` without an outcome both kinds.
    CHECK(excludes(system, {always, true}, false));
    CHECK(!excludes(system, {always, true}, true));
    CHECK(excludes(system, {always, false}, false));
    CHECK(excludes(system, {always, false}, true));
    CHECK(excludes(system, {sometimes, true}, false));
    CHECK(!excludes(system, {sometimes, true}, true));
    CHECK(!excludes(system, {sometimes, false}, false));
    CHECK(excludes(system, {sometimes, false}, true));
}

}  // namespace untorn::checker::symbolic
