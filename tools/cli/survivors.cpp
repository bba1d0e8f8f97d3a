#include "tools/cli/survivors.h"

#include <fmt/core.h>

#include <set>

#include "tools/cli/output.h"
#include "tools/cli/sources.h"

namespace untorn::tools {

namespace {

std::string trimmed(const std::string& line) {
    const size_t begin = line.find_first_not_of(" \t\r");
    return begin == std::string::npos ? "" : line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

Explanations Explanations::read(const std::string& path) {
    std::string error;
    const std::optional<std::string> text = real_sources().read(path, error);
    if (!text) throw InputError(fmt::format("--explained {}: {}", path, error.empty() ? "no such file" : error));
    return parse(path, *text);
}

Explanations Explanations::parse(const std::string& path, const std::string& text) {
    Explanations out;
    std::string* current = nullptr;
    std::string name;
    size_t number = 0, named_at = 0;
    const auto fail = [&path](size_t line, const std::string& what) {
        throw InputError(fmt::format("{}:{}: {}", path, line, what));
    };
    const auto end_entry = [&] {
        if (current != nullptr && current->empty())
            fail(named_at,
                 fmt::format("{} is not explained: say why it survives, on a line that begins with blanks", name));
    };
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = text.substr(begin, end - begin), content = trimmed(line);
        begin = end + 1;
        ++number;
        if (content.empty() || content[0] == '#') continue;
        if (line[0] == ' ' || line[0] == '\t') {
            if (current == nullptr) fail(number, "an explanation of nothing: name the mutant on a line before it");
            *current += (current->empty() ? "" : " ") + content;
            continue;
        }
        end_entry();
        name = content;
        named_at = number;
        const auto [entry, is_new] = out.by_name_.try_emplace(name);
        if (!is_new) fail(number, fmt::format("{} is explained twice", name));
        current = &entry->second;
    }
    end_entry();
    return out;
}

std::vector<std::string> Explanations::apply(std::vector<Mutant>& mutants, bool all) const {
    const std::vector<std::string> called = names(mutants);
    std::vector<std::string> idle;
    std::set<std::string> met;
    for (size_t i = 0; i < mutants.size(); ++i) {
        const auto entry = by_name_.find(called[i]);
        if (entry == by_name_.end()) continue;
        met.insert(called[i]);
        if (mutants[i].status == MutantStatus::survived)
            mutants[i].explanation = entry->second;
        else if (mutants[i].status != MutantStatus::undecided)
            idle.push_back(fmt::format("{} ({})", called[i], word(mutants[i].status)));
    }
    for (const auto& [name, text] : by_name_)
        if (all && !met.contains(name)) idle.push_back(fmt::format("{} (no such mutant)", name));
    return idle;
}

std::vector<std::string> names(const std::vector<Mutant>& mutants) {
    std::vector<std::string> out;
    std::map<std::string, size_t> seen;
    for (const Mutant& m : mutants) {
        std::string name =
            fmt::format("{} {} {} {}", m.module, m.mutation.procedure, language::name(m.mutation.op), m.mutation.text);
        if (const size_t nth = ++seen[name]; nth > 1) name += fmt::format(" #{}", nth);
        out.push_back(std::move(name));
    }
    return out;
}

}  // namespace untorn::tools
