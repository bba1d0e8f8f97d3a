// What may end a search before it is exhaustive: a limit on states, memory or time, or an interrupt. Memory is counted
// by formula (sizes of what is stored), never by asking the allocator, so the same input is cut at the same place.
#pragma once

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

/// Bytes in use, by formula.
class MemoryBudget {
 public:
    /// `limit` 0: none.
    explicit MemoryBudget(uint64_t limit) : limit_(limit) {}
    /// To be called before memory is allocated. Throws LimitReached where the limit would be passed.
    void take(uint64_t bytes) {
        if (limit_ != 0 && used_ + bytes > limit_) throw LimitReached{"--memory " + std::to_string(limit_) + " bytes"};
        used_ += bytes;
    }
    void give_back(uint64_t bytes) { used_ -= bytes; }
    uint64_t used() const { return used_; }

 private:
    uint64_t limit_;
    uint64_t used_ = 0;
};

}  // namespace untorn::checker
