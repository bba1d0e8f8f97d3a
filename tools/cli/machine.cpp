#include "tools/cli/machine.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <thread>

namespace untorn::tools {

namespace {

std::optional<uint64_t> number_in(const char* path) {
    std::ifstream in(path);
    uint64_t value = 0;
    return in >> value ? std::optional(value) : std::nullopt;
}

std::optional<uint64_t> free_memory() {
    std::ifstream in("/proc/meminfo");
    std::string key;
    uint64_t kib = 0;
    std::string unit;
    while (in >> key >> kib) {
        if (key == "MemAvailable:") return kib * 1024;
        std::getline(in, unit);
    }
    return std::nullopt;
}

}  // namespace

uint64_t default_memory_limit() {
    std::optional<uint64_t> bytes = free_memory();
    auto limit_to = [&bytes](uint64_t other) { bytes = std::min(bytes.value_or(other), other); };
    // cgroup v2, then v1; "max" is no number, and no limit is a very large one.
    const auto limit = number_in("/sys/fs/cgroup/memory.max");
    if (limit) limit_to(*limit - std::min(*limit, number_in("/sys/fs/cgroup/memory.current").value_or(0)));
    const auto old_limit = number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes");
    if (old_limit)
        limit_to(*old_limit -
                 std::min(*old_limit, number_in("/sys/fs/cgroup/memory/memory.usage_in_bytes").value_or(0)));
    rlimit space{};
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) limit_to(space.rlim_cur);
    return bytes ? *bytes / 5 * 4 : 0;
}

unsigned default_threads() { return std::max(1U, std::thread::hardware_concurrency()); }

unsigned solver_threads(unsigned wanted) {
    // For each the C library reserves up to 128 MiB of address space, and the scripts are small.
    constexpr uint64_t bytes_each = uint64_t{256} << 20;
    const unsigned threads = wanted == 0 ? default_threads() : wanted;
    const uint64_t memory = default_memory_limit();
    if (memory == 0 || memory / bytes_each >= threads) return threads;
    return std::max(1U, static_cast<unsigned>(memory / bytes_each));
}

}  // namespace untorn::tools
