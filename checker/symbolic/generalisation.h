// Finds a larger set of states that is as unreached as a given one: leaves parts of the cube out, one after the other,
// as long as the rest is inductive relative to the frame before.
//
// Bradley, "SAT-based model checking without unrolling", VMCAI 2011. What stands in the way of a smaller cube, a
// counterexample to generalisation, is first tried to be shown unreached itself: Hassan, Bradley, Somenzi, "Better
// generalization in IC3", FMCAD 2013. Parts that rarely occur in lemmas go first.
#pragma once

#include "checker/symbolic/frames.h"
#include "checker/symbolic/lifting.h"

namespace untorn::checker::symbolic {

struct GeneralisationOptions {
    size_t depth = 1;      ///< how deep counterexamples are generalised themselves
    size_t obstacles = 3;  ///< how many counterexamples are shown unreached for one part
    size_t attempts = 6;   ///< parts in a row that must stay, until the cube is good enough; 0: all are tried
};

class Generalisation {
 public:
    Generalisation(Frames& frames, InitialStates& initial, Lifting& lifting, GeneralisationOptions options)
        : frames_(frames), initial_(initial), lifting_(lifting), options_(options) {}

    /// Some parts of the cube, for which the same holds: no initial state has them, and they are inductive from the
    /// frame.
    Cube generalise(size_t level, Cube cube, size_t depth = 0);

 private:
    /// Whether some parts of the cube, among them all that must stay, will do; then the cube is these.
    bool shrink(size_t level, Cube& cube, const std::vector<bool>& stays, size_t depth);
    bool remove_obstacle(size_t level, const Cube& obstacle, size_t depth);

    Frames& frames_;
    InitialStates& initial_;
    Lifting& lifting_;
    GeneralisationOptions options_;
};

}  // namespace untorn::checker::symbolic
