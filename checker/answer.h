// Every question of a run answered, by the engine that is asked for.
#pragma once

#include <vector>

#include "checker/explicit/search.h"

namespace untorn::checker {

using Answer = std::variant<SearchResult, Inconsistency>;

/// A way to answer: a line of the table in answer.cpp.
struct Engine {
    const char* name;  ///< SearchOptions::engine
    const char* what;  ///< for users, after the name
    Answer (*answer)(const system::System& system, const SearchOptions& options);
};
const std::vector<Engine>& engines();

/// Asks the engine that the options name; there must be one.
Answer answer(const system::System& system, const SearchOptions& options);

/// As search(), and the progress properties, too: what follows from the run's states, then what follows from its
/// infinite runs by the search for fair cycles. They are only asked where the search was exhaustive; options.seconds is
/// for both together, the limits of states and of memory are for each.
Answer answer_explicitly(const system::System& system, const SearchOptions& options);

}  // namespace untorn::checker
