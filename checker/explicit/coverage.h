// Which statements and ways out of decisions (System::sites) the steps of a search pass, and which transitions they
// are.
//
// A step passes a site or not by a condition over the state before it, compiled for each instance. A site is open until
// some step has passed it. Only instances that could pass an open site are asked, so what all steps do again and again
// costs one look at a number; what never happens is asked each time its instance is taken, by native code where there
// is some. The answer is the union over all steps taken, so it depends neither on their order nor on who takes them:
// each thread has its own Coverage, and they tell each other between rounds what was closed.
//
// Reductions that turn states into bisimilar normal forms keep the answer: for cone of influence and dead variables the
// conditions are read by the step (CellReads::add_decisions), for symmetry the image of a step passes the same sites
// (Automorphism). Stubborn sets leave steps out: no coverage is claimed then.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "checker/explicit/program.h"

namespace untorn::checker {

class Coverage {
 public:
    /// Not `asked`: nothing is ever open. `program` must outlive it.
    Coverage(const Program& program, bool asked);

    /// Steps have numbers: of an actor the instance's, then init's, then that of power_loss.
    uint32_t of_init(uint32_t i) const { return shared_->init + i; }
    uint32_t of_power_loss() const { return shared_->power_loss; }

    /// Whether taking the step could still tell something new.
    bool open(uint32_t step) const { return open_[step] != 0; }
    /// The step is taken in the state in which `holds(CodeId)` evaluates.
    template <class F>
    void take(uint32_t step, F holds) {
        if (step < shared_->init) execute(shared_->instance(step).transition);
        for (const PassCode& pass : shared_->instance(step).passes)
            if (!passed_[pass.site] && holds(pass.when)) close(pass.site);
    }

    /// Learns what another Coverage of the same program has closed since its last forget_news().
    void learn(const Coverage& other);
    bool has_news() const { return !new_sites_.empty() || !new_transitions_.empty(); }
    void forget_news();

    /// The conditions that are still open, each once, ascending.
    std::vector<CodeId> open_conditions() const;

    const std::vector<bool>& executed() const { return executed_; }  ///< by transition
    const std::vector<bool>& passed() const { return passed_; }      ///< by site

 private:
    /// What never changes: threads share it.
    struct Shared {
        const Program& program;
        uint32_t init = 0, power_loss = 0, steps = 0;  ///< where numbers of init begin, that of power_loss, the end
        std::vector<std::vector<uint32_t>> of_site;    ///< steps that could pass it
        std::vector<std::vector<uint32_t>> of_transition;
        const Instance& instance(uint32_t step) const {
            if (step < init) return program.instances[step];
            return step < power_loss ? program.init[step - init] : program.power_loss->instance;
        }
    };
    void close(uint32_t site);
    void execute(uint32_t transition);

    std::shared_ptr<const Shared> shared_;
    std::vector<uint32_t> open_;  ///< by step: what it could still tell
    std::vector<bool> passed_, executed_;
    std::vector<uint32_t> new_sites_, new_transitions_;
};

}  // namespace untorn::checker
