#include "checker/symbolic/horn.h"

#include <string_view>
#include <vector>

#include "checker/explicit/limits.h"
#include "checker/symbolic/smt_terms.h"

namespace untorn::checker::symbolic {

namespace {

/// Takes a symbol, which may be quoted, from the front.
std::string_view take_symbol(std::string_view& text) {
    const size_t end = text[0] == '|' ? text.find('|', 1) + 1 : text.find(' ');
    const std::string_view symbol = text.substr(0, end);
    text.remove_prefix(end + 1);
    return symbol;
}

/// Takes a term or a sort that holds no quoted symbol, and the space after it.
void skip_sort(std::string_view& text) {
    const size_t end = text[0] == '(' ? text.find(')') + 1 : text.find(' ');
    text.remove_prefix(end + 1);
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

}  // namespace

std::string horn_clause(const std::string& script, const std::string& head) {
    std::string variables, definitions, closing;
    std::vector<std::string> premises;
    for (size_t begin = 0; begin < script.size();) {
        const size_t end = script.find('\n', begin);
        std::string_view line(script.data() + begin, end - begin);
        begin = end + 1;
        if (line.empty() || line[0] == ';') continue;
        if (line.back() != ')') throw BrokenRule{"a line of a script is no whole command"};
        line.remove_suffix(1);
        if (take(line, "(declare-const ")) {
            variables += (variables.empty() ? "(" : " (") + std::string(line) + ")";
        } else if (take(line, "(define-fun ")) {
            const std::string_view symbol = take_symbol(line);
            take(line, "() ");
            skip_sort(line);
            definitions += "(let ((" + std::string(symbol) + " " + std::string(line) + "))\n";
            closing += ")";
        } else if (take(line, "(assert ")) {
            premises.emplace_back(line);
        } else {
            throw BrokenRule{"a script holds more than declarations, definitions and assertions"};
        }
    }
    const std::string clause = definitions + "(=> " + smt_all(premises) + "\n    " + head + ")" + closing;
    return "(assert " + (variables.empty() ? clause : "(forall (" + variables + ")\n" + clause + ")") + ")\n";
}

}  // namespace untorn::checker::symbolic
