// For tests of programs from outside: a temporary folder, and running a shell command.
#pragma once

#include <filesystem>
#include <string>

namespace untorn::tools {

/// A folder that is gone at the end. Its path has a blank in it.
class Folder {
 public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    /// Writes a file, with the folders that it needs, and returns its path, quoted for the shell.
    std::string write(const std::string& name, const std::string& text) const;
    /// The same, for a program.
    std::string write_program(const std::string& name, const std::string& text) const;
    std::string quoted(const std::string& name = {}) const { return "'" + (path_ / name).string() + "'"; }
    std::string read(const std::string& name) const;
    /// The text without the folder's own path.
    std::string stripped(std::string text) const;
    const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
};

struct Ended {
    std::string out;  ///< standard output; standard error, too, where the command joins them
    int status = -1;  ///< exit status, or 128 + number of the signal
};

/// Runs a shell command to its end.
Ended shell(const std::string& command);

}  // namespace untorn::tools
