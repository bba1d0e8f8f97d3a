// Asks Z3 about a script as it is written: parsed by Z3 from the text, in a context of its own, so that what is checked
// is what anybody can read and check again. De Moura, Bjorner, "Z3: an efficient SMT solver", TACAS 2008.
#pragma once

#include <atomic>
#include <string>

namespace untorn::checker::symbolic {

struct SolverAnswer {
    enum class Kind { unsat, sat, unknown, error } kind = Kind::unknown;
    std::string detail;  ///< unknown: why; error: what the solver says of the script; sat: a model, one value a line
};

/// `interrupt` may be null. Limits: seconds, 0: none. The logic chooses Z3's solver: HORN is Spacer.
SolverAnswer ask_z3(const std::string& script, const std::atomic<bool>* interrupt = nullptr, double seconds = 0,
                    const char* logic = "QF_BV");

/// `Z3 4.8.12`.
std::string z3_version();

}  // namespace untorn::checker::symbolic
