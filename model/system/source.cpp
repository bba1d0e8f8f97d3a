#include "model/system/source.h"

#include <algorithm>

namespace untorn {

LineIndex::LineIndex(std::string path_, const std::string& text) : path(std::move(path_)) {
    for (size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\n') line_starts.push_back(static_cast<uint32_t>(i + 1));
}

Place LineIndex::place(uint32_t offset) const {
    const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
    const auto line = static_cast<uint32_t>(after - line_starts.begin());
    return {path, line, offset - line_starts[line - 1] + 1};
}

}  // namespace untorn
