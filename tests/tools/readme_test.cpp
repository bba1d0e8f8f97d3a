// What the READMEs show is what the program prints.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

/// An indented block that begins with `$ command`: the command, and the output as shown, of which the beginning may be
/// left out.
struct Example {
    std::string command, output;
};

/// The examples of a file, whose output is indented by four columns more than the program prints it.
std::vector<Example> examples(const std::string& file) {
    std::ifstream in(std::string(UNTORN_SOURCE_DIR "/") + file);
    const std::string program = "./tools/untorn";
    std::vector<Example> out;
    bool inside = false;
    std::string blank;  // lines that belong to the example if more of it follows
    for (std::string line; std::getline(in, line);) {
        const bool code = line.starts_with("    ");
        if (!code && !line.empty()) inside = false;
        const size_t at = line.find(program);
        if (line.starts_with("    $ ") && at != std::string::npos) {
            line.replace(at, program.size(), "'" UNTORN_BINARY "'");
            out.push_back({line.substr(std::string("    $ ").size()), {}});
            inside = true;
            blank.clear();
        } else if (inside && code && line != "    ...") {
            std::string& output = out.back().output;
            output += (output.empty() ? "" : blank) + line.substr(4) + "\n";
            blank.clear();
        } else if (inside && line.empty()) {
            blank += "\n";
        }
    }
    return out;
}

}  // namespace

TEST_CASE("the examples in the READMEs are what the program prints") {
    for (const char* file : {"README.md", "tools/README.md"}) {
        const std::vector<Example> all = examples(file);
        REQUIRE(!all.empty());
        for (const Example& example : all) {
            const Ended run = shell("cd '" UNTORN_SOURCE_DIR "' && " + example.command + " 2>/dev/null");
            CHECK(!example.output.empty());
            CHECK_MESSAGE(run.out.find(example.output) != std::string::npos, example.command << "\nprints\n"
                                                                                             << run.out << "\nand not\n"
                                                                                             << example.output);
        }
    }
}

TEST_CASE("specs/README.md: one procedure changed in one line, and one row asked again") {
    const std::string line = "    override proc folio_wait_stable(ref f: Folio) { folio_wait_writeback(f); }\n";
    const std::string head = "variant A of write_path {\n";
    std::ifstream in(UNTORN_SOURCE_DIR "/specs/README.md");
    CHECK(std::string{std::istreambuf_iterator<char>(in), {}}.find(line) != std::string::npos);
    const std::vector<Example> all = examples("specs/README.md");
    REQUIRE(all.size() == 1);
    const Folder copy;
    for (const char* folder : {"specs/variants", "specs/scenarios"}) {
        std::filesystem::create_directories(copy.path() / folder);
        std::filesystem::copy(std::filesystem::path(UNTORN_SOURCE_DIR) / folder, copy.path() / folder);
    }
    const auto row = [&] { return shell("cd " + copy.quoted() + " && " + all.front().command + " 2>/dev/null"); };
    CHECK(row().status == 0);
    std::string variant = copy.read("specs/variants/A.untorn");
    const size_t at = variant.find(head);
    REQUIRE(at != std::string::npos);
    copy.write("specs/variants/A.untorn", variant.insert(at + head.size(), line));
    const Ended changed = row();
    CHECK(changed.status == 1);
    CHECK_MESSAGE(changed.out.find(all.front().output) != std::string::npos, changed.out);
}

TEST_CASE("the matrix in specs/README.md is what the program prints") {
    const Ended run = shell("cd '" UNTORN_SOURCE_DIR "/specs' && '" UNTORN_BINARY
                            "' check scenarios --matrix --markdown 2>/dev/null");
    const size_t begin = run.out.find("| scenario |");
    const size_t sizes = run.out.find("; states: median ");
    REQUIRE(begin != std::string::npos);
    REQUIRE(sizes != std::string::npos);
    const std::string matrix = run.out.substr(begin, run.out.find('\n', sizes) + 1 - begin);
    std::ifstream in(UNTORN_SOURCE_DIR "/specs/README.md");
    const std::string readme{std::istreambuf_iterator<char>(in), {}};
    CHECK_MESSAGE(readme.find(matrix) != std::string::npos,
                  "in specs/, `untorn check scenarios --matrix --markdown` prints\n"
                      << matrix);
}

}  // namespace untorn::tools
