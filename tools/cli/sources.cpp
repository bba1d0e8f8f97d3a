#include "tools/cli/sources.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>

#include "tools/cli/embedded.h"

namespace untorn::tools {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> read_file(const std::string& path, std::string& error) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        error = "is a folder";
        return std::nullopt;
    }
    struct Closer {
        void operator()(std::FILE* f) const { (void)std::fclose(f); }
    };
    const std::unique_ptr<std::FILE, Closer> f(std::fopen(path.c_str(), "rbe"));
    if (f == nullptr) {
        if (errno != ENOENT && errno != ENOTDIR) error = std::strerror(errno);
        return std::nullopt;
    }
    // One byte more than allowed is enough for the loader to refuse it; /dev/zero ends there, too.
    std::string text;
    char buffer[1U << 16];
    while (text.size() <= language::max_source_bytes) {
        const size_t n = std::fread(buffer, 1, sizeof buffer, f.get());
        text.append(buffer, n);
        if (n < sizeof buffer) break;
    }
    if (std::ferror(f.get()) != 0) {
        error = std::strerror(errno);
        return std::nullopt;
    }
    return text;
}

/// All *.untorn below a folder, sorted by path. A link to a folder is not followed: it could lead round in circles.
std::vector<std::string> specs_below(const std::string& folder, std::vector<std::string>& problems) {
    std::vector<std::string> found;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    while (!error && at != fs::recursive_directory_iterator()) {
        std::error_code unreadable;
        if (at->path().extension() == ".untorn" && !at->is_directory(unreadable)) found.push_back(at->path().string());
        at.increment(error);
    }
    if (error) problems.push_back(fmt::format("{}: {}", folder, error.message()));
    std::sort(found.begin(), found.end(),
              [](const std::string& a, const std::string& b) { return fs::path(a) < fs::path(b); });
    return found;
}

}  // namespace

language::Sources real_sources() {
    language::Sources sources;
    sources.read = read_file;
    sources.kernel = [](const std::string& name) -> std::optional<std::string> {
        for (const EmbeddedModule& module : kernel_modules())
            if (module.name == name) return std::string(module.text);
        return std::nullopt;
    };
    for (const EmbeddedModule& module : kernel_modules()) sources.kernel_modules.emplace_back(module.name);
    return sources;
}

std::vector<SpecPath> spec_paths(const std::vector<std::string>& paths, std::vector<std::string>& problems) {
    std::vector<SpecPath> specs;
    std::set<std::string> seen;
    for (const std::string& path : paths) {
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (!fs::exists(status)) {
            problems.push_back(
                fmt::format("{}: {}", path,
                            status.type() == fs::file_type::not_found ? "no such file or folder" : error.message()));
        } else if (!fs::is_directory(status)) {
            if (seen.insert(fs::path(path).lexically_normal().string()).second) specs.push_back({path, true});
        } else {
            const size_t problems_before = problems.size();
            const std::vector<std::string> found = specs_below(path, problems);
            if (found.empty() && problems.size() == problems_before)
                problems.push_back(fmt::format("{}: no .untorn file in this folder", path));
            for (const std::string& spec : found)
                if (seen.insert(fs::path(spec).lexically_normal().string()).second) specs.push_back({spec, false});
        }
    }
    return specs;
}

bool asks_for_something(const language::Program& program) {
    using language::ast::ItemKind;
    if (program.trees.empty()) return false;
    const auto& items = program.trees.back().items;
    return std::any_of(items.begin(), items.end(), [](const language::ast::Item& item) {
        return item.kind == ItemKind::actor || item.kind == ItemKind::property || item.kind == ItemKind::scenario;
    });
}

std::vector<std::string> scenario_names(const language::Program& program) {
    std::vector<std::string> names;
    if (program.trees.empty()) return names;
    for (const language::ast::Item& item : program.trees.back().items)
        if (item.scenario) names.push_back(item.scenario->name.text);
    return names;
}

}  // namespace untorn::tools
