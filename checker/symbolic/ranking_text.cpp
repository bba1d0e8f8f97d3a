#include "checker/symbolic/ranking_text.h"

#include <algorithm>

namespace untorn::checker::symbolic {

namespace {

constexpr size_t line_width = 140;
const std::string head = "ranking ", waiting = "waits while ", never = "waits never", level = "level ",
                  condition = ", while ", otherwise = ", otherwise", conjunction = " and ";

void collect(std::span<const RankedLevel> levels, std::vector<Conjunct>& all) {
    for (const RankedLevel& one : levels) {
        all.insert(all.end(), one.when.begin(), one.when.end());
        collect(one.meanwhile, all);
    }
}

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

std::string trimmed(const std::string& text) {
    const size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

}  // namespace

std::string constraint_text(const Program& program, uint32_t constraint) {
    const system::System& system = program.system;
    const system::Fairness& fairness = system.fairness[program.constraints[constraint].fairness];
    const system::Actor& actor = system.actors[fairness.actor];
    std::string text = actor.name;
    if (actor.identity)
        text += "[" + system.types.text(*actor.identity, program.constraints[constraint].identity) + "]";
    text += fairness.label.empty() ? " moves" : " passes " + fairness.label;
    return text + (fairness.strong ? " (strongly fair)" : " (weakly fair)");
}

/// In several lines where one is too long.
std::string RankingText::statement(const std::string& begin, std::span<const Conjunct> when) const {
    std::string text = begin;
    size_t line = begin.size();
    for (size_t i = 0; i < when.size(); ++i) {
        std::string part = conjuncts_.write(when[i]);
        if (part.find(" implies ") != std::string::npos) part = "(" + part + ")";
        if (i > 0) {
            const bool wraps = line + conjunction.size() + part.size() > line_width;
            text += wraps ? "\n    and " : conjunction;
            line = wraps ? 8 : line + conjunction.size();
        }
        text += part;
        line += part.size();
    }
    return text + ";\n";
}

std::string RankingText::write(std::span<const RankedLevel> levels, const std::string& prefix) const {
    std::string text;
    for (size_t k = 0; k < levels.size(); ++k) {
        const RankedLevel& one = levels[k];
        const std::string number = prefix + std::to_string(k + 1);
        const std::string who = constraint_text(program_, one.helper);
        text += statement(level + number + ": " + who + (one.when.empty() ? otherwise : condition), one.when);
        text += write(one.meanwhile, number + ".");
    }
    return text;
}

std::string RankingText::write(const Ranking& ranking) const {
    const system::System& system = program_.system;
    std::string text = head + system.properties[ranking.property].name + ";\n";
    if (ranking.levels.empty()) return text + never + ";\n";
    if (!ranking.waits.empty()) text += statement(waiting, ranking.waits);
    return text + write(ranking.levels, "");
}

std::string RankingText::write(std::span<const Ranking> rankings) const {
    std::vector<Conjunct> all;
    for (const Ranking& ranking : rankings) {
        all.insert(all.end(), ranking.waits.begin(), ranking.waits.end());
        collect(ranking.levels, all);
    }
    std::string text = conjuncts_.legend(all);
    for (const Ranking& ranking : rankings) text += write(ranking);
    return text;
}

// Reading.

std::optional<std::string> RankingText::read_level(const std::string& number, const std::string& text,
                                                   Ranking& ranking) const {
    // Where it belongs: behind the last level of each number but the last one.
    std::vector<RankedLevel>* levels = &ranking.levels;
    std::string rest = number;
    for (size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
        if (levels->empty() || rest.substr(0, dot) != std::to_string(levels->size()))
            return "level " + number + " does not follow the one before";
        levels = &levels->back().meanwhile;
        rest = rest.substr(dot + 1);
    }
    if (rest != std::to_string(levels->size() + 1)) return "level " + number + " does not follow the one before";
    RankedLevel made;
    const size_t at = text.find(condition);
    const bool always = at == std::string::npos;
    if (always && (text.size() < otherwise.size() || text.substr(text.size() - otherwise.size()) != otherwise))
        return "expected `, while EXPRESSION` or `, otherwise`";
    const std::string who = always ? text.substr(0, text.size() - otherwise.size()) : text.substr(0, at);
    while (made.helper < program_.constraints.size() && constraint_text(program_, made.helper) != who) ++made.helper;
    if (made.helper == program_.constraints.size()) return "nobody fair is `" + who + "`";
    if (!always) {
        auto when = conjuncts_.read_conjunction(text.substr(at + condition.size()));
        if (auto* problem = std::get_if<std::string>(&when)) return *problem;
        made.when = std::move(std::get<0>(when));
    }
    levels->push_back(std::move(made));
    return std::nullopt;
}

std::optional<std::string> RankingText::read_statement(const std::string& statement,
                                                       std::vector<Ranking>& rankings) const {
    if (begins(statement, head)) {
        const std::string name = statement.substr(head.size());
        for (uint32_t p = 0; p < program_.system.properties.size(); ++p) {
            const system::Property& property = program_.system.properties[p];
            if (property.name != name || !system::is_progress(property.kind)) continue;
            rankings.push_back({p, {}, {}});
            return std::nullopt;
        }
        return "no progress property `" + name + "`";
    }
    if (rankings.empty()) return "expected `ranking NAME;`";
    Ranking& ranking = rankings.back();
    if (statement == never && ranking.levels.empty()) {
        ranking.waits = {Conjunct{}};
        return std::nullopt;
    }
    if (begins(statement, waiting) && ranking.levels.empty()) {
        auto waits = conjuncts_.read_conjunction(statement.substr(waiting.size()));
        if (auto* problem = std::get_if<std::string>(&waits)) return *problem;
        ranking.waits = std::move(std::get<0>(waits));
        return std::nullopt;
    }
    const size_t colon = statement.find(": ");
    if (begins(statement, level) && colon != std::string::npos)
        return read_level(statement.substr(level.size(), colon - level.size()), statement.substr(colon + 2), ranking);
    return "expected `ranking NAME`, `waits while EXPRESSION` or `level N: WHO, while EXPRESSION`";
}

std::variant<std::vector<Ranking>, InvariantError> RankingText::read(const std::string& text) const {
    std::vector<Ranking> rankings;
    std::string statement;
    size_t number = 0;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = trimmed(text.substr(begin, end - begin));
        begin = end + 1;
        ++number;
        if (line.empty() || begins(line, "//")) continue;
        statement += (statement.empty() ? "" : " ") + line;
        if (statement.back() != ';') continue;
        statement.pop_back();
        if (auto problem = read_statement(statement, rankings)) return InvariantError{number, *problem};
        statement.clear();
    }
    if (!statement.empty()) return InvariantError{number, "expected `;`"};
    return rankings;
}

}  // namespace untorn::checker::symbolic
