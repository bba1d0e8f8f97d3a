#include "tools/cli/runs.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "tools/cli/diagnostics_text.h"
#include "tools/cli/sources.h"

namespace untorn::tools {

void Complaints::add(const language::Diagnostics& diagnostics, const language::Program& program) {
    for (const language::Diagnostic& d : diagnostics.sorted()) {
        const bool error = d.severity == language::Severity::error;
        if (!error && quiet_) continue;
        const std::string text = render(d, program.files, style_);
        if (!said_.insert(text).second) continue;
        fmt::print(stderr, "{}", text);
        if (!error) continue;
        InputProblem problem{{}, 0, 0, d.message};
        if (d.span.file < program.files.size()) {
            const Place place = program.files[d.span.file].lines.place(d.span.begin);
            problem = {place.file, place.line, place.column, d.message};
        }
        problems_.push_back(std::move(problem));
    }
    if (diagnostics.errors() > language::Diagnostics::limit)
        fmt::print(stderr, "{} not shown\n", plural(diagnostics.errors() - language::Diagnostics::limit, "more error"));
}

void Complaints::add(const std::string& message) {
    fmt::print(stderr, "untorn: {} {}\n", style_.paint(Ink::red, "error:"), printable(message));
    problems_.push_back({{}, 0, 0, message});
}

void Complaints::warn(const std::string& message) const {
    if (!quiet_) fmt::print(stderr, "untorn: {} {}\n", style_.paint(Ink::yellow, "warning:"), printable(message));
}

namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

/// No file has the scenario that was asked for.
std::string no_scenario(const std::string& name, std::vector<std::string> known) {
    std::string message = fmt::format("no scenario {}", name);
    const std::string near = language::nearest(name, known);
    if (!near.empty()) return message + fmt::format("; did you mean {}?", near);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    if (known.empty()) return message + ": there are none";
    message += known.size() > 20 ? "; some that there are:" : "; there are:";
    for (size_t i = 0; i < std::min<size_t>(known.size(), 20); ++i) message += " " + known[i];
    return message;
}

}  // namespace

std::vector<Spec> load_specs(const Options& options, Complaints& complaints) {
    const language::Sources sources = real_sources();
    const language::Selection selection{options.scenario, options.with, options.set};
    std::vector<std::string> path_problems;
    const std::vector<SpecPath> paths = spec_paths(options.paths, path_problems);
    for (const std::string& problem : path_problems) complaints.add(problem);

    std::vector<Spec> specs;
    std::vector<std::string> scenarios;
    bool scenario_found = false;
    for (const SpecPath& path : paths) {
        language::Diagnostics diagnostics;
        language::Program program = language::load(path.path, sources, diagnostics);
        if (diagnostics.has_errors()) {
            complaints.add(diagnostics, program);
            scenario_found = true;  // it may be in there; one complaint is enough
            continue;
        }
        const bool asks = asks_for_something(program);
        if (!asks && !path.explicit_file) continue;
        if (!options.scenario.empty()) {
            const std::vector<std::string> names = scenario_names(program);
            scenarios.insert(scenarios.end(), names.begin(), names.end());
            if (!contains(names, options.scenario)) continue;
            scenario_found = true;
        }
        language::check(program, diagnostics);
        std::vector<language::RunConfig> runs;
        if (asks && !diagnostics.has_errors()) runs = language::runs(program, selection, diagnostics);
        complaints.add(diagnostics, program);
        if (diagnostics.has_errors()) continue;
        if (runs.empty())
            complaints.add(fmt::format(
                "{}: nothing to check: no actor, no property, no scenario; it is a module for import", path.path));
        else
            specs.push_back({path.path, std::move(program), std::move(runs)});
    }
    if (!options.scenario.empty() && !scenario_found && !paths.empty())
        complaints.add(no_scenario(options.scenario, scenarios));
    if (specs.empty() && complaints.empty()) complaints.add("nothing to check: only modules for import");
    return specs;
}

bool for_each_run(const std::vector<Spec>& specs, Complaints& complaints,
                  const std::function<bool(const Spec&, language::Run)>& visit) {
    for (const Spec& spec : specs) {
        for (const language::RunConfig& config : spec.runs) {
            language::Diagnostics diagnostics;
            std::optional<language::Run> run = language::compile(spec.program, config, diagnostics);
            complaints.add(diagnostics, spec.program);
            if (!run || diagnostics.has_errors()) {
                if (!diagnostics.has_errors()) complaints.add(fmt::format("{}: could not be compiled", spec.path));
                continue;
            }
            if (!visit(spec, std::move(*run))) return false;
        }
    }
    return true;
}

size_t run_count(const std::vector<Spec>& specs) {
    size_t count = 0;
    for (const Spec& spec : specs) count += spec.runs.size();
    return count;
}

bool demand_one_run(const std::vector<Spec>& specs, Complaints& complaints, const std::string& why) {
    constexpr size_t most = 20;
    const size_t count = run_count(specs);
    if (count <= 1) return count == 1;
    complaints.add(fmt::format("{}, and there are {}; choose one of these:", why, count));
    size_t shown = 0;
    for (const Spec& spec : specs) {
        for (const language::RunConfig& config : spec.runs) {
            if (shown++ >= most) continue;
            std::string line = "   ";
            if (specs.size() > 1) line += " " + printable(spec.path);
            if (!config.scenario.empty()) line += " --scenario " + config.scenario;
            if (!config.variant.empty()) line += " --with " + config.variant;
            fmt::print(stderr, "{}\n", line);
        }
    }
    if (count > most) fmt::print(stderr, "    ... and {} more\n", count - most);
    return false;
}

}  // namespace untorn::tools
