#include "tools/cli/report.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tools/cli/exit_status.h"
#include "tools/cli/grid.h"

namespace untorn::tools {

using checker::PropertyResult;
using checker::Verdict;
using system::PropertyKind;

std::string word(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds: return "holds";
        case Verdict::violated: return "violated";
        case Verdict::undecided: return "undecided";
    }
    return {};
}

bool is_cover(PropertyKind kind) { return kind == PropertyKind::cover || kind == PropertyKind::crash_cover; }

bool is_litmus(PropertyKind kind) { return kind >= PropertyKind::never && kind <= PropertyKind::always; }

bool is_built_in(PropertyKind kind) { return kind >= PropertyKind::deadlock; }

const language::Expected* expected_of(const RunReport& report, const PropertyResult& result) {
    const auto found = report.run.expected.find(report.run.system.properties[result.property].name);
    return found == report.run.expected.end() ? nullptr : &found->second;
}

void judge_run(RunReport& report) {
    report.judgements.clear();
    report.counts.clear();
    report.unanswered.clear();
    report.status = report.inconsistency.empty() ? exit_ok : exit_inconsistent;
    if (!report.inconsistency.empty()) return;
    for (const PropertyResult& p : report.result.properties)
        report.judgements.push_back(judge(p, expected_of(report, p)));
    report.counts = judge_counts(report.result, report.run.expected);
    report.unanswered = unanswered(report.run.system, report.run.expected);
    for (const Judgement& j : report.judgements) report.status = worse(report.status, status_of(j.fit));
    for (const CountJudgement& c : report.counts) report.status = worse(report.status, status_of(c.fit));
    if (!report.unanswered.empty()) report.status = worse(report.status, exit_unexpected);
}

void Tally::add(const RunReport& report) {
    ++runs;
    if (!report.inconsistency.empty()) ++inconsistent;
    auto count = [this](Fit fit) {
        ++(fit == Fit::as_expected ? as_expected : fit == Fit::unexpected ? unexpected : undecided);
    };
    for (const Judgement& j : report.judgements) count(j.fit);
    for (const CountJudgement& c : report.counts) count(c.fit);
    unexpected += report.unanswered.size();
}

std::string run_title(const RunReport& report, const Style& style) {
    const language::RunConfig& config = report.run.config;
    std::string line = style.paint(Ink::bold, printable(report.spec));
    if (!config.scenario.empty()) line += fmt::format(": scenario {}", style.paint(Ink::bold, config.scenario));
    std::vector<std::string> variants = config.with;
    if (!config.variant.empty()) variants.insert(variants.begin(), config.variant);
    variants.erase(std::unique(variants.begin(), variants.end()), variants.end());
    if (!variants.empty())
        line += fmt::format(" with {}", style.paint(Ink::bold, fmt::format("{}", fmt::join(variants, ", "))));
    if (!config.title.empty()) line += fmt::format(" - {}", printable(config.title));
    return line + "\n";
}

namespace {

/// Under which fairness progress is asked; nothing where none is.
std::vector<std::string> fairness(const system::System& sys) {
    const auto asks = [](const system::Property& p) { return system::is_progress(p.kind); };
    if (std::ranges::none_of(sys.properties, asks)) return {};
    std::vector<std::string> out{"threads and daemons"};
    for (const system::Fairness& f : sys.fairness) {
        const system::Actor& actor = sys.actors[f.actor];
        if (!f.strong && f.label.empty() && actor.kind != system::ActorKind::environment) continue;
        out.push_back(
            fmt::format("{}{}{}", f.label.empty() ? "" : f.label + " of ", actor.name, f.strong ? " strongly" : ""));
    }
    return out;
}

}  // namespace

std::vector<std::string> meaning(const RunReport& report, size_t width) {
    const language::Run& run = report.run;
    std::vector<std::string> sizes;
    for (const auto& [name, value] : run.options) sizes.push_back(fmt::format("{} = {}", name, value));
    std::vector<std::string> faults;
    for (const auto& [name, budget] : run.faults_allowed)
        faults.push_back(budget == "unlimited" ? fmt::format("{} unlimited", name)
                                               : fmt::format("{} at most {}", name, budget));
    if (faults.empty()) faults.emplace_back("none");
    std::vector<std::string> out;
    auto add = [&](const std::string& lead, const std::vector<std::string>& items) {
        if (!items.empty()) out.push_back(wrapped(lead, items, width));
    };
    add("  sizes:  ", sizes);
    add("  faults: ", faults);
    add("  fair:   ", fairness(run.system));
    add("  present:", run.present);
    add("  absent: ", run.absent);
    return out;
}

namespace {

/// What was not said of the run before.
std::string news(const std::vector<std::string>& said, const std::vector<std::string>& above) {
    std::string out;
    bool repeated = false;
    for (const std::string& line : said) {
        if (std::find(above.begin(), above.end(), line) == above.end())
            out += line;
        else
            repeated = true;
    }
    if (repeated) out += out.empty() ? "  sizes, faults and actors as above\n" : "  the rest as above\n";
    return out;
}

/// Outside of the embedded kernel modules: that a run uses little of those is no news.
std::vector<Unpassed> own(std::vector<Unpassed> places) {
    std::erase_if(places, [](const Unpassed& u) { return language::is_embedded(u.place.file); });
    return places;
}

std::string numbers(const RunReport& report) {
    const checker::SearchResult& r = report.result;
    if (!r.engine.empty())
        return fmt::format("  {}: {}, {} a state\n", r.engine, r.reached, plural(r.state_bits, "bit"));
    std::string line = fmt::format("  {}, {}, depth {}", plural(r.states, "state"), plural(r.transitions, "transition"),
                                   grouped(r.depth));
    if (r.crash_images > 0) line += fmt::format(", {}", plural(r.crash_images, "crash image"));
    line += fmt::format(", {} a state", plural(r.state_bits, "bit"));
    if (!r.reductions.empty()) line += fmt::format(" (reduced: {})", fmt::join(r.reductions, ", "));
    if (r.graph_states > 0) {
        line += fmt::format("; infinite runs: {}, {}", plural(r.graph_states, "state"), plural(r.graph_edges, "edge"));
        for (const std::string& reduction : r.reductions)
            if (!checker::keeps_progress(reduction)) line += ", without " + reduction;
    }
    if (!r.exhaustive) line += fmt::format("; not exhaustive{}", r.limit.empty() ? "" : ": " + r.limit);
    const RunCoverage coverage = coverage_of(report);
    if (const size_t never = own(coverage.never_executed).size(); never > 0)
        line += fmt::format("; {} of {} never executed", grouped(never), plural(coverage.statements, "statement"));
    if (const size_t never = own(coverage.never_taken).size(); never > 0)
        line += fmt::format("; {} of {} never taken", grouped(never),
                            coverage.branches == 1 ? "1 branch" : grouped(coverage.branches) + " branches");
    return line + "\n";
}

/// Litmus questions with their quantifier: `never torn`.
std::string shown_name(const system::Property& property) {
    return is_litmus(property.kind) ? fmt::format("{} {}", name(property.kind), property.name) : property.name;
}

std::string cost(const checker::Trace& trace) {
    return fmt::format("{}, {}", plural(trace.faults, "fault"), plural(trace.length, "step"));
}

/// The number of the step in the grid that an entry of a trace is, or comes after.
size_t step_number(const checker::Trace& trace, size_t entry) {
    const auto end = trace.steps.begin() + static_cast<std::ptrdiff_t>(entry) + 1;
    return static_cast<size_t>(std::count_if(trace.steps.begin(), end, [](const checker::TraceStep& step) {
        return step.kind == checker::TraceStep::Kind::step;
    }));
}

/// How the run of a progress property goes on for ever.
std::string for_ever(const checker::Trace& trace) {
    const size_t loop = trace.length - step_number(trace, *trace.loop_start);
    if (loop == 0) return "then it stays so for ever";
    return loop == 1 ? "the last for ever" : fmt::format("the last {} for ever", grouped(loop));
}

std::string verdict_word(const PropertyResult& p, PropertyKind kind) {
    if (is_cover(kind))
        return p.verdict == Verdict::holds ? "reached" : p.verdict == Verdict::violated ? "not reached" : "undecided";
    return word(p.verdict);
}

/// What stands behind the verdict.
std::string detail(const PropertyResult& p) {
    if (p.verdict == Verdict::undecided) {
        if (p.limit.empty() || p.limit == p.how) return p.how;
        return p.how.empty() ? p.limit : fmt::format("{}: {}", p.how, p.limit);
    }
    if (p.trace && !p.trace->fairness.empty()) return fmt::format("{}, {}", cost(*p.trace), for_ever(*p.trace));
    if (p.trace) return fmt::format("{}{}", cost(*p.trace), p.shortest ? "" : " (perhaps not the shortest)");
    return p.how == "not reached" || p.how == "no fair run" ? "" : p.how;
}

std::string mark(Fit fit, const Style& style) {
    switch (fit) {
        case Fit::as_expected: return style.paint(Ink::green, "ok");
        case Fit::unexpected: return style.paint(Ink::red, "!!");
        case Fit::undecided: return style.paint(Ink::yellow, "??");
    }
    return {};
}

std::string line(const std::string& marked, const std::string& name, size_t name_width, const std::string& verdict,
                 const std::string& rest) {
    const size_t fill = name_width > columns(name) ? name_width - columns(name) : 0;
    std::string out = fmt::format("  {}  {}{:{}}  {:<11}", marked, name, "", fill, verdict);
    if (!rest.empty()) out += "  " + rest;
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
}

std::string property_line(const RunReport& report, size_t i, size_t name_width, const Style& style) {
    const PropertyResult& p = report.result.properties[i];
    const system::Property& property = report.run.system.properties[p.property];
    const Judgement& judgement = report.judgements[i];
    const language::Expected* expected = expected_of(report, p);
    std::string rest = detail(p);
    auto append = [&rest](const std::string& more) { rest += (rest.empty() ? "" : "; ") + more; };
    if (!p.answer.empty()) append("answer: " + p.answer);
    if (judgement.fit == Fit::as_expected) {
        if (expected != nullptr) append("as expected");
    } else if (expected != nullptr) {
        append(fmt::format("expected: {}{}{}", expected->text, judgement.why.empty() ? "" : ", but ", judgement.why));
    } else if (is_cover(property.kind) && p.verdict == Verdict::violated) {
        append("what the properties say may be empty");
    }
    for (const Vacuous& v : coverage_of(report).vacuous)
        if (v.property == p.property) append("says nothing: " + printable(vacuous_text(v.antecedent)));
    const Ink ink = judgement.fit == Fit::unexpected ? Ink::red : Ink::plain;
    std::string verdict = verdict_word(p, property.kind);
    const std::string plain = line(mark(judgement.fit, style), shown_name(property), name_width, verdict, rest);
    if (ink == Ink::plain || !style.colored()) return plain;
    std::string colored = plain;
    const size_t at = colored.find("  " + verdict) + 2;
    return colored.replace(at, verdict.size(), style.paint(ink, verdict));
}

/// Built-in checks that hold, and of which nothing else was expected, share a line.
bool joined(const RunReport& report, size_t i) {
    const PropertyResult& p = report.result.properties[i];
    return is_built_in(report.run.system.properties[p.property].kind) && p.verdict == Verdict::holds &&
           expected_of(report, p) == nullptr;
}

std::string property_lines(const RunReport& report, const TextOptions& options) {
    const auto& properties = report.run.system.properties;
    const auto& results = report.result.properties;
    size_t width = 0;
    for (size_t i = 0; i < results.size(); ++i)
        if (!joined(report, i)) width = std::max(width, columns(shown_name(properties[results[i].property])));
    for (const CountJudgement& c : report.counts) width = std::max(width, c.name.size());
    std::string out;
    std::vector<std::string> built_in;
    std::string how;
    for (size_t i = 0; i < results.size(); ++i) {
        if (options.quiet && report.judgements[i].fit == Fit::as_expected) continue;
        if (joined(report, i)) {
            built_in.push_back(properties[results[i].property].name);
            how = results[i].how;
        } else {
            out += property_line(report, i, width, options.style);
        }
    }
    if (!built_in.empty())
        out += fmt::format("  {}  built-in checks hold ({}){}\n", mark(Fit::as_expected, options.style),
                           fmt::join(built_in, ", "), how.empty() ? "" : ": " + how);
    for (const CountJudgement& c : report.counts) {
        if (options.quiet && c.fit == Fit::as_expected) continue;
        const std::string rest = c.fit == Fit::as_expected ? "as expected" : fmt::format("expected: {}", c.expected);
        out += line(mark(c.fit, options.style), c.name, width, std::to_string(c.actual), rest);
    }
    for (const std::string& name : report.unanswered)
        out += line(mark(Fit::unexpected, options.style), name, width, "",
                    "expected, but there is no such property in this run");
    return out;
}

bool shows_trace(const PropertyResult& p, const Judgement& judgement, Traces traces) {
    if (!p.trace) return false;
    switch (traces) {
        case Traces::none: return false;
        case Traces::unexpected: return p.verdict == Verdict::violated && judgement.fit != Fit::as_expected;
        case Traces::violated: return p.verdict == Verdict::violated;
        case Traces::all: return true;
    }
    return false;
}

/// Line by line why the loop of a trace is fair: who moves in it, who cannot.
std::string fairness_text(const checker::Trace& trace) {
    using Why = checker::FairnessReason::Why;
    std::vector<std::string> whose, why;
    size_t width = 0;
    for (const checker::FairnessReason& reason : trace.fairness) {
        std::string who = reason.id.empty() ? reason.actor : fmt::format("{}[{}]", reason.actor, reason.id);
        if (!reason.label.empty()) who += ", " + reason.label;
        if (reason.strong) who += " (strongly)";
        width = std::max(width, columns(who));
        whose.push_back(std::move(who));
        const size_t number = step_number(trace, reason.step);
        const std::string where = number == 0 ? "at the start" : fmt::format("after step {}", number);
        if (reason.why == Why::taken)
            why.push_back(fmt::format("{} step {}", reason.label.empty() ? "takes" : "taken in", number));
        else
            why.push_back(reason.strong ? "disabled all the time" : "disabled " + where);
    }
    std::string out = "  fair, since from there on for ever:\n";
    for (size_t i = 0; i < whose.size(); ++i)
        out += fmt::format("    {}{:{}}  {}\n", printable(whose[i]), "", width - columns(whose[i]), why[i]);
    return whose.empty() ? "" : out;
}

std::string trace_text(const RunReport& report, size_t i, const TextOptions& options) {
    const PropertyResult& p = report.result.properties[i];
    const system::System& sys = report.run.system;
    const system::Property& property = sys.properties[p.property];
    const bool witness = p.verdict != Verdict::violated;
    std::string title =
        witness ? fmt::format("how {} is reached", property.name) : fmt::format("how {} is violated", property.name);
    GridOptions grid_options{options.style, options.width, {}, {}};
    grid_options.ending =
        witness ? fmt::format("{} reached", property.name) : fmt::format("{} VIOLATED", property.name);
    if (property.span.file < sys.files.size() && !is_built_in(property.kind))
        grid_options.ending_place = sys.files[property.span.file].place(property.span.begin);
    return fmt::format("\n  {} ({}):\n{}{}", title, detail(p), grid(*p.trace, sys, grid_options),
                       fairness_text(*p.trace));
}

std::string never_passed_text(const RunReport& report) {
    const RunCoverage coverage = coverage_of(report);
    std::string out;
    const auto list = [&](const char* title, const std::vector<Unpassed>& all) {
        const std::vector<Unpassed> places = own(all);
        if (places.empty()) return;
        out += fmt::format("\n  {}:\n", title);
        for (const Unpassed& u : places) {
            const char* way = u.kind == system::SiteKind::when_true    ? " (true)"
                              : u.kind == system::SiteKind::when_false ? " (false)"
                                                                       : "";
            out += fmt::format("    {}:{}: {}{}\n", printable(u.place.file), u.place.line, printable(u.text), way);
        }
    };
    list("never executed", coverage.never_executed);
    list("never taken", coverage.never_taken);
    return out;
}

}  // namespace

std::string run_head_text(const RunReport& report, const TextOptions& options, const std::vector<std::string>& above) {
    std::string out = run_title(report, options.style);
    if (!report.inconsistency.empty()) {
        return out + fmt::format("  {}\n  Please report this with the specification and `untorn dump`.\n",
                                 options.style.paint(Ink::red, "INCONSISTENT: " + printable(report.inconsistency)));
    }
    if (!options.quiet) {
        out += news(meaning(report, options.width), above);
        out += numbers(report);
    }
    if (report.result.exhaustive && report.result.transitions == 0)
        out += fmt::format("  {} nothing ever moves: every verdict is about the initial states alone\n",
                           options.style.paint(Ink::yellow, "warning:"));
    return out;
}

std::string text(const RunReport& report, const TextOptions& options, const std::vector<std::string>& above) {
    if (options.quiet && report.status == exit_ok) return {};
    std::string out = run_head_text(report, options, above);
    if (!report.inconsistency.empty()) return out;
    out += property_lines(report, options);
    if (options.traces == Traces::violated || options.traces == Traces::all) out += never_passed_text(report);
    bool any_trace = false;
    for (size_t i = 0; i < report.result.properties.size(); ++i) {
        if (!shows_trace(report.result.properties[i], report.judgements[i], options.traces)) continue;
        out += trace_text(report, i, options);
        any_trace = true;
    }
    return out + (any_trace || !options.quiet ? "\n" : "");
}

std::string litmus_lines(const RunReport& report, const TextOptions& options) {
    const auto& results = report.result.properties;
    const auto& properties = report.run.system.properties;
    size_t width = 0;
    for (const PropertyResult& p : results)
        if (is_litmus(properties[p.property].kind))
            width = std::max(width, columns(shown_name(properties[p.property])));
    std::string out;
    for (size_t i = 0; i < results.size(); ++i)
        if (is_litmus(properties[results[i].property].kind)) out += property_line(report, i, width, options.style);
    return out;
}

int outcomes_status(const RunReport& report) {
    if (!report.inconsistency.empty()) return exit_inconsistent;
    int status = report.result.exhaustive ? exit_ok : exit_undecided;
    for (size_t i = 0; i < report.judgements.size(); ++i)
        if (is_litmus(report.run.system.properties[report.result.properties[i].property].kind))
            status = worse(status, status_of(report.judgements[i].fit));
    return status;
}

std::string text(const Tally& tally, const Style& style) {
    std::string line = fmt::format("{} in {}: {} as expected", plural(tally.runs, "run"), plural(tally.files, "file"),
                                   plural(tally.as_expected, "verdict"));
    if (tally.unexpected > 0) line += ", " + style.paint(Ink::red, fmt::format("{} not", grouped(tally.unexpected)));
    if (tally.undecided > 0)
        line += ", " + style.paint(Ink::yellow, fmt::format("{} undecided", grouped(tally.undecided)));
    if (tally.inconsistent > 0)
        line += ", " + style.paint(Ink::red, fmt::format("{} inconsistent", plural(tally.inconsistent, "run")));
    return line + "\n";
}

}  // namespace untorn::tools
