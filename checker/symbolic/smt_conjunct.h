// Conjuncts over cells (conjunct.h) as SMT-LIB 2 terms: of the state before a step of smt_steps.h, or after it.
#pragma once

#include <map>
#include <span>
#include <string>

#include "checker/symbolic/conjunct.h"
#include "checker/symbolic/smt_steps.h"

namespace untorn::checker::symbolic {

class SmtConjuncts {
 public:
    /// Both must outlive it.
    SmtConjuncts(const Program& program, const SmtSteps& steps)
        : program_(program), steps_(steps), cells_(steps.cells()) {}

    /// `primed`: SmtSteps::Step::primed, or empty for the state before; `after_loss`: the losses are those after the
    /// step. Sets of values are named in `script`: the same few come up again and again, and make up most of it.
    std::string term(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed, bool after_loss,
                     SmtScript& script) const;
    /// All of them hold.
    std::string all(std::span<const Conjunct> conjuncts, const std::map<uint32_t, std::string>& primed,
                    SmtScript& script) const;
    /// It says nothing: what it is about never changes, and is so.
    bool is_constant(const Conjunct& conjunct) const;
    /// Whether the term is another one after the step.
    static bool mentions(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed, bool after_loss);

 private:
    std::string atom(const Atom& atom, const std::map<uint32_t, std::string>& primed, bool after_loss,
                     SmtScript& script) const;

    const Program& program_;
    const SmtSteps& steps_;
    const SmtCells& cells_;
};

}  // namespace untorn::checker::symbolic
