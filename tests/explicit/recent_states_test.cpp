#include "checker/explicit/recent_states.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

namespace {

using untorn::checker::RecentStates;

}  // namespace

TEST_CASE("recent states: what is said to have been met was met, whatever the hashes") {
    for (const uint32_t words : {1U, 2U, 5U}) {
        CAPTURE(words);
        RecentStates recent(words);
        std::set<std::vector<uint64_t>> met;
        std::mt19937_64 random(words);
        uint64_t again = 0, wrong = 0;
        for (int i = 0; i < 200000; ++i) {
            std::vector<uint64_t> state(words);
            for (uint64_t& word : state) word = random() % 20;
            // A poor hash, equal for many states, so that whole states must be compared.
            const uint64_t hash = (state[0] + state[words - 1]) << 50;
            const bool said = recent.meet(hash, state.data());
            if (said) ++again;
            if (said && !met.contains(state)) ++wrong;
            met.insert(state);
        }
        CHECK(wrong == 0);
        CHECK(again > 0);
    }
}

TEST_CASE("recent states: a state is met again at once, and nothing is met at the begin, not even 0 with hash 0") {
    RecentStates recent(2);
    for (uint64_t i = 0; i < 3000; ++i) {
        const uint64_t state[] = {0, i};
        CHECK_FALSE(recent.meet(i << 48, state));
        CHECK(recent.meet(i << 48, state));
    }
}
