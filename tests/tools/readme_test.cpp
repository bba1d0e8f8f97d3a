// What the README shows is what the program prints.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

/// An indented block of the README that begins with `$ command`: the command, and the output as shown.
struct Example {
    std::string command, output;
};

std::vector<Example> examples() {
    std::ifstream in(UNTORN_SOURCE_DIR "/README.md");
    std::vector<Example> out;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        const bool code = line.starts_with("    ");
        if (!code && !line.empty()) inside = false;
        if (line.starts_with("    $ ./tools/untorn ")) {
            out.push_back({line.substr(std::string("    $ ./tools/untorn ").size()), {}});
            inside = true;
        } else if (inside && code) {
            out.back().output += line.substr(2) + "\n";  // reports are indented by two
        }
    }
    return out;
}

}  // namespace

TEST_CASE("the traces in the README are what the program prints") {
    const std::vector<Example> all = examples();
    REQUIRE(!all.empty());
    for (const Example& example : all) {
        const Ended run =
            shell("cd '" UNTORN_SOURCE_DIR "' && '" UNTORN_BINARY "' " + example.command + " 2>/dev/null");
        CHECK(!example.output.empty());
        CHECK_MESSAGE(run.out.find(example.output) != std::string::npos, example.command << "\nprints\n" << run.out);
    }
}

}  // namespace untorn::tools
