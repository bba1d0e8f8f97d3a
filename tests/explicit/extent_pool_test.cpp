#include "checker/explicit/extent_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

using untorn::checker::ExtentPool;

namespace {

bool is_zero(const std::byte* extent) {
    return std::all_of(extent, extent + ExtentPool::extent_bytes, [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

TEST_CASE("extent pool: extents are apart, and those never used are zero") {
    ExtentPool pool;
    std::vector<std::byte*> first, second;
    CHECK(pool.take(3, first) == 0);
    CHECK(pool.take(500, second) <= 253);  // what the first slab had left may be taken for used
    REQUIRE(first.size() == 3);
    REQUIRE(second.size() == 500);
    CHECK(std::ranges::all_of(first, is_zero));
    CHECK(std::ranges::all_of(second, is_zero));
    std::set<std::byte*> all(first.begin(), first.end());
    all.insert(second.begin(), second.end());
    REQUIRE(all.size() == 503);
    for (auto extent = all.begin(); std::next(extent) != all.end(); ++extent)
        CHECK(static_cast<uint64_t>(*std::next(extent) - *extent) >= ExtentPool::extent_bytes);
}

TEST_CASE("extent pool: what was given back comes first, as it was left") {
    ExtentPool pool;
    std::vector<std::byte*> extents, again;
    CHECK(pool.take(5, extents) == 0);
    for (std::byte* extent : extents) std::memset(extent, 0xa5, ExtentPool::extent_bytes);
    pool.give_back(extents);
    CHECK(pool.take(8, again) == 5);
    CHECK(std::set(again.begin(), again.begin() + 5) == std::set(extents.begin(), extents.end()));
    CHECK(again[0][ExtentPool::extent_bytes - 1] == std::byte{0xa5});
    for (size_t i = 5; i < 8; ++i) CHECK(is_zero(again[i]));
}
