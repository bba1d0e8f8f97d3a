// Helpers for tests of the semantic part: a program from text, its diagnostics as lines, its only run.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "model/language/compile.h"

namespace untorn::language::testing {

inline Program program_of(const std::string& text, Diagnostics& diagnostics) {
    Sources sources;
    sources.read = [text](const std::string& path, std::string&) -> std::optional<std::string> {
        return path == "t.untorn" ? std::optional(text) : std::nullopt;
    };
    sources.kernel = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
    return load("t.untorn", sources, diagnostics);
}

/// `line:column error: message`, one for each diagnostic of the whole check.
inline std::vector<std::string> complaints(const std::string& text) {
    Diagnostics diagnostics;
    const Program program = program_of(text, diagnostics);
    if (!diagnostics.has_errors()) check(program, diagnostics);
    std::vector<std::string> out;
    for (const Diagnostic& d : diagnostics.sorted()) {
        const Place place = program.files[d.span.file].lines.place(d.span.begin);
        out.push_back(fmt::format("{}:{} {}: {}", place.line, place.column,
                                  d.severity == Severity::error ? "error" : "warning", d.message));
    }
    return out;
}

/// The first run of a program that must be good.
inline Run run_of(const std::string& text, const Selection& selection = {}) {
    Diagnostics diagnostics;
    const Program program = program_of(text, diagnostics);
    check(program, diagnostics);
    const auto configs = runs(program, selection, diagnostics);
    for (const Diagnostic& d : diagnostics.sorted())
        if (d.severity == Severity::error) FAIL_CHECK(d.message);
    REQUIRE(!configs.empty());
    auto run = compile(program, configs.front(), diagnostics);
    for (const Diagnostic& d : diagnostics.sorted())
        if (d.severity == Severity::error) FAIL_CHECK(d.message);
    REQUIRE(run.has_value());
    return std::move(*run);
}

}  // namespace untorn::language::testing
