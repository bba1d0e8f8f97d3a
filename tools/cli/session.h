// `untorn simulate --interactive`: commands in, text out. It knows neither terminals nor files; see input.h for these.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checker/simulate/wander.h"
#include "tools/cli/report.h"
#include "tools/cli/walk_text.h"

namespace untorn::tools {

class Session {
 public:
    /// Searches the run that the walk belongs to; called at most once, when a trace is asked for.
    using Search = std::function<RunReport()>;

    /// The walk must stand before its start; `random` is drawn from by the command `random` alone, and by the choice
    /// of the start where there is only one. All three must outlive the session.
    Session(checker::Walk& walk, checker::Random& random, const checker::WanderOptions& how, const WalkText& text,
            Search search);

    /// What is shown before the first command.
    std::string begin();
    /// What to show in front of a command: `step 3> `.
    std::string prompt() const;
    /// Does what a line asks for and returns what to show. What is no command changes nothing.
    std::string execute(const std::string& line);
    /// `quit` was given, or the tool disagrees with itself.
    bool ended() const { return ended_; }
    /// What is shown after the last command.
    std::string end() const;
    /// Violated somewhere on the way, or inconsistent; see exit_status.h.
    int status() const { return status_; }

 private:
    using Words = std::vector<std::string>;
    struct Command {
        const char *name, *letter;
        const char* arguments;  ///< as help shows them
        const char* help;
        size_t least, most;  ///< numbers of arguments
        std::string (Session::*action)(const Words&);
    };
    static const std::vector<Command>& commands();
    static const Command* command(const std::string& word);

    std::string pick(const std::string& word);
    std::string back(const Words& words);
    std::string forward(const Words& words);
    std::string go(const Words& words);
    std::string random(const Words& words);
    std::string list(const Words& words);
    std::string state(const Words& words);
    std::string trace(const Words& words);
    std::string property(const Words& words);
    std::string help(const Words& words);
    std::string quit(const Words& words);

    /// Where the walk stands and what can happen; notes what is violated or reached here.
    std::string here(size_t most_options = shown_options);
    /// The last `moves` moves, then here().
    std::string moved(size_t moves);
    void note(const checker::Observation& observation);
    std::string properties();
    /// The trace of a property, or why there is none.
    std::string load(uint32_t property, const std::optional<uint64_t>& step);
    std::string inconsistent(const std::string& what);

    static constexpr size_t shown_options = 40, shown_moves = 20;

    checker::Walk& walk_;
    checker::Random& random_;
    checker::WanderOptions how_;
    const WalkText& text_;
    Search search_;
    std::optional<RunReport> found_;
    std::vector<checker::Observation> seen_;  ///< in the order in which they were
    bool ended_ = false;
    int status_ = 0;
};

}  // namespace untorn::tools
