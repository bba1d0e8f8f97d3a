// Does a result match what the specification expects? Pure functions: results and expectations in, judgement out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checker/result/result.h"
#include "model/language/compile.h"

namespace untorn::tools {

/// `undecided`: there is no answer where one was wanted; it neither meets nor contradicts what is expected.
enum class Fit { as_expected, unexpected, undecided };

struct Judgement {
    Fit fit = Fit::as_expected;
    std::string why;  ///< unexpected: what differs, as in `passes no label short_copy`; else empty
};

/// One property. `expected` is null if nothing is: then `violated` is unexpected.
Judgement judge(const checker::PropertyResult& result, const language::Expected* expected);

struct CountJudgement {
    std::string name;  ///< states, transitions, depth
    int64_t expected = 0;
    uint64_t actual = 0;
    Fit fit = Fit::as_expected;  ///< undecided if the search was not exhaustive
};

/// The counts that are expected.
std::vector<CountJudgement> judge_counts(const checker::SearchResult& result,
                                         const std::map<std::string, language::Expected>& expected);

/// Names that something is expected of but that are neither a property nor a count of this run.
std::vector<std::string> unanswered(const system::System& system,
                                    const std::map<std::string, language::Expected>& expected);

/// exit_status.h
int status_of(Fit fit);

}  // namespace untorn::tools
