// The generator gives the published numbers, and every number below a bound as often as the others.
#include "checker/simulate/random.h"

#include <doctest/doctest.h>

#include <array>

namespace untorn::testing {

using checker::Random;

TEST_CASE("SplitMix64 gives the numbers of its published version") {
    Random random(1234567);
    for (const uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                    4593380528125082431U, 16408922859458223821U})
        CHECK(random.next() == expected);
}

TEST_CASE("numbers below a bound are in range and equally frequent") {
    Random random(1);
    std::array<int, 6> count{};
    for (int i = 0; i < 60000; ++i) ++count.at(random.below(6));
    for (const int c : count) {
        CHECK(c > 9700);
        CHECK(c < 10300);
    }
    for (int i = 0; i < 10; ++i) CHECK(random.below(1) == 0);
}

TEST_CASE("numbers that would make some more frequent are drawn again") {
    // Of 2^64 numbers the lowest 2^63 - 1 are too many to give 2^63 + 1 each its share: about every second is refused.
    const uint64_t bound = (uint64_t{1} << 63U) + 1;
    Random random(5), plain(5);
    int refused = 0;
    for (int i = 0; i < 100; ++i) {
        uint64_t raw = plain.next();
        for (; raw < bound - 2; raw = plain.next()) ++refused;
        CHECK(random.below(bound) == raw % bound);
    }
    CHECK(refused > 50);
}

}  // namespace untorn::testing
