#include "tools/cli/json.h"

#include <fmt/core.h>

#include <charconv>

namespace untorn::tools {

namespace {

Json string_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json typed_object(const std::map<std::string, std::string>& values) {
    Json out = Json::object();
    for (const auto& [name, value] : values) out[name] = typed(value);
    return out;
}

const char* word(Fit fit) {
    return fit == Fit::as_expected ? "as expected" : fit == Fit::unexpected ? "unexpected" : "undecided";
}

Json step_to_json(const checker::TraceStep& step) {
    Json out;
    out["actor"] = string_or_null(step.actor);
    out["id"] = string_or_null(step.id);
    out["file"] = string_or_null(step.place.file);
    out["line"] = step.place.file.empty() ? Json(nullptr) : Json(step.place.line);
    out["fault"] = string_or_null(step.fault);
    out["choices"] = step.choice_texts;
    Json changed = Json::object();
    for (const auto& [cell, value] : step.changed) changed[cell] = typed(value);
    out["changed"] = std::move(changed);
    switch (step.kind) {
        case checker::TraceStep::Kind::initial: out["kind"] = "initial"; break;
        case checker::TraceStep::Kind::step: out["kind"] = "step"; break;
        case checker::TraceStep::Kind::power_loss: out["kind"] = "power loss"; break;
        case checker::TraceStep::Kind::deadlock: out["kind"] = "deadlock"; break;
        case checker::TraceStep::Kind::stutter: out["kind"] = "stutter"; break;
    }
    out["text"] = step.text;
    out["labels"] = step.labels;
    out["violation"] = string_or_null(step.violation);
    return out;
}

Json fairness_to_json(const checker::Trace& trace) {
    using Why = checker::FairnessReason::Why;
    Json out = Json::array();
    for (const checker::FairnessReason& reason : trace.fairness)
        out.push_back({{"actor", reason.actor},
                       {"id", string_or_null(reason.id)},
                       {"label", string_or_null(reason.label)},
                       {"strong", reason.strong},
                       {"why", reason.why == Why::taken ? "taken" : "disabled"},
                       {"entry", reason.step}});
    return out;
}

Json property_to_json(const RunReport& report, size_t i) {
    const checker::PropertyResult& p = report.result.properties[i];
    const system::Property& property = report.run.system.properties[p.property];
    const language::Expected* expected = expected_of(report, p);
    Json out;
    out["name"] = property.name;
    out["kind"] = name(property.kind);
    out["verdict"] = tools::word(p.verdict);
    out["how"] = p.how;
    out["limit"] = string_or_null(p.limit);
    out["expected"] = expected == nullptr ? Json(nullptr) : Json(expected->text);
    out["as_expected"] = report.judgements[i].fit == Fit::as_expected;
    out["faults"] = p.trace ? Json(p.trace->faults) : Json(nullptr);
    out["steps"] = p.trace ? Json(p.trace->length) : Json(nullptr);
    out["shortest"] = p.shortest;
    out["answer"] = string_or_null(p.answer);
    out["loop_start"] = p.trace && p.trace->loop_start ? Json(*p.trace->loop_start) : Json(nullptr);
    if (system::is_progress(property.kind)) out["fairness"] = p.trace ? fairness_to_json(*p.trace) : Json(nullptr);
    out["trace"] = p.trace ? to_json(*p.trace) : Json(nullptr);
    return out;
}

/// What identifies a run and what its search counted.
Json run_head(const RunReport& report) {
    const language::RunConfig& config = report.run.config;
    const checker::SearchResult& result = report.result;
    const bool answered = report.inconsistency.empty(), searched = answered && result.engine.empty();
    Json out;
    out["spec"] = report.spec;
    out["scenario"] = string_or_null(config.scenario);
    out["title"] = string_or_null(config.title);
    out["variant"] = string_or_null(config.variant);
    out["with"] = config.with;
    out["options"] = typed_object(report.run.options);
    out["faults_allowed"] = typed_object(report.run.faults_allowed);
    const auto asks = [](const system::Property& p) { return system::is_progress(p.kind); };
    if (std::ranges::any_of(report.run.system.properties, asks)) {
        out["fairness"] = Json::array();
        for (const system::Fairness& f : report.run.system.fairness)
            out["fairness"].push_back({{"actor", report.run.system.actors[f.actor].name},
                                       {"label", string_or_null(f.label)},
                                       {"strong", f.strong}});
    }
    out["present"] = report.run.present;
    out["absent"] = report.run.absent;
    out["engine"] = result.engine.empty() ? "explicit" : result.engine;
    if (!result.engine.empty()) out["reached"] = result.reached;
    out["reductions"] = result.reductions;
    out["reduction_remarks"] = result.reduction_remarks;
    out["states"] = searched ? Json(result.states) : Json(nullptr);
    out["transitions"] = searched ? Json(result.transitions) : Json(nullptr);
    out["depth"] = searched ? Json(result.depth) : Json(nullptr);
    out["crash_images"] = searched ? Json(result.crash_images) : Json(nullptr);
    out["state_bits"] = answered ? Json(result.state_bits) : Json(nullptr);
    if (result.graph_states > 0)
        out["progress_graph"] = {{"states", result.graph_states}, {"edges", result.graph_edges}};
    out["exhaustive"] = searched && result.exhaustive;
    out["limit"] = string_or_null(result.limit);
    out["inconsistency"] = string_or_null(report.inconsistency);
    return out;
}

}  // namespace

Json typed(const std::string& text) {
    if (text == "true") return true;
    if (text == "false") return false;
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && error == std::errc() && end == text.data() + text.size()) return number;
    return text;
}

Json to_json(const checker::Trace& trace) {
    Json out = Json::array();
    for (const checker::TraceStep& step : trace.steps) out.push_back(step_to_json(step));
    return out;
}

Json to_json(const RunReport& report) {
    Json out = run_head(report);
    out["properties"] = Json::array();
    for (size_t i = 0; i < report.judgements.size(); ++i) out["properties"].push_back(property_to_json(report, i));
    out["counts"] = Json::array();
    for (const CountJudgement& c : report.counts)
        out["counts"].push_back(
            {{"name", c.name}, {"expected", c.expected}, {"actual", c.actual}, {"fit", word(c.fit)}});
    out["unanswered"] = report.unanswered;
    const RunCoverage coverage = coverage_of(report);
    const auto place = [](const Unpassed& u) -> Json {
        return {{"file", u.place.file}, {"line", u.place.line}, {"column", u.place.column}};
    };
    out["never_executed"] = Json::array();
    for (const Unpassed& u : coverage.never_executed) {
        Json one = place(u);
        one["text"] = u.text;
        out["never_executed"].push_back(std::move(one));
    }
    out["never_taken"] = Json::array();
    for (const Unpassed& u : coverage.never_taken) {
        Json one = place(u);
        one["way"] = name(u.kind);
        one["text"] = u.text;
        out["never_taken"].push_back(std::move(one));
    }
    out["never_spent"] = coverage.never_spent;
    out["vacuous"] = Json::array();
    for (const Vacuous& v : coverage.vacuous)
        out["vacuous"].push_back(
            {{"name", report.run.system.properties[v.property].name}, {"antecedent", string_or_null(v.antecedent)}});
    return out;
}

Json coverage_to_json(const RunReport& report) {
    Json out;
    out["statements"] = Json::array();
    out["branches"] = Json::array();
    const system::System& sys = report.run.system;
    const bool known = report.result.passed.size() == sys.sites.size();
    for (size_t i = 0; i < sys.sites.size() && known; ++i) {
        const system::Site& site = sys.sites[i];
        const Place at = sys.files[site.span.file].place(site.span.begin);
        Json one{{"file", at.file}, {"line", at.line}, {"column", at.column}};
        const bool statement = site.kind == system::SiteKind::statement;
        if (!statement) one["way"] = name(site.kind);
        one["text"] = site.text;
        one["passed"] = static_cast<bool>(report.result.passed[i]);
        out[statement ? "statements" : "branches"].push_back(std::move(one));
    }
    return out;
}

Json to_json(const checker::Outcome& outcome) {
    Json out;
    Json content = Json::object();
    for (const auto& [cell, value] : outcome.content) content[cell] = typed(value);
    out["content"] = std::move(content);
    out["after_power_loss"] = outcome.after_power_loss;
    out["faults"] = outcome.witness.faults;
    out["steps"] = outcome.witness.length;
    out["trace"] = to_json(outcome.witness);
    return out;
}

Json outcomes_to_json(const RunReport& report) {
    Json out = run_head(report);
    out["outcomes"] = Json::array();
    for (const checker::Outcome& outcome : report.result.outcomes) out["outcomes"].push_back(to_json(outcome));
    out["properties"] = Json::array();
    for (size_t i = 0; i < report.judgements.size(); ++i) {
        const auto kind = report.run.system.properties[report.result.properties[i].property].kind;
        if (is_litmus(kind)) out["properties"].push_back(property_to_json(report, i));
    }
    return out;
}

Json walk_to_json(RunReport report, const WalkReport& walk) {
    const auto& properties = report.run.system.properties;
    report.result = {};
    for (uint32_t p = 0; report.inconsistency.empty() && p < properties.size(); ++p) {
        if (properties[p].kind == system::PropertyKind::antecedent) break;  // they stand last
        checker::PropertyResult result;
        result.property = p;
        result.limit = system::is_progress(properties[p].kind) ? "a walk does not judge it" : "one walk";
        report.result.properties.push_back(std::move(result));
    }
    Json found = Json::array();
    for (const checker::Discovery& discovery : walk.discoveries) {
        const system::Property& property = properties[discovery.observation.property];
        checker::PropertyResult& result = report.result.properties[discovery.observation.property];
        const bool violated = discovery.observation.violated;
        // That some outcome satisfies `sometimes` is not all that it asks.
        if (violated || is_cover(property.kind)) {
            result.verdict = violated ? checker::Verdict::violated : checker::Verdict::holds;
            result.how = violated ? "counterexample" : "reached";
            result.limit.clear();
        }
        found.push_back({{"property", property.name},
                         {"what", violated ? "violated" : "reached"},
                         {"entry", discovery.position - 1}});
    }
    judge_run(report);
    Json out = to_json(report);
    out["engine"] = "walk";
    for (const char* count : {"states", "transitions", "depth", "crash_images", "state_bits"}) out[count] = nullptr;
    out["walk"] = {
        {"seed", walk.seed},         {"faults_percent", walk.fault_percent}, {"interactive", walk.interactive},
        {"end", walk.end},           {"faults", walk.trace.faults},          {"steps", walk.trace.length},
        {"found", std::move(found)}, {"trace", to_json(walk.trace)}};
    return out;
}

Json document(Json runs, const std::vector<InputProblem>& errors, bool interrupted) {
    Json out;
    out["untorn"] = UNTORN_VERSION;
    out["schema"] = json_schema;
    out["runs"] = std::move(runs);
    out["errors"] = Json::array();
    for (const InputProblem& e : errors) {
        Json one;
        one["file"] = string_or_null(e.file);
        one["line"] = e.line == 0 ? Json(nullptr) : Json(e.line);
        one["column"] = e.column == 0 ? Json(nullptr) : Json(e.column);
        one["message"] = e.message;
        out["errors"].push_back(std::move(one));
    }
    out["interrupted"] = interrupted;
    return out;
}

std::string text(const Json& document) { return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace untorn::tools
