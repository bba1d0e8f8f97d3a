#include "tools/cli/matrix.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "tools/cli/exit_status.h"

namespace untorn::tools {

using checker::Verdict;

namespace {

struct Letter {
    const char* letter;
    const char* meaning;
    std::vector<std::string> properties;  ///< of model/kernel/contract.untorn
};

const std::array<Letter, 5>& letters() {
    static const std::array<Letter, 5> all = {{
        {"T", "no_tear", {"no_tear"}},
        {"L", "no_lost_sync or no_lost_ack", {"no_lost_sync", "no_lost_ack"}},
        {"P", "no_phantom", {"no_phantom"}},
        {"S", "no_spurious_error, deadlock, or progress", {"no_spurious_error", "deadlock"}},
        {"a", "no_tear_strict alone", {"no_tear_strict"}},
    }};
    return all;
}

std::string letter_of(const system::Property& property) {
    if (system::is_progress(property.kind)) return "S";
    for (const Letter& letter : letters())
        if (std::ranges::count(letter.properties, property.name) != 0) return letter.letter;
    return "*";
}

std::string legend() {
    std::vector<std::string> parts;
    for (const Letter& letter : letters()) parts.push_back(fmt::format("{}: {}", letter.letter, letter.meaning));
    parts.insert(parts.end(), {"*: another property", "?: undecided", "!: not as expected", "-: no such run"});
    return wrapped("violated:", parts, 120);
}

}  // namespace

std::string matrix_letters(const RunReport& report) {
    std::vector<std::string> broken;
    for (const checker::PropertyResult& p : report.result.properties) {
        const system::Property& property = report.run.system.properties[p.property];
        if (p.verdict == Verdict::undecided) broken.emplace_back("?");
        if (p.verdict == Verdict::violated && !is_cover(property.kind)) broken.push_back(letter_of(property));
    }
    if (!report.inconsistency.empty()) return "inconsistent";
    // The strict property says nothing of its own where a write is torn.
    const bool torn = std::ranges::count(broken, "T") != 0;
    std::vector<std::string> out;
    for (const Letter& letter : letters())
        if (std::ranges::count(broken, letter.letter) != 0 && !(torn && letter.letter == std::string("a")))
            out.emplace_back(letter.letter);
    for (const char* other : {"*", "?"})
        if (std::ranges::count(broken, other) != 0) out.emplace_back(other);
    return out.empty() ? "ok" : fmt::format("{}", fmt::join(out, " "));
}

void Matrix::add(const RunReport& report) {
    const language::RunConfig& config = report.run.config;
    if (rows_.empty() || rows_.back().spec != report.spec || rows_.back().scenario != config.scenario)
        rows_.push_back({report.spec, config.scenario, config.title, {}});
    // What a scenario binds for all its runs (`with`) is a matter of the row, unless it is all that there is.
    const std::string variant =
        config.variant.empty() ? fmt::format("{}", fmt::join(config.with, " ")) : config.variant;
    states_.push_back(report.result.states);
    const bool fits = report.inconsistency.empty() && report.status == exit_ok;
    rows_.back().cells.push_back({variant, matrix_letters(report), fits});
}

std::string Matrix::sizes() const {
    std::vector<uint64_t> sorted = states_;
    std::ranges::sort(sorted);
    return fmt::format("{}; states: median {}, largest {}, together {}\n", plural(sorted.size(), "cell"),
                       grouped(sorted[sorted.size() / 2]), grouped(sorted.back()),
                       grouped(std::accumulate(sorted.begin(), sorted.end(), uint64_t{0})));
}

std::string Matrix::shown(const Row& row, const std::string& variant) {
    const auto cell = std::ranges::find(row.cells, variant, &Cell::variant);
    if (cell == row.cells.end()) return "-";
    return cell->letters + (cell->as_expected ? "" : " !");
}

std::vector<std::string> Matrix::variants_of(const Row& row) {
    std::vector<std::string> variants;
    for (const Cell& cell : row.cells) variants.push_back(cell.variant);
    return variants;
}

std::vector<Matrix::Table> Matrix::tables() const {
    const auto contains = [](const std::vector<std::string>& all, const std::vector<std::string>& some) {
        return std::ranges::all_of(some, [&](const std::string& v) { return std::ranges::count(all, v) != 0; });
    };
    std::vector<Table> tables;
    for (const Row& row : rows_) {
        const std::vector<std::string> variants = variants_of(row);
        const bool known = std::ranges::any_of(tables, [&](const Table& t) { return contains(t.variants, variants); });
        const bool largest = std::ranges::none_of(rows_, [&](const Row& other) {
            return other.cells.size() > row.cells.size() && contains(variants_of(other), variants);
        });
        if (!known && largest) tables.push_back({variants, {}});
    }
    for (const Row& row : rows_)
        std::ranges::find_if(tables, [&](const Table& t) {
            return contains(t.variants, variants_of(row));
        })->rows.push_back(&row);
    // In the order of their first rows.
    std::ranges::sort(tables, {}, [](const Table& t) { return t.rows.front(); });
    return tables;
}

std::string Matrix::text(const Style& style) const {
    std::string out;
    for (const Table& table : tables()) {
        size_t first = 0;
        std::vector<size_t> widths;
        for (const Row* row : table.rows) first = std::max(first, columns(printable(row->scenario)));
        for (const std::string& variant : table.variants) {
            size_t width = columns(printable(variant));
            for (const Row* row : table.rows) width = std::max(width, columns(shown(*row, variant)));
            widths.push_back(width);
        }
        std::string head = fmt::format("  {:{}}", "", first);
        for (size_t i = 0; i < widths.size(); ++i)
            head += fmt::format("  {:{}}", printable(table.variants[i]), widths[i]);
        std::string spec;
        for (const Row* row : table.rows) {
            if (row->spec != spec) out += style.paint(Ink::bold, printable(row->spec)) + "\n";
            if (spec.empty() && head.find_first_not_of(' ') != std::string::npos)
                out += head.substr(0, head.find_last_not_of(' ') + 1) + "\n";
            spec = row->spec;
            std::string line = fmt::format("  {:{}}", printable(row->scenario), first);
            for (size_t i = 0; i < widths.size(); ++i)
                line += fmt::format("  {:{}}", shown(*row, table.variants[i]), widths[i]);
            out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        }
        out += "\n";
    }
    return out.empty() ? out : out + legend() + sizes() + "\n";
}

std::string Matrix::markdown() const {
    std::string out;
    for (const Table& table : tables()) {
        out += "| scenario | what happens |";
        for (const std::string& variant : table.variants) out += fmt::format(" {} |", printable(variant));
        out += "\n|---|---|";
        for (size_t i = 0; i < table.variants.size(); ++i) out += "---|";
        out += "\n";
        for (const Row* row : table.rows) {
            const std::string& name = row->scenario.empty() ? row->spec : row->scenario;
            out += fmt::format("| [{}]({}) | {} |", printable(name), printable(row->spec), printable(row->title));
            for (const std::string& variant : table.variants) out += fmt::format(" {} |", shown(*row, variant));
            out += "\n";
        }
        out += "\n";
    }
    return out.empty() ? out : out + legend() + "\n" + sizes();
}

nlohmann::ordered_json Matrix::to_json() const {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const Row& row : rows_) {
        nlohmann::ordered_json one;
        one["spec"] = row.spec;
        one["scenario"] = row.scenario;
        one["title"] = row.title;
        one["cells"] = nlohmann::ordered_json::array();
        for (const Cell& cell : row.cells)
            one["cells"].push_back(
                {{"variant", cell.variant}, {"letters", cell.letters}, {"as_expected", cell.as_expected}});
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace untorn::tools
