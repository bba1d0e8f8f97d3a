// Places in source text. Everything keeps spans and turns them into places only to report them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace untorn {

/// A piece of a source file, as byte offsets [begin, end). Offsets are at most 4 GiB.
struct Span {
    uint32_t file = 0;
    uint32_t begin = 0;
    uint32_t end = 0;
    bool operator==(const Span&) const = default;
};

/// What a report needs to know of a Span: 1-based line and column.
struct Place {
    std::string file;
    uint32_t line = 0;
    uint32_t column = 0;
    bool operator==(const Place&) const = default;
};

/// Where the lines of one file begin; enough to turn spans into places without the text.
struct LineIndex {
    std::string path;                      ///< as the user named it, or `<kernel>/pagecache.untorn` when embedded
    std::vector<uint32_t> line_starts{0};  ///< byte offset of each line

    LineIndex() = default;
    LineIndex(std::string path_, const std::string& text);
    /// Column in bytes from the line's start.
    Place place(uint32_t offset) const;
};

}  // namespace untorn
