#include "tools/cli/check.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <variant>

#include "checker/answer.h"
#include "tools/cli/coverage.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/json.h"
#include "tools/cli/machine.h"
#include "tools/cli/matrix.h"
#include "tools/cli/output.h"
#include "tools/cli/runs.h"

namespace untorn::tools {

namespace {

/// The result of a search that could not even keep its books.
checker::SearchResult out_of_memory(const system::System& system) {
    checker::SearchResult result;
    result.limit = "out of memory";
    for (uint32_t i = 0; i < system.properties.size(); ++i) {
        if (system.properties[i].kind == system::PropertyKind::antecedent) continue;
        checker::PropertyResult p;
        p.property = i;
        p.limit = result.limit;
        result.properties.push_back(std::move(p));
    }
    return result;
}

std::variant<checker::SearchResult, checker::Inconsistency> answered(const system::System& system,
                                                                     const checker::SearchOptions& options) {
    try {
        return checker::answer(system, options);
    } catch (const std::bad_alloc&) {
        return out_of_memory(system);
    }
}

/// What two searches of the same system do not agree on, or nothing. What one left undecided says nothing, nor does an
/// answer that one does not know; nor do faults where steps alone are the order, since shortest traces may spend
/// different numbers of them.
std::string disagreement(const system::System& system, bool order_by_steps, const checker::SearchResult& a,
                         const checker::SearchResult& b) {
    using checker::Verdict;
    for (size_t p = 0; p < a.properties.size() && p < b.properties.size(); ++p) {
        const checker::PropertyResult &x = a.properties[p], &y = b.properties[p];
        if (x.verdict == Verdict::undecided || y.verdict == Verdict::undecided) continue;
        const std::string& name = system.properties[p].name;
        const bool answers_differ = !x.answer.empty() && !y.answer.empty() && x.answer != y.answer;
        if (x.verdict != y.verdict || x.how != y.how || answers_differ)
            return fmt::format("with reductions the verdict on {} is another one than without", name);
        if (!x.trace || !y.trace || system::is_progress(system.properties[p].kind)) continue;
        if (!order_by_steps && x.trace->faults != y.trace->faults)
            return fmt::format("the trace for {} takes {} with reductions, or without, and else {}", name,
                               plural(x.trace->faults, "fault"), plural(y.trace->faults, "fault"));
        if (x.shortest && y.shortest && x.trace->length != y.trace->length)
            return fmt::format("the shortest trace for {} takes {} with reductions, or without, and else {}", name,
                               plural(x.trace->length, "step"), plural(y.trace->length, "step"));
    }
    const bool both_tell = a.exhaustive && b.exhaustive && !a.passed.empty() && !b.passed.empty();
    if (both_tell && (a.executed != b.executed || a.passed != b.passed))
        return "with reductions other statements are executed than without";
    for (size_t i = 0; both_tell && i < a.antecedents.size() && i < b.antecedents.size(); ++i)
        if (a.antecedents[i].held != b.antecedents[i].held)
            return fmt::format("an antecedent of {} is met with reductions, or without, and else it is not",
                               system.properties[a.antecedents[i].antecedent].name);
    return {};
}

bool expects_counts(const language::Run& run) {
    return std::ranges::any_of(run.expected,
                               [](const auto& e) { return e.second.kind == language::Expected::Kind::count; });
}

}  // namespace

RunReport search_run(std::string spec, language::Run run, const checker::SearchOptions& options) {
    RunReport report;
    report.spec = std::move(spec);
    report.run = std::move(run);
    checker::SearchOptions how = options;
    if (expects_counts(report.run)) {
        how.reductions = {};
        if (how.engine == "auto") how.engine = "explicit";  // nobody else counts
    }
    auto found = answered(report.run.system, how);
    if (auto* inconsistency = std::get_if<checker::Inconsistency>(&found))
        report.inconsistency = std::move(inconsistency->what);
    else
        report.result = std::move(std::get<checker::SearchResult>(found));
    judge_run(report);
    return report;
}

void check_reductions(RunReport& report, const checker::SearchOptions& options) {
    if (!report.inconsistency.empty()) return;
    checker::SearchOptions how = options;
    const bool counted = expects_counts(report.run);  // then the report is of the full search
    if (!counted) how.reductions = {};
    const auto found = answered(report.run.system, how);
    if (const auto* inconsistency = std::get_if<checker::Inconsistency>(&found)) {
        report.inconsistency = inconsistency->what;
    } else {
        const auto& other = std::get<checker::SearchResult>(found);
        report.inconsistency = disagreement(report.run.system, how.order_by_steps, report.result, other);
    }
    if (!report.inconsistency.empty()) {
        report.result = {};
        judge_run(report);
    }
}

checker::SearchOptions search_options(const Options& options, const std::atomic<bool>& interrupted,
                                      Progress& progress) {
    checker::SearchOptions out;
    out.engine = options.engine;
    out.max_steps = options.max_steps;
    out.max_states = options.max_states;
    out.memory_bytes = options.memory_bytes.value_or(default_memory_limit());
    out.seconds = options.seconds;
    out.threads = options.threads > 0 ? options.threads : default_threads();
    out.stop_early = options.stop_early;
    out.order_by_steps = options.order_by_steps;
    out.reductions = options.reductions;
    out.native_code = options.native_code;
    if (!options.edge_lean) out.lean_from = UINT64_MAX;
    out.interrupted = &interrupted;
    out.progress = [&progress](const checker::SearchProgress& now) { progress.show(now); };
    return out;
}

std::string label(const std::string& spec, const language::RunConfig& config) {
    std::string out = printable(spec);
    if (!config.scenario.empty()) out += " " + config.scenario;
    if (!config.variant.empty()) out += " " + config.variant;
    return out;
}

namespace {

/// What is to be said when all runs of a file are done.
std::string file_text(const Spec& spec, const Coverage& coverage, const Style& style) {
    const std::vector<std::string> warnings = coverage.warnings();
    if (warnings.empty()) return {};
    std::string out = fmt::format("{}, {}:\n", style.paint(Ink::bold, printable(spec.path)),
                                  coverage.runs() == 1 ? "its run" : fmt::format("all {} runs", coverage.runs()));
    for (const std::string& warning : warnings)
        out += fmt::format("  {} {}\n", style.paint(Ink::yellow, "warning:"), printable(warning));
    return out + "\n";
}

}  // namespace

int check(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    Output json = Output::named(options.json);
    Output out = options.json == "-" ? Output::nowhere() : Output::standard();
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);

    const size_t count = run_count(specs);
    TextOptions text_options{Style::choose(options.color, STDOUT_FILENO), output_width(STDOUT_FILENO, options.width),
                             Traces::unexpected, options.quiet || options.matrix};
    if (text_options.quiet)
        text_options.traces = Traces::none;
    else if (options.trace)
        text_options.traces = Traces::all;
    else if (count == 1)
        text_options.traces = Traces::violated;

    int status = exit_ok;
    Tally tally;
    tally.files = specs.size();
    Json runs = Json::array();
    std::vector<std::string> above;
    std::string last_path;
    Coverage all, file;
    Matrix matrix;
    const Spec* current = nullptr;
    std::map<std::string, std::string> sources;
    const auto end_file = [&] {
        if (current == nullptr) return;
        file.set_options(current->path, language::study_options(current->program, current->runs));
        if (!text_options.quiet) out.write(file_text(*current, file, text_options.style));
        for (const language::SourceFile& source : current->program.files) sources[source.lines.path] = source.text;
        all.add(file);
        file = {};
    };
    Progress progress(!options.quiet);
    const checker::SearchOptions how = search_options(options, interrupted, progress);
    const bool finished = for_each_run(specs, complaints, [&](const Spec& spec, language::Run run) {
        if (interrupted) return false;
        progress.start(fmt::format("[{}/{}] {}", tally.runs + 1, count, label(spec.path, run.config)));
        RunReport report = search_run(spec.path, std::move(run), how);
        if (options.check_reductions) check_reductions(report, how);
        progress.erase();
        if (current != &spec) end_file();
        current = &spec;
        tally.add(report);
        file.add(report);
        matrix.add(report);
        status = worse(status, report.status);
        if (spec.path != last_path) above.clear();
        out.write(text(report, text_options, above));
        out.flush();
        above = meaning(report, text_options.width);
        last_path = spec.path;
        if (!options.json.empty()) {
            runs.push_back(to_json(report));
            if (options.coverage) runs.back()["coverage"] = coverage_to_json(report);
        }
        return true;
    });
    end_file();
    if (options.matrix) out.write(options.markdown ? matrix.markdown() : matrix.text(text_options.style));
    if (options.coverage) out.write(all.annotated(sources, text_options.style));
    if (!finished) {
        complaints.warn(fmt::format("interrupted: {} not started", plural(count - tally.runs, "run")));
        status = worse(status, exit_undecided);
    }
    if (!complaints.empty()) status = worse(status, exit_input);
    if (tally.runs > 0) out.write(text(tally, text_options.style));
    if (finished) out.write(all.summary(text_options.style));
    out.close();
    Json answer = document(std::move(runs), complaints.problems(), interrupted);
    answer["warnings"] = all.to_json();
    if (options.matrix) answer["matrix"] = matrix.to_json();
    json.write(options.json.empty() ? "" : text(answer));
    json.close();
    return status;
}

}  // namespace untorn::tools
