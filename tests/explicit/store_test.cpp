// The packed layout, the exact store and the memory budget.
#include "checker/explicit/store.h"

#include <doctest/doctest.h>

#include <array>
#include <set>

#include "checker/explicit/layout.h"

namespace untorn::testing {

using checker::Layout;
using checker::LimitReached;
using checker::MemoryBudget;
using checker::Store;

TEST_CASE("a layout takes ceil(log2(number of values)) bits a cell, and none for a single value") {
    Layout layout;
    layout.add(0, 0, 2);
    layout.add(1, -3, 5);
    layout.add(2, 7, 1);
    CHECK(layout.bits() == 4);
    CHECK(layout.words() == 1);
    CHECK(layout.has(1));
    CHECK_FALSE(layout.has(2));
    CHECK_FALSE(layout.has(9));

    std::array<int64_t, 3> cells{1, -1, 7};
    uint64_t word = 0;
    layout.pack(cells.data(), &word);
    CHECK(word == 0b0101);  // the first cell in the lowest bit, -1 as 2 above -3
    layout.set(&word, 1, 1);
    layout.set(&word, 2, 7);
    cells = {0, 0, 42};
    layout.unpack(&word, cells.data());
    CHECK(cells == std::array<int64_t, 3>{1, 1, 42});  // the cell without bits is left alone
}

TEST_CASE("a field that does not fit into the rest of a word begins the next one") {
    Layout layout;
    for (uint32_t cell = 0; cell < 3; ++cell) layout.add(cell, 0, uint64_t{1} << 30);
    CHECK(layout.bits() == 90);
    CHECK(layout.words() == 2);
    const std::array<int64_t, 3> cells{(1 << 30) - 1, 1, 123456789};
    std::array<uint64_t, 2> words{};
    layout.pack(cells.data(), words.data());
    std::array<int64_t, 3> back{};
    layout.unpack(words.data(), back.data());
    CHECK(back == cells);
}

TEST_CASE("a layout without any bits still packs: its only state is one zero word") {
    const Layout layout;
    uint64_t word = 5;
    layout.pack(nullptr, &word);
    CHECK(layout.bits() == 0);
    CHECK(word == 0);
}

// Among 300000 states some ten pairs share the 32 bits of the hash that the table keeps.
TEST_CASE("the store numbers states in order of insertion and finds every one, whatever their hashes") {
    MemoryBudget memory(0);
    Store store(2, memory);
    const auto state = [](uint64_t i) { return std::array<uint64_t, 2>{i * i, i % 7}; };
    for (uint64_t i = 0; i < 300000; ++i) {
        const auto inserted = store.insert(state(i).data());
        REQUIRE(inserted.is_new);
        REQUIRE(inserted.index == i);
    }
    for (uint64_t i = 0; i < 300000; ++i) {
        const auto again = store.insert(state(i).data());
        REQUIRE_FALSE(again.is_new);
        REQUIRE(again.index == i);
        REQUIRE(store[static_cast<uint32_t>(i)][0] == i * i);
    }
    CHECK(store.size() == 300000);
    const std::array<uint64_t, 2> missing{3, 3};
    CHECK(store.find(missing.data()) == Store::absent);
}

TEST_CASE("the store stops at the memory limit, by formula, and stays as it was") {
    MemoryBudget memory(200000);
    Store store(1, memory);
    uint64_t number = 0;
    const auto fill = [&] {
        for (;; ++number) store.insert(&number);
    };
    CHECK_THROWS_AS(fill(), LimitReached);
    CHECK(memory.used() <= 200000);
    CHECK(number == 5120);  // 5/8 of 8192 slots: the table of 16384 would not fit beside the old one
    CHECK(store.size() == 5120);
    const uint64_t last = 5119;
    CHECK(store.find(&last) == 5119);
    CHECK(store.find(&number) == Store::absent);
}

}  // namespace untorn::testing
