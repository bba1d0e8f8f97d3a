// The loader: where imports are found, their order, and everything that can be wrong with them.
#include "model/language/loader.h"

#include <doctest/doctest.h>

#include <map>

using namespace untorn;
using namespace untorn::language;

namespace {

/// A file system and a kernel library in memory.
struct World {
    std::map<std::string, std::string> files;
    std::map<std::string, std::string> kernel;
    std::map<std::string, std::string> unreadable;  ///< path to the reason
    std::vector<std::string> reads;                 ///< every path that was asked for

    Sources sources() {
        Sources s;
        s.read = [this](const std::string& path, std::string& error) -> std::optional<std::string> {
            reads.push_back(path);
            if (const auto bad = unreadable.find(path); bad != unreadable.end()) error = bad->second;
            const auto f = files.find(path);
            return f == files.end() ? std::nullopt : std::optional(f->second);
        };
        s.kernel = [this](const std::string& module) -> std::optional<std::string> {
            const auto f = kernel.find(module);
            return f == kernel.end() ? std::nullopt : std::optional(f->second);
        };
        for (const auto& [name, text] : kernel) s.kernel_modules.push_back(name);
        return s;
    }
};

struct Loaded {
    Program program;
    Diagnostics diagnostics;
};

Loaded load(World& world, const std::string& path) {
    Loaded l;
    l.program = load(path, world.sources(), l.diagnostics);
    REQUIRE(l.program.files.size() == l.program.trees.size());
    for (size_t i = 0; i < l.program.trees.size(); ++i) CHECK(l.program.trees[i].number == i);
    return l;
}

/// The paths in order, and then what was said: `path:line:column severity message | help`.
std::string summary(const Loaded& l) {
    std::string out;
    for (const SourceFile& f : l.program.files) out += (out.empty() ? "" : " ") + f.lines.path;
    for (const Diagnostic& d : l.diagnostics.sorted()) {
        const Place p = l.program.files.at(d.span.file).lines.place(d.span.begin);
        out += "\n" + p.file + ":" + std::to_string(p.line) + ":" + std::to_string(p.column) +
               (d.severity == Severity::error ? " error " : " warning ") + d.message +
               (d.help.empty() ? "" : " | " + d.help);
    }
    return out;
}

std::string loaded(World world, const std::string& path) { return summary(load(world, path)); }

}  // namespace

TEST_CASE("Imported files come before those that import them, the root last") {
    World w;
    w.files = {{"specs/a.untorn", "import b; import \"../lib/c.untorn\"; var a: bool;"},
               {"specs/b.untorn", "import d; var b: bool;"},
               {"lib/c.untorn", "import d; var c: bool;"},
               {"specs/d.untorn", "var d: bool;"},
               {"lib/d.untorn", "var e: bool;"}};
    CHECK(loaded(w, "specs/a.untorn") == "specs/d.untorn specs/b.untorn lib/d.untorn lib/c.untorn specs/a.untorn");
    const Loaded l = load(w, "specs/a.untorn");
    CHECK(l.program.files[1].text == "import d; var b: bool;");
    CHECK(l.program.trees[1].items[1].name.text == "b");
    CHECK(l.program.trees[1].items[1].name.span.file == 1);
}

TEST_CASE("A file that is imported twice is read and parsed once, whatever it is called") {
    World w;
    w.files = {{"a.untorn", "import b; import \"b.untorn\"; import \"./x/../b.untorn\"; import c; import b;"},
               {"b.untorn", "var b: bool;"},
               {"c.untorn", "import b;"}};
    const Loaded l = load(w, "a.untorn");
    CHECK(summary(l) == "b.untorn c.untorn a.untorn");
    CHECK(std::count(w.reads.begin(), w.reads.end(), "b.untorn") == 1);
}

TEST_CASE("A module is found beside the specification, then in the kernel library") {
    World w;
    w.files = {{"s/a.untorn", "import pagecache; import usercopy;"}, {"s/usercopy.untorn", "var u: bool;"}};
    w.kernel = {{"pagecache", "import block;"}, {"block", "var b: bool;"}, {"usercopy", "var k: bool;"}};
    CHECK(loaded(w, "s/a.untorn") ==
          "<kernel>/block.untorn <kernel>/pagecache.untorn s/usercopy.untorn s/a.untorn\n"
          "s/a.untorn:1:26 warning `s/usercopy.untorn` hides the kernel module `usercopy` | another name for the file "
          "would leave no doubt");
}

TEST_CASE("A file that stands for a kernel module stands for it in kernel modules, too, in whatever order they come") {
    World w;
    w.files = {{"s/a.untorn", "import writeback; import \"b.untorn\";"},
               {"s/b.untorn", "import iomap;"},
               {"s/iomap.untorn", "import block; var mine: bool;"}};
    w.kernel = {
        {"writeback", "import iomap;"}, {"iomap", "import block; var theirs: bool;"}, {"block", "var b: bool;"}};
    CHECK(
        loaded(w, "s/a.untorn") ==
        "<kernel>/block.untorn s/iomap.untorn <kernel>/writeback.untorn s/b.untorn s/a.untorn\n"
        "<kernel>/writeback.untorn:1:8 warning `s/iomap.untorn` hides the kernel module `iomap` | another name for the "
        "file would leave no doubt");
    load(w, "s/a.untorn");
    CHECK(std::count(w.reads.begin(), w.reads.end(), "s/iomap.untorn") == 1);
}

TEST_CASE("A file beside the specification that nobody imports by its name hides nothing") {
    World w;
    w.files = {{"s/a.untorn", "import writeback;"}, {"s/iomap.untorn", "var mine: bool;"}};
    w.kernel = {{"writeback", "import iomap;"}, {"iomap", "var theirs: bool;"}};
    CHECK(loaded(w, "s/a.untorn") == "<kernel>/iomap.untorn <kernel>/writeback.untorn s/a.untorn");
}

TEST_CASE("Kernel modules import kernel modules only") {
    World w;
    w.files = {{"a.untorn", "import block;"}, {"bio.untorn", ""}, {"device.untorn", ""}};
    w.kernel = {{"block", "import \"bio.untorn\"; import bio; import device;"}, {"device", "var d: bool;"}};
    CHECK(
        loaded(w, "a.untorn") ==
        "<kernel>/device.untorn <kernel>/block.untorn a.untorn\n"
        "<kernel>/block.untorn:1:8 error a kernel module imports kernel modules only | without quotes: `import name;`\n"
        "<kernel>/block.untorn:1:29 error there is no module `bio` | a kernel module imports kernel modules only");
    CHECK(std::count(w.reads.begin(), w.reads.end(), "bio.untorn") == 0);
}

TEST_CASE("A missing import is reported at its name, with the nearest module or the places searched") {
    World w;
    w.files = {{"s/a.untorn", "import pagecahe;\nimport nothing_like_it;\nimport \"../b.untorn\";\nimport \"\";"}};
    w.kernel = {{"pagecache", ""}};
    CHECK(loaded(w, "s/a.untorn") ==
          "s/a.untorn\n"
          "s/a.untorn:1:8 error there is no module `pagecahe` | did you mean `pagecache`?\n"
          "s/a.untorn:2:8 error there is no module `nothing_like_it` | neither `s/nothing_like_it.untorn` nor a kernel "
          "module of that name exists\n"
          "s/a.untorn:3:8 error there is no file `b.untorn`\n"
          "s/a.untorn:4:8 error expected the path of a file, found an empty string");
}

TEST_CASE("An import of itself and a cycle are named") {
    World w;
    w.files = {{"a.untorn", "import b;"},
               {"b.untorn", "import c;"},
               {"c.untorn", "import \"./b.untorn\";"},
               {"self.untorn", "import self; var x: bool;"},
               {"dir/../e.untorn", "import e;"}};
    CHECK(loaded(w, "a.untorn") ==
          "c.untorn b.untorn a.untorn\n"
          "c.untorn:1:8 error import cycle: `b.untorn` -> `c.untorn` -> `b.untorn` | put what they share into a file "
          "that "
          "both import");
    CHECK(loaded(w, "self.untorn") == "self.untorn\nself.untorn:1:8 error `self.untorn` imports itself");
    CHECK(loaded(w, "dir/../e.untorn") ==
          "dir/../e.untorn\ndir/../e.untorn:1:8 error `dir/../e.untorn` imports itself");
    World k;
    k.files = {{"a.untorn", "import x;"}};
    k.kernel = {{"x", "import y;"}, {"y", "import x;"}};
    CHECK(
        loaded(k, "a.untorn").find("import cycle: `<kernel>/x.untorn` -> `<kernel>/y.untorn` -> `<kernel>/x.untorn`") !=
        std::string::npos);
}

TEST_CASE("A root or an import that cannot be read is an error with its reason") {
    World w;
    w.files = {{"a.untorn", "import b; import \"dir\";"}};
    w.unreadable = {{"b.untorn", "permission denied"}, {"dir", "is a folder"}, {"secret", "permission denied"}};
    CHECK(loaded(w, "a.untorn") ==
          "a.untorn\na.untorn:1:8 error cannot read `b.untorn`: permission denied\n"
          "a.untorn:1:18 error cannot read `dir`: is a folder");
    CHECK(loaded(w, "none.untorn") ==
          "none.untorn\nnone.untorn:1:1 error cannot read `none.untorn`: there is no such file");
    CHECK(loaded(w, "secret") == "secret\nsecret:1:1 error cannot read `secret`: permission denied");
}

TEST_CASE("A file that is too large is refused unread, as root and as import") {
    World w;
    w.files = {{"big.untorn", std::string(max_source_bytes + 1, ' ')},
               {"fits.untorn", std::string(max_source_bytes, ' ')},
               {"a.untorn", "import big; import big;"}};
    const std::string refused =
        "big.untorn:1:1 error the file has more than 4194304 bytes | divide it and `import` the parts";
    CHECK(loaded(w, "big.untorn") == "big.untorn\n" + refused);
    CHECK(loaded(w, "a.untorn") == "big.untorn a.untorn\n" + refused);
    CHECK(loaded(w, "fits.untorn") == "fits.untorn");
}

TEST_CASE("Errors of syntax in an import are reported in that file, and imports behind them are still found") {
    World w;
    w.files = {{"a.untorn", "var ;\nimport b;"}, {"b.untorn", "\n  var x: ;"}};
    CHECK(loaded(w, "a.untorn") ==
          "b.untorn a.untorn\n"
          "b.untorn:2:10 error expected a type, found `;`\n"
          "a.untorn:1:5 error expected the name of the variable, found `;`");
}

TEST_CASE("A chain of imports without end is an error, not a stack overflow") {
    Sources endless;
    endless.read = [](const std::string& path, std::string&) -> std::optional<std::string> {
        return "import x" + path.substr(0, path.find('.')) + ";";
    };
    Diagnostics diagnostics;
    const Program program = load("x.untorn", endless, diagnostics);
    CHECK(program.files.size() == 100);
    REQUIRE(diagnostics.errors() == 1);
    CHECK(diagnostics.sorted()[0].message == "a chain of more than 100 imports");
}

TEST_CASE("Loading stops when there are enough errors") {
    World w;
    std::string imports;
    for (int i = 0; i < 100; ++i) imports += "import nothing" + std::to_string(i) + ";\n";
    w.files = {{"a.untorn", imports + "import b; import b2;"}, {"b.untorn", imports}, {"b2.untorn", imports}};
    const Loaded l = load(w, "a.untorn");
    CHECK(l.diagnostics.sorted().size() == Diagnostics::limit);
}
