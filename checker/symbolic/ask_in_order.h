// Many questions to solvers, several at a time. The answers are taken in the order of the questions, by the thread that
// asks, so that what is said of them does not depend on the number of threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <future>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace untorn::checker::symbolic {

/// ask(i) for i below `count`, in `threads` threads, and take(i, its answer) in this one, in ascending order, until
/// that returns false: then no more is asked, and what was begun is waited for. If one throws, so does this, and as
/// late as all before it was taken.
template <class Ask, class Take>
void ask_in_order(size_t count, unsigned threads, const Ask& ask, const Take& take) {
    if (threads < 2 || count < 2) {
        for (size_t i = 0; i < count; ++i)
            if (!take(i, ask(i))) return;
        return;
    }
    std::vector<std::promise<decltype(ask(size_t{}))>> answers(count);
    std::atomic<size_t> next = 0;
    const auto work = [&](const std::stop_token& over) {
        while (!over.stop_requested()) {
            const size_t i = next++;
            if (i >= count) return;
            try {
                answers[i].set_value(ask(i));
            } catch (...) {
                answers[i].set_exception(std::current_exception());
            }
        }
    };
    std::vector<std::jthread> team;  // stopped and joined before what it writes to is gone
    try {
        while (team.size() < threads && team.size() < count) team.emplace_back(work);
    } catch (const std::system_error&) {
        if (team.empty()) work(std::stop_token());  // no thread to be had: all by this one
    }
    for (size_t i = 0; i < count; ++i)
        if (!take(i, answers[i].get_future().get())) return;
}

}  // namespace untorn::checker::symbolic
