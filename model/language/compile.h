// The public entrance of the language: which runs a program asks for, and the transition system of one run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/language/loader.h"
#include "model/system/system.h"

namespace untorn::language {

/// What a file expects of one property (or of a count) in one run.
struct Expected {
    enum class Kind { holds, violated, undecided, count } kind = Kind::holds;
    std::optional<int64_t> faults, steps;
    int64_t count = 0;
    std::string via;   ///< label the trace must pass; empty: none asked for
    std::string text;  ///< as users write it: `violated via short_copy`
};

/// One run: a scenario under one variant, or the file itself.
struct RunConfig {
    std::string scenario;  ///< empty: the file without a scenario
    std::string title;
    std::string variant;                     ///< of the scenario's `over`, or --with; empty: none
    std::vector<std::string> with;           ///< variants bound besides
    std::map<std::string, std::string> set;  ///< params and options from the command line (-D): name to text
    bool no_expectations = false;            ///< -D was used
};

/// The values that an option could have in a run besides the one that it has.
struct OptionDomain {
    std::string name;
    Span span;                        ///< of the name, where it is declared
    std::vector<std::string> others;  ///< as -D takes them; of a type with more than 64 values the ends only
    bool sampled = false;             ///< the ends only
};

/// What the compiler says of a run besides its system.
struct Run {
    RunConfig config;
    system::System system;
    std::map<std::string, std::string> options;         ///< every param and option, with its value as text
    std::vector<OptionDomain> option_domains;           ///< by name; those that are neither free nor set by -D
    std::map<std::string, std::string> faults_allowed;  ///< fault (and power_loss) to `N` or `unlimited`
    std::vector<std::string> present;                   ///< actors that run, as `writer[2]`, `flusher`
    std::vector<std::string> absent;                    ///< actors declared that do not run
    std::map<std::string, Expected> expected;           ///< by property name, or `states`, `transitions`, `depth`
};

/// Choices of the command line that select runs.
struct Selection {
    std::string scenario;                    ///< only this one; empty: all
    std::vector<std::string> with;           ///< bind these variants instead of `over`
    std::map<std::string, std::string> set;  ///< -D
};

/// Checks the whole program (also what no run uses): names, types, static checks, with default params.
void check(const Program& program, Diagnostics& diagnostics);

/// The runs a program asks for, in order: for each scenario, one for each variant of `over`; without scenarios, or with
/// `set` and no scenario named, one run of the file itself.
std::vector<RunConfig> runs(const Program& program, const Selection& selection, Diagnostics& diagnostics);

/// Compiles one run. Empty if there were errors.
std::optional<Run> compile(const Program& program, const RunConfig& config, Diagnostics& diagnostics);

}  // namespace untorn::language
