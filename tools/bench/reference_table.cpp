// untorn_bench KEYS OFFERS BITS THREADS: fills the reference table (reference_table.h) and prints one line of JSON.
//
// KEYS distinct keys of BITS bits (stored in 64, 128, 192 or 256) are inserted by OFFERS offers, as a search would with
// that many states and transitions. Memory is allocated and touched beforehand; the clock runs over the offers alone.
// What runs besides the table is the making of keys, some multiplications each.
#include "tools/bench/reference_table.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace untorn::bench {

namespace {

struct Task {
    uint64_t keys, offers, bits, threads;
};

template <size_t Words, bool Shared>
int fill(const Task& task) {
    ReferenceTable<Words, Shared> table(task.keys);
    const auto start = std::chrono::steady_clock::now();
    const uint64_t added = offer_all(table, task.keys, task.offers, static_cast<unsigned>(task.threads));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (added != task.keys) {
        std::fprintf(stderr, "untorn_bench: %llu keys in the table, not %llu\n", static_cast<unsigned long long>(added),
                     static_cast<unsigned long long>(task.keys));
        return 4;
    }
    std::printf(
        "{\"keys\": %llu, \"offers\": %llu, \"key_bits\": %zu, \"threads\": %llu, \"seconds\": %.6f, "
        "\"keys_per_second\": %.0f}\n",
        static_cast<unsigned long long>(task.keys), static_cast<unsigned long long>(task.offers), Words * 64,
        static_cast<unsigned long long>(task.threads), seconds.count(),
        static_cast<double>(task.keys) / seconds.count());
    return 0;
}

template <size_t Words>
int fill(const Task& task) {
    return task.threads > 1 ? fill<Words, true>(task) : fill<Words, false>(task);
}

bool number(const char* text, uint64_t least, uint64_t most, uint64_t& value) {
    char* end = nullptr;
    value = std::strtoull(text, &end, 10);
    return end != text && *end == 0 && value >= least && value <= most;
}

int run(int argc, char** argv) {
    Task task{};
    constexpr uint64_t most = uint64_t{1} << 40;
    if (argc != 5 || !number(argv[1], 1, most, task.keys) || !number(argv[2], task.keys, most, task.offers) ||
        !number(argv[3], 1, 256, task.bits) || !number(argv[4], 1, 64, task.threads)) {
        std::fprintf(stderr,
                     "usage: untorn_bench KEYS OFFERS BITS THREADS\n"
                     "  OFFERS at least KEYS, BITS at most 256, THREADS at most 64\n");
        return 2;
    }
    switch ((task.bits + 63) / 64) {
        case 1: return fill<1>(task);
        case 2: return fill<2>(task);
        case 3: return fill<3>(task);
        default: return fill<4>(task);
    }
}

}  // namespace

}  // namespace untorn::bench

int main(int argc, char** argv) { return untorn::bench::run(argc, argv); }
