#include "tools/cli/options.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <limits>

#include "checker/answer.h"
#include "model/language/diagnostic.h"
#include "model/language/mutation.h"
#include "tools/cli/exit_status.h"

namespace untorn::tools {

namespace {

constexpr unsigned most_threads = 1024;
constexpr uint64_t most_steps = 1000000;  // a trace of so many takes some gigabytes
constexpr const char* overview =
    "Untorn checks specifications of write paths for torn writes: every interleaving, every allowed fault.";
constexpr const char* statuses =
    "Exit status: 0 all as expected; 1 a verdict is not the expected one, or violated where none is\n"
    "expected (simulate: something is violated on the walk; mutate: a mutant survives unexplained);\n"
    "2 the input is wrong; 3 undecided; "
    "4 the tool caught itself in an inconsistency. Where several apply: 4, 2, 1, 3, 0.";

/// Which runs: the same for every command.
void add_selection(CLI::App& app, Options& o, std::vector<std::string>& settings) {
    app.add_option("--scenario", o.scenario, "Run only this scenario")->type_name("NAME");
    app.add_option("--with", o.with, "Bind this variant instead of the scenario's own; may be repeated")
        ->type_name("VARIANT")
        ->allow_extra_args(false);
    app.add_option("-D", settings,
                   "Set a param or an option; may be repeated. Expectations do not apply then; without --scenario "
                   "there is one run, of the file itself")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
}

/// Values as they were written; finish() understands them, with better messages than CLI11's.
struct Written {
    std::string file, engine, order, color, threads, max_states, max_steps, memory, time, seed, steps, faults, budget,
        width;
    std::vector<std::string> settings;
};

void add(CLI::App& app, const char* name, std::string& value, const char* type, const std::string& help) {
    app.add_option(name, value, help)->type_name(type);
}

void add_limits(CLI::App& app, Written& w) {
    add(app, "--threads", w.threads, "N", "Threads that a search uses; changes no result. Default: all processors");
    add(app, "--max-states", w.max_states, "N", "Give up after this many states of one run");
    add(app, "--memory", w.memory, "SIZE", "Give up when one run needs more: 512M, 4G. Default: 80 % of what is free");
    add(app, "--time", w.time, "TIME", "Give up when one run takes longer: 90, 10s, 5m, 1h");
}

void add_search(CLI::App& app, Options& o, Written& w) {
    std::string engines;
    for (const checker::Engine& engine : checker::engines())
        engines += fmt::format("{}{}: {}", engines.empty() ? "" : "; ", engine.name, engine.what);
    add(app, "--engine", w.engine, "ENGINE", "How to answer. " + engines);
    add(app, "--max-steps", w.max_steps, "N", "Symbolic engines: give up after runs of so many steps. Default: 100");
    const auto leave_out = [&app](const char* name, bool& on, const char* help) {
        app.add_flag_callback(
            name, [&on] { on = false; }, help);
    };
    checker::Reductions& use = o.reductions;
    app.add_flag_callback(
        "--no-reduce", [&use] { use = {}; },
        "Turn off every reduction; so it is for runs that expect exact numbers of states");
    leave_out("--no-cone", use.cone, "Keep cells that have no influence on what is asked");
    leave_out("--no-dead-variables", use.dead_variables, "Keep values that nobody will read");
    leave_out("--no-symmetry", use.symmetry, "Tell states apart that differ by a permutation of a scalarset");
    app.add_flag("--stubborn", use.stubborn,
                 "Take only the steps of a stubborn set in each state (partial-order reduction); tells nothing of "
                 "statements never executed");
    app.add_flag("--merge-steps", use.merge_steps,
                 "Take steps that nobody can notice at once with the step before them");
    app.add_flag("--check-reductions", o.check_reductions,
                 "Search twice, with and without reductions, and compare the verdicts");
    leave_out("--no-native", o.native_code, "Interpret steps; do not make machine code of them");
    leave_out("--no-edge-lean", o.edge_lean,
              "Take every step, also those that are known to lead to a state reached before; changes no result");
    add_limits(app, w);
    app.add_flag("--stop-early", o.stop_early,
                 "End a search with the first level that violates something; not exhaustive then");
    add(app, "--order", w.order, "ORDER",
        "What makes a trace the shortest: faults (fewest faults, then steps; the default) or steps");
}

void add_walk(CLI::App& app, Options& o, Written& w) {
    add(app, "--seed", w.seed, "N", "Which random walk; the same seed gives the same walk. Default: 0");
    add(app, "--steps", w.steps, "N", "End the walk after so many steps, power losses counted. Default: 100");
    add(app, "--faults", w.faults, "PERCENT",
        "How often a fault strikes where one is possible, power loss included; 0: never. Default: 5");
    app.add_flag("--keep-going", o.keep_going, "Walk on where something is violated");
    app.add_flag("-i,--interactive", o.interactive,
                 "Read commands from standard input: take a step, go back, jump. The limits are those of the search "
                 "that looks for the trace to jump to");
}

void add_json(CLI::App& app, Options& o) {
    app.add_option("--json", o.json, "Write results as JSON; with -, to standard output and no text there")
        ->type_name("FILE");
}

void add_mutation(CLI::App& app, Options& o, Written& w) {
    const auto list = [&app](const char* name, std::vector<std::string>& values, const char* type, const char* help) {
        app.add_option(name, values, help)->type_name(type)->allow_extra_args(false);
    };
    list("--module", o.modules, "NAME",
         "Mutate only this kernel module, or file (by its path, or its name without .untorn); may be repeated. "
         "Default: every kernel module that is imported");
    list("--procedure", o.procedures, "NAME", "Mutate only this procedure or actor; may be repeated");
    list("--operator", o.operators, "NAME",
         "Make only this kind of mistake: lock, wait, update, call, condition, conjunct; may be repeated");
    app.add_flag("--variants", o.variants, "Mutate the procedures of variants, too, wherever they are declared");
    app.add_option("--explained", o.explained, "Survivors that are known, each with the reason; others are status 1")
        ->type_name("FILE");
    add(app, "--threads", w.threads, "N", "Searches at a time; changes no result. Default: all processors");
    add(app, "--max-states", w.max_states, "N", "Judge no mutant by runs that have more states than this");
    add(app, "--budget", w.budget, "N", "Give up on a mutant when its searches have this many states together");
    add(app, "--memory", w.memory, "SIZE", "For all searches at a time: 512M, 4G. Default: 80 % of what is free");
    add(app, "--time", w.time, "TIME", "Give up on a mutant when it takes longer: 90, 10s, 5m, 1h");
    add_json(app, o);
    app.add_flag("-q,--quiet", o.quiet, "Only the table and what was not killed; no progress");
}

void add_report(CLI::App& app, Options& o) {
    add_json(app, o);
    app.add_flag("-q,--quiet", o.quiet, "Only what is not as expected, and a line of warnings; no traces, no progress");
}

void add_properties(CLI::App& app, Options& o, const char* help) {
    app.add_option("--property", o.properties, help)->type_name("NAME")->allow_extra_args(false);
}

void add_export(CLI::App& app, Options& o) {
    app.add_option("--to", o.to, "Format: aiger (AIGER 1.9, binary), aiger-ascii or horn (Horn clauses, SMT-LIB 2)")
        ->required()
        ->type_name("FORMAT");
    add_properties(app, o, "Export only this property; may be repeated");
    app.add_option("-o,--output", o.output, "Write to this file; with -, to standard output (the default)")
        ->type_name("FILE");
}

void add_solvers(CLI::App& app, Written& w) {
    add(app, "--threads", w.threads, "N",
        "Obligations that solvers are asked about at a time; changes no result. Default: all processors");
}

void add_prove(CLI::App& app, Options& o, Written& w) {
    add_properties(
        app, o,
        "Prove only this property; may be repeated. Default: all that can be proved, but covers and `sometimes`");
    app.add_option(
           "--certificate", o.certificate,
           "Write the invariant, the rankings of progress properties, a run to an outcome and all obligations into "
           "this new folder")
        ->type_name("DIR");
    app.add_option("--lemmas", o.lemmas,
                   "Begin with the lemmas in this file, if it exists, and keep in it what was learnt without a result")
        ->type_name("FILE");
    add(app, "--max-steps", w.max_steps, "N",
        "Of lemmas that are not inductive: look for violating runs of so many steps before proving them. Default: 20");
    add_solvers(app, w);
    add(app, "--memory", w.memory, "SIZE", "Give up when more is needed: 512M, 4G. Default: 80 % of what is free");
    add(app, "--time", w.time, "TIME", "Give up when it takes longer: 90, 10s, 5m, 1h");
    app.add_flag("-q,--quiet", o.quiet, "Only verdicts; no progress");
}

void add_certify(CLI::App& app, Options& o, Written& w) {
    app.add_option("DIR", o.folder, "A certificate, as untorn prove writes it")->required()->type_name("");
    app.add_option("SPEC", o.against,
                   "The specification: all obligations are made from it again, and must be those of the certificate; "
                   "a run to an outcome is executed again")
        ->type_name("");
    add_solvers(app, w);
    add(app, "--time", w.time, "TIME", "Give up on an obligation when a solver takes longer: 90, 10s, 5m, 1h");
    app.add_flag("-q,--quiet", o.quiet, "No progress");
}

void add_color(CLI::App& app, Written& w) {
    app.add_option("--color", w.color, "auto (on a terminal; the default), always or never")->type_name("WHEN");
}

void add_width(CLI::App& app, Written& w) {
    app.add_option("--width", w.width,
                   "Columns that traces fit, from 80 (a mail). Default: the terminal's, from 80 to 200, or 120")
        ->type_name("N");
}

/// The number of `text` among `words`, or their list as an error.
std::string choose(const char* option, const std::string& text, const std::vector<std::string>& words, size_t& number) {
    const auto found = std::find(words.begin(), words.end(), text);
    number = static_cast<size_t>(found - words.begin());
    if (found != words.end()) return {};
    return fmt::format("{} {}: there is {}", option, text, fmt::join(words, ", "));
}

template <typename Number>
bool parse_number(const std::string& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

template <typename Number>
bool parse_count(const std::string& text, Number& number) {
    return parse_number(text, number) && number > 0;
}

std::string understand_settings(Options& o, const Written& w) {
    for (const std::string& setting : w.settings) {
        const size_t equals = setting.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == setting.size())
            return fmt::format("-D {}: expected NAME=VALUE", setting);
        const std::string name = setting.substr(0, equals);
        if (!o.set.emplace(name, setting.substr(equals + 1)).second) return fmt::format("-D {} is given twice", name);
    }
    return {};
}

std::string understand_limits(Options& o, const Written& w) {
    if (!w.threads.empty() && (!parse_count(w.threads, o.threads) || o.threads > most_threads))
        return fmt::format("--threads {}: expected a number from 1 to {}", w.threads, most_threads);
    if (!w.max_states.empty() && !parse_count(w.max_states, o.max_states))
        return fmt::format("--max-states {}: expected a number from 1", w.max_states);
    if (!w.memory.empty()) {
        o.memory_bytes = parse_size(w.memory);
        if (!o.memory_bytes) return fmt::format("--memory {}: expected a size, as in 512M or 4G", w.memory);
    }
    if (!w.time.empty()) {
        const std::optional<double> seconds = parse_duration(w.time);
        if (!seconds) return fmt::format("--time {}: expected a time, as in 90, 10s, 5m or 1h", w.time);
        o.seconds = *seconds;
    }
    return {};
}

std::string understand_engine(Options& o, const Written& w) {
    if (!w.engine.empty()) {
        std::vector<std::string> names;
        for (const checker::Engine& engine : checker::engines()) names.emplace_back(engine.name);
        size_t number = 0;
        if (std::string problem = choose("--engine", w.engine, names, number); !problem.empty()) return problem;
        o.engine = w.engine;
    }
    // What the explicit search alone can do is asked of it, where no engine is named.
    const bool explicit_only = o.command != Command::check || o.check_reductions || o.reductions.stubborn ||
                               o.reductions.merge_steps || o.coverage;
    if (w.engine.empty() && explicit_only) o.engine = "explicit";
    if (!w.max_steps.empty() && !parse_count(w.max_steps, o.max_steps))
        return fmt::format("--max-steps {}: expected a number from 1", w.max_steps);
    const bool symbolic = o.command == Command::prove || (!w.engine.empty() && o.engine != "explicit");
    if (!w.max_steps.empty() && !symbolic) return "--max-steps is for symbolic engines; see --engine";
    if (o.engine == "explicit") return {};
    if (o.command == Command::outcomes)
        return fmt::format("--engine {}: outcomes are listed by the explicit search alone", o.engine);
    if (o.check_reductions || o.reductions.stubborn || o.reductions.merge_steps)
        return fmt::format("--engine {}: --check-reductions, --merge-steps and --stubborn are for the explicit search",
                           o.engine);
    if (o.engine != "auto" && w.order == "faults")
        return fmt::format("--engine {}: its traces have the fewest steps, then the fewest faults; so --order steps",
                           o.engine);
    return {};
}

std::string understand_walk(Options& o, const Written& w) {
    if (!w.seed.empty() && !parse_number(w.seed, o.seed))
        return fmt::format("--seed {}: expected a number from 0 to {}", w.seed, std::numeric_limits<uint64_t>::max());
    if (!w.steps.empty() && (!parse_count(w.steps, o.steps) || o.steps > most_steps))
        return fmt::format("--steps {}: expected a number from 1 to {}", w.steps, most_steps);
    if (!w.faults.empty() && (!parse_number(w.faults, o.fault_percent) || o.fault_percent > 100))
        return fmt::format("--faults {}: expected a percentage, from 0 to 100", w.faults);
    if (o.interactive && !w.steps.empty())
        return "--steps with --interactive: there, the command `random N` walks N steps";
    if (o.interactive && o.json == "-")
        return "--json - with --interactive: standard output belongs to the session; name a file";
    if (o.command != Command::simulate || o.interactive) return {};
    for (const auto& [name, value] : {std::pair{"--threads", &w.threads},
                                      {"--max-states", &w.max_states},
                                      {"--memory", &w.memory},
                                      {"--time", &w.time}})
        if (!value->empty())
            return fmt::format("{} {}: a random walk does not search; see --steps, or --interactive", name, *value);
    return {};
}

std::string understand_mutation(Options& o, const Written& w) {
    if (!w.budget.empty() && !parse_count(w.budget, o.budget))
        return fmt::format("--budget {}: expected a number from 1", w.budget);
    std::vector<std::string> known;
    for (const language::MutationOperator op : language::mutation_operators) known.emplace_back(language::name(op));
    size_t number = 0;
    for (const std::string& name : o.operators)
        if (std::string problem = choose("--operator", name, known, number); !problem.empty()) return problem;
    return {};
}

/// Turns what was written into options. Returns what is wrong, or nothing.
std::string understand(Options& o, const Written& w) {
    if (!w.file.empty()) o.paths = {w.file};
    std::string problem = understand_settings(o, w);
    if (problem.empty()) problem = understand_limits(o, w);
    if (problem.empty()) problem = understand_walk(o, w);
    if (problem.empty()) problem = understand_mutation(o, w);
    size_t number = 0;
    if (problem.empty()) problem = understand_engine(o, w);
    if (problem.empty() && o.command == Command::export_)
        problem = choose("--to", o.to, {"aiger", "aiger-ascii", "horn"}, number);
    if (problem.empty() && !w.order.empty()) {
        problem = choose("--order", w.order, {"faults", "steps"}, number);
        o.order_by_steps = number == 1;
    }
    if (problem.empty() && !w.color.empty()) {
        problem = choose("--color", w.color, {"auto", "always", "never"}, number);
        o.color = static_cast<Color>(number);
    }
    uint64_t width = 0;
    if (problem.empty() && !w.width.empty() && (!parse_number(w.width, width) || width < 80 || width > 1000))
        problem = fmt::format("--width {}: expected a number from 80 to 1000", w.width);
    o.width = static_cast<size_t>(width);
    return problem;
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
    Written w;
    CLI::App app{overview, "untorn"};
    app.set_version_flag("--version", "untorn " UNTORN_VERSION, "Show the version");
    app.set_help_flag("-h,--help", "Show this help; untorn COMMAND --help shows a command's options");
    app.footer(statuses);
    app.require_subcommand(1);
    app.get_formatter()->column_width(30);

    CLI::App* check = app.add_subcommand("check", "Check every run of these specifications against what it expects");
    check->add_option("PATH", o.paths, "Files; or folders, of which every *.untorn is checked that asks for something")
        ->required()
        ->type_name("");
    CLI::App* outcomes =
        app.add_subcommand("outcomes", "List every content that the media can have after power loss or at the end");
    CLI::App* simulate =
        app.add_subcommand("simulate", "Walk through one run: at random, or with --interactive as you say");
    CLI::App* dump = app.add_subcommand("dump", "Print the transition system of each run");
    CLI::App* exported =
        app.add_subcommand("export", "Write one run as a circuit or as Horn clauses, for other model checkers");
    CLI::App* proved = app.add_subcommand(
        "prove", "Prove one run by an inductive invariant, and progress by rankings; write a certificate");
    CLI::App* certified = app.add_subcommand("certify", "Check a certificate, with Z3 and, where installed, cvc5");
    add_certify(*certified, o, w);
    add_color(*certified, w);
    CLI::App* mutate = app.add_subcommand(
        "mutate", "Leave out one lock, wait or update of the code at a time: does some verdict change?");
    mutate->add_option("PATH", o.paths, "Files; or folders with them: the runs that judge the mutants")
        ->required()
        ->type_name("");
    for (CLI::App* command : {outcomes, simulate, dump, exported, proved})
        command->add_option("FILE", w.file, "A specification")->required()->type_name("");
    for (CLI::App* command : {check, outcomes, simulate, dump, exported, proved, mutate}) {
        add_selection(*command, o, w.settings);
        if (command == mutate) {
            add_mutation(*command, o, w);
        } else if (command == simulate) {
            add_walk(*command, o, w);
            add_limits(*command, w);
            add_json(*command, o);
        } else if (command == exported) {
            add_export(*command, o);
        } else if (command == proved) {
            add_prove(*command, o, w);
        } else if (command != dump) {
            add_search(*command, o, w);
            add_report(*command, o);
        }
        if (command == check) {
            command->add_flag("--trace", o.trace, "Every trace, also of what is violated as expected and of covers");
            command->add_flag("--coverage", o.coverage,
                              "Print the sources, each line with how many runs executed it, and what no run has done");
            CLI::Option* matrix =
                command->add_flag("--matrix", o.matrix,
                                  "Print a table of scenarios and variants, a letter for each kind of broken promise; "
                                  "reports only of what is not as expected");
            command->add_flag("--markdown", o.markdown, "The table of --matrix as Markdown")->needs(matrix);
        }
        add_color(*command, w);
        if (command == check || command == outcomes || command == simulate || command == proved) add_width(*command, w);
    }

    auto wrong = [](const std::string& what) {
        return Parsed{std::nullopt, fmt::format("untorn: {}\nuntorn --help shows what there is\n", what), exit_input};
    };
    if (argc <= 1) return {std::nullopt, app.help(), exit_input};
    const std::vector<std::string> commands{"check",  "outcomes", "simulate", "dump",
                                            "export", "mutate",   "prove",    "certify"};
    const std::string first = argv[1];
    if (first.empty() || (first[0] != '-' && std::find(commands.begin(), commands.end(), first) == commands.end())) {
        const std::string near = language::nearest(first, commands);
        return wrong(fmt::format("no command {}{}", first, near.empty() ? "" : "; did you mean " + near + "?"));
    }
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
    if (simulate->parsed()) o.command = Command::simulate;
    if (dump->parsed()) o.command = Command::dump;
    if (exported->parsed()) o.command = Command::export_;
    if (proved->parsed()) o.command = Command::prove;
    if (certified->parsed()) o.command = Command::certify;
    if (mutate->parsed()) o.command = Command::mutate;
    const std::string problem = understand(o, w);
    if (!problem.empty()) return wrong(problem);
    return {std::move(o), {}, exit_ok};
}

}  // namespace untorn::tools
