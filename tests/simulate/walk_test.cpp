// A walk lists what can happen in the order of the rules, returns exactly to every state that it passed, and says of
// each state what the naive explorer says of it.
#include "checker/simulate/walk.h"

#include <algorithm>

#include "checker/explicit/search.h"
#include "checker/simulate/judge.h"
#include "checker/simulate/wander.h"
#include "tests/explicit/naive.h"
#include "tests/explicit/random_system.h"
#include "tests/language/compile_sources.h"
#include "tests/simulate/two_blocks.h"

namespace untorn::testing {

using checker::Observation;
using checker::Option;
using checker::Random;
using checker::Standing;
using checker::TraceStep;
using checker::Walk;

namespace {

/// A walk through the only run of a specification.
struct Walking {
    explicit Walking(const std::string& text)
        : run(language::testing::run_of(text)), evaluator(run.system), walk(run.system, evaluator) {}

    /// Takes an option by its number, from 1.
    void take(size_t option) {
        REQUIRE(option <= walk.options().size());
        walk.take(walk.options()[option - 1].move);
    }
    void take_each(std::initializer_list<size_t> options) {
        for (const size_t option : options) take(option);
    }
    /// What can happen: `step`, `fault`, `loss`, `start`, each with its choices.
    std::string options() const {
        std::string out;
        for (const Option& option : walk.options()) {
            switch (option.move.kind) {
                case TraceStep::Kind::initial: out += "start"; break;
                case TraceStep::Kind::power_loss: out += "loss"; break;
                default: out += option.fault ? "fault" : "step"; break;
            }
            for (const int64_t choice : option.move.choices) out += fmt::format(" {}", choice);
            out += "; ";
        }
        return out;
    }
    /// What the state at hand shows: `no_tear violated; `.
    std::string shows() const {
        std::string out;
        for (const Observation& o : checker::observations(walk))
            out += run.system.properties[o.property].name + (o.violated ? " violated; " : " reached; ");
        return out;
    }

    language::Run run;
    system::Evaluator evaluator;
    Walk walk;
};

/// A walk by option numbers that depend on `seed`, until `moves` moves are made or nothing follows; the states passed,
/// the one before the start first.
std::vector<system::State> stroll(Walk& walk, uint64_t seed, size_t moves) {
    Random random(seed);
    std::vector<system::State> states{walk.state()};
    while (states.size() <= moves && !walk.options().empty()) {
        walk.take(walk.options()[random.below(walk.options().size())].move);
        states.push_back(walk.state());
    }
    return states;
}

}  // namespace

TEST_CASE("before the start the initial states are listed, then steps by rule 10, then power loss") {
    Walking w(two_blocks);
    CHECK(w.options() == "start 0; start 2; ");
    CHECK(w.walk.position() == 0);
    w.take(2);
    CHECK(w.options() == "step; loss 0; loss 1; ");
    w.take(1);
    CHECK(w.options() == "step 0; fault 1; loss 0; loss 1; ");
    CHECK(w.walk.steps() == 1);
    w.take(2);
    CHECK(w.walk.faults() == 1);
    CHECK(w.shows() == "slipped reached; ");
    CHECK(checker::standing(w.walk) == Standing::moving);
}

TEST_CASE("a failed check ends the run where it was, and going back undoes it") {
    Walking w(two_blocks);
    w.take_each({1, 1, 2});
    const system::State before = w.walk.state();
    w.take(1);  // the assertion
    CHECK(w.walk.state() == before);
    CHECK(w.walk.failed_property().has_value());
    CHECK(w.walk.options().empty());
    CHECK(checker::standing(w.walk) == Standing::failed);
    CHECK(w.walk.steps() == 3);
    const std::vector<Observation> shown = checker::observations(w.walk);
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].violated);
    CHECK(w.run.system.properties[shown[0].property].kind == system::PropertyKind::assertion);
    CHECK(w.walk.back(1) == 1);
    CHECK(w.walk.state() == before);
    CHECK(w.options() == "step; loss 0; loss 1; ");
}

TEST_CASE("after power loss recovery moves, and the crash properties are judged where it ends") {
    Walking w(two_blocks);
    w.take_each({1, 1, 3});  // the first block is new; nothing more arrives
    CHECK(w.walk.power_lost());
    CHECK(w.walk.losses_left() == 0);
    CHECK(w.walk.faults() == 1);
    CHECK(w.options() == "step; ");
    CHECK(w.shows() == "");
    w.take(1);
    CHECK(w.shows() == "no_tear violated; ");
    CHECK(checker::standing(w.walk) == Standing::recovered);
    CHECK(w.walk.options().empty());
}

TEST_CASE("power may be lost again while losses remain, also when recovery has ended") {
    Walking w(R"(durable var n: 0..3;
thread t { n = 1; }
power_loss budget 2 { }
recover { n = 2; }
)");
    for (const char* options : {"start; ", "step; loss; "}) {
        CHECK(w.options() == options);
        w.take(w.walk.options().size());
    }
    CHECK(w.options() == "step; loss; ");
    w.take(1);
    CHECK(checker::standing(w.walk) == Standing::recovered);
    CHECK(w.options() == "loss; ");
    w.take(1);
    CHECK(w.options() == "step; ");
    w.take(1);
    CHECK(w.options() == "");
    CHECK(w.walk.faults() == 2);
    CHECK(w.walk.steps() == 2);
}

TEST_CASE("deadlock, blocked recovery and the end of all threads are told apart") {
    Walking stuck("var go: bool;\nthread t { await go; }\n");
    stuck.take(1);
    CHECK(checker::standing(stuck.walk) == Standing::deadlock);
    CHECK(stuck.shows() == "deadlock violated; ");

    Walking done("var x: bool;\nthread t { x = true; }\nfinal unset: not x;\n");
    for (int i = 0; i < 2; ++i) done.take(1);
    CHECK(checker::standing(done.walk) == Standing::ended);
    CHECK(done.shows() == "unset violated; ");

    Walking blocked("durable var x: bool;\nthread t { x = true; }\npower_loss { }\nrecover { await x; }\n");
    blocked.take_each({1, 2});
    CHECK(checker::standing(blocked.walk) == Standing::blocked);
    CHECK(blocked.shows() == "recovery violated; ");

    Build nowhere;
    nowhere.system.init.guard = system::ExprPool::no;
    const system::Evaluator evaluator(nowhere.finish());
    CHECK(checker::standing(Walk(nowhere.system, evaluator)) == Standing::no_start);
}

TEST_CASE("what lies ahead stays while the recorded way is followed") {
    Walking w(two_blocks);
    w.take_each({1, 1, 1, 1});
    const system::State end = w.walk.state();
    CHECK(w.walk.back(2) == 2);
    CHECK(w.walk.recorded() == 4);
    w.take(1);  // as before
    CHECK(w.walk.recorded() == 4);
    CHECK(w.walk.forward(9) == 1);
    CHECK(w.walk.state() == end);
    CHECK(w.walk.back(99) == 4);
    CHECK(w.walk.state() == w.evaluator.first());
    CHECK(w.walk.go_to_step(1));
    w.take(2);  // otherwise
    CHECK(w.walk.recorded() == 3);
    CHECK(w.walk.forward(1) == 0);
    CHECK_FALSE(w.walk.go_to_step(3));
    CHECK(w.walk.steps() == 2);
}

TEST_CASE("goto counts steps as traces do: neither the start nor power loss is one") {
    Walking w(two_blocks);
    CHECK_FALSE(w.walk.go_to_step(0));
    w.take_each({1, 1, 3, 1});  // start, step 1, power loss, step 2
    CHECK(w.walk.go_to_step(1));
    CHECK(w.walk.position() == 2);
    CHECK_FALSE(w.walk.power_lost());
    CHECK(w.walk.go_to_step(2));
    CHECK(w.walk.position() == 4);
    CHECK(w.walk.go_to_step(0));
    CHECK(w.walk.position() == 1);
    CHECK_FALSE(w.walk.go_to_step(3));
    CHECK(w.walk.position() == 1);
}

TEST_CASE("a loaded lasso goes round") {
    Walking w(R"(durable var d: bool;
thread t { d = true; }
power_loss { }
recover { while (true) { d = !d; } }
)");
    const auto found = checker::search(w.run.system, {});
    REQUIRE(std::holds_alternative<checker::SearchResult>(found));
    const auto& properties = std::get<checker::SearchResult>(found).properties;
    const auto lasso = std::ranges::find_if(properties, [](const auto& p) { return p.trace && p.trace->loop_start; });
    REQUIRE(lasso != properties.end());
    const checker::Trace trace = *lasso->trace;
    w.walk.load(trace);
    CHECK(w.walk.position() == 0);
    CHECK(w.walk.recorded() == trace.steps.size());
    w.walk.go_to(*trace.loop_start + 1);
    const system::State loop = w.walk.state();
    const size_t turn = trace.steps.size() - *trace.loop_start - 1;
    for (int i = 0; i < 3; ++i) {
        CHECK(w.walk.forward(turn) == turn);
        CHECK(w.walk.state() == loop);
        CHECK(w.walk.position() == trace.steps.size());
    }
    const auto round = w.walk.trace(lasso->property);
    REQUIRE(std::holds_alternative<checker::Trace>(round));
    CHECK(std::get<checker::Trace>(round).loop_start == trace.loop_start);
    // The first step of the loop is what lies ahead; once it is taken, the way is longer and no lasso.
    REQUIRE(w.walk.ahead().has_value());
    w.walk.take(*w.walk.ahead());
    CHECK(w.walk.recorded() == trace.steps.size() + 1);
    CHECK_FALSE(w.walk.loop_start().has_value());
}

TEST_CASE("every state that was passed comes back exactly, on random systems") {
    size_t compared = 0;
    for (uint32_t seed = 0; seed < 150; ++seed) {
        RandomSystem random(seed);
        const system::System& system = random.make();
        const system::Evaluator evaluator(system);
        Walk walk(system, evaluator);
        const std::vector<system::State> states = stroll(walk, seed, 40);
        Random jumps(seed);
        for (int i = 0; i < 60; ++i) {
            const size_t to = jumps.below(states.size());
            const size_t from = walk.position();
            switch (jumps.below(3)) {
                case 0: walk.go_to(to); break;
                case 1: walk.back(from > to ? from - to : 0); break;
                default: walk.forward(to > from ? to - from : 0); break;
            }
            REQUIRE(walk.state() == states[walk.position()]);
            ++compared;
        }
    }
    CHECK(compared == 150 * 60);
}

TEST_CASE("walks on random systems visit only states that the naive explorer knows, and judge them as it does") {
    size_t visited = 0, after_loss = 0, violations = 0, reached = 0, failed = 0;
    for (uint32_t seed = 0; seed < 300; ++seed) {
        RandomSystem random(seed);
        const system::System& system = random.make();
        const system::Evaluator evaluator(system);
        NaiveExplorer explorer(system);
        const NaiveResult naive = explorer.explore();
        for (uint64_t turn = 0; turn < 4; ++turn) {
            CAPTURE(seed);
            Walk walk(system, evaluator);
            Random numbers(turn);
            while (!walk.options().empty() && walk.position() < 30) {
                walk.take(walk.options()[numbers.below(walk.options().size())].move);
                ++visited;
                after_loss += walk.power_lost();
                if (walk.failed_property())
                    ++failed;
                else
                    REQUIRE(explorer.reached(walk.state(), walk.power_lost() ? walk.losses_left() : -1));
                for (const Observation& o : checker::observations(walk)) {
                    const bool never = system.properties[o.property].kind == system::PropertyKind::never;
                    const auto& least = o.violated && !never ? naive.fails[o.property] : naive.holds[o.property];
                    REQUIRE(least.has_value());
                    CHECK(least.value_or(Cost{}) <= Cost{walk.faults(), walk.steps()});
                    ++(o.violated ? violations : reached);
                    // The replay, which asks the same questions its own way, must find it shown.
                    CHECK(std::holds_alternative<checker::Trace>(walk.trace(o.property)));
                }
            }
        }
    }
    CHECK(visited > 5000);
    CHECK(after_loss > 500);
    CHECK(violations > 500);
    CHECK(reached > 500);
    CHECK(failed > 20);
}

TEST_CASE("walks find on small random systems all that is there to find") {
    size_t complete = 0;
    for (uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        const system::System& system = random.make();
        const system::Evaluator evaluator(system);
        const NaiveResult naive = NaiveExplorer(system).explore();
        if (naive.states + naive.crash_images > 60) continue;
        std::vector<Observation> seen;
        Random numbers(seed);
        for (int turn = 0; turn < 400; ++turn) {
            Walk walk(system, evaluator);
            while (!walk.options().empty() && walk.position() < 40) {
                walk.take(walk.options()[numbers.below(walk.options().size())].move);
                for (const Observation& o : checker::observations(walk))
                    if (std::ranges::find(seen, o) == seen.end()) seen.push_back(o);
            }
        }
        for (uint32_t p = 0; p < system.properties.size(); ++p) {
            using system::PropertyKind;
            const PropertyKind kind = system.properties[p].kind;
            const bool asks_holds = kind == PropertyKind::cover || kind == PropertyKind::crash_cover ||
                                    kind == PropertyKind::never || kind == PropertyKind::sometimes;
            const bool there = (asks_holds ? naive.holds[p] : naive.fails[p]).has_value();
            const bool found = std::ranges::find(seen, p, &Observation::property) != seen.end();
            CAPTURE(system.properties[p].name);
            CHECK(found == there);
        }
        ++complete;
    }
    CHECK(complete > 10);
}

}  // namespace untorn::testing
