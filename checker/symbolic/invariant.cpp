#include "checker/symbolic/invariant.h"

#include <algorithm>
#include <deque>
#include <memory>

#include "checker/symbolic/cnf.h"

namespace untorn::checker::symbolic {

namespace {

using Answer = SatSolver::Answer;

/// One step in a solver: latches before and after it.
class Step {
 public:
    Step(const TransitionCircuit& system, const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : system_(system), solver_(make_solver()), before_(system.circuit, *solver_), after_(system.circuit, *solver_) {
        solver_->interrupt_with(interrupt);
        solver_->add_clause({before_.literal(system.well_formed)});
        possible_ = before_.literal(system.possible);
        for (const Latch& latch : system.latches) after_.bind(latch.current, before_.literal(latch.next));
    }

    SatSolver& solver() { return *solver_; }
    int possible() const { return possible_; }
    int before(Lit lit) { return before_.literal(lit); }
    int after(Lit lit) { return after_.literal(lit); }
    std::vector<int> before(const Clause& clause) { return literals(clause, before_); }
    std::vector<int> after(const Clause& clause) { return literals(clause, after_); }

 private:
    std::vector<int> literals(const Clause& clause, Cnf& cnf) {
        std::vector<int> made;
        for (const LatchValue& part : clause) {
            const int literal = cnf.literal(system_.latches[part.latch].current);
            made.push_back(part.value ? literal : -literal);
        }
        return made;
    }

    const TransitionCircuit& system_;
    std::unique_ptr<SatSolver> solver_;
    Cnf before_, after_;
    int possible_;
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
    Answer violates(Lit lit) { return solver_->solve(std::vector<int>{-cnf_.literal(lit)}); }

 private:
    const TransitionCircuit& system_;
    std::unique_ptr<SatSolver> solver_;
    Cnf cnf_;
};

/// Notes the first obligation that is not unsatisfiable.
struct Asked {
    std::optional<BrokenObligation> broken;

    bool stands(Answer answer, BrokenObligation::Kind kind, const Clause* clause = nullptr) {
        if (answer == Answer::unsatisfiable) return true;
        broken.emplace();
        broken->kind = answer == Answer::interrupted ? BrokenObligation::Kind::interrupted : kind;
        if (clause) broken->clause = *clause;
        return false;
    }
};

void negate(std::vector<int>& literals) {
    for (int& literal : literals) literal = -literal;
}

/// Lemmas that can be switched on one by one, and what each needs to be kept by every move.
class Switched {
 public:
    Switched(const TransitionCircuit& system, std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
             const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : step_(system, make_solver, interrupt), lemmas_(lemmas), used_(lemmas.size(), true) {
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
        for (uint32_t bad : bads) any.push_back(step_.before(system.bads[bad].happens));
        step_.solver().add_clause(any);
    }

    static constexpr size_t safety = SIZE_MAX;

    bool uses(size_t lemma) const { return used_[lemma]; }
    void use(size_t lemma, bool yes) { used_[lemma] = yes; }

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
            if (used_[i]) assumptions.push_back(switches_[i]);
        return step_.solver().solve(assumptions);
    }
    /// After unsatisfiable: the used lemmas that were needed.
    std::vector<size_t> needed() {
        std::vector<size_t> made;
        for (size_t i = 0; i < used_.size(); ++i)
            if (used_[i] && step_.solver().needed(switches_[i])) made.push_back(i);
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
    /// Puts all functions that are asked for into the solver, which must not be changed between an answer and its
    /// value.
    void prepare() {
        for (const ClauseOrbit& lemma : lemmas_)
            for (const Clause& clause : lemma) step_.after(clause);
    }

 private:
    Step step_;
    std::span<const ClauseOrbit> lemmas_;
    std::vector<bool> used_;
    std::vector<int> switches_;
    int happens_ = 0;
};

/// The search of smallest_invariant(): which lemmas each lemma needs, kept up to date while lemmas go.
class Shrinking {
 public:
    Shrinking(Switched& system, size_t count) : system_(system), count_(count), needs_(count) {}

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
    bool drop(size_t lemma) {
        const auto needs = needs_;
        const auto safety_needs = safety_needs_;
        std::vector<size_t> gone;
        std::deque<size_t> open{lemma};
        system_.use(lemma, false);
        bool safe = true;
        while (safe && !open.empty()) {
            const size_t next = open.front();
            open.pop_front();
            gone.push_back(next);
            if (contains(safety_needs_, next)) safe = ask(Switched::safety);
            for (size_t i = 0; safe && i < count_; ++i) {
                if (!system_.uses(i) || !contains(needs_[i], next) || ask(i)) continue;
                system_.use(i, false);
                open.push_back(i);
            }
        }
        if (safe && !interrupted_) return true;
        for (size_t i : gone) system_.use(i, true);
        for (size_t i : open) system_.use(i, true);
        needs_ = needs;
        safety_needs_ = safety_needs;
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
    bool interrupted_ = false;
};

}  // namespace

std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const ClauseOrbit> lemmas,
                                                std::span<const uint32_t> bads, const MakeSolver& make_solver,
                                                const std::atomic<bool>* interrupt) {
    return check_invariant(system, std::span<const ClauseOrbit>(), lemmas, bads, make_solver, interrupt);
}

std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const ClauseOrbit> known,
                                                std::span<const ClauseOrbit> lemmas, std::span<const uint32_t> bads,
                                                const MakeSolver& make_solver, const std::atomic<bool>* interrupt) {
    using Kind = BrokenObligation::Kind;
    Asked asked;
    Start start(system, make_solver, interrupt);
    if (!asked.stands(start.violates(system.well_formed), Kind::initial)) return asked.broken;
    for (const ClauseOrbit& lemma : lemmas)
        for (const Clause& clause : lemma)
            if (!asked.stands(start.violates(clause), Kind::initial, &clause)) return asked.broken;

    Step step(system, make_solver, interrupt);
    for (const auto& used : {known, lemmas})
        for (const ClauseOrbit& lemma : used)
            for (const Clause& clause : lemma) step.solver().add_clause(step.before(clause));
    for (uint32_t bad : bads)
        if (!asked.stands(step.solver().solve(std::vector{step.before(system.bads[bad].happens)}), Kind::safety))
            return asked.broken;
    step.solver().add_clause({step.possible()});
    if (!asked.stands(step.solver().solve(std::vector{-step.after(system.well_formed)}), Kind::consecution))
        return asked.broken;
    for (const ClauseOrbit& lemma : lemmas)
        for (const Clause& clause : lemma) {
            std::vector<int> assumptions = step.after(clause);
            negate(assumptions);
            if (!asked.stands(step.solver().solve(assumptions), Kind::consecution, &clause)) return asked.broken;
        }
    return {};
}

std::optional<BrokenObligation> check_invariant(const TransitionCircuit& system, std::span<const Lit> known,
                                                std::span<const Lit> conjuncts, std::span<const uint32_t> bads,
                                                const MakeSolver& make_solver, const std::atomic<bool>* interrupt) {
    using Kind = BrokenObligation::Kind;
    Asked asked;
    Start start(system, make_solver, interrupt);
    if (!asked.stands(start.violates(system.well_formed), Kind::initial)) return asked.broken;
    for (Lit conjunct : conjuncts)
        if (!asked.stands(start.violates(conjunct), Kind::initial)) return asked.broken;
    Step step(system, make_solver, interrupt);
    for (Lit conjunct : known) step.solver().add_clause({step.before(conjunct)});
    for (Lit conjunct : conjuncts) step.solver().add_clause({step.before(conjunct)});
    for (uint32_t bad : bads)
        if (!asked.stands(step.solver().solve(std::vector{step.before(system.bads[bad].happens)}), Kind::safety))
            return asked.broken;
    step.solver().add_clause({step.possible()});
    if (!asked.stands(step.solver().solve(std::vector{-step.after(system.well_formed)}), Kind::consecution))
        return asked.broken;
    for (Lit conjunct : conjuncts)
        if (!asked.stands(step.solver().solve(std::vector{-step.after(conjunct)}), Kind::consecution))
            return asked.broken;
    return {};
}

std::vector<ClauseOrbit> largest_inductive(const TransitionCircuit& system, std::vector<ClauseOrbit> candidates,
                                           const MakeSolver& make_solver, const std::atomic<bool>* interrupt) {
    Start start(system, make_solver, interrupt);
    std::erase_if(candidates, [&](const ClauseOrbit& lemma) {
        return std::any_of(lemma.begin(), lemma.end(),
                           [&](const Clause& clause) { return start.violates(clause) != Answer::unsatisfiable; });
    });
    Switched switched(system, candidates, {}, make_solver, interrupt);
    switched.prepare();
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

std::vector<ClauseOrbit> smallest_invariant(const TransitionCircuit& system, std::vector<ClauseOrbit> lemmas,
                                            std::span<const uint32_t> bads, const MakeSolver& make_solver,
                                            const std::atomic<bool>* interrupt) {
    Switched switched(system, lemmas, bads, make_solver, interrupt);
    Shrinking shrinking(switched, lemmas.size());
    if (!shrinking.close()) return lemmas;
    // Long lemmas first, so that short ones stay; each is tried once: what safety needs now, it needs of fewer, too.
    std::vector<size_t> order(lemmas.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return lemmas[a].front().size() > lemmas[b].front().size(); });
    for (size_t lemma : order) {
        if (switched.uses(lemma)) shrinking.drop(lemma);
        if (shrinking.interrupted()) return lemmas;
    }
    std::vector<ClauseOrbit> kept;
    for (size_t i = 0; i < lemmas.size(); ++i)
        if (switched.uses(i)) kept.push_back(std::move(lemmas[i]));
    return kept;
}

}  // namespace untorn::checker::symbolic
