// Colors of terminal output, and making foreign text safe to show.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/options.h"

namespace untorn::tools {

enum class Ink { plain, bold, red, green, yellow, blue, dim };

class Style {
 public:
    Style() = default;
    explicit Style(bool colored) : colored_(colored) {}
    /// What --color asks for; `auto` asks whether the file descriptor is a terminal that can do it.
    static Style choose(Color color, int fd);
    std::string paint(Ink ink, std::string_view text) const;
    bool colored() const { return colored_; }

 private:
    bool colored_ = false;
};

/// Is it a terminal that understands control sequences?
bool is_terminal(int fd);
/// Columns to lay out for: of the terminal, between 80 and 200, or 120 when it is none, so that files do not depend on
/// where they were made. `chosen`: by the user, instead; 0: none.
size_t output_width(int fd, size_t chosen = 0);

/// The text with everything that could disturb a terminal as `\xNN` (bytes) or `\u{N}` (invisible characters).
/// Good UTF-8 stays.
std::string printable(std::string_view text);
/// Columns that a printable text takes: one for each character.
size_t columns(std::string_view text);

/// `lead` and a list with commas, broken into lines of at most `width` columns; continued below the first item. Ends
/// with a newline.
std::string wrapped(const std::string& lead, const std::vector<std::string>& items, size_t width);

/// `1,234,567`
std::string grouped(unsigned long long number);
/// `1 step`, `2 steps`
std::string plural(unsigned long long number, std::string_view noun);

}  // namespace untorn::tools
