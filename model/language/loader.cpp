// Imports, depth first: a file comes after all that it imports, so that its number is known when it is parsed. Which
// files it imports, a look at its tokens says beforehand: `import` is a reserved word, so it cannot be anything else. A
// file is known by its normalised path (as text: links are not followed), an embedded module by its name.
#include "model/language/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "model/language/lexer.h"
#include "model/language/parser.h"

namespace untorn::language {

namespace {

namespace fs = std::filesystem;

/// Files that wait for each other's imports; more means that something generates them without end.
constexpr size_t max_import_chain = 100;

constexpr std::string_view kernel_folder = "<kernel>/";

std::string module_path(const std::string& module) { return fmt::format("{}{}.untorn", kernel_folder, module); }

struct Import {
    std::string name;
    bool quoted = false;
    Span span;  // the file's number is not yet known
};

/// What the text imports. Errors in it are left to the parser.
std::vector<Import> imports_of(const std::string& text) {
    Diagnostics unused;
    std::vector<Import> out;
    Lexer lexer(0, text, unused);
    Token before;
    for (Token t = lexer.next(); t.kind != TokenKind::end; t = lexer.next()) {
        const bool quoted = t.kind == TokenKind::string && t.text.size() > 1 && t.text.back() == '"';
        if (before.is("import") && (quoted || t.kind == TokenKind::identifier)) {
            const std::string_view name = quoted ? t.text.substr(1, t.text.size() - 2) : t.text;
            out.push_back({std::string(name), quoted, {0, t.begin, t.end}});
        }
        before = t;
    }
    return out;
}

/// A file that was found: its text or why there is none.
struct Found {
    std::string path;
    std::string text;
    std::string error;
    bool exists = false;
    bool embedded = false;  // a kernel module
};

class Loader {
 public:
    Loader(const Sources& sources, Diagnostics& diagnostics) : sources_(sources), diagnostics_(diagnostics) {}

    Program load_root(const std::string& path) {
        Found root = read(path);
        if (!root.exists) {
            const std::string why = root.error.empty() ? "there is no such file" : root.error;
            diagnostics_.error(add(path, ""), fmt::format("cannot read `{}`: {}", path, why));
            return std::move(program_);
        }
        find_hiding(root, 0);
        add_with_imports(std::move(root));
        return std::move(program_);
    }

 private:
    /// Said of an import in a file whose number is not yet known.
    struct Remark {
        Severity severity;
        Span span;
        std::string message, help;
    };

    static std::string key(const std::string& path) { return fs::path(path).lexically_normal().generic_string(); }

    /// Each file is read once.
    Found read(const std::string& path) {
        if (const auto at = read_.find(key(path)); at != read_.end()) return std::move(read_.extract(at).mapped());
        Found f;
        f.path = path;
        std::optional<std::string> text;
        if (sources_.read) text = sources_.read(path, f.error);
        f.exists = text.has_value();
        if (text) f.text = std::move(*text);
        return f;
    }

    /// What the file, and the files that it imports, put in the place of kernel modules. Everybody must see the same
    /// module of a name, kernel modules included, and those may be loaded before the file that hides one.
    void find_hiding(const Found& importer, size_t depth) {
        if (depth >= max_import_chain || importer.text.size() > max_source_bytes) return;
        for (const Import& import : imports_of(importer.text)) {
            const std::string path = beside(importer, import);
            if (import.name.empty() || !scanned_.insert(key(path)).second) continue;
            Found file = read(path);
            if (file.exists && !import.quoted && kernel(import.name)) hiding_.try_emplace(import.name, path);
            if (file.exists) find_hiding(file, depth + 1);
            read_.emplace(key(path), std::move(file));
        }
    }

    /// Where an import is looked for first.
    static std::string beside(const Found& importer, const Import& import) {
        return (fs::path(importer.path).parent_path() / import.name).lexically_normal().generic_string() +
               (import.quoted ? "" : ".untorn");
    }

    std::optional<std::string> kernel(const std::string& module) const {
        return sources_.kernel ? sources_.kernel(module) : std::nullopt;
    }

    /// Adds a file to the program; the span of its very beginning.
    Span add(std::string path, std::string text) {
        const auto number = static_cast<uint32_t>(program_.files.size());
        program_.files.push_back({LineIndex(std::move(path), text), std::move(text)});
        program_.trees.emplace_back().number = number;
        return {number, 0, 0};
    }

    void add_with_imports(Found file) {
        known_.insert(key(file.path));
        if (file.text.size() > max_source_bytes) {
            const Span start = add(file.path, "");
            diagnostics_.error(start, fmt::format("the file has more than {} bytes", max_source_bytes),
                               "divide it and `import` the parts");
            return;
        }
        chain_.push_back(file.path);
        std::vector<Remark> remarks;
        for (const Import& i : imports_of(file.text)) {
            if (diagnostics_.full()) break;
            add_import(i, file, remarks);
        }
        chain_.pop_back();
        const Span start = add(file.path, std::move(file.text));
        for (Remark& r : remarks) {
            r.span.file = start.file;
            if (r.severity == Severity::error)
                diagnostics_.error(r.span, std::move(r.message), std::move(r.help));
            else
                diagnostics_.warning(r.span, std::move(r.message), std::move(r.help));
        }
        program_.trees.back() = parse(start.file, program_.files.back().text, diagnostics_);
    }

    /// Loads what is imported, unless it is there already.
    void add_import(const Import& import, const Found& importer, std::vector<Remark>& remarks) {
        const auto error = [&](std::string message, std::string help = {}) {
            remarks.push_back({Severity::error, import.span, std::move(message), std::move(help)});
        };
        if (import.name.empty()) return error("expected the path of a file, found an empty string");
        if (import.quoted && importer.embedded)
            return error("a kernel module imports kernel modules only", "without quotes: `import name;`");

        const auto hidden = import.quoted ? hiding_.end() : hiding_.find(import.name);
        const std::string path =
            importer.embedded && hidden != hiding_.end() ? hidden->second : beside(importer, import);
        const std::string module = import.quoted ? "" : module_path(import.name);
        if (!importer.embedded || hidden != hiding_.end()) {
            if (visited(path, error)) return;
            Found file = read(path);
            if (!file.error.empty()) return error(fmt::format("cannot read `{}`: {}", path, file.error));
            if (file.exists) {
                if (hidden != hiding_.end())
                    remarks.push_back({Severity::warning, import.span,
                                       fmt::format("`{}` hides the kernel module `{}`", path, import.name),
                                       "another name for the file would leave no doubt"});
                return descend(std::move(file), error);
            }
            if (import.quoted) return error(fmt::format("there is no file `{}`", path));
        }
        if (visited(module, error)) return;
        if (std::optional<std::string> text = kernel(import.name)) {
            Found file;
            file.path = module;
            file.text = std::move(*text);
            file.embedded = true;
            return descend(std::move(file), error);
        }
        error(fmt::format("there is no module `{}`", import.name),
              missing_module(import.name, importer.embedded, path));
    }

    std::string missing_module(const std::string& name, bool embedded, const std::string& beside) const {
        const std::string near = nearest(name, sources_.kernel_modules);
        if (!near.empty()) return fmt::format("did you mean `{}`?", near);
        if (embedded) return "a kernel module imports kernel modules only";
        return fmt::format("neither `{}` nor a kernel module of that name exists", beside);
    }

    /// Whether the file is loaded, or being loaded: then it imports itself.
    template <typename Error>
    bool visited(const std::string& path, const Error& error) const {
        const std::string wanted = key(path);
        const auto same = [&](const std::string& p) { return key(p) == wanted; };
        const auto found = std::find_if(chain_.begin(), chain_.end(), same);
        if (found == chain_.end()) return known_.contains(wanted);
        if (found + 1 == chain_.end()) {
            error(fmt::format("`{}` imports itself", *found), "");
            return true;
        }
        std::string cycle;
        for (auto p = found; p != chain_.end(); ++p) cycle += fmt::format("`{}` -> ", *p);
        error(fmt::format("import cycle: {}`{}`", cycle, *found), "put what they share into a file that both import");
        return true;
    }

    template <typename Error>
    void descend(Found file, const Error& error) {
        if (chain_.size() >= max_import_chain)
            return error(fmt::format("a chain of more than {} imports", max_import_chain), "");
        add_with_imports(std::move(file));
    }

    const Sources& sources_;
    Diagnostics& diagnostics_;
    Program program_;
    std::map<std::string, Found> read_;          // by key: read, not yet loaded
    std::set<std::string> scanned_;              // keys of the files whose imports were looked at beforehand
    std::map<std::string, std::string> hiding_;  // by kernel module: the file that stands for it
    std::set<std::string> known_;                // keys of the files that are loaded
    std::vector<std::string> chain_;             // paths of the files whose imports are being loaded, the root first
};

}  // namespace

Program load(const std::string& path, const Sources& sources, Diagnostics& diagnostics) {
    return Loader(sources, diagnostics).load_root(path);
}

bool is_embedded(const std::string& path) { return path.starts_with(kernel_folder); }

}  // namespace untorn::language
