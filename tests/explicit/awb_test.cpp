// The search against the numbers that five independent model checkers agree on.
#include "tests/explicit/awb.h"

#include "checker/explicit/search.h"

namespace untorn::testing {

namespace {
struct Row {
    AwbSize size;
    uint64_t states, transitions, depth, violation;  // violation 0: it holds
};
}  // namespace

TEST_CASE("the explicit search matches every published number of awb") {
    const std::vector<Row> rows{
        {{1, 2, 1, false, true}, 70, 93, 21, 10},      {{1, 2, 1, false, false}, 123, 184, 21, 10},
        {{1, 2, 1, true, true}, 17, 17, 13, 0},        {{1, 2, 1, true, false}, 17, 17, 13, 0},
        {{1, 2, 2, false, true}, 136, 195, 22, 10},    {{1, 2, 2, false, false}, 290, 504, 26, 10},
        {{1, 2, 2, true, true}, 28, 31, 13, 0},        {{1, 4, 3, false, true}, 688, 1061, 33, 12},
        {{1, 4, 3, false, false}, 2882, 5598, 36, 12}, {{1, 4, 3, true, false}, 75, 97, 18, 0},
        {{2, 2, 0, false, true}, 107, 130, 24, 0},     {{2, 2, 0, false, false}, 257, 348, 24, 15},
        {{2, 2, 1, false, true}, 1499, 2552, 32, 10},  {{2, 2, 1, false, false}, 5379, 11078, 32, 10},
        {{2, 2, 1, true, true}, 180, 236, 23, 0},      {{2, 2, 1, true, false}, 406, 570, 23, 15},
        {{2, 3, 2, true, false}, 1764, 3100, 27, 17},  {{2, 3, 2, false, true}, 15821, 30552, 42, 11},
        {{3, 2, 1, true, true}, 1682, 2745, 30, 0},    {{3, 2, 1, true, false}, 8813, 15303, 32, 15},
        {{3, 2, 1, false, true}, 27978, 56007, 43, 10}};
    for (const Row& row : rows) {
        CAPTURE(row.size.writers);
        CAPTURE(row.size.pages);
        CAPTURE(row.size.faults);
        CAPTURE(row.size.fix);
        CAPTURE(row.size.stable);
        Build b;
        build_awb(b, row.size);
        const auto answer = checker::search(b.finish(), {});
        REQUIRE(std::holds_alternative<checker::SearchResult>(answer));
        const auto& result = std::get<checker::SearchResult>(answer);
        CHECK(result.exhaustive);
        CHECK(result.states == row.states);
        CHECK(result.transitions == row.transitions);
        CHECK(result.depth == row.depth);
        CHECK((result.properties[0].trace ? result.properties[0].trace->length : 0) == row.violation);
    }
}

}  // namespace untorn::testing
