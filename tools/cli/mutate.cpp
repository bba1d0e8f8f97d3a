#include "tools/cli/mutate.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/json.h"
#include "tools/cli/output.h"
#include "tools/cli/progress.h"
#include "tools/cli/report.h"
#include "tools/cli/survivors.h"

namespace untorn::tools {

namespace {

/// The name of a kernel module; the path of any other file.
std::string module_of(const std::string& path) {
    return language::is_embedded(path) ? std::filesystem::path(path).stem().string() : path;
}

/// Does --module `wanted` mean this file? Its path, or its name without folder and ending.
bool is_meant(const std::string& path, const std::string& wanted) {
    return wanted == path || wanted == std::filesystem::path(path).stem().string();
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
    return std::ranges::find(list, item) != list.end();
}

/// What was asked for and does not exist.
std::string no_such(const char* option, const std::string& name, const std::set<std::string>& known) {
    const std::string near = language::nearest(name, {known.begin(), known.end()});
    if (!near.empty()) return fmt::format("{} {}: there is none; did you mean {}?", option, name, near);
    return fmt::format("{} {}: there is none in these specifications; there are: {}", option, name,
                       fmt::join(known, " "));
}

/// Every file that the specifications are made of, once, with a program that has it; sorted, kernel modules first.
struct SourceRef {
    size_t spec = 0;
    uint32_t file = 0;
};
std::map<std::pair<bool, std::string>, SourceRef> sources_of(const std::vector<Spec>& specs) {
    std::map<std::pair<bool, std::string>, SourceRef> out;
    for (size_t s = 0; s < specs.size(); ++s)
        for (uint32_t f = 0; f < specs[s].program.files.size(); ++f) {
            const std::string& path = specs[s].program.files[f].lines.path;
            out.try_emplace({!language::is_embedded(path), path}, SourceRef{s, f});
        }
    return out;
}

/// All mutants that were asked for, in the order of modules and places.
std::vector<Mutant> mutants_of(const std::vector<Spec>& specs, const Options& options, Complaints& complaints) {
    std::vector<Mutant> out;
    std::set<std::string> modules, procedures, met;
    for (const auto& [key, source] : sources_of(specs)) {
        const std::string& path = key.second;
        const bool kernel = language::is_embedded(path);
        modules.insert(std::filesystem::path(path).stem().string());
        bool named = false;
        for (const std::string& wanted : options.modules)
            if (is_meant(path, wanted)) {
                named = true;
                met.insert(wanted);
            }
        if (!named && !options.variants && (!options.modules.empty() || !kernel)) continue;
        const language::Program& program = specs[source.spec].program;
        for (language::Mutation& mutation : language::mutations(program, source.file)) {
            const bool by_default = options.modules.empty() && kernel;
            if (!named && !by_default && !(options.variants && mutation.of_variant)) continue;
            procedures.insert(mutation.procedure);
            if (!options.procedures.empty() && !contains(options.procedures, mutation.procedure)) continue;
            if (!options.operators.empty() && !contains(options.operators, language::name(mutation.op))) continue;
            Mutant mutant;
            mutant.place = program.files[source.file].lines.place(mutation.taken.begin);
            mutant.mutation = std::move(mutation);
            mutant.spec = source.spec;
            mutant.module = module_of(path);
            out.push_back(std::move(mutant));
        }
    }
    for (const std::string& wanted : options.modules)
        if (!met.contains(wanted)) complaints.add(no_such("--module", wanted, modules));
    if (!complaints.empty()) return out;
    for (const std::string& wanted : options.procedures)
        if (!procedures.contains(wanted)) complaints.add(no_such("--procedure", wanted, procedures));
    if (out.empty() && complaints.empty()) complaints.add("nothing to mutate in what was asked for");
    return out;
}

int status_of(const std::vector<Mutant>& mutants) {
    int status = exit_ok;
    for (const Mutant& m : mutants) {
        if (!m.inconsistency.empty()) status = worse(status, exit_inconsistent);
        if (m.status == MutantStatus::undecided) status = worse(status, exit_undecided);
        if (m.status == MutantStatus::survived && m.explanation.empty()) status = worse(status, exit_unexpected);
    }
    return status;
}

}  // namespace

int mutate(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    const Explanations explanations =
        options.explained.empty() ? Explanations{} : Explanations::read(options.explained);
    Output json = Output::named(options.json);
    Output out = options.json == "-" ? Output::nowhere() : Output::standard();
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);
    std::vector<Mutant> mutants;
    if (complaints.empty()) mutants = mutants_of(specs, options, complaints);

    Progress progress(!options.quiet);
    SuiteOptions how;
    how.search = search_options(options, interrupted, progress);
    how.threads = how.search.threads;
    how.seconds = how.search.seconds;
    how.search.seconds = 0;
    how.budget = options.budget;
    Suite suite(specs, how);
    int status = exit_ok;
    bool finished = true;
    if (complaints.empty()) {
        const auto watch = [&progress](const char* what) {
            return
                [&progress, what](size_t done, size_t of) { progress.show(fmt::format("{} {}/{}", what, done, of)); };
        };
        progress.start("");
        finished = suite.run(complaints, watch("runs as they are:"));
        if (finished && complaints.empty()) suite.judge(mutants, watch("mutants:"));
        progress.erase();
    }
    if (complaints.empty() && finished) {
        const bool all = options.modules.empty() && options.procedures.empty() && options.operators.empty();
        for (const std::string& name : explanations.apply(mutants, all))
            complaints.warn(fmt::format("{} explains what is no survivor: {}", options.explained, name));
        const Style style = Style::choose(options.color, STDOUT_FILENO);
        out.write(mutation_text(mutants, style, options.quiet));
        size_t left_out = 0;
        for (const SuiteRun& run : suite.runs())
            if (!run.left_out.empty()) {
                ++left_out;
                complaints.warn(fmt::format("{} judges no mutant: {}", run.label, run.left_out));
                if (!run.inconsistency.empty()) status = worse(status, exit_inconsistent);
            }
        out.write(fmt::format("\n{} judged by {}{}\n", plural(mutants.size(), "mutant"),
                              plural(suite.runs().size() - left_out, "run"), interrupted ? "; interrupted" : ""));
        status = worse(status, status_of(mutants));
    }
    if (!finished) {
        complaints.warn("interrupted before any mutant was judged");
        status = worse(status, exit_undecided);
    }
    if (!complaints.empty()) status = worse(status, exit_input);
    out.close();
    Json answer = document(Json::array(), complaints.problems(), interrupted);
    if (complaints.empty() && finished) answer["mutation"] = mutation_to_json(mutants, suite.runs());
    json.write(options.json.empty() ? "" : text(answer));
    json.close();
    return status;
}

}  // namespace untorn::tools
