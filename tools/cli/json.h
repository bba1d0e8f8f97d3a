// Results as JSON, described by tools/schema.json. No times in it and no facts about the machine: same input, same
// bytes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checker/simulate/wander.h"
#include "tools/cli/report.h"

namespace untorn::tools {

using Json = nlohmann::ordered_json;

/// Grows only by additions; a change that a reader could notice otherwise gets another number.
inline constexpr int json_schema = 1;

/// An error in a specification, or about a path.
struct InputProblem {
    std::string file;
    uint32_t line = 0, column = 0;  ///< 0: about no place in the file
    std::string message;
};

/// A value as it is written in the language: a number, `true`, `false`; everything else is a string.
Json typed(const std::string& text);
Json to_json(const checker::Trace& trace);
Json to_json(const RunReport& report);
/// Every statement and branch of a run, and whether some step passed it (`--coverage`).
Json coverage_to_json(const RunReport& report);
/// One of the outcomes of `untorn outcomes`.
Json to_json(const checker::Outcome& outcome);
/// One run of `untorn outcomes`.
Json outcomes_to_json(const RunReport& report);
/// One random or interactive walk, for JSON.
struct WalkReport {
    uint64_t seed = 0;
    unsigned fault_percent = 0;
    bool interactive = false;
    std::string
        end;  ///< why it ends: `steps`, `nothing follows`, `only faults follow`, `violated`, `quit`, `interrupted`
    std::vector<checker::Discovery>
        discoveries;  ///< on the walk, first of each kind; positions are indices + 1 of steps
    checker::Trace trace;
};
/// One run of `untorn simulate`: what the walk shows is violated or reached; all else is undecided.
Json walk_to_json(RunReport report, const WalkReport& walk);
/// What every answer begins with; `runs` are to_json's.
Json document(Json runs, const std::vector<InputProblem>& errors, bool interrupted);
/// Text with a final newline. Bytes that are no UTF-8 are replaced.
std::string text(const Json& document);

}  // namespace untorn::tools
