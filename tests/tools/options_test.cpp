#include "tools/cli/options.h"

#include <doctest/doctest.h>

#include <limits>

namespace untorn::tools {

namespace {

Parsed parse(std::vector<const char*> words) {
    words.insert(words.begin(), "untorn");
    return parse_options(static_cast<int>(words.size()), words.data());
}

Options good(const std::vector<const char*>& words) {
    const Parsed p = parse(words);
    INFO(p.text);
    REQUIRE(p.options.has_value());
    return p.options.value_or(Options{});
}

std::string refused(const std::vector<const char*>& words) {
    const Parsed p = parse(words);
    CHECK_FALSE(p.options.has_value());
    CHECK(p.status == 2);
    return p.text.substr(0, p.text.find('\n'));
}

}  // namespace

TEST_CASE("every option of check is understood") {
    const Options o = good({"check",    "a",        "b.untorn",    "--scenario", "S03",     "--with",
                            "B",        "--with",   "X",           "-D",         "W=3",     "-DFIX=true",
                            "--engine", "explicit", "--no-reduce", "--threads",  "4",       "--max-states",
                            "1000",     "--memory", "4G",          "--time",     "5m",      "--stop-early",
                            "--order",  "steps",    "--json",      "-",          "--quiet", "--trace",
                            "--color",  "never",    "--width",     "80"});
    CHECK(o.command == Command::check);
    CHECK(o.paths == std::vector<std::string>{"a", "b.untorn"});
    CHECK(o.scenario == "S03");
    CHECK(o.with == std::vector<std::string>{"B", "X"});
    CHECK(o.set == std::map<std::string, std::string>{{"W", "3"}, {"FIX", "true"}});
    CHECK_FALSE(o.reductions.any());
    CHECK(o.threads == 4);
    CHECK(o.max_states == 1000);
    CHECK(o.memory_bytes == 4ULL << 30U);
    CHECK(o.seconds == 300);
    CHECK(o.stop_early);
    CHECK(o.order_by_steps);
    CHECK(o.json == "-");
    CHECK(o.quiet);
    CHECK(o.trace);
    CHECK(o.color == Color::never);
    CHECK(o.width == 80);
}

TEST_CASE("-D and --with take one word each, so that paths may follow") {
    const Options o = good({"check", "-D", "W=3", "a.untorn", "--with", "B", "b.untorn"});
    CHECK(o.paths == std::vector<std::string>{"a.untorn", "b.untorn"});
    CHECK(good({"check", "a", "--order", "faults"}).order_by_steps == false);
}

TEST_CASE("outcomes and dump refuse what means nothing for them") {
    CHECK(good({"outcomes", "a", "--json", "x"}).command == Command::outcomes);
    CHECK(good({"dump", "a", "--scenario", "S"}).command == Command::dump);
    CHECK(refused({"dump", "a", "--json", "x"}).find("--json") != std::string::npos);
    CHECK(refused({"dump", "a", "--threads", "2"}).find("--threads") != std::string::npos);
    CHECK(refused({"outcomes", "a", "--trace"}).find("--trace") != std::string::npos);
    refused({"dump", "a", "b"});
}

TEST_CASE("every option of simulate is understood") {
    const Options o =
        good({"simulate", "a", "--scenario", "S", "--with", "B", "-D", "W=3", "--seed", "18446744073709551615",
              "--steps", "1000000", "--faults", "100", "--keep-going", "--json", "x", "--color", "always"});
    CHECK(o.command == Command::simulate);
    CHECK(o.paths == std::vector<std::string>{"a"});
    CHECK(o.seed == UINT64_MAX);
    CHECK(o.steps == 1000000);
    CHECK(o.fault_percent == 100);
    CHECK(o.keep_going);
    CHECK_FALSE(o.interactive);
    const Options none = good({"simulate", "a"});
    CHECK(none.seed == 0);
    CHECK(none.steps == 100);
    CHECK(none.fault_percent == 5);
    CHECK_FALSE(none.keep_going);
    const Options session = good({"simulate", "a", "-i", "--max-states", "5", "--threads", "2"});
    CHECK(session.interactive);
    CHECK(session.max_states == 5);
}

TEST_CASE("simulate says what is wrong with its numbers, and refuses what means nothing") {
    CHECK(refused({"simulate", "a", "--seed", "x"}) ==
          "untorn: --seed x: expected a number from 0 to 18446744073709551615");
    CHECK(refused({"simulate", "a", "--seed", "18446744073709551616"}).find("expected") != std::string::npos);
    CHECK(refused({"simulate", "a", "--steps", "0"}) == "untorn: --steps 0: expected a number from 1 to 1000000");
    CHECK(refused({"simulate", "a", "--steps", "1000001"}).find("expected") != std::string::npos);
    CHECK(refused({"simulate", "a", "--steps", "1e3"}).find("expected") != std::string::npos);
    CHECK(refused({"simulate", "a", "--faults", "101"}) ==
          "untorn: --faults 101: expected a percentage, from 0 to 100");
    CHECK(refused({"simulate", "a", "-i", "--steps", "5"}).find("`random N`") != std::string::npos);
    CHECK(refused({"simulate", "a", "-i", "--json", "-"}).find("name a file") != std::string::npos);
    for (const char* limit : {"--threads", "--max-states", "--memory", "--time"})
        CHECK(refused({"simulate", "a", limit, "7"}).find("a random walk does not search") != std::string::npos);
    CHECK(refused({"simulate", "a", "--no-reduce"}).find("--no-reduce") != std::string::npos);
    CHECK(refused({"check", "a", "--seed", "1"}).find("--seed") != std::string::npos);
    refused({"simulate"});
    refused({"simulate", "a", "b"});
    CHECK(refused({"simulat", "a"}) == "untorn: no command simulat; did you mean simulate?");
}

TEST_CASE("an engine is chosen by name, and refuses what means nothing for it") {
    CHECK(good({"check", "a"}).engine == "auto");
    CHECK(good({"check", "a", "--order", "faults", "--stop-early", "--no-reduce"}).engine == "auto");
    // What only the explicit search can do.
    for (const char* option : {"--stubborn", "--merge-steps", "--check-reductions", "--coverage"})
        CHECK(good({"check", "a", option}).engine == "explicit");
    for (const char* command : {"outcomes", "simulate"}) CHECK(good({command, "a"}).engine == "explicit");
    const Options o = good({"check", "a", "--engine", "bmc", "--max-steps", "20"});
    CHECK(o.engine == "bmc");
    CHECK(o.max_steps == 20);
    CHECK(refused({"check", "a", "--max-steps", "20"}) == "untorn: --max-steps is for symbolic engines; see --engine");
    CHECK(refused({"check", "a", "--engine", "bmc", "--max-steps", "0"}) ==
          "untorn: --max-steps 0: expected a number from 1");
    CHECK(refused({"check", "a", "--engine", "bmc", "--order", "faults"}) ==
          "untorn: --engine bmc: its traces have the fewest steps, then the fewest faults; so --order steps");
    CHECK(refused({"check", "a", "--engine", "induction", "--stubborn"}) ==
          "untorn: --engine induction: --check-reductions, --merge-steps and --stubborn are for the explicit search");
    CHECK(refused({"outcomes", "a", "--engine", "auto"}) ==
          "untorn: --engine auto: outcomes are listed by the explicit search alone");
}

TEST_CASE("export needs a format that there is") {
    const Options o = good({"export", "a", "--to", "aiger", "--property", "p", "--property", "q", "-o", "x.aig"});
    CHECK(o.command == Command::export_);
    CHECK(o.to == "aiger");
    CHECK(o.properties == std::vector<std::string>{"p", "q"});
    CHECK(o.output == "x.aig");
    CHECK(refused({"export", "a", "--to", "smv"}) == "untorn: --to smv: there is aiger, aiger-ascii, horn");
    CHECK(refused({"export", "a"}).find("--to") != std::string::npos);
}

TEST_CASE("a wrong command line says what is wrong") {
    CHECK(refused({"check", "a", "--engine", "magic"}) ==
          "untorn: --engine magic: there is auto, explicit, bmc, induction, pdr");
    CHECK(refused({"check", "a", "-D", "W"}) == "untorn: -D W: expected NAME=VALUE");
    CHECK(refused({"check", "a", "-D", "=3"}) == "untorn: -D =3: expected NAME=VALUE");
    CHECK(refused({"check", "a", "-D", "W=1", "-D", "W=2"}) == "untorn: -D W is given twice");
    CHECK(refused({"check", "a", "--memory", "lots"}) == "untorn: --memory lots: expected a size, as in 512M or 4G");
    CHECK(refused({"check", "a", "--time", "soon"}) == "untorn: --time soon: expected a time, as in 90, 10s, 5m or 1h");
    CHECK(refused({"check", "a", "--threads", "0"}) == "untorn: --threads 0: expected a number from 1 to 1024");
    CHECK(refused({"check", "a", "--max-states", "-1"}) == "untorn: --max-states -1: expected a number from 1");
    CHECK(refused({"check", "a", "--max-states", "18446744073709551616"}) ==
          "untorn: --max-states 18446744073709551616: expected a number from 1");
    CHECK(refused({"check", "a", "--color", "sometimes"}) == "untorn: --color sometimes: there is auto, always, never");
    CHECK(refused({"check", "a", "--width", "79"}) == "untorn: --width 79: expected a number from 80 to 1000");
    CHECK(refused({"check", "a", "--width", "mail"}) == "untorn: --width mail: expected a number from 80 to 1000");
    CHECK(refused({"check", "a", "--order", "size"}) == "untorn: --order size: there is faults, steps");
    CHECK(refused({"chek", "a"}) == "untorn: no command chek; did you mean check?");
    CHECK(refused({"check"}) == "untorn: PATH is required");
    CHECK(refused({"check", "a", "--bogus"}) == "untorn: The following argument was not expected: --bogus");
    refused({});
}

TEST_CASE("help and version are no errors") {
    CHECK(parse({"--version"}).text == "untorn 0.1.0\n");
    CHECK(parse({"--version"}).status == 0);
    const std::string help = parse({"check", "--help"}).text;
    CHECK(parse({"check", "--help"}).status == 0);
    for (const char* option :
         {"--scenario", "--with", "-D", "--engine", "--no-reduce", "--threads", "--max-states", "--memory", "--time",
          "--stop-early", "--order", "--json", "--quiet", "--trace", "--color", "--width"})
        CHECK_MESSAGE(help.find(option) != std::string::npos, option);
}

TEST_CASE("sizes are bytes with a unit") {
    CHECK(parse_size("4G") == 4ULL << 30U);
    CHECK(parse_size("512M") == 512ULL << 20U);
    CHECK(parse_size("100K") == 102400);
    CHECK(parse_size("1048576") == 1048576);
    for (const char* bad : {"", "G", "0", "-1", "1.5G", "4GG", "4 G", "99999999999T", "18446744073709551616", "1e3"})
        CHECK_MESSAGE(!parse_size(bad).has_value(), bad);
}

TEST_CASE("durations are seconds with a unit") {
    CHECK(parse_duration("90") == 90);
    CHECK(parse_duration("2.5") == 2.5);
    CHECK(parse_duration("10s") == 10);
    CHECK(parse_duration("5m") == 300);
    CHECK(parse_duration("1h") == 3600);
    for (const char* bad : {"", "s", "0", "-1", "5d", "1.", ".5", "1..2", "nan", "inf", "1e9", "9999999999"})
        CHECK_MESSAGE(!parse_duration(bad).has_value(), bad);
}

}  // namespace untorn::tools
