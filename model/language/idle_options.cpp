#include "model/language/idle_options.h"

#include <algorithm>
#include <set>

#include "model/system/dump.h"

namespace untorn::language {

using ast::ItemKind;

namespace {

/// Options that the program's own file declares or sets.
std::set<std::string> touched_options(const Program& program) {
    std::set<std::string> names;
    for (const ast::Item& item : program.trees.back().items) {
        if (item.kind == ItemKind::option) names.insert(item.name.text);
        if (item.kind == ItemKind::variant)
            for (const ast::Setting& s : item.settings) names.insert(s.name.text);
        if (item.kind == ItemKind::scenario)
            for (const ast::Setting& s : item.scenario->options) names.insert(s.name.text);
    }
    return names;
}

/// The system of a run as text; empty if there is none.
std::string text_of_run(const Program& program, const RunConfig& config, std::vector<OptionDomain>* domains) {
    Diagnostics diagnostics;
    std::optional<Run> run = compile(program, config, diagnostics);
    if (!run || diagnostics.has_errors()) return {};
    if (domains != nullptr) *domains = run->option_domains;
    run->system.lemmas.clear();  // what is claimed of a run changes nothing in it
    return system::dump(run->system, false);
}

}  // namespace

OptionStudy study_options(const Program& program, const std::vector<RunConfig>& runs) {
    OptionStudy study;
    if (program.trees.empty()) return study;
    std::set<std::string> open = touched_options(program);  // no difference found yet
    std::map<std::string, IdleOption> idle;
    size_t compilations = 0;
    for (const RunConfig& config : runs) {
        if (open.empty()) break;
        std::vector<OptionDomain> domains;
        ++compilations;
        const std::string base = text_of_run(program, config, &domains);
        for (const OptionDomain& option : domains) {
            if (!open.contains(option.name)) continue;
            IdleOption& seen = idle[option.name];
            seen = {option.name, option.span, seen.sampled || option.sampled};
            for (const std::string& value : option.others) {
                if (++compilations > OptionStudy::most_compilations) {
                    study.too_many.assign(open.begin(), open.end());
                    return study;
                }
                RunConfig other = config;
                other.set[option.name] = value;
                if (text_of_run(program, other, nullptr) == base) continue;
                open.erase(option.name);
                break;
            }
        }
        const auto fixed = [&](const std::string& name) {
            return std::ranges::none_of(domains, [&](const OptionDomain& d) { return d.name == name; });
        };
        std::erase_if(open, fixed);
    }
    for (const auto& [name, option] : idle)
        if (open.contains(name)) study.idle.push_back(option);
    return study;
}

}  // namespace untorn::language
