#include "checker/explicit/state_set_growth.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

namespace {

using untorn::checker::LimitReached;
using untorn::checker::MemoryBudget;
using untorn::checker::StateSet;

/// Random states of three words, all in the partition with number 0.
std::vector<std::vector<uint64_t>> states_of_one_partition(const StateSet& set, const std::vector<unsigned>& bits,
                                                           size_t count) {
    std::mt19937_64 random(count);
    std::vector<std::vector<uint64_t>> states;
    while (states.size() < count) {
        std::vector<uint64_t> state;
        for (const unsigned width : bits) state.push_back(width == 0 ? 0 : random() >> (64 - width));
        if (StateSet::partition_of(set.hash(state.data())) == 0) states.push_back(state);
    }
    return states;
}

uint64_t missing(const StateSet& set, const std::vector<std::vector<uint64_t>>& states) {
    return static_cast<uint64_t>(std::ranges::count_if(
        states, [&](const auto& state) { return !set.contains(set.hash(state.data()), state.data()); }));
}

const std::vector<std::vector<unsigned>> shapes{{60, 33}, {64, 64, 38}, {64, 11}, {43}, {64, 64, 64, 64}};

/// A set with many states in partition 0.
struct Filled {
    Filled(const std::vector<unsigned>& bits, size_t count, uint64_t memory_limit = 0)
        : memory(memory_limit), set(bits, memory), states(states_of_one_partition(set, bits, count)) {
        for (const auto& state : states) set.insert(set.hash(state.data()), state.data());
    }
    MemoryBudget memory;
    StateSet set;
    std::vector<std::vector<uint64_t>> states;
};

}  // namespace

TEST_CASE("growth: parts in any order, by any thread, and nothing is lost, size after size") {
    for (const std::vector<unsigned>& bits : shapes) {
        CAPTURE(bits.size());
        CAPTURE(bits[0]);
        Filled filled(bits, 150000);
        MemoryBudget& memory = filled.memory;
        StateSet& set = filled.set;
        const auto& states = filled.states;
        std::mt19937_64 random(1);
        size_t parts = 0;
        for (int size = 0; size < 5; ++size) {
            StateSet::Growth growth(set, 0);
            parts = growth.parts();
            std::vector<size_t> order(parts);
            std::iota(order.begin(), order.end(), size_t{0});
            std::ranges::shuffle(order, random);
            std::thread other([&] {
                for (size_t i = 0; i < parts; i += 2) growth.move(order[i]);
            });
            for (size_t i = 1; i < parts; i += 2) growth.move(order[i]);
            other.join();
            growth.finish();
            CHECK(memory.used() == set.bytes());
            CHECK(missing(set, states) == 0);
        }
        CHECK(parts >= 8);
        CHECK(set.size() == states.size());
        uint64_t again = 0;
        for (const auto& state : states) again += set.insert(set.hash(state.data()), state.data()) ? 1 : 0;
        CHECK(again == 0);
    }
}

TEST_CASE("growth: given up before its end it leaves the set as it was") {
    Filled filled(shapes[0], 100000);
    MemoryBudget& memory = filled.memory;
    StateSet& set = filled.set;
    const auto& states = filled.states;
    const uint64_t bytes = set.bytes();
    for (size_t moved = 0; moved < 3; ++moved) {
        StateSet::Growth growth(set, 0);
        REQUIRE(growth.parts() > 3);
        for (size_t part = 0; part < moved; ++part) growth.move(part);
    }
    CHECK(memory.used() == bytes);
    CHECK(set.bytes() == bytes);
    CHECK(missing(set, states) == 0);
}

TEST_CASE("growth: where the memory ends it says so and has changed nothing") {
    Filled filled(shapes[0], 80000, 2000000);
    MemoryBudget& memory = filled.memory;
    StateSet& set = filled.set;
    const auto& states = filled.states;
    const auto grow_for_ever = [&] {
        for (;;) {
            StateSet::Growth growth(set, 0);
            for (size_t part = 0; part < growth.parts(); ++part) growth.move(part);
            growth.finish();
        }
    };
    CHECK_THROWS_AS(grow_for_ever(), LimitReached);
    CHECK(memory.used() == set.bytes());
    CHECK(missing(set, states) == 0);
}

TEST_CASE("growth: a partition is nearly full when few more states would make it grow, if it is large") {
    MemoryBudget memory(0);
    const std::vector<unsigned>& bits = shapes[0];
    StateSet set(bits, memory);
    CHECK_FALSE(set.nearly_full(0, 1000));  // so small that nobody's help is worth it
    const auto states = states_of_one_partition(set, bits, 300000);
    uint64_t announced = 0, by_surprise = 0;
    for (const auto& state : states) {
        const bool soon = set.nearly_full(0, 1);
        const uint64_t bytes = set.bytes();
        set.insert(set.hash(state.data()), state.data());
        if (set.bytes() == bytes) continue;
        if (soon)
            ++announced;
        else if (bytes > (1U << 20))
            ++by_surprise;
    }
    CHECK(announced > 3);
    CHECK(by_surprise == 0);
}
