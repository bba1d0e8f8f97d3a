#include "checker/explicit/state_set_batch.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

namespace {

using untorn::checker::LimitReached;
using untorn::checker::MemoryBudget;
using untorn::checker::StateSet;

using State = std::vector<uint64_t>;

State masked(State state, const std::vector<unsigned>& bits) {
    for (size_t i = 0; i < state.size(); ++i) state[i] &= bits[i] >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits[i]) - 1;
    return state;
}

bool insert(StateSet& set, const State& state) { return set.insert(set.hash(state.data()), state.data()); }
bool contains(const StateSet& set, const State& state) { return set.contains(set.hash(state.data()), state.data()); }

/// Offers states to the set and to std::set; both must agree on every one.
void agrees_with_a_plain_set(const std::vector<unsigned>& bits, const std::vector<State>& offers) {
    MemoryBudget memory(0);
    StateSet set(bits, memory);
    std::set<State> plain;
    uint64_t wrong = 0;
    for (const State& offer : offers) {
        const State state = masked(offer, bits);
        if (contains(set, state) != plain.contains(state)) ++wrong;
        if (insert(set, state) != plain.insert(state).second) ++wrong;
    }
    CHECK(wrong == 0);
    CHECK(set.size() == plain.size());
    for (const State& state : plain)
        if (!contains(set, state)) ++wrong;
    CHECK(wrong == 0);
    CHECK(memory.used() == set.bytes());
}

const std::vector<std::vector<unsigned>> shapes{{0},
                                                {1},
                                                {7},
                                                {8},
                                                {9},
                                                {13},
                                                {31},
                                                {57},
                                                {63},
                                                {64},
                                                {60, 33},
                                                {3, 62},
                                                {64, 64},
                                                {64, 1},
                                                {33, 32},
                                                {0, 0},
                                                {64, 64, 64},
                                                {62, 5, 64},
                                                {64, 64, 64, 64, 64, 64, 64, 64, 9}};

}  // namespace

TEST_CASE("state set: random states of every shape are found exactly once") {
    for (const auto& bits : shapes) {
        CAPTURE(bits.size());
        CAPTURE(bits[0]);
        std::mt19937_64 random(bits.size() * 100 + bits[0]);
        std::vector<State> offers;
        for (int i = 0; i < 20000; ++i) {
            State state(bits.size());
            for (uint64_t& word : state) word = random();
            offers.push_back(state);
            offers.push_back(offers[random() % offers.size()]);
        }
        agrees_with_a_plain_set(bits, offers);
    }
}

TEST_CASE("state set: many offered at once become members as one after the other do") {
    // Equal states lie near each other, most of them among those under way; from an empty set, so that partitions grow
    // with some under way, again and again.
    for (const auto& bits : shapes) {
        CAPTURE(bits.size());
        CAPTURE(bits[0]);
        MemoryBudget memory(0);
        StateSet set(bits, memory);
        std::set<State> plain;
        std::mt19937_64 random(bits.size() * 100 + bits[0]);
        uint64_t wrong = 0;
        for (const size_t count : {0U, 1U, 7U, 8U, 9U, 30000U, 100U, 50000U}) {
            std::vector<State> offers;
            while (offers.size() < count) {
                State state(bits.size());
                for (uint64_t& word : state) word = random();
                offers.push_back(masked(state, bits));
                for (uint64_t again = random() % 3; again-- > 0 && offers.size() < count;)
                    offers.push_back(offers[offers.size() - 1 - random() % std::min<size_t>(offers.size(), 20)]);
            }
            std::vector<int> told(count, 0), is_new(count, 0);
            set.insert_all(
                count, [&](size_t i) { return set.hash(offers[i].data()); }, [&](size_t i) { return offers[i].data(); },
                [&](size_t i, bool fresh) {
                    ++told[i];
                    is_new[i] = fresh ? 1 : 0;
                });
            for (size_t i = 0; i < count; ++i)
                if (told[i] != 1 || (is_new[i] != 0) != plain.insert(offers[i]).second) ++wrong;
        }
        CHECK(wrong == 0);
        CHECK(set.size() == plain.size());
        CHECK(memory.used() == set.bytes());
    }
}

TEST_CASE("state set: states that differ in few bits only are kept apart") {
    for (const auto& bits : shapes) {
        CAPTURE(bits.size());
        CAPTURE(bits[0]);
        std::vector<State> offers;
        for (uint64_t i = 0; i < 3000; ++i)
            for (size_t word = 0; word < bits.size(); ++word)
                for (const unsigned shift : {0U, 20U, 50U}) {
                    State state(bits.size(), 0);
                    state[word] = i << shift;
                    offers.push_back(state);
                }
        agrees_with_a_plain_set(bits, offers);
    }
}

TEST_CASE("state set: all states of a small space fit") {
    const std::vector<unsigned> bits{16};
    std::vector<State> offers;
    for (int round = 0; round < 2; ++round)
        for (uint64_t i = 0; i < 65536; ++i) offers.push_back({i});
    agrees_with_a_plain_set(bits, offers);
}

TEST_CASE("state set: from six million states of 93 bits on they take at most 1.4 times their packed size") {
    MemoryBudget memory(0);
    const std::vector<unsigned> bits{60, 33};
    StateSet set(bits, memory);
    std::mt19937_64 random(1);
    uint64_t worst = 0;
    for (uint64_t i = 1; i <= 10000000; ++i) {
        insert(set, masked({random(), random()}, bits));
        if (i >= 6000000) worst = std::max(worst, set.bytes() * 8 * 1000 / i);
    }
    CHECK(worst <= 1400 * 93);
}

TEST_CASE("state set: where the memory ends it says so, and loses nothing") {
    MemoryBudget memory(400000);
    const std::vector<unsigned> bits{60, 33};
    StateSet set(bits, memory);
    std::mt19937_64 random(1);
    std::vector<State> inside;
    const auto fill = [&] {
        for (;;) {
            const State state = masked({random(), random()}, bits);
            insert(set, state);
            inside.push_back(state);
        }
    };
    CHECK_THROWS_AS(fill(), LimitReached);
    CHECK(set.size() == inside.size());
    CHECK(memory.used() <= 400000);
    uint64_t missing = 0;
    for (const State& state : inside)
        if (!contains(set, state)) ++missing;
    CHECK(missing == 0);
}

TEST_CASE("state set: where the memory ends while many are offered at once, those that were told are inside") {
    for (const uint64_t limit : {uint64_t{400000}, uint64_t{12} << 20}) {
        CAPTURE(limit);
        MemoryBudget memory(limit);
        const std::vector<unsigned> bits{60, 33};
        StateSet set(bits, memory);
        std::mt19937_64 random(limit);
        std::vector<State> offers(2000000);
        for (State& offer : offers) offer = masked({random(), random()}, bits);
        std::vector<size_t> told;
        const auto offer_all = [&] {
            set.insert_all(
                offers.size(), [&](size_t i) { return set.hash(offers[i].data()); },
                [&](size_t i) { return offers[i].data(); }, [&](size_t i, bool) { told.push_back(i); });
        };
        CHECK_THROWS_AS(offer_all(), LimitReached);
        CHECK(told.size() > 10000);
        CHECK(set.size() >= told.size());
        CHECK(memory.used() == set.bytes());
        CHECK(memory.used() <= limit);
        uint64_t missing = 0;
        for (const size_t i : told)
            if (!contains(set, offers[i])) ++missing;
        CHECK(missing == 0);
    }
}

TEST_CASE("state set: partitions in extents of a pool grow and lose nothing") {
    // From some 9,000 states a partition on they lie in extents; they grow there several times.
    for (const std::vector<unsigned>& bits : {std::vector<unsigned>{60, 33}, {64, 64, 38}, {64, 11}}) {
        CAPTURE(bits[1]);
        MemoryBudget memory(0);
        StateSet set(bits, memory);
        std::mt19937_64 random(bits[1]);
        std::vector<State> inside;
        uint64_t wrong = 0;
        for (int i = 0; i < 1500000; ++i) {
            State state(bits.size());
            for (uint64_t& word : state) word = random();
            state = masked(state, bits);
            if (!insert(set, state)) ++wrong;
            if (i % 64 == 0) inside.push_back(state);
            if (i % 64 == 32 && insert(set, inside[random() % inside.size()])) ++wrong;
            if (i % 4096 == 0 && memory.used() != set.bytes()) ++wrong;
        }
        for (const State& state : inside)
            if (!contains(set, state)) ++wrong;
        for (int i = 0; i < 100000; ++i) {
            State state(bits.size());
            for (uint64_t& word : state) word = random();
            if (contains(set, masked(state, bits))) ++wrong;
        }
        CHECK(wrong == 0);
        CHECK(set.size() == 1500000);
    }
}

TEST_CASE("state set: where the memory ends while a partition grows in the pool, it loses nothing") {
    for (const uint64_t limit : {uint64_t{12} << 20, uint64_t{15} << 20, uint64_t{20} << 20}) {
        CAPTURE(limit);
        MemoryBudget memory(limit);
        const std::vector<unsigned> bits{64, 64, 38};
        StateSet set(bits, memory);
        std::mt19937_64 random(limit);
        std::vector<State> inside;
        const auto fill = [&] {
            for (;;) {
                const State state = masked({random(), random(), random()}, bits);
                insert(set, state);
                inside.push_back(state);
            }
        };
        CHECK_THROWS_AS(fill(), LimitReached);
        CHECK(set.size() == inside.size());
        CHECK(memory.used() == set.bytes());
        uint64_t missing = 0;
        for (const State& state : inside)
            if (!contains(set, state)) ++missing;
        CHECK(missing == 0);
    }
}

TEST_CASE("state set: states wider than it can hold are refused") {
    MemoryBudget memory(0);
    const std::vector<unsigned> bits(257, 64);
    CHECK_THROWS_AS(StateSet(bits, memory), LimitReached);
}
