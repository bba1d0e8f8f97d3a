// A team of threads that does one thing at a time together: run() gives every member its number, and returns when all
// are done. Between two calls the members wait, first awake, then asleep.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace untorn::checker {

class Team {
 public:
    /// The caller is member 0; the others are started with the first run() that needs them.
    explicit Team(unsigned members) : members_(members == 0 ? 1 : members), thrown_(members_) {}
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;
    ~Team();

    unsigned size() const { return members_; }
    /// Calls work(0), work(1), ... at the same time. Rethrows what the lowest member threw.
    void run(const std::function<void(unsigned)>& work);

 private:
    void serve(unsigned member, uint32_t round);
    void perform(unsigned member);

    unsigned members_;
    std::vector<std::thread> threads_;
    std::vector<std::exception_ptr> thrown_;
    const std::function<void(unsigned)>* work_ = nullptr;
    std::atomic<uint32_t> round_{0};  ///< counts calls of run()
    std::atomic<uint32_t> busy_{0};   ///< members at work, the caller not counted
    std::atomic<bool> over_{false};
};

}  // namespace untorn::checker
