// What tests of the search share: running it, and a trace as one line of text.
#pragma once

#include <string>

#include "checker/explicit/search.h"
#include "tests/explicit/build.h"

namespace untorn::testing {

using checker::Inconsistency;
using checker::PropertyResult;
using checker::SearchOptions;
using checker::SearchResult;
using checker::Trace;
using checker::TraceStep;
using checker::Verdict;

inline SearchResult searched(Build& b, const SearchOptions& options = {}) {
    auto answer = checker::search(b.finish(), options);
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) FAIL(wrong->what);
    return std::get<SearchResult>(std::move(answer));
}

/// A trace in one line: `actor:text` for a step, `LOSS`, `STUCK`; what changed in braces.
inline std::string text(const std::optional<Trace>& trace) {
    if (!trace) return "none";
    std::string line;
    for (const TraceStep& step : trace->steps) {
        if (!line.empty()) line += " ";
        if (step.kind == TraceStep::Kind::initial) line += "start";
        if (step.kind == TraceStep::Kind::power_loss) line += "LOSS";
        if (step.kind == TraceStep::Kind::deadlock) line += "STUCK";
        if (step.kind == TraceStep::Kind::step)
            line += step.actor + (step.id.empty() ? "" : "[" + step.id + "]") + ":" + step.text;
        std::string changes;
        for (const auto& [cell, value] : step.changed) changes += (changes.empty() ? "" : ",") + cell + "=" + value;
        if (!changes.empty()) line += "{" + changes + "}";
        if (!step.violation.empty()) line += "!" + step.violation;
    }
    return line;
}

}  // namespace untorn::testing
