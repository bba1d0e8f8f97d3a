// Options that change nothing: whatever value they have, every run is the same transition system.
//
// An option is asked about where a file declares it or sets it (in a scenario or a variant). Every run of the file is
// compiled once more with each other value of the option, and the two systems are compared as they are printed, without
// the sites that coverage counts. So this is exact for what is compared, and says nothing of values that are not.
#pragma once

#include <string>
#include <vector>

#include "model/language/compile.h"

namespace untorn::language {

struct IdleOption {
    std::string name;
    Span span;             ///< of its name, where it is declared
    bool sampled = false;  ///< only the ends of a large range were compared
};

struct OptionStudy {
    std::vector<IdleOption> idle;       ///< in alphabetical order
    std::vector<std::string> too_many;  ///< not answered: that would have taken more than `most_compilations`
    static constexpr size_t most_compilations = 256;
};

/// Of the program's own file (the last one), in these runs. Options that a run keeps free, or that -D sets, are not
/// asked about.
OptionStudy study_options(const Program& program, const std::vector<RunConfig>& runs);

}  // namespace untorn::language
