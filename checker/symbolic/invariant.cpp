#include "checker/symbolic/invariant.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>

#include "checker/symbolic/cnf.h"
#include "checker/symbolic/step_clauses.h"

namespace untorn::checker::symbolic {

namespace {

using Answer = SatSolver::Answer;

/// One step in a solver: latches before and after it.
class Step {
 public:
    Step(const StepClauses& clauses, const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : clauses_(clauses), solver_(make_solver()) {
        solver_->interrupt_with(interrupt);
        clauses_.put_into(*solver_);
    }

    SatSolver& solver() { return *solver_; }
    int possible() const { return clauses_.possible; }
    int bad(uint32_t bad) const { return clauses_.bads[bad]; }
    std::vector<int> before(const Clause& clause) const { return literals(clause, clauses_.current); }
    std::vector<int> after(const Clause& clause) const { return literals(clause, clauses_.next); }

 private:
    static std::vector<int> literals(const Clause& clause, const std::vector<int>& latches) {
        std::vector<int> made;
        for (const LatchValue& part : clause) made.push_back(part.value ? latches[part.latch] : -latches[part.latch]);
        return made;
    }

    const StepClauses& clauses_;
    std::unique_ptr<SatSolver> solver_;
};

/// Initial states in a solver.
class Start {
 public:
    Start(const TransitionCircuit& system, const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : system_(system), solver_(make_solver()), cnf_(system.circuit, *solver_) {
        solver_->interrupt_with(interrupt);
        solver_->add_clause({cnf_.literal(system.initial_possible)});
        for (const Latch& latch : system.latches) cnf_.bind(latch.current, cnf_.literal(latch.initial));
    }
    Answer violates(const Clause& clause) {
        std::vector<int> assumptions;
        for (const LatchValue& part : clause) {
            const int literal = cnf_.literal(system_.latches[part.latch].current);
            assumptions.push_back(part.value ? -literal : literal);
        }
        return solver_->solve(assumptions);
    }

 private:
    const TransitionCircuit& system_;
    std::unique_ptr<SatSolver> solver_;
    Cnf cnf_;
};

void negate(std::vector<int>& literals) {
    for (int& literal : literals) literal = -literal;
}

/// Lemmas that can be switched on one by one, and what each needs to be kept by every move.
class Switched {
 public:
    Switched(const StepClauses& step, std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
             const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : step_(step, make_solver, interrupt),
          lemmas_(lemmas),
          used_(lemmas.size(), true),
          fixed_(lemmas.size(), false) {
        for (const ClauseOrbit& lemma : lemmas) {
            switches_.push_back(step_.solver().new_variable());
            for (const Clause& clause : lemma) {
                std::vector<int> literals = step_.before(clause);
                literals.push_back(-switches_.back());
                step_.solver().add_clause(literals);
            }
        }
        happens_ = step_.solver().new_variable();
        std::vector<int> any{-happens_};
        for (uint32_t bad : bads) any.push_back(step_.bad(bad));
        step_.solver().add_clause(any);
    }

    static constexpr size_t safety = SIZE_MAX;

    /// Holds whatever is switched on.
    void assume(std::span<const ClauseOrbit> known) {
        for (const ClauseOrbit& lemma : known)
            for (const Clause& clause : lemma) step_.solver().add_clause(step_.before(clause));
    }
    bool uses(size_t lemma) const { return used_[lemma]; }
    void use(size_t lemma, bool yes) { used_[lemma] = yes; }
    /// It stays as it is from now on, which spares the solver a decision; needed() does not name it.
    void fix(size_t lemma) {
        step_.solver().add_clause({used_[lemma] ? switches_[lemma] : -switches_[lemma]});
        fixed_[lemma] = true;
    }

    /// Whether the lemma (or safety) follows after a move from where the used lemmas hold. By symmetry the first clause
    /// of an orbit speaks for it.
    Answer violated(size_t lemma) {
        std::vector<int> assumptions;
        if (lemma == safety) {
            assumptions.push_back(happens_);
        } else {
            assumptions = step_.after(lemmas_[lemma].front());
            negate(assumptions);
            assumptions.push_back(step_.possible());
        }
        for (size_t i = 0; i < used_.size(); ++i)
            if (used_[i] && !fixed_[i]) assumptions.push_back(switches_[i]);
        return step_.solver().solve(assumptions);
    }
    /// After unsatisfiable: the used lemmas that were needed.
    std::vector<size_t> needed() {
        std::vector<size_t> made;
        for (size_t i = 0; i < used_.size(); ++i)
            if (used_[i] && !fixed_[i] && step_.solver().needed(switches_[i])) made.push_back(i);
        return made;
    }
    /// After satisfiable: whether the lemma fails after the move.
    bool fails_after(size_t lemma) {
        return std::any_of(lemmas_[lemma].begin(), lemmas_[lemma].end(), [&](const Clause& clause) {
            const std::vector<int> literals = step_.after(clause);
            return std::none_of(literals.begin(), literals.end(),
                                [&](int literal) { return step_.solver().value(literal); });
        });
    }

 private:
    Step step_;
    std::span<const ClauseOrbit> lemmas_;
    std::vector<bool> used_, fixed_;
    std::vector<int> switches_;
    int happens_ = 0;
};

/// The search of smallest_invariant(): which lemmas each lemma needs, kept up to date while lemmas go.
class Shrinking {
 public:
    Shrinking(Switched& system, size_t count) : system_(system), count_(count), needs_(count), needed_(count, false) {}

    /// Leaves what safety needs, what this needs, and so on. False if interrupted, or if it is no invariant.
    bool close() {
        std::vector<bool> wanted(count_, false);
        std::deque<size_t> open;
        const auto enter = [&](const std::vector<size_t>& lemmas) {
            for (size_t lemma : lemmas)
                if (!wanted[lemma]) wanted[lemma] = true, open.push_back(lemma);
        };
        if (!ask(Switched::safety)) return false;
        enter(safety_needs_);
        while (!open.empty()) {
            const size_t lemma = open.front();
            open.pop_front();
            if (!ask(lemma)) return false;
            enter(needs_[lemma]);
        }
        for (size_t i = 0; i < count_; ++i) system_.use(i, wanted[i]);
        return true;
    }

    /// Takes the lemma out, and with it whatever does not hold without it. Undoes it and says no where safety needs it.
    /// What was needed before, when there were more lemmas, is needed: as soon as it would go, the answer is known.
    bool drop(size_t lemma) {
        const auto needs = needs_;
        const auto safety_needs = safety_needs_;
        std::vector<size_t> gone;
        std::deque<size_t> open;
        bool safe = true;
        const auto leave_out = [&](size_t i) {
            system_.use(i, false);
            open.push_back(i);
            if (needed_[i]) safe = false;
        };
        leave_out(lemma);
        while (safe && !open.empty()) {
            const size_t next = open.front();
            open.pop_front();
            gone.push_back(next);
            if (contains(safety_needs_, next)) safe = ask(Switched::safety);
            for (size_t i = 0; safe && i < count_; ++i) {
                if (!system_.uses(i) || !contains(needs_[i], next) || ask(i)) continue;
                if (interrupted_) break;
                // The move that breaks it may break others, too.
                for (size_t j = 0; j < count_; ++j)
                    if (system_.uses(j) && system_.fails_after(j)) leave_out(j);
            }
            safe = safe && !interrupted_;
        }
        if (safe) {
            for (size_t i : gone) system_.fix(i);
            return true;
        }
        for (size_t i : gone) system_.use(i, true);
        for (size_t i : open) system_.use(i, true);
        needs_ = needs;
        safety_needs_ = safety_needs;
        if (interrupted_) return false;
        needed_[lemma] = true;
        system_.fix(lemma);
        return false;
    }
    bool interrupted() const { return interrupted_; }

 private:
    static bool contains(const std::vector<size_t>& lemmas, size_t lemma) {
        return std::find(lemmas.begin(), lemmas.end(), lemma) != lemmas.end();
    }
    /// Whether it follows from what is used; if so, what it needs is noted.
    bool ask(size_t lemma) {
        const Answer answer = system_.violated(lemma);
        if (answer == Answer::interrupted) interrupted_ = true;
        if (answer != Answer::unsatisfiable) return false;
        (lemma == Switched::safety ? safety_needs_ : needs_[lemma]) = system_.needed();
        return true;
    }

    Switched& system_;
    size_t count_;
    std::vector<std::vector<size_t>> needs_;
    std::vector<size_t> safety_needs_;
    std::vector<bool> needed_;  ///< dropping it was tried, and is not safe
    bool interrupted_ = false;
};

/// The search of irredundant(). A clause can be left out if its variable in `missing` is true; an orbit of which
/// nothing is left out is switched on by one assumption.
class Single {
 public:
    Single(const StepClauses& step, std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
           const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : step_(step, make_solver, interrupt) {
        SatSolver& solver = step_.solver();
        broken_ = solver.new_variable();
        std::vector<int> ways{-broken_};
        for (const uint32_t bad : bads) ways.push_back(step_.bad(bad));
        for (const ClauseOrbit& lemma : lemmas) {
            Orbit& orbit = orbits_.emplace_back();
            orbit.missing = solver.new_variable();
            for (const Clause& clause : lemma) {
                orbit.parts.push_back(parts_.size());
                Part& part = parts_.emplace_back();
                part.clause = clause;
                part.orbit = orbits_.size() - 1;
                part.missing = solver.new_variable();
                part.fails_after = solver.new_variable();
                std::vector<int> literals = step_.before(clause);
                literals.push_back(part.missing);
                solver.add_clause(literals);
                solver.add_clause({-part.missing, orbit.missing});
                for (const int literal : step_.after(clause)) solver.add_clause({-part.fails_after, -literal});
                solver.add_clause({-part.fails_after, step_.possible()});
                ways.push_back(part.fails_after);
            }
        }
        solver.add_clause(ways);
    }

    /// False if interrupted.
    bool run() {
        // Long clauses first, so that short ones stay.
        std::vector<size_t> order(parts_.size());
        for (size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::ranges::stable_sort(order, std::greater(), [&](size_t i) { return parts_[i].clause.size(); });
        for (bool changed = true; changed;) {
            changed = false;
            for (const size_t i : order) {
                Part& part = parts_[i];
                const bool shown = part.breaks == safety || (part.breaks != nothing && parts_[part.breaks].stays);
                if (!part.stays || shown) continue;
                const Answer answer = fails_without(i);
                if (answer == Answer::interrupted) return false;
                if (answer == Answer::satisfiable) continue;
                part.stays = false;
                orbits_[part.orbit].whole = false;
                step_.solver().add_clause({-part.fails_after});
                changed = true;
            }
        }
        return true;
    }
    std::vector<Clause> clauses(bool all) const {
        std::vector<Clause> made;
        for (const Part& part : parts_)
            if (all || part.stays) made.push_back(part.clause);
        std::ranges::sort(made);
        made.erase(std::unique(made.begin(), made.end()), made.end());
        return made;
    }

 private:
    static constexpr size_t nothing = SIZE_MAX, safety = SIZE_MAX - 1;
    struct Part {
        Clause clause;
        size_t orbit = 0;
        int missing = 0, fails_after = 0;
        bool stays = true;
        size_t breaks = nothing;  ///< what was seen to fail without it
    };
    struct Orbit {
        std::vector<size_t> parts;
        int missing = 0;
        bool whole = true;
    };

    Answer fails_without(size_t left_out) {
        Part& part = parts_[left_out];
        std::vector<int> assumptions = step_.before(part.clause);
        negate(assumptions);
        assumptions.push_back(broken_);
        assumptions.push_back(-part.fails_after);
        for (const Orbit& orbit : orbits_) {
            if (orbit.whole && &orbit != &orbits_[part.orbit]) {
                assumptions.push_back(-orbit.missing);
                continue;
            }
            for (const size_t i : orbit.parts)
                if (parts_[i].stays && i != left_out) assumptions.push_back(-parts_[i].missing);
        }
        SatSolver& solver = step_.solver();
        const Answer answer = solver.solve(assumptions);
        if (answer != Answer::satisfiable) return answer;
        part.breaks = safety;
        for (size_t i = 0; i < parts_.size() && part.breaks == safety; ++i)
            if (parts_[i].stays && solver.value(parts_[i].fails_after)) part.breaks = i;
        return answer;
    }

    Step step_;
    int broken_ = 0;
    std::vector<Part> parts_;
    std::vector<Orbit> orbits_;
};

}  // namespace

std::vector<ClauseOrbit> largest_inductive(const TransitionCircuit& system, std::vector<ClauseOrbit> candidates,
                                           const MakeSolver& make_solver, const std::atomic<bool>* interrupt) {
    Start start(system, make_solver, interrupt);
    std::erase_if(candidates, [&](const ClauseOrbit& lemma) {
        return std::any_of(lemma.begin(), lemma.end(),
                           [&](const Clause& clause) { return start.violates(clause) != Answer::unsatisfiable; });
    });
    const StepClauses clauses(system);
    Switched switched(clauses, candidates, {}, make_solver, interrupt);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < candidates.size(); ++i) {
            if (!switched.uses(i)) continue;
            const Answer answer = switched.violated(i);
            if (answer == Answer::interrupted) return {};
            if (answer == Answer::unsatisfiable) continue;
            for (size_t j = 0; j < candidates.size(); ++j)
                if (switched.uses(j) && switched.fails_after(j)) switched.use(j, false);
            switched.use(i, false);
            changed = true;
        }
    }
    std::vector<ClauseOrbit> kept;
    for (size_t i = 0; i < candidates.size(); ++i)
        if (switched.uses(i)) kept.push_back(std::move(candidates[i]));
    return kept;
}

std::vector<bool> needed_lemmas(const StepClauses& step, std::span<const ClauseOrbit> known,
                                std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
                                const MakeSolver& make_solver, const std::atomic<bool>* interrupt) {
    Switched switched(step, lemmas, bads, make_solver, interrupt);
    switched.assume(known);
    std::vector<bool> needed(lemmas.size(), true);
    if (!Shrinking(switched, lemmas.size()).close()) return needed;
    for (size_t i = 0; i < lemmas.size(); ++i) needed[i] = switched.uses(i);
    return needed;
}

std::vector<ClauseOrbit> smallest_invariant(const StepClauses& step, std::vector<ClauseOrbit> lemmas,
                                            std::span<const uint32_t> bads, const MakeSolver& make_solver,
                                            const std::atomic<bool>* interrupt,
                                            const std::function<void(size_t, size_t)>& progress) {
    Switched switched(step, lemmas, bads, make_solver, interrupt);
    Shrinking shrinking(switched, lemmas.size());
    if (!shrinking.close()) return lemmas;
    // Long lemmas first, so that short ones stay; each is tried once: what safety needs now, it needs of fewer, too.
    std::vector<size_t> order(lemmas.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return lemmas[a].front().size() > lemmas[b].front().size(); });
    for (size_t i = 0; i < order.size(); ++i) {
        progress(i, order.size());
        if (switched.uses(order[i])) shrinking.drop(order[i]);
        if (shrinking.interrupted()) return lemmas;
    }
    std::vector<ClauseOrbit> kept;
    for (size_t i = 0; i < lemmas.size(); ++i)
        if (switched.uses(i)) kept.push_back(std::move(lemmas[i]));
    return kept;
}

std::vector<Clause> irredundant(const StepClauses& step, std::span<const ClauseOrbit> lemmas,
                                std::span<const uint32_t> bads, const MakeSolver& make_solver,
                                const std::atomic<bool>* interrupt) {
    Single search(step, lemmas, bads, make_solver, interrupt);
    const bool done = search.run();
    return search.clauses(!done);
}

}  // namespace untorn::checker::symbolic
