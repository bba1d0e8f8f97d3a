#include "tools/cli/solver_checks.h"

#include <fmt/core.h>
#include <unistd.h>

#include <optional>
#include <sstream>

#include "checker/symbolic/ask_in_order.h"
#include "tools/cli/certificate.h"
#include "tools/cli/machine.h"

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

void Checks::ask(std::span<const Obligation> obligations, const std::string& folder, bool with_z3) {
    struct Answers {
        std::optional<SolverAnswer> z3, cvc5;
    };
    const bool with_cvc5 = !cvc5_.version().empty();
    if (!with_z3 && !with_cvc5) return;
    const auto ask = [&](size_t i) {
        Answers answers;
        const Obligation& obligation = obligations[i];
        if (with_z3) answers.z3 = checker::symbolic::ask_z3(obligation.script, &interrupted_, options_.seconds);
        if (with_cvc5) answers.cvc5 = cvc5_.ask(script_path(folder, obligation.name), &interrupted_, options_.seconds);
        return answers;
    };
    line_.show("checking obligations");
    checker::symbolic::ask_in_order(
        obligations.size(), solver_threads(options_.threads), ask, [&](size_t i, const Answers& answers) {
            if (interrupted_) {
                line_.erase();
                out_.write(fmt::format("  interrupted: {} of {} obligations were checked\n", i, obligations.size()));
                status_ = worse(status_, exit_undecided);
                return false;
            }
            if (answers.z3) note(obligations[i], checker::symbolic::z3_version(), *answers.z3);
            if (answers.cvc5) note(obligations[i], cvc5_.version(), *answers.cvc5);
            line_.show(fmt::format("{} of {} obligations are checked", i + 1, obligations.size()));
            return true;
        });
    line_.erase();
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
