// Relations between the transition instances of a run: which may enable or disable which, and which commute. The base
// of stubborn sets (stubborn.h); computed once, from the codes alone, for all states.
//
// An instance *moves* where its actor stands at the location, its guard holds and no check of it fails: a conjunction.
// What each instance may do to a conjunct is found from the values that the instance's own conjunction leaves for a
// cell and the values that it may store there ("lock is free" is made true by what stores `free`, and by nothing else).
// The relations follow A. Laarman, E. Pater, J. van de Pol, H. Hansen, "Guard-based partial-order reduction" (STTT
// 2016): makers of a conjunct are its necessary enabling set, breakers its necessary disabling set, `conflicts` is the
// relation "do not accord". Every relation errs towards more pairs.
//
// Two instances whose conjunctions exclude each other on a cell are never enabled together, and cannot conflict.
// Stores of the same constant commute. Beyond that, a cell that one may change and the other reads for a value, an
// index or a fault, or stores to, is a conflict.
#pragma once

#include <functional>
#include <vector>

#include "checker/explicit/formula.h"
#include "checker/explicit/goals.h"
#include "checker/explicit/instance_set.h"

namespace untorn::checker {

/// By atom: the instances that may make it true, and those that may make it false.
struct AtomChanges {
    InstanceSet makers, breakers;
};

/// A conjunct that holds stays as it is, wherever the instance can still be enabled later, if one of the two sets does
/// not occur: nothing breaks it, or what was broken is never mended.
struct Keeping {
    InstanceSet breakers;  ///< those enabled together with the instance
    InstanceSet makers;
};

struct Dependence {
    /// `formulas` holds what the instances need; it must not grow afterwards. `merged`: see StubbornOptions. `poll` is
    /// called for each instance, several times, and may throw.
    Dependence(
        CodeAnalysis& analysis, const Formulas& formulas, const Enabledness& enabledness,
        const std::vector<bool>& merged = {}, const std::function<void()>& poll = [] {});

    uint32_t instances = 0;
    std::vector<AtomChanges> atoms;
    std::vector<InstanceSet> changers;              ///< by cell: may give it another value
    std::vector<bool> possible;                     ///< by instance: its conjunction does not contradict itself
    std::vector<std::vector<FormulaId>> conjuncts;  ///< by instance: what it takes to move
    /// By instance: those that may be enabled together with it and that do not commute with it, or are disabled by it.
    std::vector<InstanceSet> conflicts;
    std::vector<std::vector<Keeping>> keeping;  ///< by instance: of the conjuncts with a breaker outside `conflicts`
    std::vector<InstanceSet> disablers;         ///< by instance: all that may disable it
    /// By instance: all that may make its location or guard false, or make it spend a fault.
    std::vector<InstanceSet> guard_breakers;
    /// By instance: does not lie on an acyclic part of its actor's control graph (see stubborn.h).
    std::vector<bool> sticky;

    /// Adds all that may make (break) an atom of the formula.
    void add_makers(const Formulas& formulas, FormulaId formula, InstanceSet& into) const;
    void add_breakers(const Formulas& formulas, FormulaId formula, InstanceSet& into) const;
};

}  // namespace untorn::checker
