// The progress line: on a terminal only, a few times a second, gone when the search has ended.
#pragma once

#include <chrono>
#include <string>

#include "checker/explicit/search.h"

namespace untorn::tools {

class Progress {
 public:
    /// Shows nothing unless `enabled` and standard error is a terminal.
    explicit Progress(bool enabled);
    ~Progress() { erase(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// A new search begins; `label` says which.
    void start(std::string label);
    void show(const checker::SearchProgress& now);
    /// A line of other work.
    void show(const std::string& text);
    void erase();

 private:
    using Clock = std::chrono::steady_clock;
    bool enabled_;
    bool shown_ = false;
    std::string label_;
    Clock::time_point started_, last_;
};

/// The line's text. `seconds` since the search began.
std::string progress_text(const std::string& label, const checker::SearchProgress& now, double seconds);

}  // namespace untorn::tools
