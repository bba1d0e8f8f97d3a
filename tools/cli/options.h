// The command line: what was asked for, checked. Table of options: options.cpp, which is also `--help`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/explicit/search.h"

namespace untorn::tools {

enum class Command { check, outcomes, simulate, dump, export_, mutate, prove, certify };
enum class Color { automatic, always, never };

struct Options {
    Command command = Command::check;
    std::vector<std::string> paths;
    std::string scenario;
    std::vector<std::string> with;
    std::map<std::string, std::string> set;  ///< -D name=value
    std::string engine = "auto";
    uint64_t max_steps = 0;  ///< of a symbolic engine; 0: its default
    checker::Reductions reductions = checker::Reductions::bisimilar();
    bool check_reductions = false;
    bool native_code = true;
    bool edge_lean = true;
    bool stop_early = false;
    bool order_by_steps = false;
    unsigned threads = 0;  ///< 0: as many as the machine has
    uint64_t max_states = 0;
    std::optional<uint64_t> memory_bytes;  ///< none: a share of what the machine has free
    double seconds = 0;
    std::string json;                     ///< a path, `-`, or empty
    std::string to;                       ///< export: the format
    std::vector<std::string> properties;  ///< export, prove: these only; empty: all
    std::string output = "-";             ///< export: a path, or `-`
    std::string certificate;              ///< prove: a folder to be made, or empty
    std::string lemmas;                   ///< prove: a file, or empty
    std::string folder, against;          ///< certify: the certificate; a specification, or empty
    bool quiet = false;
    bool trace = false;     ///< show every trace
    bool coverage = false;  ///< print the annotated sources
    bool matrix = false;    ///< scenarios by variants instead of reports
    bool markdown = false;  ///< the matrix as Markdown
    uint64_t seed = 0;      ///< of a random walk
    uint64_t steps = 100;
    unsigned fault_percent = 5;  ///< chance of a fault where there is a choice
    bool keep_going = false;     ///< past a violation
    bool interactive = false;
    std::vector<std::string> modules, procedures, operators;  ///< mutate: only these; empty: all
    bool variants = false;                                    ///< mutate: procedures of variants, too
    std::string explained;                                    ///< mutate: the file of known survivors, or empty
    uint64_t budget = 0;                                      ///< mutate: states for one mutant; 0: no limit
    Color color = Color::automatic;
    size_t width = 0;  ///< columns of standard output; 0: what it has
};

/// Options, or a text to print (help, version, what is wrong) and the exit status.
struct Parsed {
    std::optional<Options> options;
    std::string text;
    int status = 0;
};

Parsed parse_options(int argc, const char* const* argv);

/// `4G`, `512M`, `100K`, `1048576`: bytes, K = 1024. Nothing if it is no size, or 0, or more than 64 bits hold.
std::optional<uint64_t> parse_size(const std::string& text);
/// `30`, `2.5`, `10s`, `5m`, `1h`: seconds. Nothing if it is no time, or 0.
std::optional<double> parse_duration(const std::string& text);

}  // namespace untorn::tools
