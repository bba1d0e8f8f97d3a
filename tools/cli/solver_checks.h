// What solvers say of the obligations of a certificate, on the terminal: Z3 from the text, and cvc5, where it is
// installed, as a process.
#pragma once

#include <atomic>
#include <chrono>
#include <span>
#include <string>

#include "checker/symbolic/proof_obligations.h"
#include "checker/symbolic/solver_check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/external_solver.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"

namespace untorn::tools {

/// A line on a terminal that says how far it is, a few times a second.
class Line {
 public:
    explicit Line(bool enabled);
    ~Line() { erase(); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void show(const std::string& text);
    void erase();

 private:
    bool enabled_, shown_ = false;
    std::chrono::steady_clock::time_point last_;
};

/// Asks solvers about obligations whose scripts lie in a folder.
class Checks {
 public:
    Checks(const Options& options, const std::atomic<bool>& interrupted, Output& out)
        : options_(options), interrupted_(interrupted), out_(out), line_(!options.quiet) {}

    /// About all of them, as many at a time as there are to be threads; what is said of them comes in their order.
    void ask(std::span<const checker::symbolic::Obligation> obligations, const std::string& folder, bool with_z3);
    const std::string& cvc5() const { return cvc5_.version(); }
    int status() const { return status_; }

 private:
    void note(const checker::symbolic::Obligation& obligation, const std::string& solver,
              const checker::symbolic::SolverAnswer& answer);

    const Options& options_;
    const std::atomic<bool>& interrupted_;
    Output& out_;
    Line line_;
    Cvc5 cvc5_;
    int status_ = exit_ok;
};

}  // namespace untorn::tools
