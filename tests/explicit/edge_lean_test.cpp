// Steps that are left out because they lead to nothing new: which these are, and that nothing but time tells.
#include "checker/explicit/edge_lean.h"

#include <filesystem>

#include "checker/explicit/state_code.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/trace_text.h"
#include "tools/cli/check.h"
#include "tools/cli/json.h"
#include "tools/cli/runs.h"

namespace untorn::testing {

using checker::EdgeLean;
using checker::Program;

namespace {

/// The instances that sleep after each instance, as text: "1 after 2".
std::string asleep(Build& b, bool count_faults = true) {
    const Program program(b.finish());
    const auto lean = EdgeLean::make(program, count_faults);
    std::string text;
    if (lean == nullptr) return text;
    for (uint32_t a = 0; a < program.instances.size(); ++a)
        for (uint32_t i = 0; i < program.instances.size(); ++i)
            if (checker::is_asleep(lean->asleep_after(a), i))
                text += (text.empty() ? "" : ", ") + std::to_string(i) + " after " + std::to_string(a);
    return text;
}

/// One actor for each branch, which it takes once.
void add_threads(Build& b, const std::vector<Branch>& branches) {
    for (size_t i = 0; i < branches.size(); ++i)
        b.point(b.actor("t" + std::to_string(i), ActorKind::thread, {"go"}), 2, branches[i]);
}

Branch once(std::vector<Update> updates, ExprId guard = ExprPool::yes) {
    return {guard, std::move(updates), system::ended};
}

/// All that a search says.
std::string everything(const system::System& system, const SearchOptions& options) {
    auto answer = checker::search(system, options);
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) return "inconsistent: " + wrong->what;
    const auto& result = std::get<SearchResult>(answer);
    std::string all = std::to_string(result.states) + " " + std::to_string(result.transitions) + " " +
                      std::to_string(result.depth) + " " + std::to_string(result.crash_images) + " " + result.limit;
    for (const PropertyResult& p : result.properties)
        all += "\n" + std::to_string(static_cast<int>(p.verdict)) + " " + p.how + (p.shortest ? " shortest " : " ") +
               p.answer + " " + text(p.trace);
    for (const checker::Outcome& outcome : result.outcomes) {
        all += "\n" + text(outcome.witness);
        for (const auto& [cell, value] : outcome.content) all += " " + cell + "=" + value;
    }
    for (const bool passed : result.passed) all += passed ? "+" : "-";
    return all;
}

}  // namespace

TEST_CASE("of two steps that commute, the one of the lower instance sleeps after the other") {
    Build b;
    const VarId x = b.variable("x", 0), y = b.variable("y", 0);
    add_threads(b, {once({b.set(x, 1)}), once({b.set(y, 1)})});
    CHECK(asleep(b) == "0 after 1");
}

TEST_CASE("steps sleep only after what they are independent of") {
    Build b;
    const VarId x = b.variable("x", 0), y = b.variable("y", 0), z = b.variable("z", 0);
    add_threads(b, {once({b.set(x, 1)}),                // 0
                    once({b.set(x, 0)}),                // 1: stores another value there
                    once({b.set(x, 1)}),                // 2: stores the same as 0
                    once({Build::put(y, b.get(x))}),    // 3: reads what 0 to 2 store
                    once({b.set(z, 1)}, b.is(x, 0)),    // 4: is disabled by 0 and 2, enabled by 1
                    once({b.set(z, 1)}, b.is(y, 1))});  // 5: may be enabled by 3; as 4 to z
    CHECK(asleep(b) == "0 after 2, 1 after 4, 3 after 4, 0 after 5, 1 after 5, 2 after 5, 4 after 5");
}

TEST_CASE("a step with a fault sleeps only after those that spend as many, and one without after every fault") {
    Build b;
    const VarId x = b.variable("x", 0), y = b.variable("y", 0), z = b.variable("z", 0);
    const uint32_t fault = b.fault("fault", std::nullopt);
    Branch spends = once({b.set(x, 1)}), spends_too = once({b.set(z, 1)});
    spends.faults = {fault};
    spends_too.faults = {fault};
    SUBCASE("by faults") {
        add_threads(b, {spends, once({b.set(y, 1)}), spends_too});
        CHECK(asleep(b) == "1 after 0, 0 after 2, 1 after 2");
    }
    SUBCASE("by steps: the order of instances alone") {
        add_threads(b, {spends, once({b.set(y, 1)}), spends_too});
        CHECK(asleep(b, false) == "0 after 1, 0 after 2, 1 after 2");
    }
}

TEST_CASE("a fault that strikes only in some states does not let its step sleep, nor others after it") {
    Build b;
    const VarId x = b.variable("x", 0), y = b.variable("y", 0), knob = b.variable("knob", 0);
    const uint32_t fault = b.fault("fault", std::nullopt);
    add_threads(b, {once({b.set(x, 1)}), once({b.set(y, 1)}), once({b.set(knob, 1)})});
    b.system.transitions.front().step.faults.push_back({b.is(knob, 1), fault});
    CHECK(asleep(b) == "1 after 2");
    // The other way round: what spends nothing and is the lower instance sleeps, whatever the other spends.
    Build c;
    const VarId u = c.variable("u", 0), v = c.variable("v", 0), switch_ = c.variable("switch", 0);
    const uint32_t other = c.fault("fault", std::nullopt);
    add_threads(c, {once({c.set(u, 1)}), once({c.set(v, 1)}), once({c.set(switch_, 1)})});
    c.system.transitions[1].step.faults.push_back({c.is(switch_, 1), other});
    CHECK(asleep(c) == "0 after 1, 0 after 2");
}

TEST_CASE("to relate the instances can be interrupted, at any of them") {
    Build b;
    const VarId x = b.variable("x", 0), y = b.variable("y", 0);
    add_threads(b, {once({b.set(x, 1)}), once({b.set(y, 1)}), once({b.set(x, 0)})});
    const Program program(b.finish());
    size_t calls = 0;
    CHECK(EdgeLean::make(program, true, [&] { ++calls; }) != nullptr);
    CHECK(calls >= program.instances.size());
    for (size_t end = 1; end <= calls; ++end) {
        size_t count = 0;
        const auto poll = [&] {
            if (++count == end) throw checker::LimitReached{"interrupted"};
        };
        CHECK_THROWS_AS(EdgeLean::make(program, true, poll), checker::LimitReached);
    }
}

TEST_CASE("on random systems a search that leaves steps out says the same, traces and all") {
    size_t used = 0;
    for (uint32_t seed = 0; seed < 1200; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        RandomActors actors(seed);
        for (const system::System* system : {&random.make(), &actors.make()}) {
            if (EdgeLean::make(Program(*system), true) != nullptr) ++used;
            for (const bool by_steps : {false, true}) {
                for (const checker::Reductions reductions :
                     {checker::Reductions{}, checker::Reductions{true, true, false, false}}) {
                    SearchOptions options;
                    options.order_by_steps = by_steps;
                    options.reductions = reductions;
                    options.outcomes = !reductions.any();
                    options.native_code = false;
                    options.lean_from = UINT64_MAX;
                    const std::string plain = everything(*system, options);
                    options.lean_from = 0;
                    CHECK(everything(*system, options) == plain);
                }
            }
        }
    }
    CHECK(used > 1500);
}

TEST_CASE("on the specifications of the repository a search that leaves steps out says the same, to the byte") {
    tools::Options options;
    options.quiet = true;
    for (const char* folder : {"/specs/seed", "/specs/litmus", "/specs/bench", "/tests/specs"})
        options.paths.push_back(std::string(UNTORN_SOURCE_DIR) + folder);
    tools::Complaints complaints(options);
    for_each_run(load_specs(options, complaints), complaints, [&](const tools::Spec& spec, language::Run run) {
        CAPTURE(spec.path);
        CAPTURE(run.config.scenario);
        const auto json = [&](uint64_t lean_from, unsigned threads) {
            checker::SearchOptions how;
            how.lean_from = lean_from;
            how.threads = threads;
            return tools::text(tools::to_json(tools::search_run(spec.path, run, how)));
        };
        CHECK(json(0, 2) == json(UINT64_MAX, 1));
        return true;
    });
}

}  // namespace untorn::testing
