#include "checker/symbolic/watch.h"

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

Watch::Watch(const SearchOptions& options) : options_(options), begin_(std::chrono::steady_clock::now()) {
    if (options.seconds > 0 || options.interrupted != nullptr) thread_ = std::thread([this] { watch(); });
}

Watch::~Watch() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        done_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Watch::watch() {
    std::unique_lock lock(mutex_);
    while (!done_ && !over_) {
        wake_.wait_for(lock, std::chrono::milliseconds(20));
        const double spent =
            options_.spent + std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
        const bool late = options_.seconds > 0 && spent > options_.seconds;
        const bool interrupted = options_.interrupted != nullptr && options_.interrupted->load();
        if (late || interrupted) over_ = true;
    }
}

void Watch::check(uint64_t bytes) const {
    if (over_) give_up();
    if (options_.memory_bytes != 0 && bytes > options_.memory_bytes)
        throw LimitReached{"--memory " + std::to_string(options_.memory_bytes) + " bytes"};
}

void Watch::give_up() const {
    if (options_.interrupted != nullptr && options_.interrupted->load()) throw LimitReached{"interrupted"};
    std::string seconds = std::to_string(options_.seconds);
    seconds.erase(seconds.find_last_not_of('0') + 1);
    if (seconds.ends_with('.')) seconds.pop_back();
    throw LimitReached{"--time " + seconds + " s"};
}

}  // namespace untorn::checker::symbolic
