// Which places in the source a step passes (System::sites), and when.
#include <doctest/doctest.h>

#include "checker/explicit/search.h"
#include "model/system/validate.h"
#include "tests/language/compile_sources.h"

namespace untorn::language::testing {

namespace {

/// `line:column kind`, for each site in order of places; `never` behind those that no step passes.
std::vector<std::string> sites(const std::string& text, const Selection& selection = {}) {
    const Run run = run_of(text, selection);
    CHECK(!system::validate(run.system));
    const auto answer = checker::search(run.system, {});
    const auto& passed = std::get<checker::SearchResult>(answer).passed;
    REQUIRE(passed.size() == run.system.sites.size());
    std::vector<std::tuple<uint32_t, uint32_t, std::string>> found;
    for (size_t i = 0; i < passed.size(); ++i) {
        const system::Site& site = run.system.sites[i];
        const Place place = run.system.files[site.span.file].place(site.span.begin);
        found.emplace_back(place.line, place.column, fmt::format("{}{}", name(site.kind), passed[i] ? "" : ", never"));
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> out;
    for (const auto& [line, column, what] : found) out.push_back(fmt::format("{}:{} {}", line, column, what));
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("statements of the actor's own behind a point are sites of the step, on the path they lie on") {
    CHECK(sites("var x: 0..3;\n"
                "thread t {\n"
                "    var i: 0..3;\n"
                "    i = x;\n"
                "    if (i == 0) {\n"
                "        i = 2;\n"
                "    } else {\n"
                "        i = 1;\n"
                "    }\n"
                "    x = i;\n"
                "}\n") == Lines{"4:5 statement", "5:9 false, never", "5:9 statement", "5:9 true", "6:9 statement",
                                "8:9 statement, never", "10:5 statement"});
}

TEST_CASE("a condition of shared data is passed both ways only if it has both values") {
    CHECK(sites("var go: bool;\n"
                "thread a { go = true; }\n"
                "thread b {\n"
                "    if (go) step;\n"
                "    while (!go) step;\n"
                "    if (!go) step;\n"
                "}\n") == Lines{"2:12 statement", "4:9 false", "4:9 statement", "4:9 true", "4:13 statement",
                                "5:12 false", "5:12 statement", "5:12 true", "5:17 statement", "6:9 false",
                                "6:9 statement", "6:9 true, never", "6:14 statement, never"});
}

TEST_CASE("alternatives of a choose are sites, by themselves only if they spend a fault") {
    CHECK(sites("var x: 0..3;  fault f budget 0;\n"
                "thread a {\n"
                "    choose { x = 1; } or { await x == 3; }\n"
                "    or fault f { x = 2; }\n"
                "    choose (v in 0..1) { x = v; }\n"
                "}\n") == Lines{"3:5 statement", "3:12 alternative", "3:14 statement", "3:26 alternative, never",
                                "3:28 statement, never", "4:8 alternative, never", "4:18 statement, never",
                                "5:5 statement", "5:26 statement"});
}

TEST_CASE("a step that fails a check passes what lies before it") {
    CHECK(sites("var x: 0..3;\n"
                "thread a {\n"
                "    var i: 0..3;\n"
                "    i = x;\n"
                "    if (i == 0) {\n"
                "        i = 1;\n"
                "        assert i == 2;\n"
                "        i = 3;\n"
                "    }\n"
                "}\n") == Lines{"4:5 statement", "5:9 false, never", "5:9 statement", "5:9 true", "6:9 statement",
                                "7:9 statement", "8:9 statement, never"});
}

TEST_CASE("a procedure is one place however often it is called, and a call is a statement") {
    CHECK(sites("var x: 0..3;\n"
                "proc put(v: 0..3) {\n"
                "    if (v == 1) return;\n"
                "    x = v;\n"
                "}\n"
                "thread a {\n"
                "    put(1);\n"
                "    for (i in 2..3) put(i);\n"
                "}\n") == Lines{"3:9 false", "3:9 statement", "3:9 true", "3:17 statement", "4:5 statement",
                                "7:5 statement", "8:21 statement"});
}

TEST_CASE("what only params decide is no branch; what an option decides is") {
    const std::string text =
        "param N = 1;  option DEEP: bool = false;\n"
        "thread a {\n"
        "    if (N > 1) step;\n"
        "    if (DEEP) step;\n"
        "    loop { break; }\n"
        "}\n";
    CHECK(sites(text) == Lines{"3:9 statement", "3:16 statement, never", "4:9 false", "4:9 statement",
                               "4:9 true, never", "4:15 statement, never", "5:12 statement"});
    Selection selection;
    selection.set["DEEP"] = "true";
    CHECK(sites(text, selection) == Lines{"3:9 statement", "3:16 statement, never", "4:9 false, never", "4:9 statement",
                                          "4:9 true", "4:15 statement", "5:12 statement"});
}

TEST_CASE("init, power_loss and recover have sites; ghost code and what is behind a return have none") {
    CHECK(sites("durable var d: 0..3;  device var w: 0..3;  ghost var g: 0..3;\n"
                "init { if (d == 0) w = 1; }\n"
                "thread a {\n"
                "    ghost { if (w == 1) g = 1; }\n"
                "    g = 2;\n"
                "    w = 2;\n"
                "    return;\n"
                "    w = 3;\n"
                "}\n"
                "power_loss { if (w == 2) d = 1; else if (w == 3) d = 2; }\n"
                "recover { if (d == 1) d = 3; }\n") ==
          Lines{"2:12 false, never", "2:12 statement", "2:12 true", "2:20 statement", "6:5 statement", "7:5 statement",
                "10:18 false", "10:18 statement", "10:18 true", "10:26 statement", "10:42 false", "10:42 statement",
                "10:42 true, never", "10:50 statement, never", "11:15 false", "11:15 statement", "11:15 true",
                "11:23 statement"});
}

}  // namespace untorn::language::testing
