// That a ranking (ranking.h) proves its progress property, as SMT-LIB 2 scripts made of the steps of smt_steps.h. With
// the invariant, in running states that the property's promise does not hold in:
//
//  - begins: where the property begins to wait, the state has a level;
//  - levels: where it has one, the helper of its level is enabled; if it is strong and is not, the state has one of the
//    levels `meanwhile`, of which the same holds;
//  - each step: from a state with a level to one in which the promise does not hold either, it leads to a lower level,
//    or to the same one without taking its helper. Where that is strong, and enabled neither before nor after the
//    step, the same holds of the levels `meanwhile`.
//
// So no fair run waits for ever, by the argument of rank_levels.h, whose region the states with a level are.
#pragma once

#include <functional>
#include <string>

#include "checker/symbolic/ranking.h"
#include "checker/symbolic/smt_conjunct.h"

namespace untorn::checker::symbolic {

struct RankingObligation {
    std::string name, title, claim;
    SmtScript script;
};

/// In a fixed order. `before` and `also` as in SmtSteps: what is known of states. The program must be one with
/// fairness constraints, of which the ranking names only those that there are.
void for_each_obligation(const Ranking& ranking, const Program& program, const SmtSteps& steps,
                         const SmtConjuncts& conjuncts, const SmtScript& before, const SmtSteps::Assume& also,
                         const std::function<void(RankingObligation&)>& use);

}  // namespace untorn::checker::symbolic
