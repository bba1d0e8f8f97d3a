// Ends a query of Z3 early, wherever Z3 is used.
#pragma once

#include <z3++.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace untorn::checker::symbolic {

/// Z3 looks at no flag of ours: a thread looks at it while a query runs.
class Z3Interrupter {
 public:
    Z3Interrupter(z3::context& context, const std::atomic<bool>& flag)
        : thread_([this, &context, &flag] {
              std::unique_lock lock(mutex_);
              while (!done_) {
                  wake_.wait_for(lock, std::chrono::milliseconds(20));
                  // Again and again: Z3 forgets an interrupt that comes before it has begun.
                  if (!done_ && flag.load(std::memory_order_relaxed)) context.interrupt();
              }
          }) {}
    ~Z3Interrupter() {
        {
            const std::scoped_lock lock(mutex_);
            done_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }
    Z3Interrupter(const Z3Interrupter&) = delete;
    Z3Interrupter& operator=(const Z3Interrupter&) = delete;

 private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool done_ = false;
    std::thread thread_;  ///< last: it uses the others
};

}  // namespace untorn::checker::symbolic
