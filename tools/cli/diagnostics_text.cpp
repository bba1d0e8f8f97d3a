#include "tools/cli/diagnostics_text.h"

#include <fmt/core.h>

#include <algorithm>

namespace untorn::tools {

namespace {

constexpr size_t widest_excerpt = 120;  ///< longer lines are cut around the place
constexpr size_t tab_width = 4;

/// A source line as it is shown, with the columns that the span covers there.
struct Excerpt {
    std::string text;
    size_t begin = 0, end = 0;
};

/// Where text that is ready to be shown may be cut: not inside a UTF-8 character.
size_t byte_of_column(const std::string& text, size_t column) {
    size_t at = 0;
    for (size_t seen = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80) continue;
        if (seen++ == column) break;
    }
    return at;
}

/// Tabs become blanks up to the next multiple of tab_width.
std::string shown(std::string_view text, size_t start_column) {
    std::string out;
    size_t column = start_column;
    while (!text.empty()) {
        const size_t tab = std::min(text.find('\t'), text.size());
        const std::string piece = printable(text.substr(0, tab));
        out += piece;
        column += columns(piece);
        if (tab == text.size()) break;
        const size_t blanks = tab_width - column % tab_width;
        out.append(blanks, ' ');
        column += blanks;
        text.remove_prefix(tab + 1);
    }
    return out;
}

void cut(Excerpt& e) {
    const size_t width = columns(e.text);
    if (width <= widest_excerpt) return;
    constexpr size_t context = 40;
    const size_t from = std::min(e.begin > context ? e.begin - context : 0, width - widest_excerpt);
    const size_t to = from + widest_excerpt;
    std::string text =
        e.text.substr(byte_of_column(e.text, from), byte_of_column(e.text, to) - byte_of_column(e.text, from));
    e.begin -= from;
    e.end = std::min(e.end, to) - from;
    if (from > 0) {
        text.insert(0, "...");
        e.begin += 3;
        e.end += 3;
    }
    if (to < width) text += "...";
    e.text = std::move(text);
}

Excerpt excerpt(const language::SourceFile& file, const Span& span) {
    const std::string& text = file.text;
    const size_t begin = std::min<size_t>(span.begin, text.size());
    size_t line_begin = begin;
    while (line_begin > 0 && text[line_begin - 1] != '\n') --line_begin;
    // A line of many megabytes is not rendered whole.
    constexpr size_t far = 4 * widest_excerpt;
    const bool clipped = begin - line_begin > far;
    if (clipped) line_begin = begin - far;
    while (clipped && (static_cast<unsigned char>(text[line_begin]) & 0xc0U) == 0x80) ++line_begin;
    size_t line_end = std::min(text.find('\n', begin), text.size());
    if (line_end > begin && text[line_end - 1] == '\r') --line_end;
    line_end = std::min(line_end, begin + far);
    const std::string_view line = std::string_view(text).substr(line_begin, line_end - line_begin);

    Excerpt e;
    e.text = shown(line.substr(0, begin - line_begin), 0);
    e.begin = columns(e.text);
    const size_t end = std::clamp<size_t>(span.end, begin, line_end);
    e.text += shown(std::string_view(text).substr(begin, end - begin), e.begin);
    e.end = std::max(columns(e.text), e.begin + 1);
    e.text += shown(std::string_view(text).substr(end, line_end - end), columns(e.text));
    while (!e.text.empty() && e.text.back() == ' ') e.text.pop_back();
    cut(e);
    return e;
}

}  // namespace

std::string render(const language::Diagnostic& d, const std::vector<language::SourceFile>& files, const Style& style) {
    const bool error = d.severity == language::Severity::error;
    const std::string severity = style.paint(error ? Ink::red : Ink::yellow, error ? "error:" : "warning:");
    const std::string message = style.paint(Ink::bold, printable(d.message));
    std::string out;
    if (d.span.file < files.size()) {
        const language::SourceFile& file = files[d.span.file];
        const Place place = file.lines.place(d.span.begin);
        out = fmt::format("{}:{}:{}: {} {}\n", printable(place.file), place.line, place.column, severity, message);
        if (!file.text.empty()) {
            const Excerpt e = excerpt(file, d.span);
            const std::string number = fmt::format("{:>5}", place.line);
            out += fmt::format("{} | {}\n", number, e.text);
            out += fmt::format("{:>5} | {:>{}}{}\n", "", "", e.begin,
                               style.paint(error ? Ink::red : Ink::yellow, std::string(e.end - e.begin, '^')));
        }
    } else {
        out = fmt::format("untorn: {} {}\n", severity, message);
    }
    if (!d.help.empty()) out += fmt::format("{:>5} = {} {}\n", "", style.paint(Ink::bold, "help:"), printable(d.help));
    return out;
}

std::string render(const language::Diagnostics& diagnostics, const std::vector<language::SourceFile>& files,
                   const Style& style) {
    std::string out;
    for (const language::Diagnostic& d : diagnostics.sorted()) out += render(d, files, style);
    if (diagnostics.errors() > language::Diagnostics::limit)
        out += fmt::format("{} not shown\n", plural(diagnostics.errors() - language::Diagnostics::limit, "more error"));
    return out;
}

}  // namespace untorn::tools
