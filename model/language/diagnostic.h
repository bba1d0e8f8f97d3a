// What the language has to say about a text: values, no printing. A diagnostic has a place, says what was expected,
// and where it can, a way out.
#pragma once

#include <string>
#include <vector>

#include "model/system/source.h"

namespace untorn::language {

enum class Severity { error, warning };

struct Diagnostic {
    Severity severity = Severity::error;
    Span span;
    std::string message;  ///< one line, no final stop
    std::string help;     ///< one line of advice, may be empty
    bool operator==(const Diagnostic&) const = default;
};

/// Collects diagnostics. After `limit` errors the rest is only counted.
class Diagnostics {
 public:
    static constexpr size_t limit = 20;
    void error(Span span, std::string message, std::string help = {});
    void warning(Span span, std::string message, std::string help = {});
    bool has_errors() const { return errors_ > 0; }
    bool full() const { return errors_ >= limit; }
    size_t errors() const { return errors_; }
    /// In the order of file and offset, duplicates removed.
    std::vector<Diagnostic> sorted() const;

 private:
    std::vector<Diagnostic> list_;
    size_t errors_ = 0;
};

/// Of `candidates`, the one nearest to `name` by edit distance (insert, delete, replace, swap neighbours), if it is
/// near enough to be a likely misspelling: at most a third of the length. Empty if none is.
std::string nearest(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace untorn::language
