#include "model/language/diagnostic.h"

#include <algorithm>
#include <tuple>

namespace untorn::language {

void Diagnostics::error(Span span, std::string message, std::string help) {
    if (++errors_ <= limit) list_.push_back({Severity::error, span, std::move(message), std::move(help)});
}

void Diagnostics::warning(Span span, std::string message, std::string help) {
    list_.push_back({Severity::warning, span, std::move(message), std::move(help)});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
    std::vector<Diagnostic> out = list_;
    auto key = [](const Diagnostic& d) {
        return std::tie(d.span.file, d.span.begin, d.span.end, d.severity, d.message, d.help);
    };
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::string nearest(const std::string& name, const std::vector<std::string>& candidates) {
    size_t best = std::max<size_t>(1, name.size() / 3) + 1;
    std::string found;
    for (const std::string& other : candidates) {
        const size_t n = name.size();
        const size_t m = other.size();
        if (std::max(n, m) - std::min(n, m) >= best || n > 64 || m > 64) continue;
        // Optimal string alignment: Damerau-Levenshtein without moving a piece twice; three rows suffice.
        std::vector<size_t> older(m + 1);
        std::vector<size_t> old(m + 1);
        std::vector<size_t> row(m + 1);
        for (size_t j = 0; j <= m; ++j) old[j] = j;
        for (size_t i = 1; i <= n; ++i) {
            row[0] = i;
            for (size_t j = 1; j <= m; ++j) {
                row[j] = std::min({old[j] + 1, row[j - 1] + 1, old[j - 1] + (name[i - 1] == other[j - 1] ? 0 : 1)});
                if (i > 1 && j > 1 && name[i - 1] == other[j - 2] && name[i - 2] == other[j - 1])
                    row[j] = std::min(row[j], older[j - 2] + 1);
            }
            older.swap(old);
            old.swap(row);
        }
        if (old[m] < best) {
            best = old[m];
            found = other;
        }
    }
    return found;
}

}  // namespace untorn::language
