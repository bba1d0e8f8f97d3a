// The engine `auto`: what it says is what the explicit search says, whoever answers; who does depends on budgets alone;
// and engines that disagree are found out. Rounds are made so small here that small systems need many of them.
#include "checker/automatic.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "checker/explicit/limits.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"

namespace untorn::checker {

namespace {

constexpr Rounds tiny{.alone = 8, .states = 8, .work = 300};

SearchResult found(const Answer& answer) {
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) FAIL(wrong->what);
    return std::get<SearchResult>(answer);
}

SearchOptions threads(unsigned number) {
    SearchOptions options;
    options.threads = number;
    return options;
}

/// All that a report shows, but traces step by step.
std::string shown(const SearchResult& result) {
    std::string text = result.engine + "|" + result.reached + "|" + result.limit + "|" + std::to_string(result.states) +
                       "|" + std::to_string(result.transitions) + "|" + std::to_string(result.state_bits);
    for (const PropertyResult& p : result.properties) {
        text += "\n" + std::to_string(p.property) + " " + std::to_string(static_cast<int>(p.verdict)) + " " + p.how +
                "|" + p.limit + "|" + p.answer + (p.shortest ? "|shortest" : "|");
        if (!p.trace) continue;
        for (const TraceStep& step : p.trace->steps)
            text += " " + std::to_string(step.transition) + "/" + std::to_string(step.identity);
    }
    return text;
}

/// Answers so late, and so.
Companion after(uint64_t units, std::function<Answer(const SearchResult&)> answer,
                std::chrono::milliseconds sleep = {}) {
    return
        [=](const system::System& system, const SearchOptions&, symbolic::WorkMeter& meter, const symbolic::Company&) {
            for (uint64_t i = 0; i < units; ++i) meter.pay(1);
            std::this_thread::sleep_for(sleep);
            SearchResult result = found(answer_explicitly(system, {}));
            result.engine = "late";
            result.reached = "all";
            return answer(result);
        };
}

Answer as_it_is(const SearchResult& result) { return result; }

}  // namespace

TEST_CASE("auto says what the explicit search says, whoever answers, with any number of threads") {
    size_t alone = 0, together = 0, proved = 0;
    const auto judge = [&](const system::System& system) {
        const SearchResult whole = found(answer_explicitly(system, {}));
        // As it comes, nobody else is asked about so few states.
        CHECK(shown(found(answer_automatically(system, {}))) == shown(whole));
        const SearchResult result = found(answer_automatically(system, threads(2), tiny));
        CHECK(shown(found(answer_automatically(system, threads(1), tiny))) == shown(result));
        CHECK(shown(found(answer_automatically(system, threads(3), tiny))) == shown(result));
        REQUIRE(result.properties.size() == whole.properties.size());
        for (size_t i = 0; i < whole.properties.size(); ++i) {
            CAPTURE(system.properties[whole.properties[i].property].name);
            CHECK(result.properties[i].verdict == whole.properties[i].verdict);
            if (result.properties[i].shortest && result.properties[i].trace && whole.properties[i].shortest) {
                CHECK(result.properties[i].trace->faults == whole.properties[i].trace->faults);
                CHECK(result.properties[i].trace->length == whole.properties[i].trace->length);
            }
        }
        if (result.engine.empty()) {
            CHECK(shown(result) == shown(whole));
            ++alone;
        } else {
            CHECK(result.engine == "auto");
            ++together;
            proved += static_cast<size_t>(std::ranges::count_if(
                result.properties, [](const PropertyResult& p) { return p.how.starts_with("proved by pdr"); }));
        }
    };
    for (uint32_t seed = 0; seed < 15; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        judge(make.make());
        testing::RandomActors actors(seed);
        judge(actors.make());
    }
    MESSAGE("the explicit search answered ", alone, "; with pdr ", together, ", which proved ", proved);
    CHECK(alone > 0);
    CHECK(together > 2);
    CHECK(proved > 5);
}

namespace {

/// Calls visit(system, result of the explicit search) for systems with more than so many states.
void for_each_large(uint64_t states, size_t number,
                    const std::function<void(const system::System&, const SearchResult&)>& visit) {
    for (uint32_t seed = 0; number > 0; ++seed) {
        REQUIRE(seed < 1000);
        testing::RandomActors make(seed);
        const system::System& system = make.make();
        const SearchResult whole = found(answer_explicitly(system, {}));
        if (whole.states < states || !whole.exhaustive) continue;
        CAPTURE(seed);
        visit(system, whole);
        --number;
    }
}

}  // namespace

TEST_CASE("which engine answers is a matter of budgets, not of time") {
    using std::chrono::milliseconds;
    for_each_large(200, 3, [&](const system::System& system, const SearchResult& whole) {
        const Rounds rounds{.alone = 20, .states = 20, .work = 10};
        for (const milliseconds sleep : {milliseconds(0), milliseconds(60)})
            for (const unsigned number : {1U, 2U}) {
                // 25 units are done in the third round, which ends with more than 80 states.
                const Companion third = after(25, as_it_is, sleep);
                const SearchResult early = found(answer_automatically(system, threads(number), rounds, third));
                CHECK(early.engine == "auto");
                CHECK(early.reached.ends_with("answered (explicit: more than 80 states; late: all)"));
                CHECK(!early.exhaustive);
                CHECK(early.limit.empty());
                // Too late.
                const Companion never = after(100000, as_it_is, sleep);
                CHECK(shown(found(answer_automatically(system, threads(number), rounds, never))) == shown(whole));
            }
    });
}

TEST_CASE("engines that disagree are an inconsistency") {
    const auto liar = [](const SearchResult& truth) -> Answer {
        SearchResult lie = truth;
        for (PropertyResult& p : lie.properties) {
            p.verdict = p.verdict == Verdict::holds ? Verdict::violated : Verdict::holds;
            p.trace.reset();
        }
        // Not about everything: the explicit search goes on, to its end.
        lie.properties.back().verdict = Verdict::undecided;
        return lie;
    };
    const auto total_liar = [&liar](const SearchResult& truth) {
        SearchResult lie = found(liar(truth));
        lie.properties.back().verdict = Verdict::holds;
        return Answer(lie);
    };
    const auto caught = [](const SearchResult&) -> Answer { return Inconsistency{"caught itself"}; };
    size_t together = 0;
    for_each_large(200, 6, [&](const system::System& system, const SearchResult& whole) {
        if (whole.properties.size() < 2) return;
        for (const unsigned number : {1U, 2U}) {
            const Rounds rounds{.alone = 20, .states = 20, .work = 10};
            const auto first = answer_automatically(system, threads(number), rounds, after(5, liar));
            REQUIRE(std::holds_alternative<Inconsistency>(first));
            CHECK(std::get<Inconsistency>(first).what.starts_with("the explicit search and late disagree on "));
            // A lie that comes too late is not waited for.
            CHECK(found(answer_automatically(system, threads(number), rounds, after(100000, liar))).exhaustive);
            const auto second = answer_automatically(system, threads(number), rounds, after(5, caught));
            REQUIRE(std::holds_alternative<Inconsistency>(second));
            CHECK(std::get<Inconsistency>(second).what == "caught itself");
            // Where the explicit search has found nothing yet when it is believed, there is nothing to compare.
            together += std::holds_alternative<Inconsistency>(
                            answer_automatically(system, threads(number), rounds, after(5, total_liar)))
                            ? 1
                            : 0;
        }
    });
    CHECK(together > 0);
}

TEST_CASE("what the explicit search has found is not asked any more") {
    size_t left_out = 0, given_up = 0;
    for_each_large(200, 6, [&](const system::System& system, const SearchResult&) {
        const Companion asks = [&](const system::System& sys, const SearchOptions&, symbolic::WorkMeter& meter,
                                   const symbolic::Company& company) -> Answer {
            for (uint32_t p = 0; p < sys.properties.size(); ++p) {
                if (!company.wanted(p)) {
                    ++left_out;
                    continue;
                }
                try {
                    for (int i = 0; i < 30; ++i) meter.pay(1);
                } catch (const symbolic::NoLongerAsked&) {
                    CHECK(!company.wanted(p));
                    ++given_up;
                }
            }
            company.wanted(system::none);
            meter.pay(1);
            return symbolic::undecided(sys, "no idea");
        };
        const Rounds rounds{.alone = 10, .states = 10, .work = 10};
        CHECK(found(answer_automatically(system, threads(2), rounds, asks)).exhaustive);
    });
    CHECK(left_out > 0);
    CHECK(given_up > 0);
}

TEST_CASE("limits: the user's end both; where one has no room the other goes on alone") {
    for_each_large(200, 2, [&](const system::System& system, const SearchResult& whole) {
        const Rounds rounds{.alone = 20, .states = 20, .work = 10};
        SearchOptions options = threads(2);
        options.max_states = 150;
        const SearchResult few = found(answer_automatically(system, options, rounds, after(100000, as_it_is)));
        CHECK(few.engine.empty());
        CHECK(few.limit.starts_with("--max-states 150: reached depth"));
        // Proved before that limit, in the third round.
        CHECK(found(answer_automatically(system, options, rounds, after(25, as_it_is))).engine == "auto");

        options = threads(2);
        const std::atomic<bool> interrupted{true};
        options.interrupted = &interrupted;
        const SearchResult stopped = found(answer_automatically(system, options, rounds, after(1, as_it_is)));
        CHECK(stopped.limit.starts_with("interrupted"));
        CHECK(stopped.engine.empty());

        // Too little for the explicit search alone, however it goes.
        options = threads(2);
        options.memory_bytes = 1000;
        const SearchResult alone = found(answer_automatically(system, options, rounds, after(100000, as_it_is)));
        CHECK(alone.engine == "auto");
        CHECK(alone.reached.starts_with("late answered (explicit: --memory 1000 bytes"));
        for (size_t i = 0; i < whole.properties.size(); ++i)
            CHECK(alone.properties[i].verdict == whole.properties[i].verdict);
        // The other one gives up: the explicit search does not mind.
        const auto gives_up = [&](const SearchResult&) -> Answer { return symbolic::undecided(system, "--memory 1"); };
        CHECK(shown(found(answer_automatically(system, threads(2), rounds, after(25, gives_up)))) == shown(whole));
    });
}

TEST_CASE("a real PDR of which the explicit search needs nothing any more ends at once, and Ctrl-C ends it, too") {
    testing::RandomActors make(3);
    const system::System& system = make.make();
    std::atomic<bool> interrupted{false};
    SearchOptions options = threads(2);
    options.interrupted = &interrupted;
    options.memory_bytes = 1000;  // PDR goes on alone
    const Companion waits = [&](const system::System& sys, const SearchOptions&, symbolic::WorkMeter& meter,
                                const symbolic::Company&) -> Answer {
        interrupted = true;
        for (;;) {
            try {
                meter.pay(1);
            } catch (const LimitReached& reached) {
                return symbolic::undecided(sys, reached.what);
            }
        }
    };
    const SearchResult result = found(answer_automatically(system, options, tiny, waits));
    for (const PropertyResult& p : result.properties)
        if (p.verdict == Verdict::undecided) CHECK(p.limit == "interrupted");
}

}  // namespace untorn::checker
