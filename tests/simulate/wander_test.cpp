// Random walks: repeated by their seed, drawn without bias, ended where they should be.
#include "checker/simulate/wander.h"

#include <array>

#include "tests/explicit/random_system.h"
#include "tests/language/compile_sources.h"

namespace untorn::testing {

using checker::draw;
using checker::Option;
using checker::Random;
using checker::TraceStep;
using checker::Walk;
using checker::Wandered;
using checker::WanderOptions;

namespace {

/// `plain` steps, `faults` steps with a fault, power loss in `losses` ways.
std::vector<Option> options(size_t plain, size_t faults, size_t losses) {
    std::vector<Option> out;
    for (size_t i = 0; i < plain; ++i) out.push_back({{}, false});
    for (size_t i = 0; i < faults; ++i) out.push_back({{}, true});
    for (size_t i = 0; i < losses; ++i) out.push_back({{TraceStep::Kind::power_loss, 0, 0, {}}, true});
    return out;
}

/// How often each option is drawn in 10,000 times.
std::vector<int> drawn(const std::vector<Option>& from, unsigned percent) {
    Random random(7);
    std::vector<int> count(from.size());
    for (int i = 0; i < 10000; ++i) {
        const auto index = draw(from, random, percent);
        REQUIRE(index.has_value());
        ++count[index.value_or(0)];
    }
    return count;
}

bool about(int count, int expected) { return std::abs(count - expected) < 250; }

struct Run {
    explicit Run(const std::string& text) : run(language::testing::run_of(text)), evaluator(run.system) {}
    language::Run run;
    system::Evaluator evaluator;
    Walk walk{run.system, evaluator};
};

constexpr const char* counter = R"(var n: 0..3;
daemon up { loop { atomic { n = (n + 1) % 4; } } }
invariant small: n < 3;
cover two: n == 2;
)";

}  // namespace

TEST_CASE("a fault strikes as often as asked for, where there is a choice") {
    for (const unsigned percent : {0U, 10U, 50U, 100U}) {
        const std::vector<int> count = drawn(options(2, 1, 0), percent);
        CHECK(about(count[2], static_cast<int>(percent) * 100));
        CHECK(about(count[0], count[1]));
        if (percent == 0) CHECK(count[2] == 0);
        if (percent == 100) CHECK(count[2] == 10000);
    }
}

TEST_CASE("power loss counts as one fault, whose ways are equally likely") {
    const std::vector<int> count = drawn(options(0, 1, 4), 10);
    CHECK(about(count[0], 5000));
    for (size_t i = 1; i < count.size(); ++i) CHECK(about(count[i], 1250));
}

TEST_CASE("where only faults are possible one is taken, unless there shall be none") {
    Random random(1);
    CHECK(draw(options(0, 3, 2), random, 1).has_value());
    CHECK_FALSE(draw(options(0, 3, 2), random, 0).has_value());
    CHECK_FALSE(draw({}, random, 50).has_value());
}

TEST_CASE("the same seed gives the same walk, on random systems, and other seeds give others") {
    size_t different = 0;
    for (uint32_t seed = 0; seed < 100; ++seed) {
        RandomSystem random(seed);
        const system::System& system = random.make();
        const system::Evaluator evaluator(system);
        const auto walked = [&](uint64_t walk_seed) {
            Walk walk(system, evaluator);
            Random numbers(walk_seed);
            checker::wander(walk, numbers, {30, 30, true, nullptr});
            std::vector<checker::WalkMove> moves;
            const size_t end = walk.position();
            for (size_t at = 0; at < end; ++at) {
                walk.go_to(at);
                moves.push_back(walk.ahead().value_or(checker::WalkMove{}));
            }
            return moves;
        };
        CHECK(walked(seed) == walked(seed));
        different += walked(seed) != walked(seed + 1);
    }
    CHECK(different > 50);
}

TEST_CASE("a walk in pieces is the walk in one go") {
    Run whole(counter), pieces(counter);
    Random a(3), b(3);
    checker::wander(whole.walk, a, {20, 10, true, nullptr});
    for (int i = 0; i < 4; ++i) checker::wander(pieces.walk, b, {5, 10, true, nullptr});
    CHECK(whole.walk.position() == 21);
    CHECK(pieces.walk.position() == 21);
    CHECK(whole.walk.state() == pieces.walk.state());
    CHECK(a.next() == b.next());
}

TEST_CASE("a walk ends at the first violation, or goes on if it shall") {
    Run w(counter);
    Random random(0);
    Wandered walked = checker::wander(w.walk, random, {100, 10, false, nullptr});
    CHECK(walked.end == Wandered::End::violated);
    CHECK(w.walk.steps() == 3);
    REQUIRE(walked.discoveries.size() == 2);
    CHECK(walked.discoveries[0].position == 3);
    CHECK_FALSE(walked.discoveries[0].observation.violated);
    CHECK(walked.discoveries[1].position == 4);
    CHECK(walked.discoveries[1].observation.violated);
    // From here on it is no news.
    walked = checker::wander(w.walk, random, {10, 10, false, nullptr});
    CHECK(walked.end == Wandered::End::moves);
    CHECK(w.walk.steps() == 13);
    walked = checker::wander(w.walk, random, {10, 10, true, nullptr});
    CHECK(walked.end == Wandered::End::moves);
    CHECK(w.walk.steps() == 23);
}

TEST_CASE("a failed check ends a walk that shall go on") {
    Run w("var n: 0..2;\nthread t { while (true) { atomic { n = n + 1; } } }\n");
    Random random(0);
    const Wandered walked = checker::wander(w.walk, random, {100, 10, true, nullptr});
    CHECK(walked.end == Wandered::End::violated);
    CHECK(w.walk.failed_property().has_value());
}

TEST_CASE("a walk ends where nothing follows, and when it is interrupted") {
    Run w("var x: bool;\nthread t { x = true; }\n");
    Random random(0);
    CHECK(checker::wander(w.walk, random, {100, 10, false, nullptr}).end == Wandered::End::dead_end);
    CHECK(w.walk.steps() == 1);
    Run other(counter);
    const std::atomic<bool> interrupted = true;
    CHECK(checker::wander(other.walk, random, {100, 10, false, &interrupted}).end == Wandered::End::interrupted);
    CHECK(other.walk.steps() == 0);
    CHECK(other.walk.position() == 1);
}

TEST_CASE("a long walk costs the same for each step") {
    Run w(counter);
    Random random(0);
    CHECK(checker::wander(w.walk, random, {100000, 10, true, nullptr}).end == Wandered::End::moves);
    CHECK(w.walk.steps() == 100000);
    CHECK(w.walk.go_to_step(1));
    CHECK(w.walk.go_to_step(100000));
    const auto trace = w.walk.trace();
    REQUIRE(std::holds_alternative<checker::Trace>(trace));
    CHECK(std::get<checker::Trace>(trace).length == 100000);
}

}  // namespace untorn::testing
