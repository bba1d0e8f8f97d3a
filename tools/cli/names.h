// How traces call actors, cells and places: short, since the names stand in every row.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checker/result/result.h"

namespace untorn::tools {

/// Names of actors: without arguments where that leaves no doubt, since they stand in headers and as holders of locks.
class Names {
 public:
    explicit Names(const system::System& system);
    /// An actor, a member of a family, or something that begins with an actor's name, such as a local.
    std::string operator()(const std::string& name) const;
    /// Who makes a step, as text that is safe to show.
    std::string mover(const checker::TraceStep& step) const;

 private:
    std::map<std::string, std::string> shorter_;
};

/// `iomap:57` for a place in model/kernel/iomap.untorn; empty for no place.
std::string file_and_line(const Place& place);

/// `-> ` and a choice, for each choice made; the statement, unless it is a choose, of which the branch says more than
/// the word. Safe to show.
std::vector<std::string> action_texts(const checker::TraceStep& step);

/// `*** what failed`, with its place if that is elsewhere; empty if no check failed. Safe to show.
std::string failure_text(const checker::TraceStep& step);

}  // namespace untorn::tools
