#include "tools/cli/input.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "tools/cli/output.h"

namespace untorn::tools {

bool Input::read_more() {
    buffer_.erase(0, begin_);
    begin_ = 0;
    while (!ended_ && !interrupted_) {
        // Not read() alone: a signal that comes right before it would not be noticed until the next line.
        pollfd wanted{fd_, POLLIN, 0};
        const int ready = poll(&wanted, 1, 100);
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        std::array<char, 4096> chunk;
        const ssize_t count = read(fd_, chunk.data(), chunk.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) throw InputError(fmt::format("cannot read standard input: {}", std::strerror(errno)));
        ended_ = count == 0;
        buffer_.append(chunk.data(), static_cast<size_t>(count));
        return !ended_;
    }
    return false;
}

std::optional<std::string> Input::line() {
    std::string out;
    bool any = false;
    while (!interrupted_) {
        const size_t newline = buffer_.find('\n', begin_);
        const size_t end = std::min(newline, buffer_.size());
        out.append(buffer_, begin_, std::min(end - begin_, longest - out.size()));
        any = any || end > begin_;
        begin_ = end;
        if (newline != std::string::npos) {
            ++begin_;
            return out;
        }
        if (!read_more()) break;
    }
    return any && !interrupted_ ? std::optional(out) : std::nullopt;
}

}  // namespace untorn::tools
