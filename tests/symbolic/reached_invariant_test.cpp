// Invariants learnt from reached states: on random circuits against the enumeration of all states, and on runs of the
// specifications, where they are compared with what PDR finds.
#include "checker/symbolic/reached_invariant.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "checker/answer.h"
#include "checker/symbolic/reached_states.h"
#include "tests/explicit/spec_runs.h"
#include "tests/symbolic/random_transition_circuit.h"

namespace untorn::checker::symbolic {

namespace {

using State = Enumeration::State;

StateTable table_of(const std::set<State>& states, size_t latches) {
    StateTable table(latches);
    for (const State& state : states) table.add([&](uint32_t latch) { return state[latch]; });
    return table;
}

std::vector<uint32_t> all_bads(const TransitionCircuit& system) {
    std::vector<uint32_t> bads;
    for (uint32_t bad = 0; bad < system.bads.size(); ++bad) bads.push_back(bad);
    return bads;
}

struct Counts {
    int excluded = 0, happening = 0, lemmas = 0, images = 0;
};

void compare(const TransitionCircuit& system, const ReachedOptions& options, Counts& counts) {
    Enumeration all(system);
    const StateTable reached = table_of(all.reached(all.initial(), 0, nullptr), system.latches.size());
    const ReachedInvariant learnt = reached_invariant(system, reached, all_bads(system), options);
    REQUIRE(learnt.complete);
    for (const ClauseOrbit& lemma : learnt.lemmas) {
        for (const Clause& clause : lemma) REQUIRE(!reached.meets(negated(clause)));
        counts.images += lemma.size() > 1;
    }
    counts.lemmas += static_cast<int>(learnt.lemmas.size());
    for (const uint32_t bad : all_bads(system)) {
        std::optional<size_t> distance;
        all.reached(all.initial(), bad, &distance);
        const bool excluded = std::ranges::find(learnt.excluded, bad) != learnt.excluded.end();
        REQUIRE(excluded == !distance.has_value());
        ++(excluded ? counts.excluded : counts.happening);
    }
    REQUIRE(!check_invariant(system, {}, learnt.lemmas, learnt.excluded, make_z3).has_value());
    const size_t bads = system.bads.size();
    REQUIRE(learnt.queries <= 2 * learnt.lemmas.size() + bads);
}

/// Ends PDR after some work: the same on every machine.
class Allowance final : public WorkMeter {
 public:
    explicit Allowance(uint64_t units) : left_(units) {}
    void pay(uint64_t units) override { spend(units); }
    bool go_on(uint64_t units) override {
        spend(units);
        return !over;
    }
    std::atomic<bool> over{false};

 private:
    void spend(uint64_t units) {
        left_ -= std::min(left_, units);
        if (left_ == 0) over = true;
    }
    uint64_t left_;
};

}  // namespace

TEST_CASE("what is learnt from all reached states is inductive, and excludes every bad that happens in none") {
    std::mt19937 random(32);
    Counts counts;
    for (int round = 0; round < 300; ++round) compare(random_transition_circuit(random), {}, counts);
    CHECK(counts.excluded > 150);
    CHECK(counts.happening > 150);
    CHECK(counts.lemmas > 150);
}

TEST_CASE("a lemma from reached states is one for all identities") {
    std::mt19937 random(33);
    Counts counts;
    for (int round = 0; round < 300; ++round) {
        ReachedOptions options;
        options.orbit_limit = std::vector<size_t>{0, 2, 5000}[random() % 3];
        compare(random_symmetric_circuit(random), options, counts);
    }
    CHECK(counts.excluded > 50);
    CHECK(counts.happening > 50);
    CHECK(counts.images > 10);
}

TEST_CASE("candidates are lemmas if they hold in all reached states, and only then") {
    std::mt19937 random(34);
    Counts counts;
    int used = 0;
    for (int round = 0; round < 300; ++round) {
        const TransitionCircuit system = random_transition_circuit(random);
        ReachedOptions options;
        for (uint32_t latch = 0; latch < system.latches.size(); ++latch)
            options.candidates.push_back({{latch, random() % 2 == 0}});
        compare(system, options, counts);
        Enumeration all(system);
        const StateTable reached = table_of(all.reached(all.initial(), 0, nullptr), system.latches.size());
        const auto learnt = reached_invariant(system, reached, {}, options).lemmas;
        for (const Clause& candidate : options.candidates) {
            const bool holds = !reached.meets(negated(candidate));
            const bool is_lemma = std::ranges::any_of(
                learnt, [&](const ClauseOrbit& lemma) { return std::ranges::find(lemma, candidate) != lemma.end(); });
            REQUIRE(is_lemma == holds);
            used += holds;
        }
    }
    CHECK(used > 100);
}

TEST_CASE("states that are not all reached ones are noticed") {
    std::mt19937 random(35);
    int noticed = 0;
    for (int round = 0; round < 300; ++round) {
        const TransitionCircuit system = random_transition_circuit(random);
        Enumeration all(system);
        auto states = all.reached(all.initial(), 0, nullptr);
        if (states.size() < 2 || all.initial().size() != 1) continue;
        const StateTable first = table_of(all.initial(), system.latches.size());
        // That state alone as a lemma, part by part: some step leads out of it.
        ReachedOptions options;
        const State& state = *all.initial().begin();
        for (uint32_t latch = 0; latch < state.size(); ++latch) options.candidates.push_back({{latch, state[latch]}});
        CHECK_THROWS_AS(reached_invariant(system, first, {}, options), BrokenRule);
        ++noticed;
    }
    CHECK(noticed > 50);
}

TEST_CASE("an interrupt or too little memory ends it, with lemmas that hold") {
    std::mt19937 random(36);
    const TransitionCircuit system = random_transition_circuit(random);
    Enumeration all(system);
    const StateTable reached = table_of(all.reached(all.initial(), 0, nullptr), system.latches.size());
    const std::atomic<bool> stop{true};
    ReachedOptions options;
    options.interrupt = &stop;
    CHECK(!reached_invariant(system, reached, all_bads(system), options).complete);
    options = {};
    options.memory = 1;
    CHECK(!reached_invariant(system, reached, all_bads(system), options).complete);
}

TEST_CASE("reached states are those of the exhaustive search, with those after power loss") {
    size_t runs = 0, lost = 0;
    const std::vector<std::string> files{"specs/litmus/complete+power.untorn",
                                         "specs/litmus/convert+log+power.untorn",
                                         "specs/litmus/copy+writeback.untorn",
                                         "specs/litmus/io-error+again.untorn",
                                         "specs/litmus/folio-split+write+power.untorn",
                                         "tests/specs/classic",
                                         "tests/specs/language"};
    testing::for_each_spec_run(files, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        SearchOptions how;
        how.max_states = 1000;
        const auto found = search(system, how);
        REQUIRE(std::holds_alternative<SearchResult>(found));
        const auto& searched = std::get<SearchResult>(found);
        if (!searched.exhaustive) return;
        const Encoding encoding(system);
        const OneHot circuit(encoding);
        const size_t states = searched.states + searched.crash_images;
        const auto reached = reached_states(system, circuit, {states, 0, {}});
        REQUIRE(reached.has_value());
        CHECK(reached->table.size() == states);
        if (states > 0) {  // a check of init may fail
            CHECK(!reached_states(system, circuit, {states - 1, 0, {}}).has_value());
            CHECK(!reached_states(system, circuit, {states, 1, {}}).has_value());
            CHECK(!reached_states(system, circuit, {states, 0, [] { return true; }}).has_value());
        }
        ++runs;
        lost += searched.crash_images > 0;
    });
    CHECK(runs > 20);
    CHECK(lost > 5);
}

// Litmus tests that PDR alone does not prove with ten times the queries: it excludes what is not reached state by
// state.
TEST_CASE("a run of few states that PDR takes long for is proved with few queries") {
    bool met = false;
    testing::for_each_spec_run({"specs/litmus/bio+bio.untorn"}, [&](const std::string& name, const auto& run) {
        if (name.find("write_through") == std::string::npos) return;
        met = true;
        const Encoding encoding(run);
        const OneHot circuit(encoding);
        const TransitionCircuit& system = circuit.transition();
        const auto reached = reached_states(run, circuit, {24, 0, {}});
        REQUIRE(reached.has_value());
        ReachedOptions how;
        how.groups = circuit.groups();
        const ReachedInvariant learnt = reached_invariant(system, reached->table, all_bads(system), how);
        REQUIRE(learnt.complete);
        CHECK(!check_invariant(system, {}, learnt.lemmas, learnt.excluded, make_cadical).has_value());
        CHECK(learnt.lemmas.size() < reached_invariant(system, reached->table, all_bads(system)).lemmas.size() / 2);
        Allowance allowance(10 * learnt.queries);
        PdrOptions options;
        options.interrupt = &allowance.over;
        options.make_solver = [&] {
            auto solver = make_cadical();
            solver->meter_with(&allowance);
            return solver;
        };
        CHECK(pdr(system, learnt.excluded, options).answer == PdrResult::Answer::undecided);
    });
    CHECK(met);
}

}  // namespace untorn::checker::symbolic
