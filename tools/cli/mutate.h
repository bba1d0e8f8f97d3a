// `untorn mutate`: does any verdict depend on each lock, wait and update of the code? See language/mutation.h for the
// mistakes that are made, suite.h for how they are judged.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/cli/options.h"
#include "tools/cli/style.h"
#include "tools/cli/suite.h"

namespace untorn::tools {

/// The command. Returns the exit status; throws OutputError and InputError.
int mutate(const Options& options);

/// How many mutants became what.
struct MutationTally {
    size_t mutants = 0, killed = 0, survived = 0, explained = 0, equivalent = 0, rejected = 0, undecided = 0;
    void add(const Mutant& mutant);
    /// Per cent killed of those that could have been: killed, survived (explained or not) and undecided. 100 of none.
    double score() const;
};

/// A line for each mutant, a table by module and procedure, the survivors. `brief`: without the lines of those that
/// are killed, equivalent or rejected.
std::string mutation_text(const std::vector<Mutant>& mutants, const Style& style, bool brief);
/// The same as JSON.
nlohmann::ordered_json mutation_to_json(const std::vector<Mutant>& mutants, const std::vector<SuiteRun>& runs);

}  // namespace untorn::tools
