// A computation that is remembered by its questions answers as it would if it were made again.
#include "checker/explicit/decision_tree.h"

#include <doctest/doctest.h>

#include <random>

namespace untorn::testing {

namespace {

using Tree = checker::DecisionTree<std::vector<uint32_t>>;
using Answered = Tree::Answered;

/// A computation on 16 bits: which it asks for next depends on what it was told. Its result is all that it was told,
/// so that two runs are confused only if that shows.
class Computation {
 public:
    explicit Computation(uint32_t bits) : bits_(bits) {}

    bool ask(uint32_t question) const { return (bits_ >> question & 1) != 0; }
    std::vector<uint32_t> run(const std::vector<uint32_t>& what) {
        std::vector<uint32_t> told = what;
        std::mt19937 random(what.empty() ? 0 : what.front());
        const auto below = [&](uint32_t end) { return static_cast<uint32_t>(random() % end); };
        const uint32_t questions = what.size() < 2 ? 0 : 6;
        for (uint32_t i = 0, question = below(16); i < questions; ++i) {
            asked.push_back({question, ask(question)});
            told.push_back(question * 2 + (ask(question) ? 1 : 0));
            question = (question + 1 + below(7) + (ask(question) ? 4 : 0)) % 16;
        }
        return told;
    }
    std::vector<Answered> asked;

 private:
    uint32_t bits_;
};

/// Of how many runs the result was known.
uint32_t known_runs(size_t most_bytes) {
    std::mt19937 random(1);
    const auto below = [&](uint32_t end) { return static_cast<uint32_t>(random() % end); };
    Tree tree(most_bytes, 40);
    uint32_t known = 0;
    for (int i = 0; i < 20000; ++i) {
        Computation computation(below(1 << 16));
        std::vector<uint32_t> what(below(3));
        for (uint32_t& word : what) word = below(4);
        const std::vector<uint32_t> expected = computation.run(what);
        const auto* found = tree.find(what, [&](uint32_t question) { return computation.ask(question); });
        if (found != nullptr) {
            ++known;
            REQUIRE(*found == expected);
        } else {
            tree.add(what, computation.asked, expected);
        }
        const auto* again = tree.find(what, [&](uint32_t question) { return computation.ask(question); });
        REQUIRE(again != nullptr);
        REQUIRE(*again == expected);
    }
    return known;
}

}  // namespace

TEST_CASE("a remembered decision is the one that would be made again") {
    CHECK(known_runs(size_t{1} << 24) > 18000);
    const uint32_t little_room = known_runs(4000);
    CHECK(little_room > 1000);
    CHECK(little_room < 18000);
}

TEST_CASE("a run longer than all room is remembered until the next") {
    Tree tree(1, 1);
    const std::vector<Answered> run{{5, true}, {6, false}, {7, true}, {8, true}};
    tree.add({1}, run, {42});
    const auto* found = tree.find({1}, [](uint32_t question) { return question != 6; });
    REQUIRE(found != nullptr);
    CHECK(found->front() == 42);
    CHECK(tree.find({1}, [](uint32_t) { return true; }) == nullptr);
    CHECK(tree.find({2}, [](uint32_t question) { return question != 6; }) == nullptr);
    tree.add({2}, run, {43});
    CHECK(tree.find({1}, [](uint32_t question) { return question != 6; }) == nullptr);
    CHECK(tree.find({2}, [](uint32_t question) { return question != 6; })->front() == 43);
}

}  // namespace untorn::testing
