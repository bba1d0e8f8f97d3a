// From a path to the syntax trees of a specification and everything it imports.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/language/ast.h"
#include "model/language/diagnostic.h"

namespace untorn::language {

/// One source file: its text stays, for diagnostics.
struct SourceFile {
    LineIndex lines;
    std::string text;
};

/// Whether a path names an embedded kernel module (`<kernel>/pagecache.untorn`).
bool is_embedded(const std::string& path);

/// How files are found; the library itself never touches the file system.
struct Sources {
    /// The text of a file, or nothing if there is no such file. Throws nothing; unreadable is `error` set.
    std::function<std::optional<std::string>(const std::string& path, std::string& error)> read;
    /// The text of an embedded kernel module, by module name.
    std::function<std::optional<std::string>(const std::string& module)> kernel;
    /// All embedded module names, for suggestions.
    std::vector<std::string> kernel_modules;
};

/// A parsed specification: files in import order (imported ones first), the root last. Spans index `files`.
struct Program {
    std::vector<SourceFile> files;
    std::vector<ast::File> trees;
};

/// Largest source file: more is refused with a diagnostic.
inline constexpr size_t max_source_bytes = 4U << 20;

/// Reads and parses `path` and its imports. Errors go to `diagnostics`; the program is then incomplete.
Program load(const std::string& path, const Sources& sources, Diagnostics& diagnostics);

}  // namespace untorn::language
