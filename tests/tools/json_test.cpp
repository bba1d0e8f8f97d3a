#include "tools/cli/json.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/language/compile_sources.h"
#include "tests/tools/folder.h"
#include "tests/tools/sample.h"
#include "tools/cli/check.h"
#include "tools/cli/mutate.h"

namespace untorn::tools {

namespace {

RunReport judged(RunReport report) {
    judge_run(report);
    return report;
}

std::vector<std::string> keys(const Json& object) {
    std::vector<std::string> out;
    for (const auto& [key, value] : object.items()) out.push_back(key);
    return out;
}

/// The part of JSON Schema that tools/schema.json uses: type, required, properties, additionalProperties as a schema,
/// items, enum, anyOf, $ref into $defs, minimum. Returns where and what is wrong, or nothing.
std::string misfit(const Json& value, const Json& schema, const Json& root, const std::string& at) {
    if (schema.contains("$ref")) {
        const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
        return misfit(value, root["$defs"][name], root, at);
    }
    if (schema.contains("anyOf")) {
        for (const Json& one : schema["anyOf"])
            if (misfit(value, one, root, at).empty()) return {};
        return at + ": none of anyOf";
    }
    if (schema.contains("enum")) {
        const Json& all = schema["enum"];
        if (std::find(all.begin(), all.end(), value) == all.end()) return at + ": not in enum: " + value.dump();
    }
    if (schema.contains("type")) {
        auto is = [&](const std::string& type) {
            return type == "object"    ? value.is_object()
                   : type == "array"   ? value.is_array()
                   : type == "string"  ? value.is_string()
                   : type == "boolean" ? value.is_boolean()
                   : type == "integer" ? value.is_number_integer()
                   : type == "number"  ? value.is_number()
                                       : type == "null" && value.is_null();
        };
        const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
        if (std::none_of(types.begin(), types.end(), [&](const Json& t) { return is(t.get<std::string>()); }))
            return at + ": not of type " + types.dump() + ": " + value.dump();
    }
    if (schema.contains("minimum") && value.is_number() && value < schema["minimum"]) return at + ": below the minimum";
    if (value.is_object()) {
        for (const Json& key : schema.value("required", Json::array()))
            if (!value.contains(key.get<std::string>())) return at + ": lacks " + key.dump();
        for (const auto& [key, member] : value.items()) {
            const Json known = schema.value("properties", Json::object());
            std::string wrong;
            if (known.contains(key))
                wrong = misfit(member, known[key], root, at + "." + key);
            else if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
                wrong = misfit(member, schema["additionalProperties"], root, at + "." + key);
            else
                wrong = at + ": has " + key + ", which the schema does not describe";
            if (!wrong.empty()) return wrong;
        }
    }
    if (value.is_array() && schema.contains("items"))
        for (size_t i = 0; i < value.size(); ++i) {
            const std::string wrong = misfit(value[i], schema["items"], root, at + "[" + std::to_string(i) + "]");
            if (!wrong.empty()) return wrong;
        }
    return {};
}

std::string schema_misfit(const Json& value) {
    std::ifstream in(UNTORN_SOURCE_DIR "/tools/schema.json");
    const Json schema = Json::parse(in);
    return misfit(value, schema, schema, "$");
}

}  // namespace

TEST_CASE("values are typed as they are written in the language") {
    CHECK(typed("true") == Json(true));
    CHECK(typed("-7") == Json(-7));
    CHECK(typed("Writer#1") == Json("Writer#1"));
    CHECK(typed("7x") == Json("7x"));
    CHECK(typed("") == Json(""));
    CHECK(typed("99999999999999999999") == Json("99999999999999999999"));
}

TEST_CASE("a run has the promised members") {
    const Json run = to_json(judged(sample::report()));
    for (const char* key : {"spec", "scenario", "variant", "options", "faults_allowed", "engine", "reductions",
                            "states", "transitions", "depth", "crash_images", "exhaustive", "properties"})
        CHECK_MESSAGE(run.contains(key), key);
    CHECK(run["options"] == Json::parse(R"({"BLOCKS": 2, "mode": "Strict", "stable": true})"));
    CHECK(run["faults_allowed"] == Json::parse(R"({"power_loss": 1, "source_gone": "unlimited"})"));
    CHECK(run["states"] == 12345);
    CHECK(run["reductions"] == Json::array());
    const Json& tear = run["properties"][0];
    for (const char* key : {"name", "kind", "verdict", "how", "limit", "expected", "as_expected", "faults", "steps",
                            "shortest", "loop_start", "trace"})
        CHECK_MESSAGE(tear.contains(key), key);
    CHECK(tear["kind"] == "crash invariant");
    CHECK(tear["expected"] == nullptr);
    CHECK(tear["as_expected"] == false);
    CHECK(tear["faults"] == 2);
    CHECK(tear["steps"] == 3);
    CHECK(tear["loop_start"] == nullptr);
    CHECK(tear["trace"].size() == 5);
    CHECK(tear["trace"][2] ==
          Json::parse(R"({"actor": "writer", "id": "Writer#0", "file": "specs/torn.untorn", "line": 12,
        "fault": "source_gone", "choices": [], "changed": {"acknowledged": true}, "kind": "step", "text": "return short(i);",
        "labels": ["short_copy"], "violation": null})"));
    const Json& deadlock = run["properties"][2];
    CHECK(deadlock["trace"] == nullptr);
    CHECK(deadlock["faults"] == nullptr);
    CHECK(deadlock["steps"] == nullptr);
}

TEST_CASE("what is absent is null") {
    RunReport r = sample::report();
    r.run.config = {};
    const Json run = to_json(judged(r));
    CHECK(run["scenario"] == nullptr);
    CHECK(run["variant"] == nullptr);
    r.inconsistency = "broken";
    CHECK(to_json(judged(r))["states"] == nullptr);
}

TEST_CASE("a document begins with version and schema number") {
    const Json all = document(Json::array({to_json(judged(sample::report()))}), {{"a.untorn", 3, 4, "what"}}, true);
    CHECK(keys(all) == std::vector<std::string>{"untorn", "schema", "runs", "errors", "interrupted"});
    CHECK(all["schema"] == 1);
    CHECK(all["errors"][0] == Json::parse(R"({"file": "a.untorn", "line": 3, "column": 4, "message": "what"})"));
}

TEST_CASE("what is written fits tools/schema.json") {
    RunReport r = sample::report();
    r.run.expected["states"].kind = language::Expected::Kind::count;
    r.run.expected["no_bear"] = language::Expected{};
    CHECK(schema_misfit(
              document(Json::array({to_json(judged(r))}), {{"a.untorn", 3, 4, "what"}, {"", 0, 0, "x"}}, false)) == "");
    checker::Outcome outcome;
    outcome.content = {{"disk[0]", "1"}};
    outcome.witness = sample::torn();
    r.result.outcomes = {outcome};
    r.run.system.properties[0].kind = system::PropertyKind::never;
    CHECK(schema_misfit(document(Json::array({outcomes_to_json(judged(r))}), {}, false)) == "");
    r.inconsistency = "broken";
    CHECK(schema_misfit(document(Json::array({to_json(judged(r))}), {}, false)) == "");
}

TEST_CASE("mutants of every fate fit the schema") {
    std::vector<Mutant> mutants(5);
    for (size_t i = 0; i < mutants.size(); ++i) {
        Mutant& m = mutants[i];
        m.status = static_cast<MutantStatus>(i);
        m.module = "pagecache";
        m.mutation.procedure = "reclaim";
        m.mutation.text = "x = 1;";
        m.place = {"<kernel>/pagecache.untorn", 7, 5};
    }
    mutants[0].run = "a.untorn S01 A";
    mutants[0].property = "no_tear";
    mutants[1].explanation = "known";
    SuiteRun large;
    large.label = "b.untorn";
    large.left_out = "--max-states 5";
    Json all = document(Json::array(), {}, false);
    all["mutation"] = mutation_to_json(mutants, {large, {}});
    CHECK(schema_misfit(all) == "");
    CHECK(all["mutation"]["explained"] == 1);
    CHECK(all["mutation"]["survived"] == 0);
    CHECK(all["mutation"]["score"] == 100.0 / 3);  // of killed, explained, undecided
    CHECK(all["mutation"]["mutants"][4]["name"] == "pagecache reclaim update x = 1; #5");
    all["mutation"]["mutants"][0].erase("module");
    CHECK(schema_misfit(all) != "");
}

TEST_CASE("a walk decides what it shows, and nothing else") {
    WalkReport walk;
    walk.seed = UINT64_MAX;
    walk.end = "violated";
    walk.trace = sample::torn();
    walk.discoveries = {{{1, false}, 2}, {{0, true}, 5}};
    const Json run = walk_to_json(sample::report(), walk);
    CHECK(schema_misfit(document(Json::array({run}), {}, false)) == "");
    CHECK(run["engine"] == "walk");
    CHECK(run["states"] == nullptr);
    CHECK(run["walk"]["seed"] == UINT64_MAX);
    CHECK(run["walk"]["found"] == Json::parse(R"([{"property": "seen", "what": "reached", "entry": 1},
                                                  {"property": "no_tear", "what": "violated", "entry": 4}])"));
    CHECK(run["walk"]["trace"].size() == walk.trace.steps.size());
    CHECK(run["properties"][0]["verdict"] == "violated");
    CHECK(run["properties"][1]["verdict"] == "holds");
    CHECK(run["properties"][2]["verdict"] == "undecided");
    CHECK(run["properties"][2]["limit"] == "one walk");
}

TEST_CASE("coverage in the JSON: every site with --coverage, what is missing without, and the warnings") {
    const auto answer = [](const std::string& options) {
        const Ended o =
            shell("'" UNTORN_BINARY "' check '" UNTORN_SOURCE_DIR "/tests/specs/language/coverage.untorn' --json - " +
                  options);
        CHECK(o.status == 0);
        return Json::parse(o.out);
    };
    const Json plain = answer("");
    CHECK(schema_misfit(plain) == "");
    CHECK(!plain["runs"][0].contains("coverage"));
    CHECK(plain["runs"][0]["never_executed"].size() == 4);
    CHECK(plain["runs"][0]["never_taken"].size() == 3);
    CHECK(plain["runs"][0]["never_taken"][0]["line"] == 16);
    CHECK(plain["runs"][0]["never_taken"][0]["way"] == "true");
    CHECK(plain["runs"][0]["never_spent"] == Json::parse(R"(["glitch"])"));
    CHECK(plain["runs"][0]["vacuous"] == Json::parse(R"([{"name": "says_nothing", "antecedent": "x == 3"}])"));
    const Json& warnings = plain["warnings"];
    CHECK(warnings["statements"].size() == 3);
    CHECK(warnings["branches"].size() == 2);
    CHECK(warnings["faults"][0]["name"] == "glitch");
    CHECK(warnings["options"][0]["name"] == "UNUSED");
    CHECK(warnings["vacuous"][0]["antecedent"] == "x == 3");
    CHECK(warnings["covers"].empty());
    const Json all = answer("--coverage");
    CHECK(schema_misfit(all) == "");
    CHECK(all["runs"][0]["coverage"]["statements"].size() == 11);
    CHECK(all["runs"][0]["coverage"]["branches"].size() == 7);
    CHECK(all["runs"][1]["coverage"]["statements"][0]["passed"] == true);
}

TEST_CASE("the schema check of these tests notices what does not fit") {
    Json all = document(Json::array({to_json(judged(sample::report()))}), {}, false);
    all["runs"][0]["states"] = "many";
    CHECK(schema_misfit(all) == "$.runs[0].states: not of type [\"integer\",\"null\"]: \"many\"");
    all = document(Json::array(), {}, false);
    all.erase("schema");
    CHECK(schema_misfit(all) == "$: lacks \"schema\"");
    all["extra"] = 1;
    all["schema"] = 1;
    CHECK(schema_misfit(all) == "$: has extra, which the schema does not describe");
}

TEST_CASE("bytes that are no UTF-8 are replaced") {
    RunReport r = sample::report();
    r.spec = "a\xff.untorn";
    CHECK(text(to_json(judged(r))).find("\"a\xef\xbf\xbd.untorn\"") != std::string::npos);
}

TEST_CASE("a lasso, its fairness and the graph it was found in") {
    const std::string source =
        "var x: bool; thread t[i: 0..1] { go: step; }\neventually p: x;\nstrongly fair go; environment e { x = true; }";
    const Json run = to_json(search_run("t.untorn", language::testing::run_of(source), {}));
    CHECK(schema_misfit(document(Json::array({run}), {}, false)) == "");
    CHECK(run["fairness"].dump() ==
          R"([{"actor":"t","label":null,"strong":false},{"actor":"t","label":"go","strong":true}])");
    CHECK(run["progress_graph"].dump() == R"({"states":8,"edges":12})");
    const Json& p = run["properties"][0];
    CHECK(p["loop_start"] == 2);
    CHECK(p["trace"].size() == 4);
    CHECK(p["trace"][3]["kind"] == "stutter");
    CHECK(p["fairness"].size() == 4);
    CHECK(p["fairness"][3].dump() == R"({"actor":"t","id":"1","label":"go","strong":true,"why":"disabled","entry":2})");
    CHECK(!run["properties"][1].contains("fairness"));
}

}  // namespace untorn::tools
