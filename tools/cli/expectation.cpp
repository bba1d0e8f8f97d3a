#include "tools/cli/expectation.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "tools/cli/exit_status.h"
#include "tools/cli/style.h"

namespace untorn::tools {

namespace {

using checker::Verdict;
using Kind = language::Expected::Kind;

const char* word(Verdict v) {
    return v == Verdict::holds ? "holds" : v == Verdict::violated ? "violated" : "undecided";
}

bool passes(const checker::Trace& trace, const std::string& label) {
    return std::any_of(trace.steps.begin(), trace.steps.end(), [&](const checker::TraceStep& step) {
        return std::find(step.labels.begin(), step.labels.end(), label) != step.labels.end();
    });
}

/// Violated, or reached, as expected: but in the expected way?
Judgement judge_trace(const checker::PropertyResult& result, const language::Expected& expected) {
    if (!expected.faults && !expected.steps && expected.via.empty()) return {};
    if (!result.trace) return {Fit::unexpected, "there is no trace to compare"};
    const checker::Trace& trace = *result.trace;
    // Of a trace that another one may precede, nothing can be said where it is not as expected. (Those of recovery that
    // goes round are never called the shortest.)
    const Fit otherwise = result.shortest || trace.loop_start ? Fit::unexpected : Fit::undecided;
    if (expected.faults && static_cast<uint64_t>(*expected.faults) != trace.faults)
        return {otherwise, fmt::format("takes {}", plural(trace.faults, "fault"))};
    if (expected.steps && static_cast<uint64_t>(*expected.steps) != trace.length)
        return {otherwise, fmt::format("takes {}", plural(trace.length, "step"))};
    if (!expected.via.empty() && !passes(trace, expected.via))
        return {otherwise, fmt::format("the trace does not pass label {}", expected.via)};
    return {};
}

}  // namespace

Judgement judge(const checker::PropertyResult& result, const language::Expected* expected) {
    if (expected == nullptr) {
        if (result.verdict == Verdict::undecided) return {Fit::undecided, {}};
        return {result.verdict == Verdict::holds ? Fit::as_expected : Fit::unexpected, {}};
    }
    const Verdict wanted = expected->kind == Kind::holds      ? Verdict::holds
                           : expected->kind == Kind::violated ? Verdict::violated
                                                              : Verdict::undecided;
    if (result.verdict == wanted) return judge_trace(result, *expected);
    if (result.verdict == Verdict::undecided) return {Fit::undecided, {}};
    return {Fit::unexpected,
            fmt::format("it is {}", result.verdict == Verdict::holds ? "not violated" : word(result.verdict))};
}

std::vector<CountJudgement> judge_counts(const checker::SearchResult& result,
                                         const std::map<std::string, language::Expected>& expected) {
    std::vector<CountJudgement> out;
    const std::array<std::pair<const char*, uint64_t>, 3> counts{
        {{"states", result.states}, {"transitions", result.transitions}, {"depth", result.depth}}};
    for (const auto& [name, actual] : counts) {
        const auto wanted = expected.find(name);
        if (wanted == expected.end() || wanted->second.kind != Kind::count) continue;
        const int64_t number = wanted->second.count;
        const Fit fit = !result.exhaustive                        ? Fit::undecided
                        : static_cast<uint64_t>(number) == actual ? Fit::as_expected
                                                                  : Fit::unexpected;
        out.push_back({name, number, actual, fit});
    }
    return out;
}

std::vector<std::string> unanswered(const system::System& system,
                                    const std::map<std::string, language::Expected>& expected) {
    std::vector<std::string> out;
    for (const auto& [name, wanted] : expected) {
        if (wanted.kind == Kind::count) continue;
        const auto& all = system.properties;
        if (std::none_of(all.begin(), all.end(), [&n = name](const system::Property& p) { return p.name == n; }))
            out.push_back(name);
    }
    return out;
}

int status_of(Fit fit) {
    switch (fit) {
        case Fit::as_expected: return exit_ok;
        case Fit::unexpected: return exit_unexpected;
        case Fit::undecided: return exit_undecided;
    }
    return exit_ok;
}

}  // namespace untorn::tools
