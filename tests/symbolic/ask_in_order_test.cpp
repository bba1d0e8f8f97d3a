// Several questions at a time, and answers in their order.
#include "checker/symbolic/ask_in_order.h"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using untorn::checker::symbolic::ask_in_order;

TEST_CASE("answers are taken in the order of the questions, whatever the number of threads") {
    for (const unsigned threads : {1U, 2U, 5U}) {
        CAPTURE(threads);
        std::vector<size_t> taken;
        // The earlier, the longer it takes.
        const auto ask = [](size_t i) {
            std::this_thread::sleep_for(std::chrono::microseconds(i < 20 ? 200 * (20 - i) : 0));
            return i * i;
        };
        ask_in_order(size_t{200}, threads, ask, [&](size_t i, size_t answer) {
            CHECK(answer == i * i);
            taken.push_back(i);
            return true;
        });
        REQUIRE(taken.size() == 200);
        for (size_t i = 0; i < taken.size(); ++i) CHECK(taken[i] == i);
    }
}

TEST_CASE("two questions are asked at a time, by two threads") {
    // Each waits until both have been asked; one thread alone would wait for ever.
    std::atomic<int> asked = 0;
    const auto ask = [&](size_t) {
        for (++asked; asked < 2;) std::this_thread::yield();
        return 0;
    };
    int taken = 0;
    ask_in_order(2, 2, ask, [&](size_t, int) { return ++taken < 2; });
    CHECK(taken == 2);
}

TEST_CASE("after the last answer that is wanted no more is asked") {
    for (const unsigned threads : {1U, 3U}) {
        std::atomic<size_t> asked = 0;
        size_t taken = 0;
        const auto ask = [&](size_t i) {
            // A stop can be seen only by who does not race through all of them before.
            if (i > 10) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return asked++;
        };
        ask_in_order(100000, threads, ask, [&](size_t, size_t) { return ++taken < 5; });
        CHECK(taken == 5);
        CHECK(asked < 100000);
        if (threads == 1) CHECK(asked == 5);
    }
}

TEST_CASE("what asking or taking throws comes out after all answers before it") {
    for (const unsigned threads : {1U, 2U, 4U}) {
        CAPTURE(threads);
        std::vector<size_t> taken;
        const auto thrown = [&](size_t by_ask, size_t by_take) -> std::string {
            taken.clear();
            try {
                ask_in_order(
                    size_t{50}, threads,
                    [&](size_t i) {
                        if (i >= by_ask) throw std::runtime_error("ask " + std::to_string(i));
                        return i;
                    },
                    [&](size_t i, size_t) {
                        if (i == by_take) throw std::runtime_error("take " + std::to_string(i));
                        taken.push_back(i);
                        return true;
                    });
            } catch (const std::runtime_error& error) {
                return error.what();
            }
            return "nothing";
        };
        CHECK(thrown(30, 99) == "ask 30");
        CHECK(taken.size() == 30);
        CHECK(thrown(99, 7) == "take 7");
        CHECK(taken.size() == 7);
        CHECK(thrown(99, 99) == "nothing");
        CHECK(taken.size() == 50);
    }
}
