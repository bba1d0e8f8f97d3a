// An incremental SAT solver, as little of one as the engines need: clauses stay, assumptions hold for one query, and an
// unsatisfiable query says which assumptions it needed. Een, Sorensson, "An extensible SAT-solver", SAT 2003.
//
// Literals are DIMACS integers: a variable v > 0, or its negation -v.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace untorn::checker::symbolic {

/// Counts what solvers do, so that an engine can be stopped, or told to wait, at the same point whatever the load of
/// the machine. One unit is a short query, or a part of a long one: 30 to 100 microseconds.
class WorkMeter {
 public:
    virtual ~WorkMeter() = default;
    /// Before a query. May wait; may throw, which ends the engine.
    virtual void pay(uint64_t units) = 0;
    /// Within a query, now and then. May wait; false ends the query, and the next call of pay(0) throws.
    virtual bool go_on(uint64_t units) = 0;
};

class SatSolver {
 public:
    enum class Answer { satisfiable, unsatisfiable, interrupted };

    virtual ~SatSolver() = default;

    virtual int new_variable() = 0;
    virtual void add_clause(std::span<const int> literals) = 0;
    /// `interrupted` only if the flag given to interrupt_with() was set meanwhile.
    virtual Answer solve(std::span<const int> assumptions) = 0;
    /// The same where `clause` holds, too, in this query only. Here by a variable that switches the clause on, and off
    /// for good with the next call; a solver with something better overrides it. needed() is about assumptions only.
    virtual Answer solve_where(std::span<const int> clause, std::span<const int> assumptions);
    /// After satisfiable: the literal's value. Variables that no clause mentions are false.
    virtual bool value(int literal) = 0;
    /// After unsatisfiable: whether the assumption was needed. The needed ones together are unsatisfiable.
    virtual bool needed(int assumption) = 0;
    /// Ends queries early once it is set; it must outlive the solver. nullptr: nothing does.
    virtual void interrupt_with(const std::atomic<bool>* flag) = 0;
    /// Tells the meter of its work; it must outlive the solver. nullptr: nobody. A solver that cannot be metered
    /// ignores it.
    virtual void meter_with(WorkMeter* /*meter*/) {}
    /// From which copy of the transition relation on it may be given clauses that CaDiCaL has simplified (unrolling.h);
    /// none for a solver that is to check what CaDiCaL says.
    virtual std::optional<size_t> simplified_from() const { return std::nullopt; }

    void add_clause(std::initializer_list<int> literals) {
        add_clause(std::span<const int>(literals.begin(), literals.size()));
    }

 private:
    int switch_ = 0;  ///< of the last solve_where()
};

/// Makes solvers, so that an engine can be run with any of them.
using MakeSolver = std::function<std::unique_ptr<SatSolver>()>;

/// CaDiCaL (Biere and others): the solver of the engines.
std::unique_ptr<SatSolver> make_cadical();
/// Z3 (de Moura, Bjorner): slower here, but nothing of it is CaDiCaL. It re-checks proofs, and tests run engines with
/// it.
std::unique_ptr<SatSolver> make_z3();

}  // namespace untorn::checker::symbolic
