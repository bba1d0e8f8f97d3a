// What one run found, judged; and how to say it on a terminal.
#pragma once

#include <string>
#include <vector>

#include "checker/result/result.h"
#include "model/language/compile.h"
#include "tools/cli/expectation.h"
#include "tools/cli/style.h"

namespace untorn::tools {

struct RunReport {
    std::string spec;  ///< the file, as the user named it
    language::Run run;
    checker::SearchResult result;
    std::string inconsistency;  ///< the tool disagrees with itself; the result is then empty
    // Derived by judge_run:
    std::vector<Judgement> judgements;  ///< one for each of result.properties
    std::vector<CountJudgement> counts;
    std::vector<std::string> unanswered;
    int status = 0;
};

/// A place in the source that no step passes.
struct Unpassed {
    Place place;
    system::SiteKind kind = system::SiteKind::statement;
    std::string text;
    bool operator==(const Unpassed&) const = default;
};

/// A property that holds because it says nothing, or one conjunct of it.
struct Vacuous {
    uint32_t property = 0;   ///< index into System::properties
    std::string antecedent;  ///< what never holds; empty: the property is judged in no state; or no_fair_run
};
/// Why a progress property says nothing; no expression reads like this.
inline constexpr const char* no_fair_run = "no infinite run is fair";

/// What one run has not done, for certain: nothing if its search was not exhaustive. Places in order.
struct RunCoverage {
    /// How many there are outside of the embedded kernel modules; 0 if it is not known which were passed.
    size_t statements = 0, branches = 0;
    std::vector<Unpassed> never_executed, never_taken;
    std::vector<std::string> never_spent;  ///< faults that the run allows
    std::vector<Vacuous> vacuous;
};
RunCoverage coverage_of(const RunReport& report);
/// Why a property says nothing: "`a` never holds".
std::string vacuous_text(const std::string& antecedent);

/// Fills what is derived.
void judge_run(RunReport& report);

/// What the user expects of a property here, or null.
const language::Expected* expected_of(const RunReport& report, const checker::PropertyResult& result);

/// Numbers for the summary.
struct Tally {
    size_t files = 0, runs = 0;
    size_t as_expected = 0, unexpected = 0, undecided = 0;
    size_t inconsistent = 0;
    void add(const RunReport& report);
};

enum class Traces { none, unexpected, violated, all };

struct TextOptions {
    Style style;
    size_t width = 120;
    Traces traces = Traces::unexpected;
    bool quiet = false;  ///< only what is not as expected
};

/// The line that says which run it is: file, scenario, variants, title.
std::string run_title(const RunReport& report, const Style& style);
/// For what the verdicts stand: sizes, budgets, who runs and who does not; a text each, which may have several lines.
std::vector<std::string> meaning(const RunReport& report, size_t width);
/// One run: head, meaning, numbers, a line each property, traces. What is in `above`, the meaning of the run before, is
/// not said again.
std::string text(const RunReport& report, const TextOptions& options, const std::vector<std::string>& above = {});
/// The head of a run alone: which it is, what it stands for, numbers; or the inconsistency.
std::string run_head_text(const RunReport& report, const TextOptions& options,
                          const std::vector<std::string>& above = {});
/// The lines of the litmus properties alone.
std::string litmus_lines(const RunReport& report, const TextOptions& options);
/// The exit status as far as litmus properties and completeness go.
int outcomes_status(const RunReport& report);
/// The line that ends a check, without warnings (see coverage.h).
std::string text(const Tally& tally, const Style& style);

/// Words that the JSON and the text share.
std::string word(checker::Verdict verdict);
/// cover and crash cover: "holds" means reached.
bool is_cover(system::PropertyKind kind);
/// never, sometimes, always: over the outcomes.
bool is_litmus(system::PropertyKind kind);
/// Checked without being asked for.
bool is_built_in(system::PropertyKind kind);

}  // namespace untorn::tools
