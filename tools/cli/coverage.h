// What runs have not done: statements never executed, branches never taken, faults never spent, properties that hold
// because they say nothing, covers not reached, options that change nothing. First of one run, then of all runs of a
// file, then of all that was checked.
//
// Only what is certain is said: a run whose search was not exhaustive, or left steps out, tells what was done and
// nothing of what was not; if any run of those put together is such a run, what no other has done is unclear. Warnings
// are about the files that were named and those beside them: that a specification does not use all of the embedded
// kernel modules is no news. `--coverage` shows those as well.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "model/language/idle_options.h"
#include "tools/cli/report.h"

namespace untorn::tools {

/// Something was done in so many runs, of so many in which it could have been.
struct Count {
    std::string text;  ///< how it is written in the source
    size_t runs = 0;
    size_t done = 0;
    size_t unclear = 0;  ///< runs that can not tell
    bool never() const { return done == 0 && unclear == 0 && runs > 0; }
    void add(bool was_done, bool certain) {
        ++runs;
        if (was_done)
            ++done;
        else if (!certain)
            ++unclear;
    }
};

/// A file, line and column, and what is there.
using SiteKey = std::tuple<std::string, uint32_t, uint32_t, system::SiteKind>;

/// Several runs put together.
class Coverage {
 public:
    void add(const RunReport& report);
    /// Another file's runs. Statements are one by their place; everything else is about a file.
    void add(const Coverage& other);
    void set_options(std::string spec, language::OptionStudy study);

    /// Everything of the source that the runs contain, by place.
    const std::map<SiteKey, Count>& sites() const { return sites_; }
    /// `--coverage`: the sources line by line, with what was executed, and everything else that was counted.
    std::string annotated(const std::map<std::string, std::string>& sources, const Style& style) const;
    /// What there is to warn of, one text each: of one file, after its runs.
    std::vector<std::string> warnings() const;
    /// The line of all warnings below the summary; empty if there are none.
    std::string summary(const Style& style) const;
    /// The same as JSON: places and names.
    nlohmann::ordered_json to_json() const;
    size_t runs() const { return runs_; }

 private:
    using Name = std::pair<std::string, std::string>;  ///< the specification, and what it is called
    struct Vacuity {
        Count said;          ///< done: the antecedent was met
        bool warns = false;  ///< declared outside the kernel modules, or something is expected of it
    };
    size_t never(bool branches) const;
    std::vector<Name> never(const std::map<Name, Count>& counts) const;
    std::vector<std::pair<Name, std::string>> vacuous(bool all) const;

    size_t runs_ = 0;
    std::map<SiteKey, Count> sites_;
    std::map<Name, Count> faults_, covers_;
    std::map<std::pair<Name, std::string>, Vacuity> antecedents_;  ///< by property, and antecedent as it is written
    std::map<Name, language::IdleOption> options_;
    std::set<Name> unknown_options_;
};

}  // namespace untorn::tools
