// Commands from standard input, line by line, from a terminal or a pipe, until its end or an interrupt.
#pragma once

#include <atomic>
#include <optional>
#include <string>

namespace untorn::tools {

class Input {
 public:
    /// Reads from a file descriptor; the flag ends it.
    Input(int fd, const std::atomic<bool>& interrupted) : fd_(fd), interrupted_(interrupted) {}

    /// The next line without its newline; the last may lack one. Nothing at the end of input, or when interrupted.
    /// Of an overlong line, its beginning. Throws InputError if it cannot be read.
    std::optional<std::string> line();

 private:
    bool read_more();

    static constexpr size_t longest = 4096;
    int fd_;
    const std::atomic<bool>& interrupted_;
    std::string buffer_;
    size_t begin_ = 0;  ///< of what was not taken yet
    bool ended_ = false;
};

}  // namespace untorn::tools
