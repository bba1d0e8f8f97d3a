#include "checker/symbolic/proof_obligations.h"

#include <algorithm>
#include <map>
#include <set>

#include "checker/explicit/limits.h"
#include "checker/explicit/reads.h"
#include "checker/symbolic/ranking_obligations.h"
#include "checker/symbolic/smt_conjunct.h"
#include "checker/symbolic/smt_steps.h"

namespace untorn::checker::symbolic {

using system::PropertyKind;

namespace {

std::string in_one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

class Builder {
 public:
    Builder(const Program& program, std::span<const Conjunct> invariant, const ProofLemmas& lemmas)
        : program_(program),
          system_(program.system),
          invariant_(invariant),
          lemmas_(lemmas),
          steps_(program),
          cells_(steps_.cells()),
          conjuncts_(program, steps_) {}

    std::vector<Obligation> build(std::span<const uint32_t> properties, std::span<const Ranking> rankings,
                                  std::span<const OutcomeClaim> outcomes);

 private:
    void add(const std::string& name, const std::string& title, const std::string& claim, const SmtScript& script);
    SmtScript premise() const;
    void assume_lemmas(SmtTerms& terms, SmtScript& script) const;
    bool may_break(uint32_t lemma, const std::map<uint32_t, std::string>& primed) const;
    void after_step(SmtSteps::Step& step) const;
    void safety_of_lemma(uint32_t lemma, const SmtScript& before);

    const Program& program_;
    const system::System& system_;
    std::span<const Conjunct> invariant_;
    const ProofLemmas& lemmas_;
    const SmtSteps steps_;
    const SmtCells& cells_;
    const SmtConjuncts conjuncts_;
    std::vector<Obligation> made_;
    std::set<std::string> names_;
};

void Builder::add(const std::string& name, const std::string& title, const std::string& claim,
                  const SmtScript& script) {
    // Names of files: letters, digits and hyphens.
    std::string plain;
    for (const char c : name) {
        const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (fine)
            plain += c;
        else if (!plain.empty() && plain.back() != '-')
            plain += '-';
    }
    std::string unique = plain;
    for (int i = 2; !names_.insert(unique).second; ++i) unique = plain + "-" + std::to_string(i);
    made_.push_back({unique, title,
                     "; " + in_one_line(title) + "\n; " + claim +
                         "\n; What would show the contrary is asked for; there is none: the answer must be unsat.\n"
                         "(set-logic QF_BV)\n(set-info :status unsat)\n" +
                         script.text() + "(check-sat)\n"});
}

/// The invariant of the state before.
SmtScript Builder::premise() const {
    SmtScript script = steps_.state();
    for (const Conjunct& part : invariant_) script.assume(conjuncts_.term(part, {}, false, script));
    return script;
}

/// The lemmas that are part of the invariant, of the state before (rule 20: where they are claimed).
void Builder::assume_lemmas(SmtTerms& terms, SmtScript& script) const {
    for (const uint32_t lemma : lemmas_.in_invariant) {
        const bool crash = system_.lemmas[lemma].after_loss;
        if (crash && !steps_.power()) continue;
        const std::string holds = terms.truth(program_.lemmas[lemma]);
        script.assume(steps_.power() ? "(=> " + (crash ? steps_.lost() : steps_.running()) + " " + holds + ")" : holds);
    }
}

bool Builder::may_break(uint32_t lemma, const std::map<uint32_t, std::string>& primed) const {
    CellReads reads(program_);
    reads.add(program_.lemmas[lemma]);
    return std::ranges::any_of(reads.cells(), [&](uint32_t cell) { return primed.contains(cell); });
}

/// Some part of the invariant that may have changed does not hold afterwards.
void Builder::after_step(SmtSteps::Step& step) const {
    using Moves = SmtSteps::Moves;
    const bool after_loss = steps_.power() && step.changes_losses();
    std::vector<std::string> goal;
    if (!step.constants.empty()) goal.push_back(step.constants);
    for (const auto& [cell, symbol] : step.primed)
        if (const std::string fits = cells_.in_type(cell, symbol); !fits.empty()) goal.push_back(fits);
    for (const Conjunct& part : invariant_)
        if (SmtConjuncts::mentions(part, step.primed, after_loss))
            goal.push_back(conjuncts_.term(part, step.primed, after_loss, step.script));
    const SmtCells after = cells_.after(step.primed);
    SmtTerms terms(program_, after, step.script, ".after");
    for (const uint32_t lemma : lemmas_.in_invariant) {
        const bool claimed =
            system_.lemmas[lemma].after_loss == (step.moves == Moves::recovery || step.moves == Moves::power);
        if (claimed && (step.changes_losses() || may_break(lemma, step.primed)))
            goal.push_back(terms.truth(program_.lemmas[lemma]));
    }
    step.script.comment("The parts of the invariant that may have changed: one of them does not hold.");
    step.script.assume("(not " + smt_all(goal) + ")");
}

/// A lemma that is no part of the invariant: it follows.
void Builder::safety_of_lemma(uint32_t number, const SmtScript& before) {
    const system::Lemma& lemma = system_.lemmas[number];
    SmtScript script = before;
    SmtTerms terms(program_, cells_, script);
    assume_lemmas(terms, script);
    const std::string holds = terms.truth(program_.lemmas[number]);
    script.comment("The lemma does not hold.");
    script.assume(smt_all({lemma.after_loss ? steps_.lost() : steps_.running(), "(not " + holds + ")"}));
    add("lemma-" + lemma.name, std::string(lemma.after_loss ? "crash lemma " : "lemma ") + lemma.name,
        "The lemma follows from the invariant.", script);
}

std::vector<Obligation> Builder::build(std::span<const uint32_t> properties, std::span<const Ranking> rankings,
                                       std::span<const OutcomeClaim> outcomes) {
    const SmtScript before = premise();
    const auto also = [this](SmtTerms& terms, SmtScript& script) { assume_lemmas(terms, script); };
    steps_.for_each_step(before, also, [&](SmtSteps::Step& step) {
        after_step(step);
        switch (step.moves) {
            case SmtSteps::Moves::init:
                return add("initial", step.title, "Every initial state satisfies the invariant.", step.script);
            case SmtSteps::Moves::power:
                return add(step.name, step.title, "Losing power preserves the invariant.", step.script);
            default: return add("step-" + step.name, step.title, "This step preserves the invariant.", step.script);
        }
    });
    for (const uint32_t property : properties) {
        if (system::is_progress(system_.properties[property].kind)) {
            const auto ranking = std::ranges::find(rankings, property, &Ranking::property);
            if (ranking == rankings.end()) throw BrokenRule{"a progress property without a ranking"};
            for_each_obligation(*ranking, program_, steps_, conjuncts_, before, also, [this](RankingObligation& made) {
                add(made.name, made.title, made.claim, made.script);
            });
            continue;
        }
        if (asks_for_outcomes(system_, property)) {
            const auto claim = std::ranges::find(outcomes, property, &OutcomeClaim::property);
            if (claim == outcomes.end()) throw BrokenRule{"a property of outcomes without a claim"};
            for (const bool satisfied : {true, false}) {
                if (!excludes(system_, *claim, satisfied)) continue;
                const SmtSteps::Violation made = steps_.outcome(property, satisfied, before, also);
                add(made.name, made.title, "The invariant excludes " + made.what + ".", made.script);
            }
            continue;
        }
        steps_.for_each_violation(property, before, also, [&](const SmtSteps::Violation& violation) {
            add(violation.name, violation.title, "The invariant excludes " + violation.what + ".", violation.script);
        });
    }
    for (const uint32_t lemma : lemmas_.shown) safety_of_lemma(lemma, before);
    return std::move(made_);
}

/// Every step of recover leads to a later location, or ends it: so it ends, unless it blocks.
bool recovery_moves_on(const system::System& system) {
    if (!system.power_loss || system.power_loss->recover == system::none) return true;
    const system::ActorId recover = system.power_loss->recover;
    const auto later = [&](system::LocationId from, system::ExprId where, const auto& again) -> bool {
        const system::Node& node = system.pool[where];
        if (node.op == system::Op::constant) return node.value == system::ended || node.value > from;
        if (node.op != system::Op::ite) return false;
        const auto args = system.pool.args(where);
        return again(from, args[1], again) && again(from, args[2], again);
    };
    return std::ranges::all_of(system.transitions, [&](const system::Transition& transition) {
        if (transition.actor != recover) return true;
        bool moves = false;
        for (const system::Update& update : transition.step.updates) {
            if (update.var != system.actors[recover].counter) continue;
            if (!later(transition.from, update.value, later)) return false;
            moves = moves || update.when == system::ExprPool::yes;
        }
        return moves;
    });
}

}  // namespace

bool provable_by_invariant(const system::System& system, uint32_t property) {
    switch (system.properties[property].kind) {
        case PropertyKind::invariant:
        case PropertyKind::crash_invariant:
        case PropertyKind::final:
        case PropertyKind::quiescent:
        case PropertyKind::cover:
        case PropertyKind::crash_cover:
        case PropertyKind::never:
        case PropertyKind::assertion:
        case PropertyKind::deadlock:
        case PropertyKind::range:
        case PropertyKind::lock:
        case PropertyKind::atomic_block: return true;
        case PropertyKind::recovery: return recovery_moves_on(system);
        // What goes on for ever is no question about single steps, nor is that an outcome exists.
        default: return false;
    }
}

bool provable(const system::System& system, uint32_t property) {
    return provable_by_invariant(system, property) || system::is_progress(system.properties[property].kind) ||
           asks_for_outcomes(system, property);
}

std::vector<Conjunct> without_constants(const Program& program, std::vector<Conjunct> invariant) {
    const SmtSteps steps(program);
    const SmtConjuncts conjuncts(program, steps);
    std::erase_if(invariant, [&](const Conjunct& conjunct) { return conjuncts.is_constant(conjunct); });
    return invariant;
}

std::vector<Obligation> proof_obligations(const Program& program, std::span<const Conjunct> invariant,
                                          std::span<const uint32_t> properties, const ProofLemmas& lemmas,
                                          std::span<const Ranking> rankings, std::span<const OutcomeClaim> outcomes) {
    return Builder(program, invariant, lemmas).build(properties, rankings, outcomes);
}

}  // namespace untorn::checker::symbolic
