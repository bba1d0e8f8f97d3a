#include "tools/cli/simulate.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/input.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/json.h"
#include "tools/cli/output.h"
#include "tools/cli/runs.h"
#include "tools/cli/session.h"

namespace untorn::tools {

using checker::Wandered;

namespace {

/// One run being walked through.
class Simulation {
 public:
    Simulation(const Options& options, const std::atomic<bool>& interrupted, const Spec& spec, language::Run run)
        : options_(options),
          interrupted_(interrupted),
          report_{spec.path, std::move(run), {}, {}, {}, {}, {}, 0},
          evaluator_(report_.run.system),
          walk_(report_.run.system, evaluator_),
          random_(options.seed),
          text_(report_.run.system, evaluator_, Style::choose(options.color, STDOUT_FILENO),
                output_width(STDOUT_FILENO, options.width)) {}

    int at_random(Output& out);
    int interactive(Output& out);
    Json json();

 private:
    checker::WanderOptions how() const {
        return {options_.steps, options_.fault_percent, options_.keep_going, &interrupted_};
    }
    std::string title() const;
    std::string unjudged() const;
    std::string summary(const Wandered& walked) const;
    std::string why_ended(Wandered::End end) const;
    void discover();
    RunReport search() const;

    const Options& options_;
    const std::atomic<bool>& interrupted_;
    RunReport report_;
    system::Evaluator evaluator_;
    checker::Walk walk_;
    checker::Random random_;
    WalkText text_;
    WalkReport result_;
};

std::string Simulation::title() const {
    std::string out = run_title(report_, text_.style());
    for (const std::string& line : meaning(report_, text_.width())) out += line;
    return out + unjudged();
}

std::string Simulation::unjudged() const {
    std::vector<std::string> names;
    for (const system::Property& property : report_.run.system.properties)
        if (system::is_progress(property.kind)) names.push_back(printable(property.name));
    return names.empty() ? "" : wrapped("  not judged by a walk:", names, text_.width());
}

std::string Simulation::why_ended(Wandered::End end) const {
    switch (end) {
        case Wandered::End::moves:
            return fmt::format("it took the {} that were asked for", plural(options_.steps, "step"));
        case Wandered::End::interrupted: return "it was interrupted";
        case Wandered::End::violated:
            if (walk_.failed_property()) return "a check failed";
            return walk_.options().empty() ? "something is violated, and nothing follows"
                                           : "something is violated; --keep-going walks on";
        case Wandered::End::dead_end: break;
    }
    return WalkText::standing(walk_) + (walk_.options().empty() ? "" : ", which --faults 0 excludes");
}

std::string Simulation::summary(const Wandered& walked) const {
    std::string out;
    bool violated = false;
    for (const checker::Discovery& discovery : walked.discoveries) {
        const std::optional<Place> place = text_.place_of(discovery.observation.property);
        violated = violated || discovery.observation.violated;
        out += fmt::format("  {} {}{}\n", text_.observation(discovery.observation),
                           WalkText::where(walk_, discovery.position),
                           place ? fmt::format(" ({})", file_and_line(*place)) : "");
    }
    out += fmt::format("  the walk of seed {} ends {}: {}\n", options_.seed, WalkText::where(walk_, walk_.position()),
                       why_ended(walked.end));
    if (!violated) out += "  nothing was violated on this walk; that is no verdict, `untorn check` gives one\n";
    return out;
}

int Simulation::at_random(Output& out) {
    Wandered walked = checker::wander(walk_, random_, how());
    std::string shown;
    if (walk_.position() > 0) {
        auto replayed = WalkText::trace(walk_);
        if (auto* wrong = std::get_if<checker::Inconsistency>(&replayed)) {
            report_.inconsistency = std::move(wrong->what);
            out.write(run_head_text(report_, {text_.style(), text_.width()}));
            return exit_inconsistent;
        }
        result_.trace = std::move(std::get<checker::Trace>(replayed));
        shown = text_.grid(walk_, result_.trace, UINT64_MAX) + "\n";
    }
    out.write(title() + "\n" + shown + summary(walked));
    int status = walked.end == Wandered::End::interrupted ? exit_undecided : exit_ok;
    if (std::ranges::any_of(walked.discoveries, [](const auto& d) { return d.observation.violated; }))
        status = worse(status, exit_unexpected);
    result_.discoveries = std::move(walked.discoveries);
    switch (walked.end) {
        case Wandered::End::moves: result_.end = "steps"; break;
        case Wandered::End::violated: result_.end = "violated"; break;
        case Wandered::End::interrupted: result_.end = "interrupted"; break;
        case Wandered::End::dead_end:
            result_.end = walk_.options().empty() ? "nothing follows" : "only faults follow";
            break;
    }
    return status;
}

RunReport Simulation::search() const {
    Progress progress(true);
    progress.start(label(report_.spec, report_.run.config));
    RunReport found = search_run(report_.spec, report_.run, search_options(options_, interrupted_, progress));
    progress.erase();
    return found;
}

int Simulation::interactive(Output& out) {
    Session session(walk_, random_, how(), text_, [this] { return search(); });
    const bool terminal = isatty(STDIN_FILENO) != 0;
    out.write(title() + "\n" + session.begin());
    Input input(STDIN_FILENO, interrupted_);
    while (!session.ended()) {
        out.write(text_.style().paint(Ink::bold, session.prompt()));
        out.flush();
        const std::optional<std::string> line = input.line();
        if (!line || !terminal) out.write((line ? printable(*line) : "") + "\n");  // as a terminal would have shown it
        if (!line) break;
        out.write(session.execute(*line));
    }
    out.write(session.end());
    result_.interactive = true;
    result_.end = interrupted_ ? "interrupted" : "quit";
    if (!options_.json.empty()) discover();
    return report_.inconsistency.empty() ? session.status() : exit_inconsistent;
}

/// What the walk shows that the session has made, for the JSON.
void Simulation::discover() {
    std::vector<checker::Observation> known;
    const size_t end = walk_.position();
    for (size_t at = 1; at <= end; ++at) {
        walk_.go_to(at);
        for (const checker::Observation& observation : checker::observations(walk_)) {
            if (std::ranges::find(known, observation) != known.end()) continue;
            known.push_back(observation);
            result_.discoveries.push_back({observation, at});
        }
    }
    if (end == 0) return;
    auto replayed = WalkText::trace(walk_);
    if (auto* wrong = std::get_if<checker::Inconsistency>(&replayed)) {
        report_.inconsistency = std::move(wrong->what);
        result_.discoveries.clear();
    } else {
        result_.trace = std::move(std::get<checker::Trace>(replayed));
    }
}

Json Simulation::json() {
    result_.seed = options_.seed;
    result_.fault_percent = options_.fault_percent;
    return walk_to_json(std::move(report_), result_);
}

}  // namespace

int simulate(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    Output json = Output::named(options.json);
    Output out = options.json == "-" ? Output::nowhere() : Output::standard();
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);
    int status = exit_ok;
    Json runs = Json::array();
    if (demand_one_run(specs, complaints, "simulate walks through one run")) {
        for_each_run(specs, complaints, [&](const Spec& spec, language::Run run) {
            Simulation simulation(options, interrupted, spec, std::move(run));
            status = options.interactive ? simulation.interactive(out) : simulation.at_random(out);
            if (!options.json.empty()) runs.push_back(simulation.json());
            return true;
        });
    }
    if (!complaints.empty()) status = worse(status, exit_input);
    out.close();
    json.write(options.json.empty() ? "" : text(document(std::move(runs), complaints.problems(), interrupted)));
    json.close();
    return status;
}

}  // namespace untorn::tools
