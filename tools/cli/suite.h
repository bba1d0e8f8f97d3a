// A set of specifications as a test suite for the code that they run: the verdicts of every run as they are, what each
// run executes, and whether a mutated program changes any of them. Prints nothing.
//
// Runs are searched one by one with one thread each, in several threads, and a mutant's verdict depends on nothing but
// its own searches: same input, same results, whatever the number of threads. Only `seconds` and an interruption are
// exempt.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "checker/answer.h"
#include "model/language/mutation.h"
#include "tools/cli/runs.h"

namespace untorn::tools {

struct SuiteOptions {
    checker::SearchOptions search;  ///< of one run; its max_states is for runs as they are: larger ones are left out
    uint64_t budget = 0;            ///< states that the searches of one mutant may have together; 0: no limit
    double seconds = 0;             ///< for one mutant; 0: no limit
    unsigned threads = 1;
};

/// One run as it is, before anything is mutated.
struct SuiteRun {
    size_t spec = 0;  ///< index of the specification
    language::RunConfig config;
    std::string label;  ///< `specs/scenarios/S03.untorn S03 A`
    uint64_t states = 0;
    std::string left_out;       ///< why no mutant is judged by it, or empty
    std::string inconsistency;  ///< the tool disagrees with itself on it
    using Verdicts = std::vector<std::pair<std::string, checker::Verdict>>;
    Verdicts said;  ///< by property
    bool something_violated = false;
    std::string system;  ///< as text
    /// By file: where the statements are that it contains, and whether one of its steps passes them.
    std::map<std::string, std::map<uint32_t, bool>> sites;
};

enum class MutantStatus : uint8_t {
    killed,      ///< a verdict is another one
    survived,    ///< every run that executes the statement says what it said
    equivalent,  ///< every run that executes the statement has the same transition system
    rejected,    ///< no run that executes the statement can be compiled with it
    undecided    ///< no verdict is another one, but not every run was finished
};
/// `killed`, `survived` and so on.
const char* word(MutantStatus status);

struct Mutant {
    language::Mutation mutation;  ///< of the program of `spec`
    size_t spec = 0;              ///< the first specification that has the module
    std::string module;           ///< `pagecache`; the path of a file that is no kernel module
    Place place;                  ///< of what is left out
    MutantStatus status = MutantStatus::undecided;
    size_t runs = 0;        ///< that execute the statement, or may be kept from going on by it
    size_t tried = 0;       ///< of these, before the status was clear; those with the same system included
    size_t same = 0;        ///< of those tried: the transition system is the same
    size_t rejected = 0;    ///< of those tried: the language does not accept it
    std::string rejection;  ///< ... the first error
    uint64_t states = 0;    ///< of all its searches
    std::string why;        ///< rejected: the first error; undecided: what kept a run from being finished
    // killed:
    std::string run;       ///< SuiteRun::label
    std::string property;  ///< the first that says something else
    checker::Verdict before = checker::Verdict::holds, after = checker::Verdict::holds;
    std::string inconsistency;  ///< the tool disagrees with itself: nothing else is known
    std::string explanation;    ///< of a survivor, from the file of --explained
};

class Suite {
 public:
    /// Called now and then by the thread that called the suite: what is done of how many.
    using Watch = std::function<void(size_t done, size_t of)>;

    /// The specifications must outlive the suite.
    Suite(const std::vector<Spec>& specs, SuiteOptions options);

    /// Searches every run as it is. Returns whether no interruption came; complaints about runs that do not compile.
    bool run(Complaints& complaints, const Watch& watch);
    const std::vector<SuiteRun>& runs() const { return runs_; }

    /// Finds out what becomes of each mutant. One that an interruption kept from it stays undecided.
    void judge(std::vector<Mutant>& mutants, const Watch& watch) const;

 private:
    using Programs = std::vector<language::Program>;
    Programs copies() const;
    void search(SuiteRun& run, const language::Program& program, language::Diagnostics& diagnostics) const;
    std::vector<size_t> selected(const Mutant& mutant) const;
    void judge(Mutant& mutant, Programs& programs) const;
    /// Whether the mutant's fate is clear after this run.
    bool judge_by(Mutant& mutant, const SuiteRun& run, const language::Program& program,
                  const checker::SearchOptions& how) const;
    /// Every index below `count`, in several threads, each with its own copies of the programs.
    void for_each(size_t count, const Watch& watch, const std::function<void(size_t, Programs&)>& work) const;
    bool interrupted() const { return options_.search.interrupted != nullptr && *options_.search.interrupted; }

    const std::vector<Spec>& specs_;
    SuiteOptions options_;
    std::vector<SuiteRun> runs_;
};

}  // namespace untorn::tools
