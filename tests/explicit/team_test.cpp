#include "checker/explicit/team.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

TEST_CASE("team: every member does its part in every round") {
    for (const unsigned members : {1U, 2U, 5U}) {
        untorn::checker::Team team(members);
        std::vector<uint64_t> done(members, 0);
        for (uint64_t round = 0; round < 2000; ++round)
            team.run([&](unsigned member) { done[member] += round + member; });
        for (unsigned member = 0; member < members; ++member) CHECK(done[member] == 1999 * 1000 + 2000 * member);
    }
}

TEST_CASE("team: of several exceptions the lowest member's comes out, and the team goes on") {
    untorn::checker::Team team(3);
    const auto thrown_by = [&](unsigned first) -> std::string {
        try {
            team.run([&](unsigned member) {
                if (member >= first) throw std::runtime_error(std::to_string(member));
            });
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "nobody";
    };
    CHECK(thrown_by(1) == "1");
    CHECK(thrown_by(0) == "0");
    CHECK(thrown_by(3) == "nobody");
    CHECK(thrown_by(2) == "2");
}
