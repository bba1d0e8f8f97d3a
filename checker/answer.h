// Every question of a run answered: what follows from its states by the explicit search, what follows from its infinite
// runs by the search for fair cycles.
#pragma once

#include "checker/explicit/search.h"

namespace untorn::checker {

/// As search(), and the progress properties, too. They are only asked where the search was exhaustive; options.seconds
/// is for both together, the limits of states and of memory are for each.
std::variant<SearchResult, Inconsistency> answer(const system::System& system, const SearchOptions& options);

}  // namespace untorn::checker
