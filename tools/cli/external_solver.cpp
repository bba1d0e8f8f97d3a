#include "tools/cli/external_solver.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <vector>

extern char** environ;

namespace untorn::tools {

namespace {

using checker::symbolic::SolverAnswer;

struct Ended {
    bool started = false;
    int status = 0;  ///< exit status; -1: by a signal
    std::string output;
};

/// Runs a program of PATH without a shell; both its outputs are collected, at most a megabyte of them.
Ended run(std::vector<std::string> arguments, const std::atomic<bool>* interrupt) {
    Ended ended;
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) return ended;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    ended.started = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    constexpr size_t most_output = size_t{1} << 20;
    while (ended.started) {
        if (interrupt != nullptr && interrupt->load()) kill(child, SIGTERM);
        pollfd waiting{pipe_ends[0], POLLIN, 0};
        constexpr int milliseconds = 50;
        const int ready = poll(&waiting, 1, milliseconds);
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        char buffer[4096];
        const ssize_t got = read(pipe_ends[0], buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        if (ended.output.size() < most_output) ended.output.append(buffer, static_cast<size_t>(got));
    }
    close(pipe_ends[0]);
    if (!ended.started) return ended;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    constexpr int not_found = 127;  // where the child finds out that there is no such program
    if (ended.status == not_found && ended.output.empty()) ended.started = false;
    return ended;
}

}  // namespace

Cvc5::Cvc5() {
    const Ended ended = run({"cvc5", "--version"}, nullptr);
    if (!ended.started || ended.status != 0) return;
    const std::string begin = "This is cvc5 version ";
    const size_t at = ended.output.find(begin);
    version_ = "cvc5";
    if (at == std::string::npos) return;
    const size_t from = at + begin.size();
    version_ += " " + ended.output.substr(from, ended.output.find_first_of(" \n[", from) - from);
}

SolverAnswer Cvc5::ask(const std::string& path, const std::atomic<bool>* interrupt, double seconds) const {
    // To bits at once: where power is lost, some obligations take seconds so, and minutes otherwise.
    std::vector<std::string> arguments{"cvc5", "--lang=smt2", "--bitblast=eager"};
    if (seconds > 0) arguments.push_back(fmt::format("--tlimit={}", std::llround(std::max(1.0, seconds * 1000))));
    arguments.push_back(path.empty() || path[0] == '-' ? "./" + path : path);
    const Ended ended = run(std::move(arguments), interrupt);
    if (!ended.started) return {SolverAnswer::Kind::error, "cvc5 cannot be started"};
    if (interrupt != nullptr && interrupt->load()) return {SolverAnswer::Kind::unknown, "interrupted"};
    if (ended.status == -1) return {SolverAnswer::Kind::unknown, "cvc5 was ended by a signal"};
    if (ended.output == "unsat\n" && ended.status == 0) return {SolverAnswer::Kind::unsat, ""};
    if (ended.output == "sat\n" && ended.status == 0) return {SolverAnswer::Kind::sat, ""};
    if (ended.output.find("interrupted by timeout") != std::string::npos || ended.output == "unknown\n")
        return {SolverAnswer::Kind::unknown, "time limit"};
    return {SolverAnswer::Kind::error, ended.output.empty() ? "no answer" : ended.output};
}

}  // namespace untorn::tools
