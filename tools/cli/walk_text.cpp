#include "tools/cli/walk_text.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "tools/cli/grid.h"
#include "tools/cli/report.h"

namespace untorn::tools {

using checker::Standing;
using checker::TraceStep;
using checker::Walk;
using system::ActorKind;
using system::Storage;

namespace {

constexpr size_t least_changes = 24;  ///< columns that the changes get at least

std::string padded(std::string text, size_t width) {
    const size_t used = columns(text);
    return text.append(width > used ? width - used : 0, ' ');
}

/// At most `width` columns, with `...` for what does not fit.
std::string cut(const std::string& text, size_t width) {
    if (columns(text) <= width) return text;
    std::string out;
    size_t used = 0;
    for (const char c : text) {
        const bool begins = (static_cast<unsigned char>(c) & 0xc0U) != 0x80;
        if (begins && used++ == width - 3) break;
        out += c;
    }
    return out + "...";
}

/// What happens, in one line: the fault, the statement, the choices, the check that fails.
struct What {
    std::string fault, action, failure;
    size_t width() const { return columns(fault) + columns(action) + columns(failure); }
};

What what(const TraceStep& step) {
    What out;
    if (!step.fault.empty()) out.fault = "!fault " + printable(step.fault);
    std::vector<std::string> texts;
    if (step.kind == TraceStep::Kind::step) {
        texts = action_texts(step);
    } else {
        if (step.kind == TraceStep::Kind::initial) texts.emplace_back("(start)");
        for (const std::string& choice : step.choice_texts) texts.push_back("-> " + printable(choice));
    }
    out.action = fmt::format("{}", fmt::join(texts, " "));
    if (!out.fault.empty() && !out.action.empty()) out.action.insert(0, " ");
    if (!step.violation.empty()) out.failure = " " + failure_text(step);
    return out;
}

/// There is seldom room for all changes: what the actors share comes first, history and locals last.
int rank(Storage storage) {
    switch (storage) {
        case Storage::durable: return 0;
        case Storage::device: return 1;
        case Storage::memory:
        case Storage::option: return 2;
        case Storage::budget:
        case Storage::counter: return 3;
        case Storage::ghost: return 4;
        case Storage::local: return 5;
    }
    return 0;
}

std::string number_of(const Walk& walk, size_t moves) {
    return moves > 0 && walk.steps_at(moves) > walk.steps_at(moves - 1) ? std::to_string(walk.steps_at(moves)) : "";
}

}  // namespace

WalkText::WalkText(const system::System& system, const system::Evaluator& evaluator, Style style, size_t width)
    : system_(system), names_(system), style_(style), width_(width) {
    for (size_t cell = 0; cell < evaluator.cell_count(); ++cell)
        ranks_[evaluator.cell_name(cell)] = rank(system.variables[evaluator.variable_of(cell)].storage);
}

std::string WalkText::where(const Walk& walk, size_t moves) {
    if (moves == 0) return "before the start";
    const uint64_t steps = walk.steps_at(moves);
    size_t losses = 0;
    while (moves - losses > 1 && walk.steps_at(moves - losses - 1) == steps) ++losses;
    // Nothing but power loss and the start is no step.
    const bool started = moves - losses == 1 && steps == 0;
    std::string text = started ? "at the start" : fmt::format("after step {}", steps);
    if (losses > 0 && started) text = "after the start";
    if (losses == 1) text += " and power loss";
    if (losses > 1) text += fmt::format(" and {} power losses", losses);
    return text;
}

std::string WalkText::observation(const checker::Observation& observation) const {
    const std::string name = printable(system_.properties[observation.property].name);
    return observation.violated ? style_.paint(Ink::red, name + " VIOLATED")
                                : style_.paint(Ink::green, name + " reached");
}

std::optional<Place> WalkText::place_of(uint32_t property) const {
    const system::Property& p = system_.properties[property];
    if (p.span.file >= system_.files.size() || is_built_in(p.kind)) return std::nullopt;
    return system_.files[p.span.file].place(p.span.begin);
}

std::string WalkText::standing(const Walk& walk) {
    std::string text;
    switch (checker::standing(walk)) {
        case Standing::moving: return {};
        case Standing::no_start: return "there is no initial state: no choices of init are allowed";
        case Standing::failed: return "a check failed: the run ends here";
        case Standing::ended: text = "nothing can move: every thread has ended, and every daemon rests"; break;
        case Standing::deadlock: text = "deadlock: nothing can move"; break;
        case Standing::recovered: text = "recovery has ended, and the run with it"; break;
        case Standing::blocked: text = "recovery has not ended, but cannot go on"; break;
    }
    return walk.options().empty() ? text : text + "; only a fault could follow";
}

std::string WalkText::position(const Walk& walk) const {
    std::string out = "  " + style_.paint(Ink::bold, where(walk, walk.position()));
    if (walk.faults() > 0) out += fmt::format(", {}", plural(walk.faults(), "fault"));
    if (walk.recorded() > walk.position())
        out += fmt::format("; {} ahead", plural(walk.recorded() - walk.position(), "move"));
    if (walk.stutters() && walk.recorded() == walk.position()) out += "; for ever: nothing has to move";
    if (walk.loop_start() && walk.recorded() == walk.position())
        out += fmt::format("; for ever: all is as {} again", where(walk, *walk.loop_start() + 1));
    out += "\n";
    for (const checker::Observation& found : checker::observations(walk)) {
        const std::optional<Place> place = place_of(found.property);
        out += fmt::format("  {}{}\n", observation(found), place ? fmt::format(" ({})", file_and_line(*place)) : "");
    }
    const std::string why = standing(walk);
    return out + (why.empty() ? "" : "  " + why + "\n");
}

std::string WalkText::lines(const std::vector<Line>& lines) const {
    std::vector<std::array<std::string, 2>> front;
    std::vector<What> middle;
    std::array<size_t, 2> widths{0, 0};
    size_t number_width = 4;
    size_t what_width = 0;
    for (const Line& line : lines) {
        const bool moves = line.step.kind == TraceStep::Kind::step;
        front.push_back({moves ? names_.mover(line.step) : "", file_and_line(line.step.place)});
        middle.push_back(what(line.step));
        for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns(front.back()[i]));
        number_width = std::max(number_width, columns(line.number));
        what_width = std::max(what_width, middle.back().width());
    }
    size_t front_width = 2 + number_width + 2;
    for (const size_t width : widths) front_width += width > 0 ? width + 2 : 0;
    what_width = std::min(what_width, width_ - std::min(width_, front_width + 2 + least_changes));
    std::string out;
    for (size_t i = 0; i < lines.size(); ++i) {
        std::string line = lines[i].marked ? style_.paint(Ink::bold, "> ") : "  ";
        line += fmt::format("{:>{}}  ", lines[i].number, number_width);
        if (widths[0] > 0) line += padded(front[i][0], widths[0]) + "  ";
        if (widths[1] > 0) line += style_.paint(Ink::dim, padded(front[i][1], widths[1])) + "  ";
        line += style_.paint(Ink::yellow, middle[i].fault) + middle[i].action;
        line += style_.paint(Ink::red, middle[i].failure);
        const std::string changed = changes(lines[i].step);
        if (!changed.empty()) {
            const size_t fill = what_width - std::min(what_width, middle[i].width());
            const size_t column = front_width + middle[i].width() + fill + 2;
            line += std::string(fill + 2, ' ');
            line += cut(changed, std::max(least_changes, width_ - std::min(width_, column)));
        }
        out += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

std::string WalkText::changes(const TraceStep& step) const {
    std::vector<std::pair<int, std::string>> ranked;
    for (const auto& [cell, value] : step.changed)
        ranked.emplace_back(ranks_.at(cell), printable(fmt::format("{} = {}", names_(cell), names_(value))));
    std::ranges::stable_sort(ranked, {}, &std::pair<int, std::string>::first);
    // An actor's own bookkeeping is worth showing only where nothing else happens.
    if (!ranked.empty() && ranked.front().first < rank(Storage::local))
        std::erase_if(ranked, [](const auto& change) { return change.first == rank(Storage::local); });
    std::string out;
    for (const auto& [order, text] : ranked) out += (out.empty() ? "" : ", ") + text;
    return out;
}

std::string WalkText::options(const Walk& walk, size_t most) const {
    const std::vector<checker::Option>& options = walk.options();
    const std::optional<checker::WalkMove> ahead = walk.ahead();
    std::vector<Line> shown;
    for (size_t i = 0; i < std::min(most, options.size()); ++i)
        shown.push_back({std::to_string(i + 1), ahead == options[i].move, walk.preview(options[i].move)});
    std::string out = lines(shown);
    if (shown.size() < options.size())
        out += fmt::format("  ... and {} more; `list` shows all\n", grouped(options.size() - shown.size()));
    return out;
}

std::string WalkText::last_moves(Walk& walk, size_t moves) const {
    std::vector<Line> shown;
    const size_t end = walk.position();
    for (size_t at = end - std::min(moves, end); at < end; ++at) {
        walk.go_to(at);
        if (const auto move = walk.ahead()) shown.push_back({number_of(walk, at + 1), false, walk.preview(*move)});
    }
    walk.go_to(end);
    return lines(shown);
}

std::variant<checker::Trace, checker::Inconsistency> WalkText::trace(const Walk& walk) {
    const std::vector<checker::Observation> found = checker::observations(walk);
    const auto violated = std::ranges::find(found, true, &checker::Observation::violated);
    return walk.trace(violated == found.end() ? std::nullopt : std::optional(violated->property));
}

std::string WalkText::grid(const Walk& walk, const checker::Trace& trace, uint64_t steps) const {
    GridOptions options;
    options.style = style_;
    options.width = width_;
    for (const checker::Observation& observation : checker::observations(walk)) {
        if (!observation.violated) continue;
        if (options.ending.empty()) options.ending_place = place_of(observation.property);
        options.ending +=
            (options.ending.empty() ? "" : ", ") + printable(system_.properties[observation.property].name);
    }
    if (!options.ending.empty()) options.ending += " VIOLATED";
    if (walk.steps() > steps)
        while (walk.steps_at(options.skip + 1) <= walk.steps() - steps) ++options.skip;
    return tools::grid(trace, system_, options);
}

std::string WalkText::actors(const Walk& walk) const {
    std::vector<std::array<std::string, 3>> rows;
    std::array<size_t, 2> widths{0, 0};
    for (const system::Actor& actor : system_.actors) {
        if ((actor.kind == ActorKind::recover) != walk.power_lost()) continue;
        const system::Type* family = actor.identity ? &system_.types[*actor.identity] : nullptr;
        for (int64_t i = family != nullptr ? family->lo : 0; i <= (family != nullptr ? family->hi : 0); ++i) {
            TraceStep step;
            step.actor = actor.name;
            std::vector<int64_t> index;
            if (family != nullptr) {
                step.id = system_.types.text(*actor.identity, i);
                index.push_back(i);
            }
            const auto at = static_cast<size_t>(walk.state().cells[walk.evaluator().cell(actor.counter, index)]);
            const system::Location& location = actor.locations[at];
            const bool point = at > system::ended;
            std::string place;
            if (point && location.span.file < system_.files.size())
                place = file_and_line(system_.files[location.span.file].place(location.span.begin));
            const char* resting = at == system::ended ? "(has ended)" : "(has not started)";
            rows.push_back({names_.mover(step), place, point ? printable(location.text) : resting});
            for (size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], columns(rows.back()[c]));
        }
    }
    std::string out;
    for (const auto& [name, place, text] : rows)
        out += fmt::format("  {}  {}  {}\n", padded(name, widths[0]), style_.paint(Ink::dim, padded(place, widths[1])),
                           text);
    return out;
}

std::string WalkText::state(const Walk& walk, bool all) const {
    static constexpr std::array<std::pair<Storage, const char*>, 7> groups{{{Storage::memory, "memory:"},
                                                                            {Storage::device, "in device:"},
                                                                            {Storage::durable, "media:"},
                                                                            {Storage::ghost, "history:"},
                                                                            {Storage::local, "locals:"},
                                                                            {Storage::option, "options:"},
                                                                            {Storage::budget, "faults left:"}}};
    std::string out = actors(walk);
    size_t left_out = 0;
    for (const auto& [storage, name] : groups) {
        std::vector<std::string> cells;
        for (size_t cell = 0; cell < walk.evaluator().cell_count(); ++cell) {
            const system::Variable& variable = system_.variables[walk.evaluator().variable_of(cell)];
            if (variable.storage != storage || variable.hidden) continue;
            const int64_t value = walk.state().cells[cell];
            if (!all && value == system_.types[variable.type].first()) {
                ++left_out;
                continue;
            }
            cells.push_back(printable(fmt::format("{} = {}", names_(walk.evaluator().cell_name(cell)),
                                                  names_(system_.types.text(variable.type, value)))));
        }
        if (!cells.empty()) out += wrapped(fmt::format("  {:<12}", name), cells, width_);
    }
    if (system_.power_loss)
        out += fmt::format("  power can be lost {} more\n", plural(static_cast<uint64_t>(walk.losses_left()), "time"));
    if (left_out > 0)
        out += fmt::format("  {} at the first value of {}; `state all` shows all\n", plural(left_out, "cell"),
                           left_out == 1 ? "its type" : "their types");
    return out;
}

}  // namespace untorn::tools
