// An SMT-LIB 2 script that is being made: what it declares, defines and asserts, in order. It can be written down as it
// is, for a certificate, or as one Horn clause (horn.h).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace untorn::checker::symbolic {

class SmtScript {
 public:
    /// One line; only in text().
    void comment(std::string text) { commands_.push_back({Kind::comment, {}, {}, std::move(text)}); }
    void declare(std::string symbol, std::string sort) {
        commands_.push_back({Kind::declaration, std::move(symbol), std::move(sort), {}});
    }
    void define(std::string symbol, std::string sort, std::string term) {
        commands_.push_back({Kind::definition, std::move(symbol), std::move(sort), std::move(term)});
    }
    /// The name of a condition that may come up again, as those of an invariant do: it is defined the first time.
    const std::string& named(const std::string& term);
    void assume(std::string term) { commands_.push_back({Kind::assertion, {}, {}, std::move(term)}); }

    /// Each command on a line of its own.
    std::string text() const;
    /// For all that is declared, with what is defined, the assertions imply `head`: an assertion, on several lines.
    std::string implies(const std::string& head) const;

 private:
    enum class Kind { comment, declaration, definition, assertion };
    struct Command {
        Kind kind;
        std::string symbol, sort, term;
    };
    std::vector<Command> commands_;
    std::map<std::string, std::string> names_;  ///< by term
};

}  // namespace untorn::checker::symbolic
