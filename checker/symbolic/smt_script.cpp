#include "checker/symbolic/smt_script.h"

#include "checker/symbolic/smt_terms.h"

namespace untorn::checker::symbolic {

const std::string& SmtScript::named(const std::string& term) {
    const auto [place, is_new] = names_.try_emplace(term);
    if (is_new) {
        place->second = "|set " + std::to_string(names_.size()) + "|";
        define(place->second, "Bool", term);
    }
    return place->second;
}

std::string SmtScript::text() const {
    std::string text;
    for (const Command& command : commands_) {
        switch (command.kind) {
            case Kind::comment: text += "; " + command.term; break;
            case Kind::declaration: text += "(declare-const " + command.symbol + " " + command.sort + ")"; break;
            case Kind::definition:
                text += "(define-fun " + command.symbol + " () " + command.sort + " " + command.term + ")";
                break;
            case Kind::assertion: text += "(assert " + command.term + ")"; break;
        }
        text += "\n";
    }
    return text;
}

std::string SmtScript::implies(const std::string& head) const {
    std::string variables, definitions, closing;
    std::vector<std::string> premises;
    for (const Command& command : commands_) {
        switch (command.kind) {
            case Kind::comment: break;
            case Kind::declaration:
                variables += (variables.empty() ? "(" : " (") + command.symbol + " " + command.sort + ")";
                break;
            case Kind::definition:
                definitions += "(let ((" + command.symbol + " " + command.term + "))\n";
                closing += ")";
                break;
            case Kind::assertion: premises.push_back(command.term); break;
        }
    }
    const std::string clause = definitions + "(=> " + smt_all(premises) + "\n    " + head + ")" + closing;
    return "(assert " + (variables.empty() ? clause : "(forall (" + variables + ")\n" + clause + ")") + ")\n";
}

}  // namespace untorn::checker::symbolic
