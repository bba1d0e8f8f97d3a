// A second opinion on a proof: cvc5, if it is installed, asked through its command line about a file as it lies there.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "checker/symbolic/solver_check.h"

namespace untorn::tools {

class Cvc5 {
 public:
    /// Looks for the program in PATH.
    Cvc5();
    /// `cvc5 1.0.3`, or empty where there is none.
    const std::string& version() const { return version_; }
    /// Asks about the script in this file. The process that was started ends with the call, also when interrupted.
    checker::symbolic::SolverAnswer ask(const std::string& path, const std::atomic<bool>* interrupt,
                                        double seconds) const;

 private:
    std::string version_;
};

}  // namespace untorn::tools
