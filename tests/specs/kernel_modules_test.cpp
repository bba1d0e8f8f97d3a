// The modules of model/kernel are cited: whoever reads one finds the kernel's own function and where it stands.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

std::vector<std::string> lines_of(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

std::string trimmed(const std::string& line) {
    const size_t begin = line.find_first_not_of(' ');
    return begin == std::string::npos ? "" : line.substr(begin);
}

/// The lines of `///` above line i, in one.
std::string comment_above(const std::vector<std::string>& lines, size_t i) {
    std::string out;
    while (i > 0 && trimmed(lines[i - 1]).starts_with("///")) out = trimmed(lines[--i]) + " " + out;
    return out;
}

/// The comment at the head of a file, in one line.
std::string head(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines) {
        if (!line.starts_with("//")) break;
        out += line.substr(2);
    }
    return out;
}

}  // namespace

TEST_CASE("every kernel module names the kernel's files and version, every procedure a function of the kernel's") {
    const std::regex procedure(R"(\s*(override )?(proc|thread|daemon|environment|power_loss|recover)\b\s*(\w*).*)");
    const std::regex version(R"(Linux \d|Source: )");
    const std::regex function(R"(\w+\(\)|mm/\w+\.c)");
    // No function of the kernel's: history of the run, what a device or a program does, what a scenario begins with,
    // and parts of what an RFC names otherwise. Their comments begin so.
    const std::regex own(R"(^/// (Ghost:|The device:|For init:|The program:|Part of ))");
    size_t procedures = 0;
    for (const auto& entry : std::filesystem::directory_iterator(UNTORN_SOURCE_DIR "/model/kernel")) {
        if (entry.path().extension() != ".untorn") continue;
        const std::vector<std::string> lines = lines_of(entry.path());
        const std::string name = entry.path().filename().string();
        const std::set<std::string> properties{"contract.untorn", "old_or_new.untorn", "packaging.untorn",
                                               "strict.untorn"};
        if (properties.contains(name)) continue;
        CHECK_MESSAGE(std::regex_search(head(lines), version), name << ": the head names no version of Linux");
        for (size_t i = 0; i < lines.size(); ++i) {
            std::smatch found;
            if (!std::regex_match(lines[i], found, procedure)) continue;
            ++procedures;
            const std::string comment = comment_above(lines, i);
            // What a variant overrides is named where the interface is, or is the kernel's function by its own name.
            if (found[1].matched && comment.empty()) continue;
            CHECK_MESSAGE((std::regex_search(comment, function) || std::regex_search(comment, own)),
                          name << ":" << i + 1 << ": " << found[3].str() << ": its comment names no function()");
        }
    }
    CHECK(procedures > 140);
}
