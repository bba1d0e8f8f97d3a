// Stubborn sets for safety: in each state only the enabled instances of one stubborn set are taken, and still every
// property that was asked gets its verdict. The set is a function of the state: nothing depends on the order of a
// search, on its cycles, or on threads.
//
// A. Valmari, "Stubborn sets for reduced state space generation" (1990); L. M. Kristensen, K. Schmidt, A. Valmari,
// "Question-guided stubborn set methods for state properties" (FMSD 29, 2006); R. Kurshan, V. Levin, M. Minea,
// D. Peled, H. Yenigün, "Static partial order reduction" (TACAS 1998) for sticky transitions. The relations between
// instances are those of dependence.h.
//
// What is looked for are the states of goals (goals.h): where an invariant is false, a cover true, nothing can move, or
// a check is about to fail. Here an instance is *enabled* if it moves, i.e. none of its checks fails; a failing check
// is a property of the state. For each state s the set T = T(s) satisfies:
//
//   D1  If t is in T, t1..tn are not, and s -t1..tn t-> s', then s -t t1..tn-> s', with as many faults.
//   U   For each goal that does not hold in s, either
//         (up)  T contains an up-set: no path without instances of T leads from s to a state of the goal, or
//         (key) T contains an enabled instance t that no path without instances of T can disable, that spends no
//               fault, cannot make the goal false, and is not sticky.
//
// Theorem: if a state of the goal is reached from s by n steps with f faults, then a state of it is reached in the
// reduced graph with f faults. By induction on n. Let p be such a path. If instances of T occur on it, D1 moves the
// first of them to the front: a step of the reduced graph, and n - 1 steps with the remaining faults lead on from
// there. If none does, (up) is impossible; by (key) and D1, p can still be taken after t, and ends in a state of the
// goal since t cannot make it false: n and f are as before. That happens only finitely often in a row: instances that
// are not sticky form no cycle in the control graph of any actor. So no cycle proviso is needed. With (up) alone even n
// is preserved, and the least (faults, steps) of each goal is that of the full graph; `keep_length` asks for it.
//
// For D1: if t in T is disabled, T contains everything that may make one false conjunct of it true. If it is enabled, T
// contains all instances that may be enabled together with t and do not commute with it or are disabled by it; and for
// each conjunct of t everything that may break it while t is enabled, or else everything that may make it true. (So on
// a path without T that ends with t, t is enabled all along: a conjunct of the second kind cannot have been false in
// between; one of the first kind is only broken by what is enabled together with t, and that is in T. Hence t commutes
// with each step before it.) For (key), T contains all that may disable t.
//
// For (up): everything that may make the goal true; of a conjunction, what may make one false part true. A quiet state
// (deadlock, quiescent) is not reached by others alone, either, where T holds all that may disable some enabled free
// instance: this is the key instance of the classical theorem on deadlocks, and needs no word about faults, as a state
// in which only faults can happen is quiet. What a loss of power can leave behind, and outcomes, depend on the values
// of some cells: each combination of values is a goal, and what may change any of the cells is an up-set for all
// others.
//
// Which T: for a given set of enabled instances there is a greatest T that satisfies D1 (the union of two such is one),
// found by deleting what lacks support; the more it holds, the better for U. So the choice among necessary enabling
// sets needs no heuristics. Tried are: no instance; each group of enabled instances that must come together, small ones
// first; else the deletion algorithm from all on.
//
// With merged steps (local_steps.h) a step is taken together with those that are merged into it: `merged` says which
// these are, so that no instance serves as key again and again on a cycle that they close.
//
// The choice depends on the state only by what is enabled in it and by which formulas hold. So it is made once for all
// states that look the same to it, and remembered (decision_tree.h). Where the actors stand tells most of it
// beforehand; the rest are its questions.
//
// Preserved: verdicts, and the least number of faults of a violation or witness. Not preserved: numbers of states and
// transitions, executed statements, which of several violating states is found, and, without `keep_length`, the least
// number of steps. Whether a state is quiet or fails a check is to be judged by all of its records, before they are
// filtered. Refused: liveness properties, more than most_instances instances, an actor with more than 4,096 points.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "checker/explicit/decision_tree.h"
#include "checker/explicit/dependence.h"
#include "checker/explicit/layout.h"
#include "checker/explicit/machine.h"

namespace untorn::checker {

struct StubbornOptions {
    bool keep_length = false;  ///< preserve the least number of steps, too; reduces less
    /// Preserve with which values of these cells all threads can end; where power can be lost they need not be named.
    std::optional<std::vector<uint32_t>> outcome_cells = std::nullopt;
    /// By instance: it is merged into the step before it (local_steps.h). Empty: none.
    std::vector<bool> merged{};
    /// Called for each instance while they are related to each other; may throw.
    std::function<void()> poll = [] {};
};

class StubbornSets {
 public:
    static constexpr uint32_t most_instances = 4096;
    static constexpr size_t most_decision_bytes = size_t{24} << 20;  ///< that are remembered, about, of each copy

    /// `asked`: indices of the properties that the search must decide. The reason, if the reduction does not preserve
    /// them. `program` and `layout` must outlive what is made.
    static std::variant<StubbornSets, std::string> make(const Program& program, const Layout& layout,
                                                        std::span<const uint32_t> asked,
                                                        const StubbornOptions& options = {});
    /// A copy shares the tables, and may be used by another thread.
    StubbornSets(const StubbornSets&) = default;
    StubbornSets(StubbornSets&&) = default;

    /// Keeps, of the records [begin, end) that StateCode::successors wrote for `state`, those of a stubborn set and
    /// those that fail a check; returns the new end. Their order is kept.
    uint64_t* filter(const uint64_t* state, uint64_t* begin, uint64_t* end);

 private:
    struct Node;
    struct Tables;
    StubbornSets(std::shared_ptr<const Tables> tables, const Program& program, const Layout& layout);

    void enter(const uint64_t* state, const uint64_t* begin, const uint64_t* end);
    void find_open_goals();
    void choose();
    bool nothing_may_do();
    void learn_from_nothing();
    void find_groups();
    void remember();
    bool attempt(const InstanceSet& enabled);
    void settle();
    bool supported(uint32_t instance);
    bool blocked(FormulaId formula);
    bool holds(FormulaId formula);
    bool value(FormulaId formula);
    bool evaluate(const Node& node);
    bool goals_served();
    bool stays_loud();

    std::shared_ptr<const Tables> tables_;
    const Program* program_;
    const Layout* layout_;
    Machine machine_;
    std::vector<int64_t> cells_;

    using Decisions = DecisionTree<InstanceSet>;
    Decisions decisions_;  ///< the sets that were chosen; questions are formulas

    // Of the state in hand:
    uint64_t epoch_ = 0;
    std::vector<uint64_t> known_;             ///< by formula: epoch * 2 + value
    std::vector<uint32_t> situation_;         ///< its records, as far as they matter, and where actors stand
    std::vector<Decisions::Answered> asked_;  ///< what the choice depends on besides, in order
    std::vector<uint64_t> asked_in_;          ///< by formula: the last epoch that asked for it
    InstanceSet moving_;                      ///< enabled
    InstanceSet free_;                        ///< ... and spending no fault
    std::vector<uint32_t> loud_failing_;      ///< failing a check without a fault
    std::vector<uint32_t> open_;              ///< goals that do not hold here
    std::vector<InstanceSet> needs_;          ///< by enabled instance: its group
    std::vector<uint32_t> seeds_;             ///< enabled instances
    InstanceSet set_;                         ///< the set in the making
    InstanceSet doubtful_;                    ///< only these can lack support
    InstanceSet open_support_, try_, more_, keys_;
    InstanceSet best_;
};

}  // namespace untorn::checker
