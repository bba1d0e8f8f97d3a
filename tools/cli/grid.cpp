#include "tools/cli/grid.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <span>

#include "model/system/evaluator.h"
#include "tools/cli/names.h"

namespace untorn::tools {

namespace {

using checker::TraceStep;
using system::Storage;

/// One line inside a cell.
struct Piece {
    std::string text;
    Ink ink = Ink::plain;
    size_t indent = 0;  ///< in front of each of its lines
};
using Cell = std::vector<Piece>;

struct Row {
    std::vector<Cell> cells;
    std::optional<Piece> banner;  ///< across all actor columns
};

struct Table {
    std::vector<std::string> header;
    size_t first_actor = 2, actors = 0;  ///< columns
    std::vector<Row> rows;
    std::vector<size_t> widths;
};

constexpr size_t indent = 2;
constexpr size_t separator = 3;  // " | "
constexpr size_t narrowest = 10;
constexpr size_t narrowest_actor = 16;  // with less, all actors share one column

constexpr size_t lane = 2;  // in a shared column each actor's steps are indented more than those of the one before

enum Column : size_t { memory, device, media, ghost, local, storage_columns };
constexpr std::array<const char*, storage_columns> storage_names{"memory", "in device", "media", "history", "locals"};

std::optional<Column> column_of(Storage storage) {
    switch (storage) {
        case Storage::memory: return memory;
        case Storage::device: return device;
        case Storage::durable: return media;
        case Storage::ghost: return ghost;
        case Storage::local: return local;
        case Storage::option: return memory;
        case Storage::counter:
        case Storage::budget: return std::nullopt;
    }
    return std::nullopt;
}

/// Where each cell of the system is stored, by the name that traces use.
std::map<std::string, std::optional<Column>> columns_by_name(const system::System& system) {
    const system::Evaluator evaluator(system);
    std::map<std::string, std::optional<Column>> out;
    for (size_t cell = 0; cell < evaluator.cell_count(); ++cell) {
        const system::Variable& variable = system.variables[evaluator.variable_of(cell)];
        out[evaluator.cell_name(cell)] = variable.hidden ? std::nullopt : column_of(variable.storage);
    }
    return out;
}

/// `name`: of the actor, if that is not clear.
Cell action(const TraceStep& step, const std::string& name) {
    Cell cell;
    if (!step.fault.empty()) cell.push_back({"!fault " + step.fault, Ink::yellow});
    for (std::string& text : action_texts(step)) cell.push_back({std::move(text), Ink::plain});
    if (!step.violation.empty()) cell.push_back({failure_text(step), Ink::red});
    if (!name.empty()) cell.front().text.insert(0, name + ": ");
    return cell;
}

/// The text that stands across the actor columns where no actor moves.
std::optional<Piece> banner(const TraceStep& step, const std::string& start) {
    auto with_details = [&step](std::string text) {
        for (const std::string& choice : step.choice_texts) text += fmt::format(" {}", printable(choice));
        if (!step.violation.empty()) text += fmt::format(" *** {}", printable(step.violation));
        return text;
    };
    switch (step.kind) {
        case TraceStep::Kind::initial: return Piece{with_details(start), step.violation.empty() ? Ink::dim : Ink::red};
        case TraceStep::Kind::power_loss: return Piece{with_details("!fault power_loss"), Ink::yellow};
        case TraceStep::Kind::deadlock: return Piece{"*** nothing can move", Ink::red};
        case TraceStep::Kind::stutter: return Piece{"for ever: nothing has to move, and it stays so", Ink::red};
        case TraceStep::Kind::step: break;
    }
    return std::nullopt;
}

bool is_step(const TraceStep& step) { return step.kind == TraceStep::Kind::step; }

/// What follows the last row of a run that goes on for ever.
std::string loop_text(const checker::Trace& trace, size_t loop_start) {
    const auto end = trace.steps.begin() + static_cast<std::ptrdiff_t>(loop_start) + 1;
    const auto number = std::count_if(trace.steps.begin(), end, is_step);
    const TraceStep& last = trace.steps[loop_start];
    if (is_step(last)) return fmt::format("for ever: all is as after step {} again", number);
    return last.kind == TraceStep::Kind::power_loss ? "for ever: all is as after the last power loss again"
                                                    : "for ever: all is as at the start again";
}

/// `shared`: one column for all actors, in which the actor's name stands where another one begins to move.
Table build(const checker::Trace& trace, const system::System& system, const GridOptions& options, bool shared) {
    const auto where = columns_by_name(system);
    const Names names(system);
    std::vector<std::string> movers;
    const size_t skipped = std::min(options.skip, trace.steps.size());
    const std::span<const TraceStep> shown = std::span(trace.steps).subspan(skipped);
    for (const TraceStep& step : shown)
        if (step.kind == TraceStep::Kind::step &&
            std::find(movers.begin(), movers.end(), names.mover(step)) == movers.end())
            movers.push_back(names.mover(step));
    Table table;
    table.header = {"step", "place"};
    if (shared || movers.empty())
        table.header.emplace_back(movers.empty() ? "" : "actor");
    else
        table.header.insert(table.header.end(), movers.begin(), movers.end());
    table.actors = table.header.size() - table.first_actor;
    const size_t first_storage = table.header.size();
    for (const char* name : storage_names) table.header.emplace_back(name);

    auto number = std::count_if(trace.steps.data(), shown.data(), is_step);
    std::string last;  // actor that moved
    for (const TraceStep& step : shown) {
        Row row;
        row.cells.resize(table.header.size());
        if (step.kind == TraceStep::Kind::step) {
            row.cells[0] = {{std::to_string(++number), Ink::plain}};
            const std::string name = names.mover(step);
            const auto column = std::find(movers.begin(), movers.end(), name) - movers.begin();
            Cell& cell = row.cells[table.first_actor + (shared ? 0 : static_cast<size_t>(column))];
            cell = action(step, shared && name != last ? name : "");
            last = name;
            for (Piece& piece : cell) piece.indent = shared ? static_cast<size_t>(column) * lane : 0;
        }
        const std::string place = file_and_line(step.place);
        if (!place.empty()) row.cells[1] = {{place, Ink::dim}};
        row.banner = banner(step, options.start);
        for (const auto& [name, value] : step.changed) {
            const auto found = where.find(name);
            const std::optional<Column> column = found == where.end() ? std::optional(memory) : found->second;
            if (column)
                row.cells[first_storage + *column].push_back(
                    {printable(fmt::format("{} = {}", names(name), names(value))), Ink::plain});
        }
        table.rows.push_back(std::move(row));
    }
    auto add_banner = [&table](std::string mark, std::string text, Ink ink) -> Row& {
        Row& row = table.rows.emplace_back();
        row.cells.resize(table.header.size());
        row.cells[0] = {{std::move(mark), ink}};
        row.banner = Piece{std::move(text), ink};
        return row;
    };
    const bool stutters = !trace.steps.empty() && trace.steps.back().kind == TraceStep::Kind::stutter;
    if (stutters) table.rows.back().cells[0] = {{"...", Ink::red}};
    if (trace.loop_start && !stutters) add_banner("...", loop_text(trace, *trace.loop_start), Ink::red);
    if (!options.ending.empty()) {
        Row& row = add_banner("***", options.ending, Ink::red);
        if (options.ending_place) row.cells[1] = {{file_and_line(*options.ending_place), Ink::dim}};
    }
    return table;
}

void drop_column(Table& table, size_t column) {
    const auto at = static_cast<std::ptrdiff_t>(column);
    table.header.erase(table.header.begin() + at);
    for (Row& row : table.rows) row.cells.erase(row.cells.begin() + at);
}

bool empty_column(const Table& table, size_t column) {
    return std::all_of(table.rows.begin(), table.rows.end(), [&](const Row& row) { return row.cells[column].empty(); });
}

/// All actor columns with what separates them.
size_t banner_width(const Table& table, const std::vector<size_t>& widths) {
    const auto first = widths.begin() + static_cast<std::ptrdiff_t>(table.first_actor);
    return std::accumulate(first, first + static_cast<std::ptrdiff_t>(table.actors), separator * (table.actors - 1));
}

std::vector<size_t> natural_widths(const Table& table) {
    std::vector<size_t> widths;
    for (size_t c = 0; c < table.header.size(); ++c) {
        size_t width = columns(table.header[c]);
        for (const Row& row : table.rows)
            for (const Piece& piece : row.cells[c]) width = std::max(width, piece.indent + columns(piece.text));
        widths.push_back(width);
    }
    // The last actor's column gives banners the room that they lack.
    size_t longest = 0;
    for (const Row& row : table.rows)
        if (row.banner) longest = std::max(longest, columns(row.banner->text));
    const size_t room = banner_width(table, widths);
    if (longest > room) widths[table.first_actor + table.actors - 1] += longest - room;
    return widths;
}

size_t total(const std::vector<size_t>& widths) {
    return indent + std::accumulate(widths.begin(), widths.end(), size_t{0}) + separator * (widths.size() - 1);
}

/// Leaves out empty columns, and locals and ghosts where there is no room; then takes width from the widest columns
/// until the table fits or nothing more can be taken.
void lay_out(Table& table, size_t width) {
    for (size_t c = table.header.size(); c-- > table.first_actor + table.actors;)
        if (empty_column(table, c)) drop_column(table, c);
    auto drop_if_wide = [&](Column column) {
        const auto found =
            std::find(table.header.begin() + static_cast<std::ptrdiff_t>(table.first_actor + table.actors),
                      table.header.end(), storage_names[column]);
        if (found != table.header.end() && total(natural_widths(table)) > width)
            drop_column(table, static_cast<size_t>(found - table.header.begin()));
    };
    drop_if_wide(local);
    drop_if_wide(ghost);
    table.widths = natural_widths(table);
    while (total(table.widths) > width) {
        const auto widest =
            std::max_element(table.widths.begin() + static_cast<std::ptrdiff_t>(table.first_actor), table.widths.end());
        if (*widest <= narrowest) break;
        --*widest;
    }
    size_t& place = table.widths[1];
    while (total(table.widths) > width && place > narrowest) --place;
}

/// Several actors, and a column of one is too narrow for what is in it, or the table is too wide all the same.
bool cramped(const Table& table, size_t width) {
    if (table.actors > 1 && (total(table.widths) > width || table.widths[1] < natural_widths(table)[1])) return true;
    const std::vector<size_t> natural = natural_widths(table);
    for (size_t c = table.first_actor; c < table.first_actor + table.actors; ++c)
        if (table.actors > 1 && table.widths[c] < std::min(natural[c], narrowest_actor)) return true;
    return false;
}

/// Where to cut a text that is wider than `width`: at the last blank if that fills half of the line, else behind the
/// last `.`, `,`, `(` or `[` that fits, else at the width.
size_t cut_at(const std::string& text, size_t width) {
    size_t blank = 0;
    size_t behind = 0;
    size_t at = 0;
    for (size_t column = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80) continue;
        const char before = at > 0 ? text[at - 1] : ' ';
        if (at > 1 && text[at] == ' ') blank = at;
        if (at > 1 && (before == '.' || before == ',' || before == '(' || before == '[')) behind = at;
        if (column++ == width) break;
    }
    if (2 * blank < width) blank = std::max(blank, behind);
    return blank > 0 ? blank : at;
}

/// Cuts a piece into lines of at most `width` columns; continued lines are indented by one.
std::vector<std::string> wrap(const std::string& text, size_t width) {
    width = std::max<size_t>(width, 2);  // room for the indentation and one more
    std::vector<std::string> lines;
    std::string rest = text;
    while (columns(rest) > width) {
        const size_t cut = cut_at(rest, width);
        lines.push_back(rest.substr(0, cut));
        const size_t next = rest.find_first_not_of(' ', cut);
        if (next == std::string::npos) return lines;
        rest.erase(0, next);
        rest.insert(rest.begin(), ' ');
    }
    lines.push_back(rest);
    return lines;
}

std::vector<Piece> wrap(const Cell& cell, size_t width) {
    std::vector<Piece> lines;
    for (const Piece& piece : cell) {
        // Text has half of a column at least; the lanes of the last of many actors are one where it is that narrow.
        const size_t indentation = std::min(piece.indent, width / 2);
        for (std::string& line : wrap(piece.text, width - indentation))
            lines.push_back({std::move(line), piece.ink, indentation});
    }
    return lines;
}

std::string padded(const Piece& piece, size_t width, const Style& style) {
    const size_t used = piece.indent + columns(piece.text);
    std::string out(piece.indent, ' ');
    out += style.paint(piece.ink, piece.text);
    return out.append(width > used ? width - used : 0, ' ');
}

/// One row, as many lines as its tallest cell needs.
std::string render(const Table& table, const Row& row, const Style& style) {
    struct Block {
        std::vector<Piece> lines;
        size_t width;
        bool right;
    };
    std::vector<Block> blocks;
    for (size_t c = 0; c < table.widths.size(); ++c) {
        if (c == table.first_actor && row.banner) {
            const size_t width = banner_width(table, table.widths);
            blocks.push_back({wrap(Cell{*row.banner}, width), width, false});
            c += table.actors - 1;
        } else {
            blocks.push_back({wrap(row.cells[c], table.widths[c]), table.widths[c], c == 0});
        }
    }
    size_t height = 1;
    for (const Block& block : blocks) height = std::max(height, block.lines.size());
    std::string out;
    for (size_t i = 0; i < height; ++i) {
        std::string line(indent, ' ');
        for (size_t b = 0; b < blocks.size(); ++b) {
            const Piece piece = i < blocks[b].lines.size() ? blocks[b].lines[i] : Piece{};
            if (b > 0) line += " | ";
            if (blocks[b].right)
                line += std::string(blocks[b].width - std::min(blocks[b].width, columns(piece.text)), ' ');
            line += padded(piece, blocks[b].right ? 0 : blocks[b].width, style);
        }
        out += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

}  // namespace

std::string grid(const checker::Trace& trace, const system::System& system, const GridOptions& options) {
    Table table = build(trace, system, options, false);
    lay_out(table, options.width);
    if (cramped(table, options.width)) {
        table = build(trace, system, options, true);
        lay_out(table, options.width);
    }
    Row header;
    for (const std::string& name : table.header) header.cells.push_back({{name, Ink::bold}});
    std::string out = render(table, header, options.style);
    out += std::string(indent, ' ');
    for (size_t c = 0; c < table.widths.size(); ++c) out += (c > 0 ? "-+-" : "") + std::string(table.widths[c], '-');
    out += "\n";
    for (const Row& row : table.rows) out += render(table, row, options.style);
    return out;
}

}  // namespace untorn::tools
