#include "tools/cli/session.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "model/language/diagnostic.h"
#include "tools/cli/exit_status.h"

namespace untorn::tools {

using checker::Verdict;
using checker::Wandered;

namespace {

/// A number written in digits; what 64 bits do not hold is the largest one.
std::optional<uint64_t> number(const std::string& word) {
    if (word.empty() || !std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc() ? value : UINT64_MAX;
}

/// A word of the user's, short and safe enough to be said again.
std::string quoted(const std::string& word) {
    return "`" + (word.size() > 40 ? printable(word.substr(0, 40)) + "..." : printable(word)) + "`";
}

std::string sorry(const std::string& what) { return "  " + what + "\n"; }

}  // namespace

Session::Session(checker::Walk& walk, checker::Random& random, const checker::WanderOptions& how, const WalkText& text,
                 Search search)
    : walk_(walk), random_(random), how_(how), text_(text), search_(std::move(search)) {}

const std::vector<Session::Command>& Session::commands() {
    static const std::vector<Command> all{
        {"back", "b", "[N]", "undo the last move, or N of them", 0, 1, &Session::back},
        {"forward", "f", "[N]", "redo, or go on along a loaded trace", 0, 1, &Session::forward},
        {"goto", "g", "N", "to right after step N of the walk; 0 is the start", 1, 1, &Session::go},
        {"random", "r", "[N]", "one random move, or N; ends early where something is violated", 0, 1, &Session::random},
        {"list", "l", "", "everything that can happen now", 0, 0, &Session::list},
        {"state", "s", "[all]", "where actors stand, and cells that are not at their first value, or all", 0, 1,
         &Session::state},
        {"trace", "t", "[N]", "the walk so far, or its last N steps", 0, 1, &Session::trace},
        {"property", "p", "[NAME [N]]",
         "search for the trace of a property, load it and go to its step N, or its end; without NAME, list them", 0, 2,
         &Session::property},
        {"help", "?", "", "this", 0, 0, &Session::help},
        {"quit", "q", "", "end; so does the end of input", 0, 0, &Session::quit}};
    return all;
}

const Session::Command* Session::command(const std::string& word) {
    for (const Command& c : commands())
        if (word == c.name || word == c.letter) return &c;
    return nullptr;
}

std::string Session::begin() {
    if (walk_.options().size() == 1) {
        checker::WanderOptions start = how_;
        start.moves = 0;
        checker::wander(walk_, random_, start);
    }
    return here() + "  a number takes that step; ? shows the commands\n";
}

std::string Session::prompt() const {
    return walk_.position() == 0 ? "start> " : fmt::format("step {}> ", walk_.steps());
}

std::string Session::execute(const std::string& line) {
    std::istringstream in(line);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    if (words.empty()) return here();
    const std::string first = words.front();
    words.erase(words.begin());
    if (number(first)) return words.empty() ? pick(first) : sorry("one number, and nothing else, takes a step");
    const Command* c = command(first);
    if (c == nullptr) {
        std::vector<std::string> names;
        for (const Command& known : commands()) names.emplace_back(known.name);
        const std::string near = language::nearest(first, names);
        return sorry(fmt::format("there is no command {}{} `help` lists them", quoted(first),
                                 near.empty() ? ";" : "; did you mean " + near + "?"));
    }
    if (words.size() < c->least || words.size() > c->most)
        return sorry(fmt::format("{}{}{}: {}", c->name, *c->arguments == '\0' ? "" : " ", c->arguments, c->help));
    return (this->*c->action)(words);
}

std::string Session::end() const {
    std::vector<std::string> items;
    for (const checker::Observation& observation : seen_) items.push_back(text_.observation(observation));
    if (items.empty()) return "  nothing was seen to be violated or reached; that is no verdict\n";
    return fmt::format("  seen on the way: {}\n", fmt::join(items, ", "));
}

void Session::note(const checker::Observation& observation) {
    if (std::ranges::find(seen_, observation) == seen_.end()) seen_.push_back(observation);
    if (observation.violated) status_ = worse(status_, exit_unexpected);
}

std::string Session::here(size_t most_options) {
    for (const checker::Observation& observation : checker::observations(walk_)) note(observation);
    return text_.position(walk_) + text_.options(walk_, most_options);
}

std::string Session::moved(size_t moves) {
    std::string out;
    if (moves > shown_moves) out = fmt::format("  ... {}, then\n", plural(moves - shown_moves, "move"));
    return out + text_.last_moves(walk_, std::min(moves, shown_moves)) + here();
}

std::string Session::pick(const std::string& word) {
    const std::vector<checker::Option>& options = walk_.options();
    const uint64_t picked = *number(word);
    if (options.empty()) return sorry("nothing can be picked: " + WalkText::standing(walk_) + "; `back` goes back");
    if (picked == 0 || picked > options.size())
        return sorry(fmt::format("there is no step {}: pick from 1 to {}", quoted(word), options.size()));
    walk_.take(options[picked - 1].move);
    return moved(1);
}

std::string Session::back(const Words& words) {
    const std::optional<uint64_t> moves = words.empty() ? 1 : number(words[0]);
    if (!moves || *moves == 0) return sorry(fmt::format("back {}: expected a number from 1", quoted(words[0])));
    if (*moves > walk_.position())
        return sorry(walk_.position() == 0 ? "this is before the start"
                                           : fmt::format("only {} can be undone", plural(walk_.position(), "move")));
    walk_.back(*moves);
    return here();
}

std::string Session::forward(const Words& words) {
    const std::optional<uint64_t> moves = words.empty() ? 1 : number(words[0]);
    if (!moves || *moves == 0) return sorry(fmt::format("forward {}: expected a number from 1", quoted(words[0])));
    const size_t ahead = walk_.recorded() - walk_.position();
    if (!walk_.loop_start() && *moves > ahead)
        return sorry(ahead == 0 ? "no move lies ahead" : fmt::format("only {} ahead", plural(ahead, "move")));
    if (*moves > ahead + walk_.recorded()) return sorry("that is more than once round the loop");
    walk_.forward(*moves);
    // Round the loop, what lies before it was not walked again.
    return moved(*moves > ahead ? walk_.position() - *walk_.loop_start() - 1 : *moves);
}

std::string Session::go(const Words& words) {
    const std::optional<uint64_t> step = number(words[0]);
    if (!step) return sorry(fmt::format("goto {}: expected a number from 0", quoted(words[0])));
    if (!walk_.go_to_step(*step))
        return sorry(walk_.recorded() == 0 ? "no start was chosen yet"
                                           : fmt::format("there is no step {}: the walk has steps 0 to {}",
                                                         quoted(words[0]), walk_.recorded_steps()));
    return here();
}

std::string Session::random(const Words& words) {
    const std::optional<uint64_t> moves = words.empty() ? 1 : number(words[0]);
    if (!moves || *moves == 0) return sorry(fmt::format("random {}: expected a number from 1", quoted(words[0])));
    const size_t before = walk_.position();
    checker::WanderOptions how = how_;
    how.moves = *moves;
    const Wandered walked = checker::wander(walk_, random_, how);
    for (const checker::Discovery& discovery : walked.discoveries) note(discovery.observation);
    std::string out = moved(walk_.position() - before);
    if (walked.end == Wandered::End::dead_end && !walk_.options().empty())
        out += sorry("only faults could follow, and --faults 0 excludes them; pick one yourself");
    return out;
}

std::string Session::list(const Words& /*words*/) { return here(SIZE_MAX); }

std::string Session::state(const Words& words) {
    if (!words.empty() && words[0] != "all")
        return sorry(fmt::format("state {}: there is `state all`", quoted(words[0])));
    return text_.state(walk_, !words.empty());
}

std::string Session::trace(const Words& words) {
    const std::optional<uint64_t> last = words.empty() ? UINT64_MAX : number(words[0]);
    if (!last || *last == 0) return sorry(fmt::format("trace {}: expected a number from 1", quoted(words[0])));
    if (walk_.position() == 0) return sorry("no start was chosen yet");
    const auto replayed = WalkText::trace(walk_);
    if (const auto* wrong = std::get_if<checker::Inconsistency>(&replayed)) return inconsistent(wrong->what);
    return text_.grid(walk_, std::get<checker::Trace>(replayed), *last);
}

std::string Session::property(const Words& words) {
    if (words.empty()) return properties();
    std::optional<uint64_t> step;
    if (words.size() > 1) {
        step = number(words[1]);
        if (!step) return sorry(fmt::format("property {}: expected a step's number", quoted(words[1])));
    }
    std::vector<std::string> names;
    for (uint32_t p = 0; p < walk_.system().properties.size(); ++p) {
        names.push_back(walk_.system().properties[p].name);
        if (names.back() == words[0]) return load(p, step);
    }
    const std::string near = language::nearest(words[0], names);
    return sorry(fmt::format("there is no property {}{} `property` lists them", quoted(words[0]),
                             near.empty() ? ";" : "; did you mean " + near + "?"));
}

std::string Session::properties() {
    std::string out;
    const std::vector<checker::Observation> now = checker::observations(walk_);
    for (uint32_t p = 0; p < walk_.system().properties.size(); ++p) {
        const system::Property& property = walk_.system().properties[p];
        if (property.kind == system::PropertyKind::antecedent) break;  // they stand last
        const auto found = std::ranges::find(now, p, &checker::Observation::property);
        std::string said;
        if (found != now.end()) said = found->violated ? ": VIOLATED here" : ": reached here";
        if (system::is_progress(property.kind)) said = ": a walk does not judge it";
        out += fmt::format("  {} {}{}\n", name(property.kind), printable(property.name), said);
    }
    return out.empty() ? sorry("there are no properties") : out;
}

std::string Session::load(uint32_t property, const std::optional<uint64_t>& step) {
    if (!found_) found_ = search_();
    if (!found_->inconsistency.empty()) return inconsistent(found_->inconsistency);
    const checker::PropertyResult& result = found_->result.properties[property];
    const std::string name = printable(walk_.system().properties[property].name);
    if (!result.trace) {
        std::string said = fmt::format("{} {}", name, word(result.verdict));
        const std::string& why = result.verdict == Verdict::undecided ? result.limit : result.how;
        if (!why.empty()) said += fmt::format(" ({})", why);
        return sorry(said + ": there is no trace to load");
    }
    const auto last = static_cast<uint64_t>(result.trace->length);
    if (step.value_or(0) > last) return sorry(fmt::format("the trace of {} has steps 0 to {}", name, last));
    walk_.load(*result.trace);
    std::string out = fmt::format("  {} {}: a trace of {}, {}\n", name, word(result.verdict),
                                  plural(result.trace->faults, "fault"), plural(result.trace->length, "step"));
    if (step) {
        walk_.go_to_step(*step);
        return out + here();
    }
    walk_.go_to(walk_.recorded());
    // That recovery goes round is nothing that the last state shows.
    if (result.trace->loop_start) note({property, result.verdict == Verdict::violated});
    return out + moved(walk_.position());
}

std::string Session::help(const Words& /*words*/) {
    std::string out;
    const auto add = [&](const std::string& usage, const char* what) {
        out += fmt::format("  {}{}\n", text_.style().paint(Ink::bold, fmt::format("{:<25}", usage)), what);
    };
    add("N", "take step N of the list");
    for (const Command& c : commands()) add(fmt::format("{}, {} {}", c.letter, c.name, c.arguments), c.help);
    return out;
}

std::string Session::quit(const Words& /*words*/) {
    ended_ = true;
    return {};
}

std::string Session::inconsistent(const std::string& what) {
    ended_ = true;
    status_ = worse(status_, exit_inconsistent);
    return "  " + text_.style().paint(Ink::red, "INCONSISTENT: " + printable(what)) +
           "\n  Please report this with the specification and `untorn dump`.\n";
}

}  // namespace untorn::tools
