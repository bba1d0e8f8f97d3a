// From the command line to runs: loads and checks every file, says what is wrong with them, selects the runs, compiles
// each when its turn comes.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "model/language/compile.h"
#include "tools/cli/json.h"
#include "tools/cli/options.h"
#include "tools/cli/style.h"

namespace untorn::tools {

/// One file with its runs.
struct Spec {
    std::string path;
    language::Program program;
    std::vector<language::RunConfig> runs;
};

/// Says on standard error what is wrong, each thing once, and remembers it for the JSON.
class Complaints {
 public:
    explicit Complaints(const Options& options) : style_(Style::choose(options.color, 2)), quiet_(options.quiet) {}
    /// Of one program; `--quiet` leaves out warnings.
    void add(const language::Diagnostics& diagnostics, const language::Program& program);
    /// Something about no place in a file.
    void add(const std::string& message);
    /// A warning about no place in a file; nothing is wrong by it.
    void warn(const std::string& message) const;
    bool empty() const { return problems_.empty(); }
    const std::vector<InputProblem>& problems() const { return problems_; }

 private:
    Style style_;
    bool quiet_;
    std::set<std::string> said_;
    std::vector<InputProblem> problems_;
};

/// Every file of the command line that asks for something. A file with errors has no runs. What was named and gives
/// nothing to do is a complaint.
std::vector<Spec> load_specs(const Options& options, Complaints& complaints);

/// Compiles each run and visits it, until `visit` returns false. Returns whether all were visited or complained about.
bool for_each_run(const std::vector<Spec>& specs, Complaints& complaints,
                  const std::function<bool(const Spec&, language::Run)>& visit);

size_t run_count(const std::vector<Spec>& specs);
/// Is there one run? If there are several, says which, and how to choose one; `why` says why that is needed.
bool demand_one_run(const std::vector<Spec>& specs, Complaints& complaints, const std::string& why);

}  // namespace untorn::tools
