#include "tools/cli/outcome_replay.h"

#include <fmt/core.h>

#include <filesystem>

#include "checker/simulate/walk.h"
#include "tools/cli/json.h"
#include "tools/cli/output.h"

namespace untorn::tools {

using checker::Inconsistency;
using checker::Outcome;
using checker::symbolic::OutcomeClaim;

namespace {

/// As it is read back from a file; places without folders.
Json in_file(Json json) {
    if (json.contains("trace") && json["trace"].is_array())
        for (Json& step : json["trace"])
            if (step.is_object() && step.contains("file") && step["file"].is_string())
                step["file"] = std::filesystem::path(step["file"].get<std::string>()).filename().string();
    return Json::parse(text(json));
}

/// Finds the moves that a trace tells of.
class Following {
 public:
    Following(checker::Walk& walk, const Json& entries) : walk_(walk), entries_(entries) {}

    /// Walks to the end of it. Two moves may look the same, so this tries.
    bool follow() {
        if (walk_.position() == entries_.size()) return true;
        furthest_ = std::max(furthest_, walk_.position());
        const std::vector<checker::Option> options = walk_.options();
        for (const checker::Option& option : options) {
            if (described(option.move) != entries_[walk_.position()]) continue;
            if (tries_++ == most_tries) return false;
            walk_.take(option.move);
            if (follow()) return true;
            walk_.back(1);
        }
        return false;
    }
    std::string problem() const {
        const Json& entry = entries_[furthest_];
        const std::string what = entry.is_object() && entry.contains("text") && entry["text"].is_string()
                                     ? ": " + entry["text"].get<std::string>()
                                     : "";
        return fmt::format("entry {} of its trace is no move that can be made there{}", furthest_, what);
    }

 private:
    static constexpr size_t most_tries = 100000;

    Json described(const checker::WalkMove& move) const {
        checker::Outcome one;
        one.witness.steps = {walk_.preview(move)};
        return in_file(to_json(one))["trace"][0];
    }

    checker::Walk& walk_;
    const Json& entries_;
    size_t furthest_ = 0, tries_ = 0;
};

}  // namespace

std::string outcome_text(const Outcome& outcome) { return text(to_json(outcome)); }

std::variant<Outcome, std::string> replay_outcome(const std::string& text, const checker::Program& program,
                                                  std::span<const OutcomeClaim> claims) {
    Json json;
    try {
        json = in_file(Json::parse(text));
        if (!json.at("trace").is_array() || json.at("trace").empty()) throw InputError("it has no trace");
    } catch (const Json::exception& e) {
        throw InputError(fmt::format("no outcome as untorn outcomes writes it: {}", e.what()));
    }
    const system::Evaluator evaluator(program.system);
    checker::Walk walk(program.system, evaluator);
    Following following(walk, json["trace"]);
    if (!following.follow()) return following.problem();
    checker::Path path;
    for (size_t i = 1; i <= walk.recorded(); ++i) {
        walk.go_to(i - 1);
        const checker::WalkMove move = *walk.ahead();
        checker::TraceStep step;
        step.kind = move.kind;
        step.transition = move.transition;
        step.identity = move.identity;
        step.choices = move.choices;
        path.moves.push_back(std::move(step));
        walk.go_to(i);
        if (!walk.failed_property()) path.states.push_back(walk.state().cells);
    }
    auto shown = checker::symbolic::shown_outcome(program, path, claims);
    if (const auto* wrong = std::get_if<Inconsistency>(&shown)) return wrong->what;
    Outcome& outcome = std::get<Outcome>(shown);
    const Json real = in_file(to_json(outcome));
    for (const auto& [key, value] : real.items())
        if (!json.contains(key) || json[key] != value)
            return fmt::format("its `{}` is not that of the run, which is {}", key, value.dump());
    return std::move(outcome);
}

}  // namespace untorn::tools
