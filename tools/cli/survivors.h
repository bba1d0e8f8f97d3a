// The survivors of a mutation check that somebody has explained: a text file that stands beside the specifications, so
// that a new survivor is told from one that is known.
//
//     # a comment
//     pagecache reclaim conjunct folio.pte == PTE_NONE
//         Why no verdict can change: what is still mapped is dirty or under writeback in every run.
//
// A line that begins without a blank names a mutant: module, procedure, operator, and what is left out, as the report
// of survivors writes them; then, on lines that begin with blanks, why it survives. No line numbers: code above a
// statement can change. The second of several equal mutants of one procedure has `#2` behind it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/cli/suite.h"

namespace untorn::tools {

class Explanations {
 public:
    /// Reads the file of --explained. Throws InputError, with the line where there is one.
    static Explanations read(const std::string& path);
    /// From its text; `path` is for errors. Throws InputError.
    static Explanations parse(const std::string& path, const std::string& text);

    /// Gives each survivor its explanation. Returns the names, in order, of what is explained and is no survivor:
    /// mutants of `mutants` with another fate, and names of none of them if `all` mutants there are were made.
    std::vector<std::string> apply(std::vector<Mutant>& mutants, bool all) const;

 private:
    std::map<std::string, std::string> by_name_;
};

/// How the file names each of these mutants. They must be all mutants of their procedures.
std::vector<std::string> names(const std::vector<Mutant>& mutants);

}  // namespace untorn::tools
