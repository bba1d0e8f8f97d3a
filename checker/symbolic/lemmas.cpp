#include "checker/symbolic/lemmas.h"

#include <algorithm>
#include <set>

#include "checker/explicit/limits.h"
#include "checker/result/description.h"
#include "checker/symbolic/cnf.h"

namespace untorn::checker::symbolic {

using Solved = SatSolver::Answer;
using system::State;

namespace {

/// One step in a solver, before and after it.
class LemmaStep {
 public:
    LemmaStep(const TransitionCircuit& system, const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : system_(system), solver_(make_solver()), before_(system.circuit, *solver_), after_(system.circuit, *solver_) {
        solver_->interrupt_with(interrupt);
        for (const Latch& latch : system.latches) after_.bind(latch.current, before_.literal(latch.next));
        for (Lit claim : system.claims) after_.literal(claim);
    }

    SatSolver& solver() { return *solver_; }
    int before(Lit lit) { return before_.literal(lit); }
    int after(Lit lit) { return after_.literal(lit); }
    bool has(Lit lit) const { return before_.has(lit); }
    int claim_before(uint32_t lemma) { return before(system_.claims[lemma]); }
    int claim_after(uint32_t lemma) { return after(system_.claims[lemma]); }

 private:
    const TransitionCircuit& system_;
    std::unique_ptr<SatSolver> solver_;
    Cnf before_, after_;
};

bool satisfiable(SatSolver& solver, const std::vector<int>& assumptions) {
    const Solved answer = solver.solve(assumptions);
    if (answer == Solved::interrupted) throw LimitReached{"interrupted"};
    return answer == Solved::satisfiable;
}

bool holds_initially(const TransitionCircuit& system, uint32_t lemma, const MakeSolver& make_solver,
                     const std::atomic<bool>* interrupt) {
    const auto solver = make_solver();
    solver->interrupt_with(interrupt);
    Cnf cnf(system.circuit, *solver), start(system.circuit, *solver);
    for (const Latch& latch : system.latches) start.bind(latch.current, cnf.literal(latch.initial));
    solver->add_clause({cnf.literal(system.initial_possible)});
    return !satisfiable(*solver, {-start.literal(system.claims[lemma])});
}

/// The least model of the literals, the first one most significant, false before true; of all that satisfy the
/// assumptions, which it extends. There is one.
void make_least(SatSolver& solver, const std::vector<int>& literals, std::vector<int>& assumptions) {
    if (!satisfiable(solver, assumptions)) throw BrokenRule{"a query that has a model has none"};
    std::vector<bool> model;
    const auto read = [&] {
        model.clear();
        for (int literal : literals) model.push_back(solver.value(literal));
    };
    read();
    for (size_t i = 0; i < literals.size(); ++i) {
        assumptions.push_back(-literals[i]);
        if (!model[i]) continue;
        if (satisfiable(solver, assumptions))
            read();
        else
            assumptions.back() = literals[i];
    }
    if (!satisfiable(solver, assumptions)) throw BrokenRule{"a query that has a model has none"};
}

/// Finds a counterexample, and what of its state matters.
class Search {
 public:
    Search(const Encoding& encoding, uint32_t lemma, const MakeSolver& make_solver, const std::atomic<bool>* interrupt)
        : encoding_(encoding),
          system_(encoding.transition()),
          lemma_(lemma),
          make_solver_(make_solver),
          interrupt_(interrupt) {}

    bool found() {
        LemmaStep step(system_, make_solver_, interrupt_);
        SatSolver& solver = step.solver();
        solver.add_clause({step.before(system_.well_formed)});
        solver.add_clause({step.before(system_.possible)});
        for (uint32_t lemma = 0; lemma < system_.claims.size(); ++lemma) solver.add_clause({step.claim_before(lemma)});
        solver.add_clause({-step.claim_after(lemma_)});
        if (!satisfiable(solver, {})) return false;
        std::vector<int> literals;
        for (Lit input : system_.step_inputs) literals.push_back(step.before(input));
        for (const Latch& latch : system_.latches) literals.push_back(step.before(latch.current));
        std::vector<int> assumptions;
        make_least(solver, literals, assumptions);
        for (size_t i = 0; i < literals.size(); ++i)
            (i < system_.step_inputs.size() ? inputs_ : state_).push_back(solver.value(literals[i]));
        return true;
    }

    /// Latches: with their values and these inputs, the step can always be made, and the lemma never holds after it.
    /// None can be left out.
    std::vector<uint32_t> needed_latches() {
        LemmaStep step(system_, make_solver_, interrupt_);
        SatSolver& solver = step.solver();
        solver.add_clause({-step.before(system_.possible), step.claim_after(lemma_)});
        std::vector<int> inputs;
        for (size_t i = 0; i < inputs_.size(); ++i) {
            const int literal = step.before(system_.step_inputs[i]);
            inputs.push_back(inputs_[i] ? literal : -literal);
        }
        const auto fails_without = [&](const std::vector<uint32_t>& latches, uint32_t left_out) {
            std::vector<int> assumptions = inputs;
            for (uint32_t latch : latches) {
                if (latch == left_out) continue;
                const int literal = step.before(system_.latches[latch].current);
                assumptions.push_back(state_[latch] ? literal : -literal);
            }
            return !satisfiable(solver, assumptions);
        };
        std::vector<uint32_t> latches;
        for (uint32_t latch = 0; latch < state_.size(); ++latch) latches.push_back(latch);
        for (uint32_t latch = static_cast<uint32_t>(state_.size()); latch-- > 0;)
            if (fails_without(latches, latch)) std::erase(latches, latch);
        return latches;
    }

    /// With the evaluator's agreement.
    CounterexampleToInduction described();

 private:
    const Encoding& encoding_;
    const TransitionCircuit& system_;
    uint32_t lemma_;
    const MakeSolver& make_solver_;
    const std::atomic<bool>* interrupt_;
    std::vector<bool> inputs_, state_;
};

/// That the step can be made in the state.
bool is_enabled(const system::System& system, const system::Evaluator& evaluator, const TraceStep& step,
                const State& state, uint64_t losses) {
    if (step.kind == TraceStep::Kind::power_loss) {
        return losses < static_cast<uint64_t>(system.power_loss->budget) &&
               evaluator.can_choose(system.power_loss->step, state, system::none, 0, step.choices);
    }
    const auto enabled = evaluator.enabled(state, losses > 0);
    return std::ranges::find(enabled, system::Instance{step.transition, step.identity, step.choices}) != enabled.end();
}

std::string where_it_stands(const system::System& system, const system::Actor& actor, const std::string& who,
                            int64_t location) {
    if (location == system::not_started) return who + " has not started";
    if (location == system::ended) return who + " has ended";
    const system::Location& place = actor.locations[static_cast<size_t>(location)];
    const LineIndex& file = system.files[place.span.file];
    return who + " stands at " + file.path.substr(file.path.rfind('/') + 1) + ":" +
           std::to_string(file.place(place.span.begin).line) + ": " + place.text;
}

CounterexampleToInduction Search::described() {
    const system::System& system = encoding_.system();
    const system::Evaluator evaluator(system);
    CounterexampleToInduction found;
    found.lemma = lemma_;
    found.state = encoding_.cells(state_);
    found.losses = encoding_.losses(state_);
    found.step = encoding_.move(state_, inputs_);
    const State before{found.state};
    if (!is_enabled(system, evaluator, found.step, before, found.losses))
        throw BrokenRule{"a step that breaks a lemma is not enabled"};
    const system::Executed executed = execute(system, evaluator, found.step, before);
    if (!executed.next) throw BrokenRule{"a step that breaks a lemma fails a check"};
    const bool lost = found.losses > 0 || found.step.kind == TraceStep::Kind::power_loss;
    const system::Lemma& lemma = system.lemmas[lemma_];
    if (lemma.after_loss != lost || evaluator.evaluate(lemma.expr, *executed.next) != 0)
        throw BrokenRule{"a lemma holds where it was found not to"};
    for (const system::Lemma& other : system.lemmas)
        if (other.after_loss == (found.losses > 0) && evaluator.evaluate(other.expr, before) == 0)
            throw BrokenRule{"a lemma does not hold where it was found to"};
    describe(system, evaluator, found.step, before, executed);

    std::optional<size_t> mover;  // its counter: the step says where it stands
    if (found.step.kind == TraceStep::Kind::step) {
        const system::Actor& actor = system.actors[system.transitions[found.step.transition].actor];
        mover = evaluator.cell(actor.counter, std::vector<int64_t>(actor.identity ? 1 : 0, found.step.identity));
    }
    for (uint32_t latch : needed_latches())
        if (const uint32_t cell = system_.latches[latch].cell; cell != no_cell) found.matters[cell] = found.state[cell];
    for (const auto& [cell, value] : found.matters) {
        const system::Variable& variable = system.variables[evaluator.variable_of(cell)];
        const std::string name = evaluator.cell_name(cell);
        if (variable.storage != system::Storage::counter)
            found.values.emplace_back(name, system.types.text(variable.type, value));
        else if (cell != mover)
            found.places.push_back(where_it_stands(system, system.actors[variable.actor], name, value));
    }
    return found;
}

}  // namespace

std::vector<uint32_t> inductive_lemmas(const TransitionCircuit& system, const MakeSolver& make_solver,
                                       const std::atomic<bool>* interrupt) try {
    std::vector<uint32_t> kept;
    for (uint32_t lemma = 0; lemma < system.claims.size(); ++lemma)
        if (holds_initially(system, lemma, make_solver, interrupt)) kept.push_back(lemma);
    if (kept.empty()) return kept;
    LemmaStep step(system, make_solver, interrupt);
    step.solver().add_clause({step.before(system.well_formed)});
    step.solver().add_clause({step.before(system.possible)});
    // All that is asked for, before the first query.
    for (uint32_t lemma : kept) step.claim_before(lemma);
    for (size_t i = 0; i < kept.size();) {
        std::vector<int> assumptions{-step.claim_after(kept[i])};
        for (uint32_t lemma : kept) assumptions.push_back(step.claim_before(lemma));
        if (!satisfiable(step.solver(), assumptions)) {
            ++i;
            continue;
        }
        kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
        i = 0;  // the others have to do without it
    }
    return kept;
} catch (const LimitReached&) {
    return {};
}

std::optional<CounterexampleToInduction> counterexample_to_induction(const Encoding& encoding, uint32_t lemma,
                                                                     const MakeSolver& make_solver,
                                                                     const std::atomic<bool>* interrupt) {
    Search search(encoding, lemma, make_solver, interrupt);
    if (!search.found()) return std::nullopt;
    return search.described();
}

}  // namespace untorn::checker::symbolic
