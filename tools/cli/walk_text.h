// A walk as text: where it stands, what can happen now, what happened, what the state is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checker/simulate/judge.h"
#include "checker/simulate/walk.h"
#include "tools/cli/names.h"
#include "tools/cli/style.h"

namespace untorn::tools {

/// Every text ends with a newline (or is empty) and is indented by two blanks, unless it says otherwise.
class WalkText {
 public:
    WalkText(const system::System& system, const system::Evaluator& evaluator, Style style, size_t width);

    /// `after step 3`, `after step 3 and power loss`, `at the start`: after so many of the recorded moves. No newline.
    static std::string where(const checker::Walk& walk, size_t moves);
    /// Where the walk stands, what was spent, what lies ahead; what is violated or reached here; why nothing follows.
    std::string position(const checker::Walk& walk) const;
    /// `no_tear VIOLATED`, `covered reached`. No newline.
    std::string observation(const checker::Observation& observation) const;
    /// Why nothing happens next without a fault; empty if something can.
    static std::string standing(const checker::Walk& walk);
    /// What can happen, numbered from 1, at most `most` of it; `>` marks the next move of the recorded way.
    std::string options(const checker::Walk& walk, size_t most) const;
    /// The last `moves` moves made. The walk is moved on the way, and stands where it stood.
    std::string last_moves(checker::Walk& walk, size_t moves) const;
    /// The moves made so far as a trace, replayed; it shows what is violated where the walk stands.
    static std::variant<checker::Trace, checker::Inconsistency> trace(const checker::Walk& walk);
    /// That trace as a grid, or the last `steps` steps of it.
    std::string grid(const checker::Walk& walk, const checker::Trace& trace, uint64_t steps) const;
    /// Where actors stand and what the cells hold; without `all`, only cells that are not at their first value.
    std::string state(const checker::Walk& walk, bool all) const;

    /// The place of what a user wrote as a property; nothing for built-in checks.
    std::optional<Place> place_of(uint32_t property) const;

    const Style& style() const { return style_; }
    size_t width() const { return width_; }

 private:
    struct Line {
        std::string number;
        bool marked = false;
        checker::TraceStep step;
    };
    std::string lines(const std::vector<Line>& lines) const;
    std::string changes(const checker::TraceStep& step) const;
    std::string actors(const checker::Walk& walk) const;

    const system::System& system_;
    Names names_;
    std::map<std::string, int> ranks_;  ///< by a cell's name: what changes there comes first, second...
    Style style_;
    size_t width_;
};

}  // namespace untorn::tools
