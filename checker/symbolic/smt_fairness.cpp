// Fairness constraints in SmtSteps: rule 16 of model/system/README.md in words.
#include "checker/symbolic/smt_steps.h"

namespace untorn::checker::symbolic {

/// Where the instance is a step of the constraint: it spends no fault, and passes the label. False where it never is.
std::string SmtSteps::belongs(SmtTerms& terms, const Instance& instance, uint32_t constraint) {
    std::vector<std::string> passes;
    for (const FairCode& fair : instance.fair)
        if (fair.constraint == constraint) passes.push_back(terms.truth(fair.when));
    if (passes.empty()) return "false";
    std::vector<std::string> parts{smt_any(passes)};
    for (const CodeId fault : instance.faults) parts.push_back("(not " + terms.truth(fault) + ")");
    return smt_all(parts);
}

std::string SmtSteps::enabled(SmtTerms& terms, uint32_t constraint, const SmtCells& cells) const {
    std::vector<std::string> ways;
    for (const Group& group : groups_) {
        if (group.recovery) continue;
        std::vector<std::string> some;
        for (const Instance* instance : group.instances)
            if (const std::string one = belongs(terms, *instance, constraint); one != "false")
                some.push_back(smt_all({terms.truth(instance->guard), one}));
        if (!some.empty()) ways.push_back(smt_all({counter_is(cells, group.counter, group.location), smt_any(some)}));
    }
    return smt_any(ways);
}

std::string SmtSteps::taken(SmtTerms& terms, const Step& step, uint32_t constraint) const {
    const Group& group = groups_[step.group];
    std::vector<std::string> ways;
    for (size_t i = 0; i < group.instances.size(); ++i)
        if (const std::string one = belongs(terms, *group.instances[i], constraint); one != "false")
            ways.push_back(smt_all({chosen(i, group.instances.size()), one}));
    return smt_any(ways);
}

}  // namespace untorn::checker::symbolic
