// From what is known of the bads of a transition circuit to the verdicts on the properties of the system: the same for
// all symbolic engines. And from runs in bits to traces, which the reference evaluator replays.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/result/replay.h"
#include "checker/symbolic/encode.h"
#include "checker/symbolic/pdr.h"

namespace untorn::checker::symbolic {

/// What is known of one bad.
struct BadAnswer {
    enum class Known : uint8_t {
        open,
        happens,  ///< the trace shows it
        never     ///< it is proved
    } known = Known::open;
    std::optional<Trace> trace;
    bool shortest = false;
    std::string how;  ///< never: "proved by ..."
};

/// What can be said with these answers, by index into TransitionCircuit::bads. `limit` is why the rest is open.
/// `recovery_ends`: Encoding::recovery_returns() can be nowhere; only then recovery is said to hold.
SearchResult verdicts(const Encoding& encoding, const std::vector<BadAnswer>& answers, const std::string& limit,
                      bool recovery_ends);

/// Nothing is known, because of this limit.
SearchResult undecided(const system::System& system, const std::string& limit);

/// The moves of a run in which a bad happens, and the states they lead to.
Path path_of(const Encoding& encoding, const BitRun& run);
/// The trace of a run in which a bad happens. Throws BrokenRule if the reference evaluator does not agree.
Trace replayed(const Encoding& encoding, const BitRun& run);
/// ... of an init step with these inputs, whose check fails.
Trace replayed_initial(const Encoding& encoding, const std::vector<bool>& initial_inputs, uint32_t property);

/// The states that these inputs lead through; the circuit computes them.
BitRun simulated(const TransitionCircuit& system, std::vector<bool> initial_inputs,
                 const std::vector<std::vector<bool>>& inputs, uint32_t bad);

/// Whether recovery_returns() is nowhere, asked of a solver.
bool recovery_ends(const Encoding& encoding, const MakeSolver& make_solver);

/// "1 lemma", "2 lemmas".
std::string counted(uint64_t number, const std::string& what);

}  // namespace untorn::checker::symbolic
