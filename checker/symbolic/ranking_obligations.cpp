#include "checker/symbolic/ranking_obligations.h"

#include <set>

#include "checker/symbolic/ranking_text.h"

namespace untorn::checker::symbolic {

namespace {

using system::PropertyKind;

/// The levels in one script: of the state before a step, and of the one after it.
class LevelTerms {
 public:
    LevelTerms(const Program& program, const SmtSteps& steps, const SmtConjuncts& conjuncts, SmtScript& script)
        : program_(program), steps_(steps), conjuncts_(conjuncts), script_(script) {}

    /// One of the two states: the terms of its expressions, and the cells that they are of.
    struct State {
        SmtTerms& terms;
        const SmtCells& cells;
        std::map<uint32_t, std::string> primed;  ///< SmtSteps::Step::primed of the state after a step
        std::string mark;                        ///< behind the symbols of what is defined of it
        std::set<std::string> defined;
    };

    std::string has_level(const Ranking& ranking, State& state) {
        if (ranking.levels.empty()) return "false";
        std::vector<std::string> parts;
        if (!ranking.waits.empty()) parts.push_back(condition("waits", ranking.waits, state));
        parts.push_back(up_to(ranking.levels, ranking.levels.size(), "", state));
        return smt_all(parts);
    }
    std::string helped(const std::vector<RankedLevel>& levels, const std::string& prefix, State& state);
    std::string leads_on(const SmtSteps::Step& step, const std::vector<RankedLevel>& levels, const std::string& prefix,
                         State& before, State& after);

 private:
    using Levels = std::vector<RankedLevel>;

    static std::string numbered(const std::string& prefix, size_t k) { return prefix + std::to_string(k + 1); }
    std::string define(const std::string& name, State& state, const std::function<std::string()>& term) {
        const std::string symbol = "|" + name + state.mark + "|";
        if (state.defined.insert(name).second) script_.define(symbol, "Bool", term());
        return symbol;
    }
    std::string condition(const std::string& name, std::span<const Conjunct> when, State& state) {
        return define(name, state, [&] { return conjuncts_.all(when, state.primed, script_); });
    }
    std::string level(const Levels& levels, size_t k, const std::string& prefix, State& state) {
        return condition("level " + numbered(prefix, k), levels[k].when, state);
    }
    /// It has one of the first `count` levels.
    std::string up_to(const Levels& levels, size_t count, const std::string& prefix, State& state) {
        if (count == 0) return "false";
        if (count == 1) return level(levels, 0, prefix, state);
        const std::string before = up_to(levels, count - 1, prefix, state);
        const std::string here = level(levels, count - 1, prefix, state);
        return define("up to level " + numbered(prefix, count - 1), state, [&] { return smt_any({before, here}); });
    }
    std::string enabled(uint32_t constraint, State& state) {
        const std::string name = std::to_string(constraint) + ": " + constraint_text(program_, constraint);
        return define("can: " + name, state, [&] { return steps_.enabled(state.terms, constraint, state.cells); });
    }

    const Program& program_;
    const SmtSteps& steps_;
    const SmtConjuncts& conjuncts_;
    SmtScript& script_;
};

/// The first of the levels that the state has is one whose helper can move, or of which the same holds meanwhile.
std::string LevelTerms::helped(const Levels& levels, const std::string& prefix, State& state) {
    std::vector<std::string> ways;
    for (size_t k = 0; k < levels.size(); ++k) {
        std::vector<std::string> fine{enabled(levels[k].helper, state)};
        if (program_.constraints[levels[k].helper].strong)
            fine.push_back(helped(levels[k].meanwhile, numbered(prefix, k) + ".", state));
        const std::string here = level(levels, k, prefix, state);
        std::vector<std::string> parts{here};
        if (k > 0) parts.push_back("(not " + up_to(levels, k, prefix, state) + ")");
        parts.push_back(smt_any(fine));
        ways.push_back(smt_all(parts));
    }
    return smt_any(ways);
}

std::string LevelTerms::leads_on(const SmtSteps::Step& step, const Levels& levels, const std::string& prefix,
                                 State& before, State& after) {
    std::vector<std::string> ways;
    for (size_t k = 0; k < levels.size(); ++k) {
        std::vector<std::string> parts{level(levels, k, prefix, before)};
        if (k > 0) parts.push_back("(not " + up_to(levels, k, prefix, before) + ")");
        std::vector<std::string> goals;
        if (k > 0) goals.push_back(up_to(levels, k, prefix, after));
        const uint32_t helper = levels[k].helper;
        std::vector<std::string> stays{level(levels, k, prefix, after)};
        const std::string taken = steps_.taken(before.terms, step, helper);
        if (taken != "false") stays.push_back("(not " + taken + ")");
        if (program_.constraints[helper].strong)
            stays.push_back(smt_any({enabled(helper, before), enabled(helper, after),
                                     leads_on(step, levels[k].meanwhile, numbered(prefix, k) + ".", before, after)}));
        if (taken != "true") goals.push_back(smt_all(stays));
        parts.push_back(smt_any(goals));
        ways.push_back(smt_all(parts));
    }
    return smt_any(ways);
}

class Obligations {
 public:
    Obligations(const Ranking& ranking, const Program& program, const SmtSteps& steps, const SmtConjuncts& conjuncts,
                const std::function<void(RankingObligation&)>& use)
        : ranking_(ranking),
          program_(program),
          property_(program.system.properties[ranking.property]),
          steps_(steps),
          conjuncts_(conjuncts),
          use_(use) {}

    void make(const SmtScript& before, const SmtSteps::Assume& also) {
        if (property_.kind != PropertyKind::eventually) begins(before, also);
        levels(before, also);
        steps_.for_each_step(before, also, [&](SmtSteps::Step& step) {
            if (step.moves == SmtSteps::Moves::run)
                leads_on(step);
            else if (step.moves == SmtSteps::Moves::init && property_.kind == PropertyKind::eventually)
                begins(step);
        });
    }

 private:
    std::string unanswered(SmtTerms& terms) const {
        const bool leads = property_.kind == PropertyKind::leads_to;
        const uint32_t promise = leads ? program_.consequents[ranking_.property] : ranking_.property;
        return "(not " + terms.truth(program_.properties[promise]) + ")";
    }
    void give(const std::string& name, const std::string& title, const std::string& claim, SmtScript script) {
        RankingObligation made{"progress-" + property_.name + "-" + name, property_.name + ": " + title, claim,
                               std::move(script)};
        use_(made);
    }

    /// In states.
    void begins(const SmtScript& before, const SmtSteps::Assume& also) {
        SmtScript script = before;
        SmtTerms terms(program_, steps_.cells(), script);
        also(terms, script);
        script.comment("Here somebody begins to wait, and has no level.");
        std::vector<std::string> parts{steps_.running()};
        if (property_.kind == PropertyKind::leads_to)
            parts.push_back(terms.truth(program_.properties[ranking_.property]));
        parts.push_back(unanswered(terms));
        script.assume(smt_all(parts));
        LevelTerms bits(program_, steps_, conjuncts_, script);
        LevelTerms::State now{terms, steps_.cells(), {}, "", {}};
        const std::string has = bits.has_level(ranking_, now);
        script.assume("(not " + has + ")");
        give("begins", "where it begins to wait", "The state has a level.", std::move(script));
    }
    /// In initial states.
    void begins(SmtSteps::Step& step) {
        const SmtCells cells = steps_.cells().after(step.primed);
        SmtTerms terms(program_, cells, step.script, ".after");
        step.script.comment("What is promised does not hold in it, and it has no level.");
        step.script.assume(unanswered(terms));
        LevelTerms bits(program_, steps_, conjuncts_, step.script);
        LevelTerms::State after{terms, cells, step.primed, "'", {}};
        const std::string has = bits.has_level(ranking_, after);
        step.script.assume("(not " + has + ")");
        give("begins", "the initial states", "Each of them has a level.", step.script);
    }
    void levels(const SmtScript& before, const SmtSteps::Assume& also) {
        SmtScript script = before;
        SmtTerms terms(program_, steps_.cells(), script);
        also(terms, script);
        script.comment("Somebody waits, and the state has a level.");
        script.assume(smt_all({steps_.running(), unanswered(terms)}));
        LevelTerms bits(program_, steps_, conjuncts_, script);
        LevelTerms::State now{terms, steps_.cells(), {}, "", {}};
        std::string has = bits.has_level(ranking_, now);
        script.assume(std::move(has));
        const std::string helped = bits.helped(ranking_.levels, "", now);
        script.comment("It is none whose helper can move.");
        script.assume("(not " + helped + ")");
        give("levels", "who can move", "In every level its helper can move.", std::move(script));
    }
    void leads_on(SmtSteps::Step& step) {
        const SmtCells cells = steps_.cells().after(step.primed);
        SmtTerms terms(program_, steps_.cells(), step.script, ".now"), later(program_, cells, step.script, ".after");
        step.script.comment("Somebody waits before the step and after it, and the state has a level.");
        std::string waits = unanswered(terms), still = unanswered(later);
        step.script.assume(std::move(waits));
        step.script.assume(std::move(still));
        LevelTerms bits(program_, steps_, conjuncts_, step.script);
        LevelTerms::State now{terms, steps_.cells(), {}, "", {}}, then{later, cells, step.primed, "'", {}};
        std::string has = bits.has_level(ranking_, now);
        step.script.assume(std::move(has));
        std::vector<std::string> fine{bits.has_level(ranking_, then)};
        fine.push_back(bits.leads_on(step, ranking_.levels, "", now, then));
        step.script.comment("The step does not lead on.");
        step.script.assume("(not " + smt_all(fine) + ")");
        give(step.name, step.title, "This step leads to a lower level, or to the same without taking its helper.",
             step.script);
    }

    const Ranking& ranking_;
    const Program& program_;
    const system::Property& property_;
    const SmtSteps& steps_;
    const SmtConjuncts& conjuncts_;
    const std::function<void(RankingObligation&)>& use_;
};

}  // namespace

void for_each_obligation(const Ranking& ranking, const Program& program, const SmtSteps& steps,
                         const SmtConjuncts& conjuncts, const SmtScript& before, const SmtSteps::Assume& also,
                         const std::function<void(RankingObligation&)>& use) {
    Obligations(ranking, program, steps, conjuncts, use).make(before, also);
}

}  // namespace untorn::checker::symbolic
