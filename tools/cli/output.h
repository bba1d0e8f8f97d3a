// Where results are written: standard output or a file. Every failure to write is an error of its own, noticed at the
// latest by close(): a result that a full disk swallowed must not look like success.
#pragma once

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace untorn::tools {

/// The input or a request is wrong (exit status 2); the message is complete.
struct InputError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Results could not be written (exit status 2).
struct OutputError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Output {
 public:
    static Output standard();
    /// Creates or empties a file. Throws OutputError.
    static Output file(const std::string& path);
    /// Takes nothing and forgets it.
    static Output nowhere();
    /// What --json names: a file, `-` for standard output, nowhere if it is empty.
    static Output named(const std::string& path);

    void write(std::string_view text);
    void flush();
    /// Everything is written, or OutputError.
    void close();

 private:
    struct Closer {
        void operator()(std::FILE* f) const;
    };
    Output(std::FILE* stream, std::string name) : stream_(stream), name_(std::move(name)) {}
    [[noreturn]] void fail() const;
    std::unique_ptr<std::FILE, Closer> stream_;
    std::string name_;
};

}  // namespace untorn::tools
