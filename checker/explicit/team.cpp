#include "checker/explicit/team.h"

namespace untorn::checker {

namespace {

/// Waits until `value` is no longer `old`: a while awake, since the next piece of work is usually microseconds away,
/// then some milliseconds more, letting others go first. To be woken up takes long, in a virtual machine above all.
void wait_while(const std::atomic<uint32_t>& value, uint32_t old) {
    constexpr int pauses = 4000, yields = 4000;
    for (int spin = 0; spin < pauses + yields; ++spin) {
        if (value.load(std::memory_order_acquire) != old) return;
        if (spin >= pauses) std::this_thread::yield();
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    value.wait(old, std::memory_order_acquire);
}

}  // namespace

Team::~Team() {
    over_.store(true);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void Team::run(const std::function<void(unsigned)>& work) {
    work_ = &work;
    if (members_ > 1) {
        while (threads_.size() + 1 < members_)
            threads_.emplace_back([this, member = static_cast<unsigned>(threads_.size() + 1), round = round_.load()] {
                serve(member, round);
            });
        busy_.store(members_ - 1, std::memory_order_relaxed);
        round_.fetch_add(1, std::memory_order_release);
        round_.notify_all();
    }
    perform(0);
    for (uint32_t busy = busy_.load(std::memory_order_acquire); busy != 0; busy = busy_.load(std::memory_order_acquire))
        wait_while(busy_, busy);
    std::exception_ptr first;
    for (std::exception_ptr& thrown : thrown_) {
        if (thrown && !first) first = thrown;
        thrown = nullptr;
    }
    if (first) std::rethrow_exception(first);
}

void Team::serve(unsigned member, uint32_t round) {
    for (;; ++round) {
        wait_while(round_, round);
        if (over_.load()) return;
        perform(member);
        if (busy_.fetch_sub(1, std::memory_order_release) == 1) busy_.notify_one();
    }
}

void Team::perform(unsigned member) {
    try {
        (*work_)(member);
    } catch (...) {
        thrown_[member] = std::current_exception();
    }
}

}  // namespace untorn::checker
