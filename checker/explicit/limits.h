// What may end a search before it is exhaustive: a limit on states, memory or time, or an interrupt. Memory is counted
// by formula (sizes of what is stored), never by asking the allocator, so the same input is cut at the same place.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace untorn::checker {

/// Thrown inside the engine where a limit is hit; search() turns it into SearchResult::limit. `what` names the limit.
struct LimitReached {
    std::string what;
};

/// Thrown inside the engine where it meets what the rules of the transition system exclude (a value outside its type
/// behind checks that hold); search() turns it into an Inconsistency.
struct BrokenRule {
    std::string what;
};

/// Bytes in use, by formula. Threads may take and give back at the same time; whether the limit is passed between two
/// points where they meet depends on what they take in all, not on who is first.
class MemoryBudget {
 public:
    /// `limit` 0: none.
    explicit MemoryBudget(uint64_t limit) : limit_(limit) {}
    /// To be called before memory is allocated. Throws LimitReached where the limit would be passed.
    void take(uint64_t bytes) {
        const uint64_t used = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
        if (limit_ == 0 || used <= limit_) return;
        used_.fetch_sub(bytes, std::memory_order_relaxed);
        throw LimitReached{"--memory " + std::to_string(limit_) + " bytes"};
    }
    void give_back(uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
    uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
    uint64_t limit_;
    std::atomic<uint64_t> used_{0};
};

}  // namespace untorn::checker
