// Ends long SAT queries: a thread that sets a flag when the time is over or the user interrupts.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "checker/explicit/search.h"

namespace untorn::checker::symbolic {

class Watch {
 public:
    /// The limits of the options count from now on.
    explicit Watch(const SearchOptions& options);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// For SatSolver::interrupt_with().
    const std::atomic<bool>* flag() const { return &over_; }
    /// Throws LimitReached once the flag is set, or where `bytes` are more than the memory limit.
    void check(uint64_t bytes = 0) const;
    /// Throws LimitReached: the flag ended a query.
    [[noreturn]] void give_up() const;

 private:
    void watch();

    const SearchOptions& options_;
    std::chrono::steady_clock::time_point begin_;
    std::atomic<bool> over_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool done_ = false;
    std::thread thread_;
};

}  // namespace untorn::checker::symbolic
