// The steps of a program, and the ways to violate its properties, as SMT-LIB 2 scripts: the word-level transition
// relation, from which the obligations of certificates (proof_obligations.h) and Horn clauses (horn.h) are made, word
// for word the same. One script for all instances of a step: of one actor instance at one location, of init, or of
// power_loss. Made from the program (instances with their choices put in; those of power_loss are symbols), and not
// from the circuit in which proofs are found.
//
// Cells that have one value for ever are constants: init gives them that value, which remains to be shown, and no step
// writes another one, which can be seen in the program.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checker/explicit/program.h"
#include "checker/symbolic/smt_terms.h"

namespace untorn::checker::symbolic {

/// Where a property is an obligation about checks of steps: an assertion, a range, a lock, an atomic block.
bool judges_checks(system::PropertyKind kind);

class SmtSteps {
 public:
    /// The program must outlive it. Throws LimitReached where a step has more than 2^14 choices.
    explicit SmtSteps(const Program& program);

    /// The number of power losses so far.
    static constexpr const char* losses = "|power losses|";
    static constexpr const char* primed_losses = "|power losses'|";

    const SmtCells& cells() const { return cells_; }
    bool power() const { return power_; }  ///< power can be lost
    unsigned losses_width() const { return signed_width(0, budget_); }
    std::string losses_sort() const { return "(_ BitVec " + std::to_string(losses_width()) + ")"; }
    std::string running() const { return power_ ? no_losses() : "true"; }
    std::string lost() const { return power_ ? "(not " + no_losses() + ")" : "false"; }

    /// The state before a step: every value is one of its type. How all scripts begin but those of init.
    SmtScript state() const;
    /// Adds what is said in terms of the state before a step.
    using Assume = std::function<void(SmtTerms&, SmtScript&)>;

    enum class Moves : uint8_t { init, run, recovery, power };
    struct Step {
        std::string name, title;
        Moves moves = Moves::run;
        SmtScript script;                        ///< says that the step is made, and defines the cells after it
        std::map<uint32_t, std::string> primed;  ///< by cell that the step may write: its symbol
        std::string constants;                   ///< of init: constants have their values; else empty
        size_t group = SIZE_MAX;                 ///< of run and recovery: which step it is
        /// `primed_losses` is the number of losses after it.
        bool changes_losses() const { return moves == Moves::init || moves == Moves::power; }
    };
    /// `before`: state(), and what else is assumed of it.
    void for_each_step(const SmtScript& before, const Assume& also, const std::function<void(Step&)>& use) const;

    // Fairness (rule 16), where progress is asked for: indices into Program::constraints. In smt_fairness.cpp.
    /// The constraint is enabled in the state of these terms and cells.
    std::string enabled(SmtTerms& terms, uint32_t constraint, const SmtCells& cells) const;
    /// The step, whose script says that it is made, takes the constraint. Terms of the state before it.
    std::string taken(SmtTerms& terms, const Step& step, uint32_t constraint) const;

    struct Violation {
        std::string name, title;
        std::string what;  ///< `that it is violated`
        SmtScript script;  ///< says that it happens
    };
    /// Of recovery: that it blocks; and that a step without a fault leads to no later location, without which every
    /// recovery ends.
    void for_each_violation(uint32_t property, const SmtScript& before, const Assume& also,
                            const std::function<void(Violation&)>& use) const;
    /// Of `sometimes` and `always`: that there is an outcome which satisfies the property, or one which does not.
    Violation outcome(uint32_t property, bool satisfied, const SmtScript& before, const Assume& also) const;

 private:
    /// All instances of one step.
    struct Group {
        std::string name, title;
        std::vector<const Instance*> instances;
        uint32_t counter = 0;  ///< cell; init and power_loss have none
        int64_t location = 0;
        bool recovery = false;  ///< of recover
    };

    std::vector<std::optional<int64_t>> constants() const;
    std::vector<std::optional<int64_t>> first_values() const;
    void collect(const ActorInstance& actor, bool recovery);
    std::string no_losses() const { return std::string("(= ") + losses + " " + smt_number(0, losses_width()) + ")"; }
    std::string loss_possible(SmtScript& script) const;
    std::string here(const Group& group) const;
    std::string counter_is(uint32_t cell, int64_t location) const { return counter_is(cells_, cell, location); }
    static std::string counter_is(const SmtCells& cells, uint32_t cell, int64_t location);
    static std::string chosen(size_t number, size_t count);
    static std::string belongs(SmtTerms& terms, const Instance& instance, uint32_t constraint);
    std::string step(SmtTerms& terms, const Group& group, SmtScript& script) const;
    std::map<uint32_t, std::string> writes(SmtTerms& terms, const Group& group, const SmtCells& before,
                                           SmtScript& script) const;
    Step initial() const;
    Step step(const Group& group, const SmtScript& before, const Assume& also) const;
    Step loss(const SmtScript& before, const Assume& also) const;
    Violation violation(uint32_t property, bool satisfied, const SmtScript& before, const Assume& also) const;
    Violation going_back(uint32_t property, const Group& group, const SmtScript& before, const Assume& also) const;
    std::optional<Violation> failing(uint32_t property, const Group& group, const SmtScript& before,
                                     const Assume& also) const;
    std::string judged_where(system::PropertyKind kind, SmtTerms& terms) const;
    std::string recovered() const;
    std::string threads_ended() const;
    std::string moves(SmtTerms& terms, bool recovery) const;
    std::string stuck() const;

    const Program& program_;
    const system::System& system_;
    bool power_;
    int64_t budget_;
    SmtCells cells_, first_;
    std::vector<Group> groups_;
    Group init_, loss_;
};

}  // namespace untorn::checker::symbolic
