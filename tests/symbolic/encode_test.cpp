// The encoding against the reference evaluator: random systems in all reachable states and in arbitrary ones, and every
// run of the repository's specifications along random walks.
#include "checker/symbolic/encode.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/spec_runs.h"
#include "tests/symbolic/encoding_check.h"

namespace untorn::checker::symbolic {

namespace {

using Where = EncodingCheck::Where;

/// All reachable states, but at most so many.
size_t compare_reachable(EncodingCheck& check, size_t most) {
    std::vector<Where> queue = check.initial();
    std::set<Where> seen(queue.begin(), queue.end());
    for (size_t i = 0; i < queue.size() && i < most; ++i)
        for (const Where& next : check.compare(Where(queue[i])))
            if (seen.insert(next).second) queue.push_back(next);
    return std::min(most, queue.size());
}

/// From the start, so many moves at random; each state on the way, and one that differs a little.
void compare_walk(EncodingCheck& check, size_t moves, std::mt19937& random) {
    const std::vector<Where> initial = check.initial();
    if (initial.empty()) return;
    Where at = initial[random() % initial.size()];
    for (size_t i = 0; i < moves; ++i) {
        const std::vector<Where> next = check.compare(at);
        check.compare(check.disturbed(at, random));
        if (next.empty()) break;
        at = next[random() % next.size()];
    }
}

template <class Make>
void compare_random_systems(uint32_t seeds) {
    size_t states = 0;
    for (uint32_t seed = 0; seed < seeds; ++seed) {
        CAPTURE(seed);
        Make make(seed);
        EncodingCheck check(make.make());
        std::mt19937 random(seed);
        states += compare_reachable(check, 60);
        for (int i = 0; i < 20; ++i) check.compare(check.random_state(random));
    }
    CHECK(states > uint64_t{seeds} * 10);
}

/// UNTORN_ENCODING_WALK=N walks N moves in each run of the specifications instead of a few.
size_t walk_length() {
    const char* set = std::getenv("UNTORN_ENCODING_WALK");
    return set == nullptr ? 4 : static_cast<size_t>(std::atoll(set));
}

}  // namespace

TEST_CASE("random systems: the circuit has the evaluator's moves, failures, faults and bads, and no others") {
    compare_random_systems<testing::RandomSystem>(150);
}

TEST_CASE("random actors: the circuit has the evaluator's moves, failures, faults and bads, and no others") {
    compare_random_systems<testing::RandomActors>(60);
}

TEST_CASE("every run of the specifications: the circuit has the evaluator's moves and bads, and no others") {
    std::mt19937 random(1);
    size_t runs = 0;
    testing::for_each_spec_run({"specs", "tests/specs"}, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        EncodingCheck check(system);
        compare_walk(check, walk_length(), random);
        ++runs;
    });
    CHECK(runs > 100);
}

}  // namespace untorn::checker::symbolic
