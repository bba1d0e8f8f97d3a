#include "tools/cli/output.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>

namespace untorn::tools {

void Output::Closer::operator()(std::FILE* f) const {
    if (f != nullptr && f != stdout) (void)std::fclose(f);
}

Output Output::standard() { return {stdout, "standard output"}; }

Output Output::file(const std::string& path) {
    std::FILE* f = std::fopen(path.c_str(), "wbe");
    if (f == nullptr) throw OutputError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
    return {f, path};
}

Output Output::nowhere() { return {nullptr, ""}; }

void Output::fail() const { throw OutputError(fmt::format("cannot write {}: {}", name_, std::strerror(errno))); }

Output Output::named(const std::string& path) {
    if (path.empty()) return nowhere();
    return path == "-" ? standard() : file(path);
}

void Output::write(std::string_view text) {
    if (stream_ == nullptr) return;
    if (std::fwrite(text.data(), 1, text.size(), stream_.get()) != text.size()) fail();
}

void Output::flush() {
    if (stream_ != nullptr && std::fflush(stream_.get()) != 0) fail();
}

void Output::close() {
    if (stream_ == nullptr) return;
    flush();
    std::FILE* f = stream_.release();
    // A network file system may say only now that there is no room.
    if (f != stdout && std::fclose(f) != 0) fail();
}

}  // namespace untorn::tools
