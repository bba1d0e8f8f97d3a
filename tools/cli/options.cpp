#include "tools/cli/options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "tools/cli/exit_status.h"

namespace untorn::tools {

namespace {

constexpr const char* overview =
    "Untorn checks specifications of write paths for torn writes: every interleaving, every allowed fault.";
constexpr const char* statuses =
    "Exit status: 0 all as expected; 1 a verdict is not the expected one, or violated where none is\n"
    "expected; 2 the input is wrong; 3 undecided; 4 the tool caught itself in an inconsistency.\n"
    "Where several apply: 4, 2, 1, 3, 0.";

/// Which runs: the same for every command.
void add_selection(CLI::App& app, Options& o, std::vector<std::string>& settings) {
    app.add_option("--scenario", o.scenario, "Run only this scenario")->type_name("NAME");
    app.add_option("--with", o.with, "Bind this variant instead of the scenario's own; may be repeated")
        ->type_name("VARIANT")
        ->allow_extra_args(false);
    app.add_option("-D", settings,
                   "Set a param or an option; may be repeated. Without --scenario there is one run, of the file itself "
                   "with these settings. Expectations do not apply")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
}

struct Limits {
    std::string memory, time;
};

void add_search(CLI::App& app, Options& o, Limits& limits) {
    app.add_option("--engine", o.engine, "How to answer: explicit (exhaustive search)")
        ->type_name("ENGINE")
        ->check([](const std::string& name) {
            return name == "explicit" ? std::string() : fmt::format("no engine {}; there is: explicit", name);
        });
    app.add_flag("--no-reduce", o.no_reduce,
                 "Turn off every reduction that changes the number of states (there is none yet)");
    app.add_option("--threads", o.threads,
                   "Threads to search with; changes no result. Default: as many as the machine has")
        ->type_name("N")
        ->check(CLI::Range(1U, 1024U));
    app.add_option("--max-states", o.max_states, "Give up after this many states")
        ->type_name("N")
        ->check(CLI::Range(uint64_t{1}, std::numeric_limits<uint64_t>::max()));
    app.add_option("--memory", limits.memory,
                   "Give up when the search of one run needs more, as in 512M or 4G. Default: 80 % of what is free")
        ->type_name("SIZE");
    app.add_option("--time", limits.time, "Give up when the search of one run takes longer, as in 90, 10s, 5m or 1h")
        ->type_name("TIME");
    app.add_flag("--stop-early", o.stop_early,
                 "End a search once everything that is violated is known to be; not exhaustive then");
    app.add_option(
           "--order", o.order_by_steps,
           "What comes first in a trace: the fewest faults, then the fewest steps (faults, the default), or just the "
           "fewest steps (steps)")
        ->type_name("faults|steps")
        ->transform(
            CLI::CheckedTransformer(std::vector<std::pair<std::string, bool>>{{"faults", false}, {"steps", true}})
                .description(""));
}

void add_report(CLI::App& app, Options& o) {
    app.add_option("--json", o.json,
                   "Write the results as JSON (tools/schema.json); with -, to standard output and nothing else there")
        ->type_name("FILE");
    app.add_flag("-q,--quiet", o.quiet, "Show only what is not as expected, no traces, no progress");
}

void add_color(CLI::App& app, Options& o) {
    app.add_option("--color", o.color, "When to color: auto (on a terminal; the default), always, never")
        ->type_name("WHEN")
        ->transform(
            CLI::CheckedTransformer(std::vector<std::pair<std::string, Color>>{
                                        {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}})
                .description(""));
}

/// What CLI11 cannot know. Returns what is wrong, or nothing.
std::string finish(Options& o, const std::vector<std::string>& settings, const Limits& limits) {
    for (const std::string& setting : settings) {
        const size_t equals = setting.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == setting.size())
            return fmt::format("-D {}: expected NAME=VALUE", setting);
        const std::string name = setting.substr(0, equals);
        if (!o.set.emplace(name, setting.substr(equals + 1)).second) return fmt::format("-D {} is given twice", name);
    }
    if (!limits.memory.empty()) {
        o.memory_bytes = parse_size(limits.memory);
        if (!o.memory_bytes) return fmt::format("--memory {}: expected a size, as in 512M or 4G", limits.memory);
    }
    if (!limits.time.empty()) {
        const std::optional<double> seconds = parse_duration(limits.time);
        if (!seconds) return fmt::format("--time {}: expected a time, as in 90, 10s, 5m or 1h", limits.time);
        o.seconds = *seconds;
    }
    return {};
}

/// The digits that `text` begins with (and one point), and the rest.
bool split_number(const std::string& text, std::string& number, std::string& unit) {
    const size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    number = text.substr(0, end);
    unit = text.substr(end);
    return !number.empty() && number.front() != '.' && number.back() != '.';
}

}  // namespace

std::optional<uint64_t> parse_size(const std::string& text) {
    std::string number;
    std::string unit;
    if (!split_number(text, number, unit)) return std::nullopt;
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
    static const std::map<std::string, unsigned> shifts{{"", 0},   {"B", 0},  {"K", 10}, {"M", 20}, {"G", 30},
                                                        {"T", 40}, {"k", 10}, {"m", 20}, {"g", 30}, {"t", 40}};
    const auto shift = shifts.find(unit);
    if (shift == shifts.end() || value == 0) return std::nullopt;
    if (value > (std::numeric_limits<uint64_t>::max() >> shift->second)) return std::nullopt;
    return value << shift->second;
}

std::optional<double> parse_duration(const std::string& text) {
    std::string number;
    std::string unit;
    if (!split_number(text, number, unit)) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
    static const std::map<std::string, double> factors{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
    const auto factor = factors.find(unit);
    if (factor == factors.end()) return std::nullopt;
    value *= factor->second;
    // A steady clock counts nanoseconds in 63 bits.
    return value > 0 && value < 1e9 ? std::optional(value) : std::nullopt;
}

Parsed parse_options(int argc, const char* const* argv) {
    Options o;
    std::vector<std::string> settings;
    Limits limits;

    CLI::App app{overview, "untorn"};
    app.set_version_flag("--version", "untorn " UNTORN_VERSION, "Show the version");
    app.set_help_flag("-h,--help", "Show this help; untorn COMMAND --help shows a command's options");
    app.footer(statuses);
    app.require_subcommand(1);
    app.get_formatter()->column_width(36);

    CLI::App* check = app.add_subcommand("check", "Check every run of these specifications against what it expects");
    check->add_option("PATH", o.paths, "Files; or folders, of which every *.untorn is checked that asks for something")
        ->required();
    add_selection(*check, o, settings);
    add_search(*check, o, limits);
    add_report(*check, o);
    check->add_flag("--trace", o.trace, "Show every trace, also where the violation is expected, and of each cover");
    add_color(*check, o);

    CLI::App* outcomes =
        app.add_subcommand("outcomes", "List every content that the media can have after power loss or at the end");
    outcomes->add_option("FILE", o.paths, "A specification")->required()->expected(1);
    add_selection(*outcomes, o, settings);
    add_search(*outcomes, o, limits);
    add_report(*outcomes, o);
    add_color(*outcomes, o);

    CLI::App* dump = app.add_subcommand("dump", "Print the transition system of each run");
    dump->add_option("FILE", o.paths, "A specification")->required()->expected(1);
    add_selection(*dump, o, settings);
    add_color(*dump, o);

    auto wrong = [](const std::string& what) {
        return Parsed{std::nullopt, fmt::format("untorn: {}\nuntorn --help shows what there is\n", what), exit_input};
    };
    if (argc <= 1) return {std::nullopt, app.help(), exit_input};
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return {std::nullopt, app.help(), exit_ok};
    } catch (const CLI::CallForVersion& e) {
        return {std::nullopt, fmt::format("{}\n", e.what()), exit_ok};
    } catch (const CLI::ParseError& e) {
        return wrong(e.what());
    }
    if (outcomes->parsed()) o.command = Command::outcomes;
    if (dump->parsed()) o.command = Command::dump;
    const std::string problem = finish(o, settings, limits);
    if (!problem.empty()) return wrong(problem);
    return {std::move(o), {}, exit_ok};
}

}  // namespace untorn::tools
