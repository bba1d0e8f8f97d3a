// PDR as an engine: its verdicts and fewest steps are those of the explicit search, on random systems and on runs of
// the repository's specifications; which symmetries it guesses.
#include "checker/symbolic/pdr_engine.h"

#include <doctest/doctest.h>

#include "checker/answer.h"
#include "checker/symbolic/one_hot.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::checker::symbolic {

namespace {

SearchResult found(Answer answer) {
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) FAIL(wrong->what);
    return std::move(std::get<SearchResult>(answer));
}

SearchResult explicitly(const system::System& system, uint64_t max_states = 0) {
    SearchOptions options;
    options.order_by_steps = true;
    options.max_states = max_states;
    return found(search(system, options));
}

struct Counts {
    int proved = 0, violated = 0, open = 0;
};

void compare(const system::System& system, const SearchResult& whole, Counts& counts) {
    const SearchResult symbolic = found(answer_by_pdr(system, {}));
    REQUIRE(symbolic.properties.size() == whole.properties.size());
    for (size_t i = 0; i < whole.properties.size(); ++i) {
        const PropertyResult &a = symbolic.properties[i], &b = whole.properties[i];
        CAPTURE(system.properties[a.property].name);
        REQUIRE(a.property == b.property);
        if (a.verdict == Verdict::undecided) {
            CHECK(!a.limit.empty());
            ++counts.open;
            continue;
        }
        CHECK(a.verdict == b.verdict);
        if (a.how.starts_with("proved")) ++counts.proved;
        if (a.verdict == Verdict::violated) ++counts.violated;
        REQUIRE(a.trace.has_value() == b.trace.has_value());
        if (!a.trace || b.trace->loop_start) continue;
        CHECK(a.shortest);
        CHECK(a.trace->length == b.trace->length);
    }
}

}  // namespace

TEST_CASE("PDR's verdicts are those of the explicit search, and it leaves little open") {
    Counts counts;
    for (uint32_t seed = 100; seed < 125; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        const system::System& system = make.make();
        compare(system, explicitly(system), counts);
        testing::RandomActors actors(seed);
        const system::System& other = actors.make();
        compare(other, explicitly(other), counts);
    }
    MESSAGE("proved ", counts.proved, ", violated ", counts.violated, ", open ", counts.open);
    CHECK(counts.proved > 100);
    CHECK(counts.violated > 20);
}

TEST_CASE("runs of the specifications: PDR decides small ones as the explicit search does") {
    Counts counts;
    int runs = 0, symmetric = 0;
    testing::for_each_spec_run({"specs/bench"}, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        const SearchResult whole = explicitly(system, 150);
        if (!whole.exhaustive) return;
        compare(system, whole, counts);
        ++runs;
        symmetric += !OneHot(Encoding(system)).transition().symmetries.empty();
    });
    MESSAGE(runs, " runs, ", symmetric, " symmetric; proved ", counts.proved, ", violated ", counts.violated, ", open ",
            counts.open);
    CHECK(runs > 5);
    CHECK(symmetric == 2);
    CHECK(counts.proved > 20);
}

TEST_CASE("left in the middle of a question, wherever that is, PDR answers the others as if it had not been asked") {
    /// Everything is wanted until so much work is done: then, once, no longer what is being asked.
    class Once final : public WorkMeter {
     public:
        explicit Once(uint64_t until) : left_(until) {}
        void pay(uint64_t units) override {
            if (!go_on(units)) {
                unwanted = asked;
                throw NoLongerAsked{};
            }
        }
        bool go_on(uint64_t units) override {
            if (asked == system::none || unwanted != system::none) return true;
            left_ -= std::min(left_, units);
            return left_ > 0;
        }
        uint32_t asked = system::none, unwanted = system::none;

     private:
        uint64_t left_;
    };
    int left = 0, decided = 0;
    for (uint32_t seed = 100; seed < 102; ++seed) {
        testing::RandomSystem make(seed);
        const system::System& system = make.make();
        const SearchResult whole = explicitly(system);
        for (uint64_t until = 1; until < 2000; until += until / 4 + 1) {
            CAPTURE(seed);
            CAPTURE(until);
            Once meter(until);
            const auto metered = [&meter](std::unique_ptr<SatSolver> solver) {
                solver->meter_with(&meter);
                return solver;
            };
            Company company;
            company.wanted = [&meter](uint32_t property) {
                meter.asked = property;
                return property == system::none || property != meter.unwanted;
            };
            const SearchResult result = found(answer_by_pdr(
                system, {}, [&] { return metered(make_cadical()); }, [&] { return metered(make_z3()); }, company));
            if (meter.unwanted == system::none) continue;
            ++left;
            for (size_t i = 0; i < whole.properties.size(); ++i) {
                const PropertyResult& property = result.properties[i];
                CAPTURE(system.properties[property.property].name);
                if (property.verdict == Verdict::undecided) continue;
                CHECK(property.verdict == whole.properties[i].verdict);
                ++decided;
            }
        }
    }
    MESSAGE("left ", left, " times; decided ", decided);
    CHECK(left > 20);
    CHECK(decided > 50);
}

TEST_CASE("a solver that lies is caught: what is proved is asked of another one") {
    /// Every second query is unsatisfiable.
    class Liar final : public SatSolver {
     public:
        int new_variable() override { return inner_->new_variable(); }
        void add_clause(std::span<const int> literals) override { inner_->add_clause(literals); }
        SatSolver::Answer solve(std::span<const int> assumptions) override {
            lies_ = ++queries_ % 2 == 0;
            return lies_ ? SatSolver::Answer::unsatisfiable : inner_->solve(assumptions);
        }
        bool value(int literal) override { return inner_->value(literal); }
        bool needed(int assumption) override { return lies_ || inner_->needed(assumption); }
        void interrupt_with(const std::atomic<bool>* flag) override { inner_->interrupt_with(flag); }

     private:
        std::unique_ptr<SatSolver> inner_ = make_cadical();
        int queries_ = 0;
        bool lies_ = false;
    };
    int caught = 0;
    for (uint32_t seed = 100; seed < 110; ++seed) {
        testing::RandomSystem make(seed);
        const system::System& system = make.make();
        const SearchResult whole = explicitly(system);
        SearchOptions options;
        options.max_steps = 20;
        const Answer answer = answer_by_pdr(system, options, [] { return std::make_unique<Liar>(); });
        if (std::holds_alternative<Inconsistency>(answer)) {
            ++caught;
            continue;
        }
        const auto& properties = std::get<SearchResult>(answer).properties;
        for (size_t i = 0; i < properties.size(); ++i)
            if (properties[i].verdict != Verdict::undecided)
                CHECK(properties[i].verdict == whole.properties[i].verdict);
    }
    CHECK(caught > 0);
}

}  // namespace untorn::checker::symbolic
