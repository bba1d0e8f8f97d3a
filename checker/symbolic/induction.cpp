#include "checker/symbolic/induction.h"

#include <algorithm>
#include <new>

#include "checker/explicit/limits.h"
#include "checker/symbolic/progress_search.h"

namespace untorn::checker::symbolic {

using Known = BadAnswer::Known;

namespace {

std::vector<Lit> asked(const TransitionCircuit& system) {
    std::vector<Lit> lits;
    for (const Bad& bad : system.bads) lits.push_back(bad.happens);
    return lits;
}

}  // namespace

InductionStep::InductionStep(const TransitionCircuit& system, const MakeSolver& make_solver, const Watch& watch)
    : system_(system),
      watch_(watch),
      solver_(make_solver()),
      unrolling_(system, *solver_, Unrolling::From::anywhere, asked(system)),
      hypotheses_(system.bads.size(), 0),
      hypothesis_to_(system.bads.size(), 0) {
    solver_->interrupt_with(watch.flag());
}

void InductionStep::extend() {
    unrolling_.extend();
    for (uint32_t bad : proved_) solver_->add_clause({-unrolling_.literal(k(), system_.bads[bad].happens)});
}

int InductionStep::hypothesis(uint32_t bad) {
    int& literal = hypotheses_[bad];
    if (literal == 0) literal = solver_->new_variable();
    // A move that is made fails no check.
    size_t& to = hypothesis_to_[bad];
    for (; to < k(); ++to)
        if (!system_.bads[bad].of_move)
            solver_->add_clause({-literal, -unrolling_.literal(to, system_.bads[bad].happens)});
    return literal;
}

void InductionStep::add_proved(const std::vector<uint32_t>& bads) {
    for (uint32_t bad : bads) {
        proved_.push_back(bad);
        for (size_t frame = 0; frame <= k(); ++frame)
            solver_->add_clause({-unrolling_.literal(frame, system_.bads[bad].happens)});
    }
}

void InductionStep::differ(Pair pair) {
    pairs_.push_back(pair);
    std::vector<int> some;
    for (uint32_t latch : unrolling_.latches()) {
        const int a = unrolling_.literal(pair.first, system_.latches[latch].current);
        const int b = unrolling_.literal(pair.second, system_.latches[latch].current);
        const int here = solver_->new_variable();
        solver_->add_clause({-here, a, b});
        solver_->add_clause({-here, -a, -b});
        some.push_back(here);
    }
    solver_->add_clause(some);
}

/// In the model; then they must differ from now on.
bool InductionStep::repeats_a_state() {
    std::vector<std::vector<bool>> states;
    for (size_t frame = 0; frame <= k(); ++frame) {
        std::vector<bool> state;
        for (uint32_t latch : unrolling_.latches())
            state.push_back(solver_->value(unrolling_.literal(frame, system_.latches[latch].current)));
        states.push_back(std::move(state));
    }
    bool repeats = false;
    for (size_t j = 1; j < states.size(); ++j)
        for (size_t i = 0; i < j; ++i)
            if (states[i] == states[j]) {
                differ({i, j});
                repeats = true;
            }
    return repeats;
}

bool InductionStep::can_happen(const std::vector<uint32_t>& bads, const std::vector<int>& assumptions) {
    std::vector<int> any;
    for (uint32_t bad : bads) any.push_back(unrolling_.literal(k(), system_.bads[bad].happens));
    const int now = solver_->new_variable();
    any.push_back(-now);
    solver_->add_clause(any);
    std::vector<int> assumed = assumptions;
    assumed.push_back(now);
    assumed.push_back(unrolling_.exists(k()));
    for (;;) {
        watch_.check(bytes());
        const SatSolver::Answer answer = solver_->solve(assumed);
        if (answer == SatSolver::Answer::interrupted) watch_.give_up();
        if (answer == SatSolver::Answer::unsatisfiable) return false;
        if (!repeats_a_state()) return true;
    }
}

std::vector<uint32_t> InductionStep::inductive(std::vector<uint32_t> bads) {
    while (!bads.empty()) {
        std::vector<int> assumptions;
        for (uint32_t bad : bads) assumptions.push_back(hypothesis(bad));
        // Which of them can happen is to be known before anything else is added to the solver.
        if (!can_happen(bads, assumptions)) break;
        std::vector<bool> happens;
        for (uint32_t bad : bads) happens.push_back(solver_->value(unrolling_.literal(k(), system_.bads[bad].happens)));
        size_t i = 0;
        std::erase_if(bads, [&](uint32_t) { return happens[i++]; });
    }
    return bads;
}

namespace {

/// What is proved at once.
struct Proof {
    std::vector<uint32_t> bads;  ///< the new ones
    size_t k = 0;
};

class Induction {
 public:
    Induction(const Encoding& encoding, const SearchOptions& options, const MakeSolver& make_solver,
              const MakeSolver& make_checker)
        : encoding_(encoding),
          options_(options),
          make_solver_(make_solver),
          make_checker_(make_checker),
          watch_(options),
          base_(encoding, make_solver, watch_),
          step_(encoding.transition(), make_solver, watch_),
          answers_(base_.answers()) {}

    SearchResult run() {
        const uint64_t most = options_.max_steps > 0 ? options_.max_steps : default_max_steps;
        std::string limit;
        try {
            while (!open().empty()) {
                if (base_.steps() > most) throw LimitReached{"--max-steps " + std::to_string(most)};
                if (options_.stop_early && base_.violated()) throw LimitReached{"--stop-early"};
                round();
                report();
            }
            limit = "k-induction";
        } catch (const LimitReached& reached) {
            limit = within(reached.what, base_);
        } catch (const std::bad_alloc&) {
            limit = within("out of memory", base_);
        }
        SearchResult result = verdicts(encoding_, answers_, limit, recovery_ends(encoding_, make_checker_));
        prove_progress_by_induction(encoding_, {options_, watch_, make_solver_, make_checker_}, result);
        result.engine = "induction";
        const uint64_t steps = base_.steps() == 0 ? 0 : base_.steps() - 1;
        result.reached = "runs of up to " + std::to_string(steps) + (steps == 1 ? " step" : " steps") +
                         ", k = " + std::to_string(step_.k());
        return result;
    }

 private:
    std::vector<uint32_t> open() const {
        std::vector<uint32_t> bads;
        for (uint32_t i = 0; i < answers_.size(); ++i)
            if (answers_[i].known == Known::open) bads.push_back(i);
        return bads;
    }

    /// Runs of k steps, then the step with k moves: what does not happen in runs of up to k steps does not happen in
    /// runs of up to k moves.
    void round() {
        base_.next();
        for (size_t i = 0; i < answers_.size(); ++i)
            if (base_.answers()[i].known == Known::happens) answers_[i] = base_.answers()[i];
        if (base_.complete()) return all_runs_seen();
        if (base_.steps() > 1) step_.extend();
        const std::vector<uint32_t> proved = step_.inductive(open());
        if (proved.empty()) return;
        check_again(proved);
        step_.add_proved(proved);
        earlier_.push_back({proved, step_.k()});
        for (uint32_t bad : proved)
            answers_[bad] = {Known::never, std::nullopt, false,
                             "proved by k-induction, k = " + std::to_string(step_.k())};
    }

    /// No run goes on after so many steps, and nothing else happened.
    void all_runs_seen() {
        const std::vector<uint32_t> rest = open();
        BoundedSearch again(encoding_, make_checker_, watch_);
        while (!again.complete() && again.steps() < base_.steps()) again.next();
        if (!again.complete()) throw BrokenRule{"two solvers disagree on how long runs are"};
        demand_nothing(again, rest);
        const std::string longest = base_.steps() < 2 ? "there is no initial state"
                                                      : "no run has more than " + std::to_string(base_.steps() - 2) +
                                                            (base_.steps() == 3 ? " step" : " steps");
        for (uint32_t bad : rest) answers_[bad] = {Known::never, std::nullopt, false, "proved: " + longest};
    }

    void demand_nothing(const BoundedSearch& again, const std::vector<uint32_t>& bads) const {
        for (uint32_t bad : bads)
            if (again.answers()[bad].known != Known::open)
                throw BrokenRule{"two solvers disagree on whether something happens in short runs"};
    }

    /// Base and step once more, in fresh solvers of the other kind.
    void check_again(const std::vector<uint32_t>& proved) {
        BoundedSearch base(encoding_, make_checker_, watch_);
        while (base.steps() <= step_.k()) base.next();
        demand_nothing(base, proved);
        InductionStep step(encoding_.transition(), make_checker_, watch_);
        for (const Proof& before : earlier_) step.add_proved(before.bads);
        while (step.k() < step_.k()) step.extend();
        for (const InductionStep::Pair& pair : step_.pairs()) step.differ(pair);
        if (step.inductive(proved) != proved)
            throw BrokenRule{"two solvers disagree on an induction step, k = " + std::to_string(step_.k())};
    }

    void report() const {
        if (!options_.progress) return;
        SearchProgress now;
        now.engine = "induction";
        now.depth = base_.steps();
        now.bytes = base_.bytes() + step_.bytes();
        options_.progress(now);
    }

    const Encoding& encoding_;
    const SearchOptions& options_;
    const MakeSolver &make_solver_, &make_checker_;
    Watch watch_;
    BoundedSearch base_;
    InductionStep step_;
    std::vector<BadAnswer> answers_;
    std::vector<Proof> earlier_;
};

}  // namespace

std::variant<SearchResult, Inconsistency> induction(const system::System& system, const SearchOptions& options,
                                                    const MakeSolver& make_solver, const MakeSolver& make_checker) {
    try {
        const Encoding encoding(system);
        return Induction(encoding, options, make_solver, make_checker).run();
    } catch (const LimitReached& reached) {
        SearchResult result = undecided(system, reached.what);
        result.engine = "induction";
        result.reached = "nothing";
        return result;
    } catch (const BrokenRule& broken) {
        return Inconsistency{broken.what};
    }
}

}  // namespace untorn::checker::symbolic
