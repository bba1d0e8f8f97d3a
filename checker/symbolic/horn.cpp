#include "checker/symbolic/horn.h"

#include <algorithm>
#include <vector>

#include "checker/symbolic/smt_steps.h"

namespace untorn::checker::symbolic {

namespace {

constexpr const char* reached_symbol = "|is reached|";

std::string comment(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return "; " + text + "\n";
}

/// The predicate, of these cells, which are the state before a step but for those in `primed`.
std::string reached(const Program& program, const SmtSteps& steps, const std::map<uint32_t, std::string>& primed,
                    const char* losses) {
    std::vector<std::string> arguments;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        if (steps.cells().constant(cell)) continue;
        const auto found = primed.find(cell);
        arguments.push_back(found == primed.end() ? steps.cells().symbol(cell) : found->second);
    }
    if (steps.power()) arguments.emplace_back(losses);
    if (arguments.empty()) return reached_symbol;
    std::string term = std::string("(") + reached_symbol;
    for (const std::string& argument : arguments) term += " " + argument;
    return term + ")";
}

}  // namespace

std::string horn_clauses(const Program& program, std::span<const uint32_t> properties) {
    const SmtSteps steps(program);
    std::string sorts;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell)
        if (!steps.cells().constant(cell)) sorts += (sorts.empty() ? "" : " ") + steps.cells().sort(cell);
    if (steps.power()) sorts += (sorts.empty() ? "" : " ") + steps.losses_sort();
    std::string clauses =
        "; sat: the properties hold in every state that is reached; unsat: one of them is violated.\n"
        "(set-logic HORN)\n(declare-fun " +
        std::string(reached_symbol) + " (" + sorts + ") Bool)\n";
    SmtScript before = steps.state();
    before.assume(reached(program, steps, {}, SmtSteps::losses));
    const auto nothing = [](SmtTerms&, SmtScript&) {};
    steps.for_each_step(before, nothing, [&](const SmtSteps::Step& step) {
        const char* losses = step.changes_losses() ? SmtSteps::primed_losses : SmtSteps::losses;
        clauses += comment(step.title) + step.script.implies(reached(program, steps, step.primed, losses));
    });
    for (const uint32_t property : properties)
        steps.for_each_violation(property, before, nothing, [&](const SmtSteps::Violation& violation) {
            clauses += comment(violation.title) + violation.script.implies("false");
        });
    return clauses + "(check-sat)\n";
}

}  // namespace untorn::checker::symbolic
