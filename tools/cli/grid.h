// A trace as a grid: a row for each step; a column for each actor that moves, then one for each kind of storage, which
// shows only what the step changed. Fits a given width by making the widest columns narrower and wrapping their
// cells; changes of locals and ghosts are shown if there is room. Same trace and width, same bytes.
#pragma once

#include <optional>
#include <string>

#include "checker/result/result.h"
#include "tools/cli/style.h"

namespace untorn::tools {

struct GridOptions {
    Style style;
    size_t width = 120;
    std::string ending;  ///< said below the last row, as in `no_tear VIOLATED`; may be empty
    std::optional<Place> ending_place;
    std::string start = "(start)";  ///< of an entry that is `initial`
    size_t skip = 0;                ///< so many entries of the trace are not shown; steps keep their numbers
};

/// Ends with a newline; indented by two blanks.
std::string grid(const checker::Trace& trace, const system::System& system, const GridOptions& options);

}  // namespace untorn::tools
