#include "tools/cli/outcomes.h"

#include <fmt/core.h>
#include <unistd.h>

#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/grid.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/json.h"
#include "tools/cli/output.h"
#include "tools/cli/runs.h"

namespace untorn::tools {

namespace {

std::string content_line(const checker::Outcome& outcome) {
    std::string line;
    for (const auto& [cell, value] : outcome.content)
        line += fmt::format("{}{} = {}", line.empty() ? "" : "  ", cell, value);
    return line.empty() ? "(nothing is durable)" : printable(line);
}

std::string when(const checker::Outcome& outcome) {
    return fmt::format("{}, after {}, {}", outcome.after_power_loss ? "power loss" : "end",
                       plural(outcome.witness.faults, "fault"), plural(outcome.witness.length, "step"));
}

}  // namespace

std::string outcomes_text(const RunReport& report, const TextOptions& options) {
    std::string out = run_head_text(report, options);
    if (!report.inconsistency.empty()) return out;
    const auto& all = report.result.outcomes;
    out += fmt::format("  {}{}\n", plural(all.size(), "outcome"), report.result.exhaustive ? "" : " so far");
    for (size_t i = 0; i < all.size(); ++i) {
        out += fmt::format("\n  {:>4}  {}\n        ({})\n", i + 1, options.style.paint(Ink::bold, content_line(all[i])),
                           when(all[i]));
        if (!options.quiet)
            out += grid(all[i].witness, report.run.system, GridOptions{options.style, options.width, {}, {}});
    }
    const std::string answers = litmus_lines(report, options);
    return out + (answers.empty() ? "" : "\n" + answers) + "\n";
}

int outcomes(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    Output json = Output::named(options.json);
    Output out = options.json == "-" ? Output::nowhere() : Output::standard();
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);
    const TextOptions text_options{Style::choose(options.color, STDOUT_FILENO),
                                   output_width(STDOUT_FILENO, options.width), Traces::none, options.quiet};

    int status = exit_ok;
    size_t done = 0;
    Json runs = Json::array();
    Progress progress(!options.quiet);
    checker::SearchOptions how = search_options(options, interrupted, progress);
    how.outcomes = true;
    const bool finished = for_each_run(specs, complaints, [&](const Spec& spec, language::Run run) {
        if (interrupted) return false;
        progress.start(label(spec.path, run.config));
        const RunReport report = search_run(spec.path, std::move(run), how);
        progress.erase();
        ++done;
        status = worse(status, outcomes_status(report));
        out.write(outcomes_text(report, text_options));
        out.flush();
        if (!options.json.empty()) runs.push_back(outcomes_to_json(report));
        return true;
    });
    if (!finished) {
        complaints.warn(fmt::format("interrupted: {} not started", plural(run_count(specs) - done, "run")));
        status = worse(status, exit_undecided);
    }
    if (!complaints.empty()) status = worse(status, exit_input);
    out.close();
    json.write(options.json.empty() ? "" : text(document(std::move(runs), complaints.problems(), interrupted)));
    json.close();
    return status;
}

}  // namespace untorn::tools
