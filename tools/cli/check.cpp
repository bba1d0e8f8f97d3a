#include "tools/cli/check.h"

#include <fmt/core.h>
#include <unistd.h>

#include <new>

#include "tools/cli/exit_status.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/json.h"
#include "tools/cli/machine.h"
#include "tools/cli/output.h"
#include "tools/cli/runs.h"

namespace untorn::tools {

namespace {

/// The result of a search that could not even keep its books.
checker::SearchResult out_of_memory(const system::System& system) {
    checker::SearchResult result;
    result.limit = "out of memory";
    for (uint32_t i = 0; i < system.properties.size(); ++i) {
        checker::PropertyResult p;
        p.property = i;
        p.limit = result.limit;
        result.properties.push_back(std::move(p));
    }
    return result;
}

}  // namespace

RunReport search_run(std::string spec, language::Run run, const checker::SearchOptions& options) {
    RunReport report;
    report.spec = std::move(spec);
    report.run = std::move(run);
    try {
        auto answer = checker::search(report.run.system, options);
        if (auto* inconsistency = std::get_if<checker::Inconsistency>(&answer))
            report.inconsistency = std::move(inconsistency->what);
        else
            report.result = std::move(std::get<checker::SearchResult>(answer));
    } catch (const std::bad_alloc&) {
        report.result = out_of_memory(report.run.system);
    }
    judge_run(report);
    return report;
}

checker::SearchOptions search_options(const Options& options, const std::atomic<bool>& interrupted,
                                      Progress& progress) {
    checker::SearchOptions out;
    out.max_states = options.max_states;
    out.memory_bytes = options.memory_bytes.value_or(default_memory_limit());
    out.seconds = options.seconds;
    out.threads = options.threads > 0 ? options.threads : default_threads();
    out.stop_early = options.stop_early;
    out.order_by_steps = options.order_by_steps;
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

int check(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    Output json = Output::named(options.json);
    Output out = options.json == "-" ? Output::nowhere() : Output::standard();
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);

    const size_t count = run_count(specs);
    TextOptions text_options{Style::choose(options.color, STDOUT_FILENO), output_width(STDOUT_FILENO),
                             Traces::unexpected, options.quiet};
    if (options.quiet)
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
    Progress progress(!options.quiet);
    const checker::SearchOptions how = search_options(options, interrupted, progress);
    const bool finished = for_each_run(specs, complaints, [&](const Spec& spec, language::Run run) {
        if (interrupted) return false;
        progress.start(fmt::format("[{}/{}] {}", tally.runs + 1, count, label(spec.path, run.config)));
        const RunReport report = search_run(spec.path, std::move(run), how);
        progress.erase();
        tally.add(report);
        status = worse(status, report.status);
        if (spec.path != last_path) above.clear();
        out.write(text(report, text_options, above));
        out.flush();
        above = meaning(report, text_options.width);
        last_path = spec.path;
        if (!options.json.empty()) runs.push_back(to_json(report));
        return true;
    });
    if (!finished) {
        complaints.warn(fmt::format("interrupted: {} not started", plural(count - tally.runs, "run")));
        status = worse(status, exit_undecided);
    }
    if (!complaints.empty()) status = worse(status, exit_input);
    if (tally.runs > 0) out.write(text(tally, text_options.style));
    out.close();
    json.write(options.json.empty() ? "" : text(document(std::move(runs), complaints.problems(), interrupted)));
    json.close();
    return status;
}

}  // namespace untorn::tools
