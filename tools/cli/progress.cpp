#include "tools/cli/progress.h"

#include <fmt/core.h>

#include <cstdio>

#include "tools/cli/style.h"

namespace untorn::tools {

Progress::Progress(bool enabled) : enabled_(enabled && is_terminal(2)) {}

void Progress::start(std::string label) {
    label_ = std::move(label);
    started_ = last_ = Clock::now();
}

void Progress::show(const checker::SearchProgress& now) {
    if (!enabled_) return;
    const Clock::time_point time = Clock::now();
    if (time - last_ < std::chrono::milliseconds(200)) return;
    last_ = time;
    show(progress_text(label_, now, std::chrono::duration<double>(time - started_).count()));
}

void Progress::show(const std::string& text) {
    if (!enabled_) return;
    std::string line = text;
    // A line that wraps could not be erased.
    const size_t width = output_width(2) - 1;
    if (line.size() > width) line.resize(width);
    fmt::print(stderr, "\r\033[K{}", line);
    (void)std::fflush(stderr);
    shown_ = true;
}

void Progress::erase() {
    if (!shown_) return;
    fmt::print(stderr, "\r\033[K");
    (void)std::fflush(stderr);
    shown_ = false;
}

std::string progress_text(const std::string& label, const checker::SearchProgress& now, double seconds) {
    if (now.engine != nullptr)
        return fmt::format("{}: {}: {} steps, {} MiB, {} s", label, now.engine, grouped(now.depth),
                           grouped(now.bytes >> 20U), static_cast<unsigned long long>(seconds));
    if (now.graph) {
        const std::string done =
            now.queued > 0 ? fmt::format("{} waiting", grouped(now.queued)) : "looking for fair cycles";
        return fmt::format("{}: infinite runs: {} states, {} edges, {}, {} MiB", label, grouped(now.states),
                           grouped(now.transitions), done, grouped(now.bytes >> 20U));
    }
    const double rate = seconds > 0 ? static_cast<double>(now.states) / seconds : 0;
    std::string out = fmt::format("{}: {} states, {}/s, depth {}", label, grouped(now.states),
                                  grouped(static_cast<unsigned long long>(rate)), grouped(now.depth));
    if (now.faults > 0) out += fmt::format(", {} faults", now.faults);
    return out + fmt::format(", {} waiting, {} MiB", grouped(now.queued), grouped(now.bytes >> 20U));
}

}  // namespace untorn::tools
