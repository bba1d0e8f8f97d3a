// PDR against the enumeration of all states, on random circuits; its invariants state by state; and on circuits whose
// invariants and runs are known.
#include "checker/symbolic/pdr.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "checker/symbolic/step_clauses.h"
#include "tests/symbolic/random_transition_circuit.h"

namespace untorn::checker::symbolic {

namespace {

using Answer = PdrResult::Answer;
using State = Enumeration::State;

bool holds(const Clause& clause, const State& state) {
    return std::any_of(clause.begin(), clause.end(),
                       [&](const LatchValue& part) { return state[part.latch] == part.value; });
}

bool hold(const std::vector<ClauseOrbit>& lemmas, const State& state) {
    for (const ClauseOrbit& lemma : lemmas)
        for (const Clause& clause : lemma)
            if (!holds(clause, state)) return false;
    return true;
}

/// The three obligations, state by state and move by move.
bool is_invariant(const TransitionCircuit& system, const std::vector<ClauseOrbit>& lemmas, uint32_t bad) {
    Enumeration all(system);
    bool good = true;
    for (const State& state : all.initial()) good = good && hold(lemmas, state);
    all.for_each_state([&](const State& state) {
        if (!hold(lemmas, state)) return;
        all.for_each_move(state, [&](const CircuitValues& values, const State& after) {
            if (!values[system.well_formed]) return;
            if (values[system.bads[bad].happens]) good = false;
            if (values[system.possible] && !hold(lemmas, after)) good = false;
        });
    });
    return good;
}

struct Counts {
    int proved = 0, violated = 0, deepest = 0, lemmas = 0;
};

/// With `minimise`, what is left of the invariant when what it does without is left out.
void compare(const TransitionCircuit& system, uint32_t bad, const PdrOptions& options, Counts& counts,
             bool minimise = false) {
    Enumeration all(system);
    std::optional<size_t> distance;
    all.reached(all.initial(), bad, &distance);
    const PdrResult result = pdr(system, std::span(&bad, 1), options);
    REQUIRE(result.inconsistency == "");
    REQUIRE(result.limit == "");
    if (distance) {
        REQUIRE(result.answer == Answer::violated);
        REQUIRE(is_run(system, result.run));
        REQUIRE(result.run.bad == bad);
        REQUIRE(result.run.steps.size() > *distance);
        counts.deepest = std::max(counts.deepest, static_cast<int>(*distance));
        ++counts.violated;
    } else {
        REQUIRE(result.answer == Answer::proved);
        REQUIRE(is_invariant(system, result.lemmas, bad));
        ++counts.proved;
        counts.lemmas += static_cast<int>(result.lemmas.size());
        if (!minimise) return;
        const auto smallest = smallest_invariant(StepClauses(system), result.lemmas, std::span(&bad, 1), make_cadical);
        REQUIRE(is_invariant(system, smallest, bad));
        for (size_t i = 0; i < smallest.size(); ++i) {
            auto fewer = smallest;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            REQUIRE(!is_invariant(system, fewer, bad));
        }
    }
}

/// A token goes round a ring of latches; only one of them ever holds it.
TransitionCircuit token_ring(size_t size) {
    TransitionCircuit ring;
    const Bits latches = ring.circuit.inputs(size);
    ring.step_inputs = {ring.circuit.input()};
    for (size_t i = 0; i < size; ++i) {
        const Lit next = ring.circuit.choose(ring.step_inputs[0], latches[(i + size - 1) % size], latches[i]);
        ring.latches.push_back({latches[i], next, Circuit::constant(i == 0), "token" + std::to_string(i)});
    }
    ring.bads.push_back({0, ring.circuit.both(latches[1], latches[size - 1])});
    return ring;
}

/// A counter that starts at 0, and is bad at `bad`; it goes back to 0 after `last`.
TransitionCircuit counter(unsigned bits, unsigned last, unsigned bad) {
    TransitionCircuit made;
    Circuit& circuit = made.circuit;
    const Bits value = circuit.inputs(bits);
    const auto is = [&](unsigned number) {
        std::vector<Lit> parts;
        for (unsigned i = 0; i < bits; ++i) parts.push_back((number >> i & 1) != 0 ? value[i] : !value[i]);
        return circuit.all(parts);
    };
    Lit carry = Circuit::yes;
    for (unsigned i = 0; i < bits; ++i) {
        const Lit sum = circuit.differ(value[i], carry);
        carry = circuit.both(value[i], carry);
        made.latches.push_back({value[i], circuit.both(!is(last), sum), Circuit::no, "bit" + std::to_string(i)});
    }
    made.bads.push_back({0, is(bad)});
    return made;
}

}  // namespace

TEST_CASE("PDR answers as the enumeration of all states does, and its invariants are some") {
    std::mt19937 random(11);
    Counts counts;
    for (int round = 0; round < 1500; ++round) {
        const TransitionCircuit system = random_transition_circuit(random);
        PdrOptions options;
        options.obstacle_depth = random() % 3;
        const bool minimise = random() % 2 != 0;
        for (uint32_t bad = 0; bad < 2; ++bad) compare(system, bad, options, counts, minimise);
    }
    CHECK(counts.proved > 500);
    CHECK(counts.violated > 500);
    CHECK(counts.deepest > 5);
    CHECK(counts.lemmas > 500);
}

TEST_CASE("lemmas with their images under symmetry make invariants, too") {
    std::mt19937 random(12);
    Counts counts;
    int images = 0;
    for (int round = 0; round < 1500; ++round) {
        const TransitionCircuit system = random_symmetric_circuit(random);
        PdrOptions options;
        const bool minimise = random() % 2 != 0;
        // A limit that some orbits pass: some lemmas stand without their images.
        options.orbit_limit = std::vector<size_t>{0, 2, 5000}[random() % 3];
        compare(system, 0, options, counts, minimise);
        const uint32_t bad = 0;
        for (const ClauseOrbit& lemma : pdr(system, std::span(&bad, 1)).lemmas) images += lemma.size() > 1;
    }
    CHECK(counts.proved > 200);
    CHECK(counts.violated > 200);
    CHECK(images > 100);
}

TEST_CASE("several bads at once: the run names the one that happens") {
    std::mt19937 random(13);
    const std::vector<uint32_t> both{0, 1};
    for (int round = 0; round < 500; ++round) {
        const TransitionCircuit system = random_transition_circuit(random);
        const bool one = pdr(system, std::span(both).first(1)).answer == Answer::proved;
        const bool other = pdr(system, std::span(both).last(1)).answer == Answer::proved;
        const PdrResult result = pdr(system, both);
        REQUIRE((result.answer == Answer::proved) == (one && other));
        if (result.answer == Answer::violated) REQUIRE(!(result.run.bad == 0 ? one : other));
    }
}

TEST_CASE("well_formed is used, and has to be kept itself") {
    std::mt19937 random(14);
    int used = 0;
    for (int round = 0; round < 500; ++round) {
        TransitionCircuit system = random_transition_circuit(random);
        Enumeration all(system);
        std::vector<Lit> reached;
        for (const State& state : all.reached(all.initial(), 0, nullptr)) {
            std::vector<Lit> parts;
            for (size_t i = 0; i < state.size(); ++i)
                parts.push_back(state[i] ? system.latches[i].current : !system.latches[i].current);
            reached.push_back(system.circuit.all(parts));
        }
        system.well_formed = system.circuit.any(reached);
        const uint32_t bad = 0;
        const PdrResult result = pdr(system, std::span(&bad, 1));
        REQUIRE(result.inconsistency == "");
        if (result.answer == Answer::proved) {
            CHECK(result.lemmas.empty());
            ++used;
        }
        // What is not kept by the moves cannot be relied on: no proof is given.
        if (all.initial().empty()) continue;
        Enumeration again(system);
        std::vector<Lit> parts;
        const State first = *again.initial().begin();
        for (size_t i = 0; i < first.size(); ++i)
            parts.push_back(first[i] ? system.latches[i].current : !system.latches[i].current);
        if (again.reached(again.initial(), 0, nullptr).size() == 1 || again.initial().size() != 1) continue;
        system.well_formed = system.circuit.all(parts);
        CHECK(pdr(system, std::span(&bad, 1)).answer != Answer::proved);
    }
    CHECK(used > 100);
}

TEST_CASE("a token ring: pairwise exclusion, as small as it can be") {
    const uint32_t bad = 0;
    const TransitionCircuit ring = token_ring(6);
    const PdrResult result = pdr(ring, std::span(&bad, 1));
    REQUIRE(result.answer == Answer::proved);
    const auto lemmas = smallest_invariant(StepClauses(ring), result.lemmas, std::span(&bad, 1), make_cadical);
    // Tokens keep their distance: of the pairs only those two apart are needed, all six of them.
    CHECK(lemmas.size() == 6);
    for (const ClauseOrbit& lemma : lemmas) {
        REQUIRE(lemma.size() == 1);
        CHECK(lemma[0].size() == 2);
        CHECK(std::none_of(lemma[0].begin(), lemma[0].end(), [](const LatchValue& part) { return part.value; }));
    }
}

TEST_CASE("a counter reaches what it reaches in as many steps, and nothing else") {
    const uint32_t bad = 0;
    const PdrResult reached = pdr(counter(5, 30, 23), std::span(&bad, 1));
    REQUIRE(reached.answer == Answer::violated);
    CHECK(reached.run.steps.size() == 24);
    CHECK(pdr(counter(5, 20, 23), std::span(&bad, 1)).answer == Answer::proved);
    CHECK(pdr(counter(5, 0, 1), std::span(&bad, 1)).answer == Answer::proved);
    CHECK(pdr(counter(1, 1, 0), std::span(&bad, 1)).run.steps.size() == 1);
}

TEST_CASE("limits end it without an answer, and what it learnt helps the next time") {
    const uint32_t bad = 0;
    const TransitionCircuit system = token_ring(8);
    PdrOptions options;
    options.max_frames = 1;
    const PdrResult cut = pdr(system, std::span(&bad, 1), options);
    CHECK(cut.answer == Answer::undecided);
    CHECK(cut.limit == "frames");

    options = {};
    options.memory = 1;
    CHECK(pdr(system, std::span(&bad, 1), options).limit == "--memory");
    std::atomic<bool> stop{true};
    options = {};
    options.interrupt = &stop;
    const PdrResult stopped = pdr(system, std::span(&bad, 1), options);
    CHECK(stopped.answer == Answer::undecided);
    CHECK(stopped.limit == "interrupted");

    const PdrResult whole = pdr(system, std::span(&bad, 1));
    REQUIRE(whole.answer == Answer::proved);
    options = {};
    for (const ClauseOrbit& lemma : whole.lemmas)
        options.candidates.insert(options.candidates.end(), lemma.begin(), lemma.end());
    options.candidates.push_back({{3, true}});  // false at once
    options.candidates.push_back({{0, true}});  // false after a step
    const PdrResult again = pdr(system, std::span(&bad, 1), options);
    CHECK(again.answer == Answer::proved);
    CHECK(again.reached.queries < whole.reached.queries / 4);
}

TEST_CASE("false candidates do not lead astray") {
    std::mt19937 random(15);
    Counts counts;
    for (int round = 0; round < 500; ++round) {
        const TransitionCircuit system =
            round % 2 ? random_symmetric_circuit(random) : random_transition_circuit(random);
        PdrOptions options;
        for (int i = 0; i < 6; ++i) {
            Clause clause;
            for (uint32_t latch = 0; latch < system.latches.size(); ++latch)
                if (random() % 3 == 0) clause.push_back({latch, random() % 2 != 0});
            options.candidates.push_back(std::move(clause));
        }
        compare(system, 0, options, counts);
    }
    CHECK(counts.proved > 100);
    CHECK(counts.violated > 100);
}

TEST_CASE("a solver without clauses for one query will do as well") {
    /// CaDiCaL with SatSolver's own solve_where().
    class Plain final : public SatSolver {
     public:
        int new_variable() override { return inner_->new_variable(); }
        void add_clause(std::span<const int> literals) override { inner_->add_clause(literals); }
        SatSolver::Answer solve(std::span<const int> assumptions) override { return inner_->solve(assumptions); }
        bool value(int literal) override { return inner_->value(literal); }
        bool needed(int assumption) override { return inner_->needed(assumption); }
        void interrupt_with(const std::atomic<bool>* flag) override { inner_->interrupt_with(flag); }

     private:
        std::unique_ptr<SatSolver> inner_ = make_cadical();
    };
    std::mt19937 random(16);
    Counts counts;
    PdrOptions options;
    options.make_solver = [] { return std::make_unique<Plain>(); };
    for (int round = 0; round < 300; ++round) compare(random_transition_circuit(random), 0, options, counts);
    CHECK(counts.proved > 50);
}

TEST_CASE("what is no invariant is not taken for one") {
    const TransitionCircuit system = token_ring(4);
    const std::vector<uint32_t> bads{0};
    using Kind = BrokenObligation::Kind;
    const auto broken = [&](const std::vector<ClauseOrbit>& lemmas) {
        return check_invariant(system, {}, lemmas, bads, make_cadical)->kind;
    };
    const auto apart = [](uint32_t a, uint32_t b) { return ClauseOrbit{{{a, false}, {b, false}}}; };
    CHECK(broken({{{{0, false}}}}) == Kind::initial);
    CHECK(broken({apart(1, 3)}) == Kind::consecution);
    CHECK(broken({}) == Kind::safety);
    CHECK(!check_invariant(system, {}, std::vector{apart(0, 2), apart(1, 3)}, bads, make_cadical));
    CHECK(largest_inductive(system, {apart(0, 1), apart(1, 3), {{{0, true}}}, apart(0, 2)}, make_cadical) ==
          std::vector{apart(1, 3), apart(0, 2)});
}

TEST_CASE("a proof with a lemma dropped, or a literal turned, passes the check only if it is one all the same") {
    std::mt19937 random(17);
    int refused = 0, accepted = 0;
    for (int round = 0; round < 400; ++round) {
        const TransitionCircuit system = random_symmetric_circuit(random);
        const uint32_t bad = 0;
        PdrResult result = pdr(system, std::span(&bad, 1));
        if (result.answer != Answer::proved || result.lemmas.empty()) continue;
        if (random() % 2 != 0)
            result.lemmas = smallest_invariant(StepClauses(system), result.lemmas, std::span(&bad, 1), make_cadical);
        if (result.lemmas.empty()) continue;
        const bool by_z3 = round % 8 == 0;
        const auto passes = [&](const std::vector<ClauseOrbit>& lemmas) {
            const auto broken = check_invariant(system, {}, lemmas, std::span(&bad, 1), by_z3 ? make_z3 : make_cadical);
            CHECK(broken.has_value() != is_invariant(system, lemmas, bad));
            return !broken;
        };
        CHECK(passes(result.lemmas));
        const auto corrupt = [&](const auto& change) {
            auto lemmas = result.lemmas;
            ClauseOrbit& orbit = lemmas[random() % lemmas.size()];
            change(orbit, random() % orbit.size());
            ++(passes(lemmas) ? accepted : refused);
        };
        corrupt([](ClauseOrbit& orbit, size_t) { orbit.clear(); });
        corrupt([](ClauseOrbit& orbit, size_t i) { orbit.erase(orbit.begin() + static_cast<ptrdiff_t>(i)); });
        corrupt([&](ClauseOrbit& orbit, size_t i) {
            if (!orbit[i].empty()) {
                LatchValue& part = orbit[i][random() % orbit[i].size()];
                part = !part;
            }
        });
    }
    CHECK(refused > 100);
    CHECK(accepted > 20);
}

TEST_CASE("what a proof needs is one, and no single clause of what is irredundant can be left out") {
    std::mt19937 random(19);
    size_t found = 0, needed_ones = 0, clauses = 0, left = 0;
    for (int round = 0; round < 400; ++round) {
        const TransitionCircuit system = random_symmetric_circuit(random);
        const uint32_t bad = 0;
        const PdrResult result = pdr(system, std::span(&bad, 1));
        if (result.answer != Answer::proved || result.lemmas.empty()) continue;
        // Lemmas that are not needed: each part of a lemma's cube alone, as long as that is an invariant.
        std::vector<ClauseOrbit> lemmas = result.lemmas;
        for (uint32_t latch = 0; latch < system.latches.size(); ++latch)
            for (const bool value : {false, true})
                if (lemmas.push_back({{{latch, value}}}); !is_invariant(system, lemmas, bad)) lemmas.pop_back();
        const std::vector<bool> needed =
            needed_lemmas(StepClauses(system), {}, lemmas, std::span(&bad, 1), make_cadical);
        std::vector<ClauseOrbit> some;
        for (size_t i = 0; i < lemmas.size(); ++i)
            if (needed[i]) some.push_back(lemmas[i]);
        CHECK(is_invariant(system, some, bad));
        found += lemmas.size(), needed_ones += some.size();

        const std::vector<Clause> few = irredundant(StepClauses(system), lemmas, std::span(&bad, 1), make_cadical);
        CHECK(is_invariant(system, {few}, bad));
        for (size_t i = 0; i < few.size(); ++i) {
            std::vector<Clause> fewer = few;
            fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
            CHECK(!is_invariant(system, {fewer}, bad));
        }
        for (const ClauseOrbit& lemma : lemmas) clauses += lemma.size();
        left += few.size();
    }
    CHECK(needed_ones + 50 < found);
    CHECK(left > 50);
    CHECK(left + 100 < clauses);
}

TEST_CASE("one search for several questions: the answers of searches of their own, and what is known comes first") {
    std::mt19937 random(18);
    int from_known = 0, proved = 0, violated = 0;
    for (int round = 0; round < 800; ++round) {
        const TransitionCircuit system =
            round % 2 != 0 ? random_transition_circuit(random) : random_symmetric_circuit(random);
        TransitionCircuit more = system;
        for (uint32_t i = 0; i < 3; ++i) {  // that latches are set, and what was asked first once more
            const Lit current = more.latches[random() % more.latches.size()].current;
            more.bads.push_back({i, random() % 2 != 0 ? current : !current});
        }
        more.bads.push_back(more.bads[0]);
        PdrOptions options;
        options.orbit_limit = std::vector<size_t>{0, 2, 5000}[random() % 3];
        Pdr search(more, options);
        std::vector<ClauseOrbit> known;
        for (uint32_t bad = 0; bad < more.bads.size(); ++bad) {
            Enumeration all(more);
            std::optional<size_t> distance;
            all.reached(all.initial(), bad, &distance);
            const size_t before = known.size();
            const PdrResult result = search.decide(std::span(&bad, 1));
            REQUIRE(result.inconsistency == "");
            REQUIRE(result.answer == (distance ? Answer::violated : Answer::proved));
            if (distance) {
                ++violated;
                CHECK(is_run(more, result.run));
                continue;
            }
            ++proved;
            CHECK(is_invariant(more, result.lemmas, bad));
            REQUIRE(result.lemmas.size() >= before);
            CHECK(std::equal(known.begin(), known.end(), result.lemmas.begin()));
            known = result.lemmas;
            from_known += before > 0 && known.size() == before;
        }
    }
    CHECK(proved > 500);
    CHECK(violated > 500);
    CHECK(from_known > 100);
}

}  // namespace untorn::checker::symbolic
