// Bounded search: runs of 0 steps, of 1 step, and so on, by a SAT solver that keeps what it has learnt. Biere, Cimatti,
// Clarke, Zhu, "Symbolic model checking without BDDs", TACAS 1999; incremental as in Een, Sorensson, "Temporal
// induction by incremental SAT solving", BMC 2003.
//
// All open properties are asked for at once. Steps are counted as the explicit search with `--order steps` does: a
// power loss is a fault and no step, so runs of s steps end in frames s, s + 1, ... up to the number of losses. What is
// found has the fewest steps, and among those runs the fewest faults: the solver is asked for fewer until there are
// none. It never says `holds`: where nothing is found, nothing is there within so many steps.
#pragma once

#include <variant>

#include "checker/explicit/search.h"
#include "checker/symbolic/unrolling.h"
#include "checker/symbolic/verdicts.h"
#include "checker/symbolic/watch.h"

namespace untorn::checker::symbolic {

/// Where no limit is given.
inline constexpr uint64_t default_max_steps = 100;

/// Answers within bounds. Limits: steps (SearchOptions::max_steps), time, memory, interrupt; stop_early ends it at the
/// first number of steps with a violation.
std::variant<SearchResult, Inconsistency> bmc(const system::System& system, const SearchOptions& options,
                                              const MakeSolver& make_solver = make_cadical);

/// The search by hand, for engines that need one: number of steps by number of steps.
class BoundedSearch {
 public:
    /// All must outlive it. Looks at the init step.
    BoundedSearch(const Encoding& encoding, const MakeSolver& make_solver, const Watch& watch);

    /// Looks at runs of one step more (first: of none). Throws LimitReached.
    void next();
    /// Nothing open happens in runs of less than so many steps.
    uint64_t steps() const { return steps_; }
    /// There is no run of steps() - 1 steps or more in which no check fails: nothing else ever happens.
    bool complete() const { return complete_; }
    const std::vector<BadAnswer>& answers() const { return answers_; }
    /// Something is left to look for.
    bool open() const;
    /// Something was found that is a violation, no witness of a cover.
    bool violated() const;
    uint64_t bytes() const { return unrolling_.bytes(); }

 private:
    /// A way in which a bad happens in a run of the steps in hand.
    struct Target {
        uint32_t bad = 0;
        size_t frame = 0;
        int literal = 0;  ///< implies that it happens there
    };
    void look_at_init(const MakeSolver& make_solver);
    std::vector<Target> targets();
    int target(uint32_t bad, size_t frame, uint64_t losses, std::optional<bool> by_loss);
    bool ask(const std::vector<int>& assumptions);
    int one_of(std::vector<int> targets);
    void found(uint32_t bad, const std::vector<Target>& all);
    BitRun run(const Target& target);
    /// A literal that implies: the target is reached, with at most so many faults.
    int with_faults(const Target& target, uint64_t most);
    Bits faults_before(size_t frame);

    const Encoding& encoding_;
    const TransitionCircuit& system_;
    const Watch& watch_;
    std::unique_ptr<SatSolver> solver_;
    Unrolling unrolling_;
    uint64_t most_losses_ = 0;
    uint64_t steps_ = 0;
    bool complete_ = false;
    std::vector<BadAnswer> answers_;
    Circuit numbers_;  ///< sums of faults, over inputs that are bound to the frames'
    Cnf numbers_cnf_;
    std::vector<Bits> sums_;  ///< by frame: faults up to it
};

/// A limit with how far it got: `--time 10 s: no violation within 12 steps`.
std::string within(const std::string& limit, const BoundedSearch& search);

}  // namespace untorn::checker::symbolic
