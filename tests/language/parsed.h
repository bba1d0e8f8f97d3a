// Parsing a text, for tests of the parser, and what is said of it.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "model/language/parser.h"

namespace untorn::language {

struct Parsed {
    std::string source;
    Diagnostics diagnostics;
    ast::File file;
    const ast::Item& item(size_t i = 0) const {
        REQUIRE(file.items.size() > i);
        return file.items[i];
    }
    std::string at(Span s) const { return source.substr(s.begin, s.end - s.begin); }
};

/// Every diagnostic as `line:column message | help`, one a line.
inline std::string said(const Parsed& p) {
    const LineIndex lines("t", p.source);
    std::string out;
    for (const Diagnostic& d : p.diagnostics.sorted()) {
        const Place place = lines.place(d.span.begin);
        out += std::to_string(place.line) + ":" + std::to_string(place.column) + " " + d.message +
               (d.help.empty() ? "" : " | " + d.help) + "\n";
    }
    return out;
}

inline Parsed parsed(std::string source) {
    Parsed p;
    p.source = std::move(source);
    p.file = parse(0, p.source, p.diagnostics);
    return p;
}

/// A source without errors.
inline Parsed good(std::string source) {
    Parsed p = parsed(std::move(source));
    CHECK_MESSAGE(said(p) == "", p.source);
    return p;
}

inline std::string errors(std::string source) { return said(parsed(std::move(source))); }

inline std::string repeat(const std::string& s, size_t n) {
    std::string out;
    out.reserve(s.size() * n);
    for (size_t i = 0; i < n; ++i) out += s;
    return out;
}

}  // namespace untorn::language
