// Sets of states by latches against one state after the other.
#include "checker/symbolic/state_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace untorn::checker::symbolic {

namespace {

using State = std::vector<bool>;

bool lies_in(const State& state, const Cube& cube) {
    return std::ranges::all_of(cube, [&](const LatchValue& part) { return state[part.latch] == part.value; });
}

bool meets(const std::vector<State>& states, const Cube& cube) {
    return std::ranges::any_of(states, [&](const State& state) { return lies_in(state, cube); });
}

StateTable table_of(const std::vector<State>& states, size_t latches) {
    StateTable table(latches);
    for (const State& state : states) table.add([&](uint32_t latch) { return state[latch]; });
    return table;
}

Cube without(Cube cube, size_t part) {
    cube.erase(cube.begin() + static_cast<std::ptrdiff_t>(part));
    return cube;
}

}  // namespace

TEST_CASE("a separator keeps all states away, and no part of it can be left out") {
    std::mt19937 random(31);
    size_t separated = 0, met = 0;
    for (int round = 0; round < 3000; ++round) {
        const auto latches = static_cast<uint32_t>(1 + random() % 9);
        std::vector<State> states(random() % 130);
        for (State& state : states)
            for (uint32_t i = 0; i < latches; ++i) state.push_back(random() % 4 == 0);
        Cube cube;
        for (uint32_t i = 0; i < latches; ++i)
            if (random() % 4 != 0) cube.push_back({i, random() % 2 == 0});
        const StateTable table = table_of(states, latches);
        REQUIRE(table.size() == states.size());
        REQUIRE(table.meets(cube) == meets(states, cube));
        const std::vector<uint64_t> inside = table.inside(cube);
        std::vector<uint32_t> chosen;
        for (uint32_t i = 0; i < states.size(); ++i) {
            REQUIRE((inside[i / 64] >> i % 64 & 1) == lies_in(states[i], cube));
            REQUIRE(table.is_set(i, latches - 1) == states[i][latches - 1]);
            if (i % 3 == 1 && !lies_in(states[i], cube)) chosen.push_back(i);
        }
        REQUIRE(!table.part(chosen).meets(cube));
        REQUIRE(table.part(chosen).size() == chosen.size());
        if (meets(states, cube)) {
            ++met;
            continue;
        }
        const Cube few = table.separator(cube, std::vector<double>(latches, 0));
        REQUIRE(std::ranges::is_sorted(few));
        REQUIRE(std::ranges::includes(cube, few));
        REQUIRE(!meets(states, few));
        for (size_t i = 0; i < few.size(); ++i) REQUIRE(meets(states, without(few, i)));
        ++separated;
    }
    CHECK(separated > 800);
    CHECK(met > 500);
}

TEST_CASE("a separator prefers the part that keeps most states away, and of equal ones the one of most weight") {
    // Latch 0 is set in no state, 1 and 2 in one of two, so each of them needs the other.
    const StateTable table = table_of({{false, true, false, false}, {false, false, true, false}}, 4);
    const Cube all{{0, true}, {1, true}, {2, true}};
    CHECK(table.separator(all, std::vector<double>{0, 9, 9, 0}) == Cube{{0, true}});
    CHECK(table.separator(Cube{{1, true}, {2, true}}, std::vector<double>(4, 0)) == Cube{{1, true}, {2, true}});
    const Cube two{{0, true}, {3, true}};
    CHECK(table.separator(two, std::vector<double>{0, 0, 0, 0}) == Cube{{0, true}});
    CHECK(table.separator(two, std::vector<double>{0, 0, 0, 1}) == Cube{{3, true}});
    // No states: nothing has to be kept away.
    CHECK(StateTable(4).separator(all, std::vector<double>(4, 0)).empty());
}

TEST_CASE("a cube is widened to all values of a cell that no state has beside the rest") {
    // A cell of four values (latches 0 to 3) and a flag (latch 4), set in the second state alone.
    const auto state = [](uint32_t value, bool flag) {
        State made(5, false);
        made[value] = true;
        made[4] = flag;
        return made;
    };
    const StateTable table = table_of({state(0, false), state(1, true)}, 5);
    const std::vector<uint32_t> cell{0, 1, 2, 3};
    const std::vector<std::vector<uint32_t>> groups{cell, cell, cell, cell, {}};
    // Set at the first value: at any but the second.
    CHECK(table.widened(Cube{{0, true}, {4, true}}, groups) == Cube{{1, false}, {4, true}});
    // The third value: the fourth as well.
    CHECK(table.widened(Cube{{2, true}}, groups) == Cube{{0, false}, {1, false}});
    // That value alone: nothing is gained by three parts for one.
    const StateTable all = table_of({state(0, true), state(1, true), state(2, true), state(3, false)}, 5);
    CHECK(all.widened(Cube{{3, true}, {4, true}}, groups) == Cube{{3, true}, {4, true}});
}

}  // namespace untorn::checker::symbolic
