#include "tools/cli/solver_checks.h"

#include <fmt/core.h>
#include <unistd.h>

#include <sstream>

namespace untorn::tools {

using checker::symbolic::Obligation;
using checker::symbolic::SolverAnswer;

namespace {

std::string unlike(const SolverAnswer& answer) {
    switch (answer.kind) {
        case SolverAnswer::Kind::unsat: return "";
        case SolverAnswer::Kind::sat: return "sat: it does not hold";
        case SolverAnswer::Kind::unknown: return "no answer (" + answer.detail + ")";
        case SolverAnswer::Kind::error: return answer.detail;
    }
    return "";
}

}  // namespace

Line::Line(bool enabled) : enabled_(enabled && isatty(STDERR_FILENO) != 0) {}

void Line::show(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (!enabled_ || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    fmt::print(stderr, "\r\033[K{}", text);
    shown_ = true;
}

void Line::erase() {
    if (shown_) fmt::print(stderr, "\r\033[K");
    shown_ = false;
}

void Checks::ask(const Obligation& obligation, const std::string& path, bool with_z3) {
    line_.show(fmt::format("checking {}", obligation.name));
    if (with_z3)
        note(obligation, checker::symbolic::z3_version(),
             checker::symbolic::ask_z3(obligation.script, &interrupted_, options_.seconds));
    if (!cvc5_.version().empty()) note(obligation, cvc5_.version(), cvc5_.ask(path, &interrupted_, options_.seconds));
}

void Checks::note(const Obligation& obligation, const std::string& solver, const SolverAnswer& answer) {
    if (answer.kind == SolverAnswer::Kind::unsat) return;
    line_.erase();
    out_.write(
        fmt::format("  not unsat  {} ({}): {} says {}\n", obligation.title, obligation.name, solver, unlike(answer)));
    if (answer.kind == SolverAnswer::Kind::sat && !answer.detail.empty()) {
        std::istringstream lines(answer.detail);
        for (std::string one; std::getline(lines, one);) out_.write("    " + one + "\n");
    }
    status_ = worse(status_, answer.kind == SolverAnswer::Kind::unknown ? exit_undecided : exit_unexpected);
}

}  // namespace untorn::tools
