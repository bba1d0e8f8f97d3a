// The file system and the embedded modules, as the language wants to see them; and from command-line paths to the files
// to look at.
#pragma once

#include <string>
#include <vector>

#include "model/language/loader.h"

namespace untorn::tools {

/// Reads files (at most a little more than language::max_source_bytes of each) and embedded modules.
language::Sources real_sources();

struct SpecPath {
    std::string path;            ///< as the user named it, or below a folder the user named
    bool explicit_file = false;  ///< named itself: it is worth saying that nothing in it can be checked
};

/// Files as they are, folders with every *.untorn below them, sorted; nothing twice. What cannot be read or holds no
/// specification is a line in `problems`.
std::vector<SpecPath> spec_paths(const std::vector<std::string>& paths, std::vector<std::string>& problems);

/// Does the root file ask for something: an actor, a property, a scenario? Otherwise it is a module for import.
bool asks_for_something(const language::Program& program);
/// Names of the scenarios of the root file.
std::vector<std::string> scenario_names(const language::Program& program);

}  // namespace untorn::tools
