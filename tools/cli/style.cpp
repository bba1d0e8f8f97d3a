#include "tools/cli/style.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace untorn::tools {

Style Style::choose(Color color, int fd) {
    switch (color) {
        case Color::always: return Style(true);
        case Color::never: return Style(false);
        case Color::automatic: break;
    }
    const char* no_color = std::getenv("NO_COLOR");
    return Style(is_terminal(fd) && (no_color == nullptr || *no_color == '\0'));
}

std::string Style::paint(Ink ink, std::string_view text) const {
    if (!colored_ || ink == Ink::plain || text.empty()) return std::string(text);
    const char* code = "";
    switch (ink) {
        case Ink::plain: break;
        case Ink::bold: code = "1"; break;
        case Ink::red: code = "1;31"; break;
        case Ink::green: code = "32"; break;
        case Ink::yellow: code = "33"; break;
        case Ink::blue: code = "34"; break;
        case Ink::dim: code = "2"; break;
    }
    return fmt::format("\033[{}m{}\033[0m", code, text);
}

bool is_terminal(int fd) {
    if (isatty(fd) == 0) return false;
    const char* term = std::getenv("TERM");
    return term != nullptr && std::string_view(term) != "dumb" && *term != '\0';
}

size_t output_width(int fd, size_t chosen) {
    if (chosen > 0) return chosen;
    winsize size{};
    if (isatty(fd) == 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 120;
    return std::clamp<size_t>(size.ws_col, 80, 200);
}

namespace {

/// Decodes one UTF-8 character; its length, or 0 if the bytes are none.
size_t decode(std::string_view text, uint32_t& code) {
    const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
    const uint32_t first = byte(0);
    size_t length = 0;
    if (first < 0x80) {
        code = first;
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        length = 2;
        code = first & 0x1fU;
    } else if (first >= 0xe0 && first < 0xf0) {
        length = 3;
        code = first & 0x0fU;
    } else if (first >= 0xf0 && first < 0xf5) {
        length = 4;
        code = first & 0x07U;
    }
    if (length == 0 || text.size() < length) return 0;
    for (size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return 0;
        code = (code << 6U) | (byte(i) & 0x3fU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    return overlong || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff ? 0 : length;
}

/// Controls, and characters that reorder or hide text.
bool disturbing(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x061c ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xfff0 && code <= 0xfffb) ||
           code >= 0xe0000;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size();) {
        uint32_t code = 0;
        const size_t length = decode(text.substr(i), code);
        if (length == 0 || (length == 1 && disturbing(code)))
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
        else if (disturbing(code))
            out += fmt::format("\\u{{{:x}}}", code);
        else
            out += text.substr(i, length);
        i += std::max<size_t>(length, 1);
    }
    return out;
}

size_t columns(std::string_view text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(),
                                             [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

std::string wrapped(const std::string& lead, const std::vector<std::string>& items, size_t width) {
    std::string out;
    std::string line = lead;
    for (size_t i = 0; i < items.size(); ++i) {
        const std::string item = items[i] + (i + 1 < items.size() ? "," : "");
        if (columns(line) + 1 + columns(item) > width && line != lead) {
            out += line + "\n";
            line = std::string(lead.size(), ' ');
        }
        line += " " + item;
    }
    return out + line + "\n";
}

std::string grouped(unsigned long long number) {
    std::string digits = std::to_string(number);
    for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string plural(unsigned long long number, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

}  // namespace untorn::tools
