#include "tools/cli/coverage.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/language/loader.h"

namespace untorn::tools {

using checker::Verdict;
using system::SiteKind;

namespace {

bool certain(const RunReport& report) { return report.result.exhaustive; }

bool knows_sites(const RunReport& report) {
    return report.result.passed.size() == report.run.system.sites.size() && report.inconsistency.empty();
}

/// `if (cond)` is never true, the alternative is never taken.
std::string never_text(SiteKind kind, const std::string& text) {
    switch (kind) {
        case SiteKind::statement: return fmt::format("never executed: {}", text);
        case SiteKind::when_true: return fmt::format("never true: {}", text);
        case SiteKind::when_false: return fmt::format("never false: {}", text);
        case SiteKind::alternative: return fmt::format("never taken: {}", text);
    }
    return {};
}

/// The verdict of a property in a run, if it has one.
const checker::PropertyResult* result_of(const RunReport& report, uint32_t property) {
    for (const checker::PropertyResult& p : report.result.properties)
        if (p.property == property) return &p;
    return nullptr;
}

}  // namespace

RunCoverage coverage_of(const RunReport& report) {
    RunCoverage out;
    const system::System& sys = report.run.system;
    const checker::SearchResult& result = report.result;
    if (!certain(report) || !report.inconsistency.empty()) return out;
    if (knows_sites(report)) {
        std::map<SiteKey, std::pair<bool, std::string>> sites;
        for (size_t i = 0; i < sys.sites.size(); ++i) {
            const system::Site& site = sys.sites[i];
            const Place place = sys.files[site.span.file].place(site.span.begin);
            auto& [passed, text] = sites[{place.file, place.line, place.column, site.kind}];
            passed = passed || result.passed[i];
            text = site.text;
        }
        for (const auto& [key, site] : sites) {
            const auto& [file, line, column, kind] = key;
            const bool statement = kind == SiteKind::statement;
            if (!language::is_embedded(file)) ++(statement ? out.statements : out.branches);
            if (!site.first)
                (statement ? out.never_executed : out.never_taken).push_back({{file, line, column}, kind, site.second});
        }
        for (const auto& [name, budget] : report.run.faults_allowed) {
            if (budget == "0") continue;
            const auto spends = [&, &fault = name](size_t i) {
                return sys.sites[i].fault != system::none && sys.faults[sys.sites[i].fault].name == fault &&
                       result.passed[i];
            };
            bool spent = name == "power_loss" && result.crash_images > 0;
            for (size_t i = 0; i < sys.sites.size() && !spent; ++i) spent = spends(i);
            if (!spent) out.never_spent.push_back(name);
        }
    }
    for (const checker::AntecedentResult& antecedent : result.antecedents) {
        const system::Property& p = sys.properties[antecedent.antecedent];
        const checker::PropertyResult* verdict = result_of(report, p.of);
        if (antecedent.held || (verdict != nullptr && verdict->verdict == Verdict::violated)) continue;
        if (!out.vacuous.empty() && out.vacuous.back().property == p.of && out.vacuous.back().antecedent.empty())
            continue;  // judged nowhere says it all
        out.vacuous.push_back({p.of, p.text});
    }
    for (const checker::PropertyResult& p : result.properties)
        if (p.how == "no fair run") out.vacuous.push_back({p.property, no_fair_run});
    return out;
}

std::string vacuous_text(const std::string& antecedent) {
    if (antecedent == no_fair_run) return antecedent;
    return antecedent.empty() ? "it is judged in no state" : fmt::format("`{}` never holds", antecedent);
}

void Coverage::add(const RunReport& report) {
    if (!report.inconsistency.empty()) return;
    ++runs_;
    const system::System& sys = report.run.system;
    const bool sure = certain(report) && knows_sites(report);
    std::map<SiteKey, std::pair<bool, std::string>> sites;
    for (size_t i = 0; i < sys.sites.size(); ++i) {
        const system::Site& site = sys.sites[i];
        const Place place = sys.files[site.span.file].place(site.span.begin);
        auto& [passed, text] = sites[{place.file, place.line, place.column, site.kind}];
        passed = passed || (knows_sites(report) && report.result.passed[i]);
        text = site.text;
    }
    for (const auto& [key, site] : sites) {
        Count& count = sites_[key];
        count.text = site.second;
        count.add(site.first, sure);
    }
    const RunCoverage run = coverage_of(report);
    for (const auto& [name, budget] : report.run.faults_allowed)
        if (budget != "0")
            faults_[{report.spec, name}].add(sure && std::ranges::count(run.never_spent, name) == 0, sure);
    for (const checker::PropertyResult& p : report.result.properties) {
        const system::Property& property = sys.properties[p.property];
        const language::Expected* expected = expected_of(report, p);
        const bool unwanted = expected != nullptr && expected->kind == language::Expected::Kind::violated;
        if (system::is_progress(property.kind) && p.verdict != Verdict::undecided) {
            Vacuity& vacuity = antecedents_[{{report.spec, property.name}, no_fair_run}];
            vacuity.said.add(p.how != "no fair run", true);
            vacuity.warns = true;
        }
        if (is_cover(property.kind) && !unwanted)
            covers_[{report.spec, property.name}].add(p.verdict == Verdict::holds, p.verdict != Verdict::undecided);
    }
    const bool told = certain(report) && !report.result.antecedents.empty();
    for (uint32_t i = 0; i < sys.properties.size(); ++i) {
        const system::Property& p = sys.properties[i];
        if (p.kind != system::PropertyKind::antecedent) continue;
        const checker::PropertyResult* verdict = result_of(report, p.of);
        const auto found = std::ranges::find(report.result.antecedents, i, &checker::AntecedentResult::antecedent);
        const bool held = (found != report.result.antecedents.end() && found->held) ||
                          (verdict != nullptr && verdict->verdict == Verdict::violated);
        Vacuity& vacuity = antecedents_[{{report.spec, p.name}, p.text}];
        vacuity.said.text = p.text;
        vacuity.said.add(held, told);
        const Place place = sys.files[sys.properties[p.of].span.file].place(0);
        vacuity.warns = vacuity.warns || !language::is_embedded(place.file) || report.run.expected.contains(p.name);
    }
}

void Coverage::add(const Coverage& other) {
    const auto merge = [](auto& into, const auto& from) {
        for (const auto& [key, count] : from) {
            Count& sum = into[key];
            sum.text = count.text;
            sum.runs += count.runs;
            sum.done += count.done;
            sum.unclear += count.unclear;
        }
    };
    runs_ += other.runs_;
    merge(sites_, other.sites_);
    merge(faults_, other.faults_);
    merge(covers_, other.covers_);
    antecedents_.insert(other.antecedents_.begin(), other.antecedents_.end());
    options_.insert(other.options_.begin(), other.options_.end());
    unknown_options_.insert(other.unknown_options_.begin(), other.unknown_options_.end());
}

void Coverage::set_options(std::string spec, language::OptionStudy study) {
    for (language::IdleOption& option : study.idle) options_[{spec, option.name}] = option;
    for (const std::string& name : study.too_many) unknown_options_.insert({spec, name});
}

/// Outside the kernel modules.
size_t Coverage::never(bool branches) const {
    return static_cast<size_t>(std::ranges::count_if(sites_, [&](const auto& site) {
        const auto& [file, line, column, kind] = site.first;
        return (kind != SiteKind::statement) == branches && !language::is_embedded(file) && site.second.never();
    }));
}

std::vector<Coverage::Name> Coverage::never(const std::map<Name, Count>& counts) const {
    std::vector<Name> names;
    for (const auto& [name, count] : counts)
        if (count.never()) names.push_back(name);
    return names;
}

std::vector<std::pair<Coverage::Name, std::string>> Coverage::vacuous(bool all) const {
    std::vector<std::pair<Name, std::string>> out;
    for (const auto& [key, vacuity] : antecedents_) {
        if (!vacuity.said.never() || !(all || vacuity.warns)) continue;
        if (!out.empty() && out.back().first == key.first && out.back().second.empty()) continue;
        out.push_back(key);
    }
    return out;
}

std::vector<std::string> Coverage::warnings() const {
    std::vector<std::string> out;
    const size_t statements = never(false), branches = never(true);
    std::vector<std::string> code;
    if (statements > 0) code.push_back(fmt::format("{} never executed", plural(statements, "statement")));
    if (branches > 0)
        code.push_back(branches == 1 ? "1 branch never taken"
                                     : fmt::format("{} branches never taken", grouped(branches)));
    if (!code.empty()) out.push_back(fmt::format("{}; --coverage shows where", fmt::join(code, ", ")));
    for (const auto& [spec, name] : never(faults_))
        out.push_back(fmt::format("fault {} is allowed and never spent", name));
    for (const auto& [name, option] : options_)
        out.push_back(fmt::format("option {} changes nothing{}", option.name,
                                  option.sampled ? " (only the ends of its range were compared)" : ""));
    for (const auto& [name, antecedent] : vacuous(false))
        out.push_back(fmt::format("{} says nothing: {}", name.second, vacuous_text(antecedent)));
    for (const auto& [spec, name] : never(covers_)) out.push_back(fmt::format("cover {} is not reached", name));
    return out;
}

std::string Coverage::summary(const Style& style) const {
    std::vector<std::string> parts;
    const auto named = [&](const std::vector<std::string>& names, const char* one, const char* many) {
        if (names.empty()) return;
        std::vector<std::string> distinct = names;
        std::ranges::sort(distinct);
        const auto same = std::ranges::unique(distinct);
        distinct.erase(same.begin(), same.end());
        parts.push_back(fmt::format("{} {} ({})", grouped(names.size()), names.size() == 1 ? one : many,
                                    fmt::join(distinct, ", ")));
    };
    const auto names_of = [](const auto& keys, auto name) {
        std::vector<std::string> names;
        for (const auto& key : keys) names.push_back(name(key));
        return names;
    };
    const size_t statements = never(false), branches = never(true);
    if (statements > 0) parts.push_back(fmt::format("{} never executed in any run", plural(statements, "statement")));
    if (branches > 0)
        parts.push_back(branches == 1 ? "1 branch never taken"
                                      : fmt::format("{} branches never taken", grouped(branches)));
    const auto second = [](const Name& name) { return name.second; };
    named(names_of(never(faults_), second), "fault never spent", "faults never spent");
    named(names_of(options_, [](const auto& option) { return option.second.name; }), "option changes nothing",
          "options change nothing");
    std::vector<Name> properties;
    for (const auto& [name, antecedent] : vacuous(false))
        if (properties.empty() || properties.back() != name) properties.push_back(name);
    named(names_of(properties, second), "property says nothing", "properties say nothing");
    named(names_of(never(covers_), second), "cover not reached", "covers not reached");
    if (parts.empty()) return {};
    return fmt::format("{} {}\n", style.paint(Ink::yellow, "warnings:"), fmt::join(parts, "; "));
}

nlohmann::ordered_json Coverage::to_json() const {
    using Json = nlohmann::ordered_json;
    Json out;
    out["statements"] = Json::array();
    out["branches"] = Json::array();
    for (const auto& [key, count] : sites_) {
        const auto& [file, line, column, kind] = key;
        if (!count.never() || language::is_embedded(file)) continue;
        Json one{{"file", file}, {"line", line}, {"column", column}};
        if (kind != SiteKind::statement) one["way"] = name(kind);
        one["text"] = count.text;
        out[kind == SiteKind::statement ? "statements" : "branches"].push_back(std::move(one));
    }
    const auto list = [](const std::vector<Name>& names) {
        Json array = Json::array();
        for (const auto& [spec, name] : names) array.push_back({{"spec", spec}, {"name", name}});
        return array;
    };
    out["faults"] = list(never(faults_));
    out["options"] = Json::array();
    for (const auto& [name, option] : options_)
        out["options"].push_back({{"spec", name.first}, {"name", name.second}, {"sampled", option.sampled}});
    out["vacuous"] = Json::array();
    for (const auto& [name, antecedent] : vacuous(false))
        out["vacuous"].push_back({{"spec", name.first},
                                  {"name", name.second},
                                  {"antecedent", antecedent.empty() ? Json(nullptr) : Json(antecedent)}});
    out["covers"] = list(never(covers_));
    return out;
}

// --- annotated source --------------------------------------------------------------------------------

namespace {

/// The sites that begin on one line, in order of columns.
using LineSites = std::vector<std::pair<SiteKey, Count>>;

std::string mark(const LineSites& sites) {
    size_t never = 0, unclear = 0, done = SIZE_MAX, runs = 0;
    for (const auto& [key, count] : sites) {
        if (count.never()) ++never;
        if (count.done == 0 && !count.never()) ++unclear;
        if (count.done < done) {
            done = count.done;
            runs = count.runs;
        }
    }
    if (sites.empty()) return {};
    if (never == sites.size()) return "never";
    if (never > 0) return "partly";
    if (unclear > 0) return "?";
    return fmt::format("{}/{}", done, runs);
}

}  // namespace

std::string Coverage::annotated(const std::map<std::string, std::string>& sources, const Style& style) const {
    std::string out;
    std::map<std::string, std::map<uint32_t, LineSites>> files;
    for (const auto& [key, count] : sites_) files[std::get<0>(key)][std::get<1>(key)].emplace_back(key, count);
    for (const auto& [path, lines] : files) {
        size_t all[2] = {0, 0}, done[2] = {0, 0};
        for (const auto& [number, sites] : lines)
            for (const auto& [key, count] : sites) {
                const size_t branch = std::get<3>(key) == SiteKind::statement ? 0 : 1;
                ++all[branch];
                if (count.done > 0) ++done[branch];
            }
        out += fmt::format("coverage of {}: {} of {} executed, {} of {} taken\n",
                           style.paint(Ink::bold, printable(path)), grouped(done[0]), plural(all[0], "statement"),
                           grouped(done[1]), all[1] == 1 ? "1 branch" : fmt::format("{} branches", grouped(all[1])));
        const auto source = sources.find(path);
        if (source == sources.end()) continue;
        uint32_t number = 0;
        for (size_t begin = 0; begin < source->second.size();) {
            const size_t end = std::min(source->second.find('\n', begin), source->second.size());
            const auto at = lines.find(++number);
            const LineSites none;
            const LineSites& sites = at == lines.end() ? none : at->second;
            std::string text = source->second.substr(begin, end - begin);
            std::string tabless;
            for (const char c : text) tabless += c == '\t' ? std::string(4, ' ') : std::string(1, c);
            while (!tabless.empty() && (tabless.back() == ' ' || tabless.back() == '\r')) tabless.pop_back();
            const std::string marked = mark(sites);
            const Ink ink = marked == "never" ? Ink::red : marked == "partly" ? Ink::yellow : Ink::plain;
            std::string line = fmt::format("{}{} {:>4} | {}", std::string(9 - std::min<size_t>(9, marked.size()), ' '),
                                           style.paint(ink, marked), number, printable(tabless));
            while (line.back() == ' ') line.pop_back();
            out += line + "\n";
            if (marked == "partly" || marked == "never")
                for (const auto& [key, count] : sites)
                    if (count.never() && (marked == "partly" || std::get<3>(key) != SiteKind::statement))
                        out += fmt::format("               |   ^ {}\n",
                                           printable(never_text(std::get<3>(key), count.text)));
            begin = end + 1;
        }
        out += "\n";
    }
    const auto list = [&](const char* title, const std::map<Name, Count>& counts, const char* done) {
        if (counts.empty()) return;
        out += fmt::format("{}\n", title);
        for (const auto& [name, count] : counts)
            out += fmt::format("  {}: {} {}\n", printable(name.first), name.second,
                               count.never()     ? fmt::format("never {}", done)
                               : count.done == 0 ? fmt::format("not known to be {}", done)
                                                 : fmt::format("{} in {} of {}", done, grouped(count.done),
                                                               plural(count.runs, "run")));
    };
    list("faults", faults_, "spent");
    list("covers", covers_, "reached");
    if (!options_.empty() || !unknown_options_.empty()) {
        out += "options\n";
        for (const auto& [name, option] : options_)
            out += fmt::format("  {}: {} changes nothing in any run{}\n", printable(name.first), option.name,
                               option.sampled ? " (only the ends of its range were compared)" : "");
        for (const auto& [spec, name] : unknown_options_)
            out += fmt::format("  {}: {} was not compared with all of its values: that takes too long\n",
                               printable(spec), name);
    }
    const auto nothing = vacuous(true);
    if (!nothing.empty()) out += "properties that say nothing\n";
    for (const auto& [name, antecedent] : nothing)
        out += fmt::format("  {}: {}: {}\n", printable(name.first), name.second, printable(vacuous_text(antecedent)));
    return out + "\n";
}

}  // namespace untorn::tools
