#include "checker/explicit/predecessors.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace {
using untorn::checker::Children;
using untorn::checker::Predecessors;
}  // namespace

TEST_CASE("predecessors: every state's parent and rank come back") {
    std::mt19937 engine(7);
    const auto random = [&] { return static_cast<uint32_t>(engine()); };
    Predecessors predecessors;
    struct Expected {
        uint32_t parent, rank, faults;
    };
    std::vector<Expected> expected;
    const uint32_t roots = 3;
    for (uint32_t stretch = 0; stretch < 400; ++stretch) {
        const uint32_t first_parent = random() % (roots + static_cast<uint32_t>(expected.size()));
        const uint32_t faults = stretch % 3;
        const auto first_child = roots + static_cast<uint32_t>(expected.size());
        Children children;
        for (uint32_t p = 0; p < random() % 300; ++p) {
            uint32_t rank = 0;
            for (uint32_t c = 0; c < random() % 4; ++c) {
                rank += random() % 5 == 0 ? random() % 100000 : random() % 3;
                children.child(rank);
                expected.push_back({first_parent + p, rank, faults});
                ++rank;
            }
            children.next_parent();
        }
        predecessors.append(first_child, first_parent, faults, children);
    }
    REQUIRE(expected.size() > 10000);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < expected.size(); ++i) {
        const auto link = predecessors.of(roots + i);
        if (link.parent != expected[i].parent || link.rank != expected[i].rank || link.faults != expected[i].faults)
            ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("predecessors: first children with rank 0 cost three bits, parents without children one") {
    Children children;
    children.child(0);
    children.next_parent();
    children.next_parent();
    CHECK(children.bits() == 2 + 1 + 1);
    children.child(1);
    children.child(2);
    CHECK(children.bits() == 4 + (1 + 3) + (1 + 1));
    CHECK(children.count() == 3);
}
