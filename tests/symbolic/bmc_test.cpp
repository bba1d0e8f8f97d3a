// Bounded search and k-induction against the explicit search: the same verdicts, the same fewest steps, and the fewest
// faults among shortest runs; on random systems and on runs of the repository's specifications.
#include "checker/symbolic/bmc.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "checker/answer.h"
#include "checker/symbolic/induction.h"
#include "tests/explicit/naive.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::checker::symbolic {

namespace {

using system::PropertyKind;

SearchResult found(Answer answer) {
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) FAIL(wrong->what);
    return std::move(std::get<SearchResult>(answer));
}

SearchResult explicitly(const system::System& system) {
    SearchOptions options;
    options.order_by_steps = true;
    return found(search(system, options));
}

/// What a symbolic engine says must be what the explicit search says; what it leaves open is counted.
size_t compare(const system::System& system, const SearchResult& symbolic, const SearchResult& whole) {
    size_t open = 0;
    REQUIRE(symbolic.properties.size() == whole.properties.size());
    for (size_t i = 0; i < whole.properties.size(); ++i) {
        const PropertyResult &a = symbolic.properties[i], &b = whole.properties[i];
        const system::Property& property = system.properties[a.property];
        CAPTURE(property.name);
        REQUIRE(a.property == b.property);
        if (a.verdict == Verdict::undecided) {
            CHECK(!a.limit.empty());
            ++open;
            continue;
        }
        if (system::is_progress(property.kind)) continue;
        CHECK(a.verdict == b.verdict);
        CHECK(a.trace.has_value() == b.trace.has_value());
        if (!a.trace || !b.trace) continue;
        CHECK(a.shortest);
        // Recovery that goes round is no business of these engines; its trace need not be the shortest.
        if (!b.trace->loop_start) CHECK(a.trace->length == b.trace->length);
    }
    return open;
}

SearchOptions within_steps(uint64_t steps) {
    SearchOptions options;
    options.max_steps = steps;
    return options;
}

/// CaDiCaL, with simplified clauses as soon as possible.
class SimplifiedSoon : public SatSolver {
 public:
    int new_variable() override { return solver_->new_variable(); }
    void add_clause(std::span<const int> literals) override { solver_->add_clause(literals); }
    Answer solve(std::span<const int> assumptions) override { return solver_->solve(assumptions); }
    bool value(int literal) override { return solver_->value(literal); }
    bool needed(int assumption) override { return solver_->needed(assumption); }
    void interrupt_with(const std::atomic<bool>* flag) override { solver_->interrupt_with(flag); }
    std::optional<size_t> simplified_from() const override { return 1; }

 private:
    std::unique_ptr<SatSolver> solver_ = make_cadical();
};

bool has_trace(const PropertyResult& property) { return property.trace && !property.trace->loop_start; }

}  // namespace

TEST_CASE("bounded search finds what the explicit search finds, with as few steps, and proves nothing") {
    size_t violations = 0;
    for (uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        const system::System& system = make.make();
        const SearchResult whole = explicitly(system);
        const SearchResult bounded = found(bmc(system, within_steps(whole.depth + 8)));
        compare(system, bounded, whole);
        const testing::NaiveResult naive = testing::NaiveExplorer(system, true).explore();
        for (size_t i = 0; i < whole.properties.size(); ++i) {
            const PropertyResult &a = bounded.properties[i], &b = whole.properties[i];
            CAPTURE(system.properties[a.property].name);
            CHECK((a.verdict == Verdict::holds && !a.trace) == false);
            if (!has_trace(b)) continue;
            ++violations;
            // Within the depth of the whole search there is everything.
            REQUIRE(a.trace.has_value());
            const bool satisfied =
                b.verdict == Verdict::holds || system.properties[a.property].kind == PropertyKind::never;
            const auto& costs = satisfied ? naive.holds : naive.fails;
            REQUIRE(costs[a.property].has_value());
            CHECK(testing::Cost(a.trace->length, a.trace->faults) == *costs[a.property]);
        }
    }
    CHECK(violations > 100);
}

// Later frames are simplified, which runs of random systems are too short to come to.
TEST_CASE("bounded search finds the same whether frames are simplified or not, and a solver that checks sees none") {
    size_t traces = 0;
    for (uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        const system::System& system = make.make();
        const SearchResult plain = found(bmc(system, within_steps(9)));
        const SearchResult soon =
            found(bmc(system, within_steps(9), [] { return std::make_unique<SimplifiedSoon>(); }));
        CHECK(plain.reached == soon.reached);
        CHECK(plain.limit == soon.limit);
        for (size_t i = 0; i < plain.properties.size(); ++i) {
            const PropertyResult &a = plain.properties[i], &b = soon.properties[i];
            CAPTURE(system.properties[a.property].name);
            CHECK(a.verdict == b.verdict);
            CHECK(a.answer == b.answer);
            REQUIRE(a.trace.has_value() == b.trace.has_value());
            if (!a.trace) continue;
            ++traces;
            CHECK(a.trace->length == b.trace->length);
            CHECK(a.trace->faults == b.trace->faults);
        }
    }
    CHECK(traces > 100);
    CHECK(make_cadical()->simplified_from() == size_t{10});
    CHECK(!make_z3()->simplified_from().has_value());
}

TEST_CASE("k-induction: its verdicts are those of the explicit search, and Z3 agrees with every proof") {
    size_t proved = 0, open = 0;
    const auto judge = [&](const system::System& system) {
        const SearchResult inductive = found(induction(system, within_steps(12)));
        open += compare(system, inductive, explicitly(system));
        for (const PropertyResult& property : inductive.properties)
            if (property.how.starts_with("proved")) ++proved;
    };
    for (uint32_t seed = 0; seed < 15; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        judge(make.make());
        testing::RandomActors actors(seed);
        judge(actors.make());
    }
    CHECK(proved > 80);
    MESSAGE("proved ", proved, ", open ", open);
}

TEST_CASE("bounded search gives the same verdicts and lengths by Z3 as by CaDiCaL") {
    for (uint32_t seed = 0; seed < 8; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        const system::System& system = make.make();
        const SearchResult a = found(bmc(system, within_steps(6))), b = found(bmc(system, within_steps(6), make_z3));
        for (size_t i = 0; i < a.properties.size(); ++i) {
            CHECK(a.properties[i].verdict == b.properties[i].verdict);
            REQUIRE(a.properties[i].trace.has_value() == b.properties[i].trace.has_value());
            if (!a.properties[i].trace) continue;
            CHECK(a.properties[i].trace->length == b.properties[i].trace->length);
            CHECK(a.properties[i].trace->faults == b.properties[i].trace->faults);
        }
    }
}

TEST_CASE("limits leave it undecided, and say how far it came") {
    testing::RandomSystem make(1);
    const system::System& system = make.make();
    const SearchResult cut = found(bmc(system, within_steps(1)));
    for (const PropertyResult& property : cut.properties)
        if (property.verdict == Verdict::undecided && !system::is_progress(system.properties[property.property].kind))
            CHECK(property.limit == "--max-steps 1: no violation within 1 step");
    const std::atomic<bool> interrupted{true};
    SearchOptions options;
    options.interrupted = &interrupted;
    // The flag is looked at by a thread: it may come a little late, but it comes.
    options.max_steps = 1000000;
    const SearchResult stopped = found(bmc(system, options));
    CHECK(!stopped.limit.empty());
}

/// UNTORN_BMC_STATES=N compares all runs of up to N states instead of a sample of small ones.
TEST_CASE("runs of the specifications: bounded search finds the shortest runs that the explicit search finds") {
    const char* set = std::getenv("UNTORN_BMC_STATES");
    const uint64_t most = set == nullptr ? 150 : static_cast<uint64_t>(std::atoll(set));
    size_t runs = 0, traces = 0, met = 0;
    const auto visit = [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        if (set == nullptr && met++ % 6 != 0) return;
        SearchOptions options;
        options.order_by_steps = true;
        options.max_states = most;
        const SearchResult whole = found(search(system, options));
        if (!whole.exhaustive) return;
        uint64_t steps = 0;
        for (const PropertyResult& property : whole.properties)
            if (has_trace(property)) steps = std::max(steps, property.trace->length);
        if (set == nullptr && steps > 10) return;
        const SearchResult bounded = found(bmc(system, within_steps(steps)));
        compare(system, bounded, whole);
        for (size_t i = 0; i < whole.properties.size(); ++i) {
            const system::Property& property = system.properties[whole.properties[i].property];
            // `sometimes` needs an outcome of the other side as well, which may lie deeper.
            if (!has_trace(whole.properties[i]) || property.kind == PropertyKind::sometimes) continue;
            CAPTURE(property.name);
            REQUIRE(bounded.properties[i].trace.has_value());
            CHECK(bounded.properties[i].trace->faults <= whole.properties[i].trace->faults);
            ++traces;
        }
        ++runs;
    };
    testing::for_each_spec_run({"specs/seed", "specs/litmus"}, visit);
    CHECK(runs > 3);
    CHECK(traces > 3);
    if (set != nullptr) MESSAGE(runs, " runs, ", traces, " traces");
}

}  // namespace untorn::checker::symbolic
