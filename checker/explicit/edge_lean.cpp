#include "checker/explicit/edge_lean.h"

#include <algorithm>

#include "checker/explicit/dependence.h"

namespace untorn::checker {

namespace {

/// How many faults a step of the instance spends.
struct Faults {
    size_t least = 0, most = 0;
};

Faults faults_of(const Program& program, const Instance& instance) {
    Faults faults;
    for (const CodeId when : instance.faults) {
        const Code& code = program.codes[when];
        const bool known = code.op == Code::Op::constant;
        if (known && code.value == 0) continue;
        ++faults.most;
        if (known) ++faults.least;
    }
    return faults;
}

}  // namespace

std::unique_ptr<const EdgeLean> EdgeLean::make(const Program& program, bool count_faults,
                                               const std::function<void()>& poll) {
    const uint32_t count = run_instances(program);
    if (count > most_instances) return nullptr;
    for (const ActorInstance& actor : program.actors)
        if (program.cells[actor.counter].size > CodeAnalysis::most_values) return nullptr;
    CodeAnalysis analysis(program);
    Formulas formulas;
    const Enabledness enabled = enabledness(analysis, formulas);
    const Dependence dependence(analysis, formulas, enabled, {}, poll);

    std::vector<Faults> faults(count);
    if (count_faults)
        for (uint32_t i = 0; i < count; ++i) faults[i] = faults_of(program, program.instances[i]);
    EdgeLean made;
    made.words_ = (count + 63) / 64;
    made.rows_.assign(count * size_t{made.words_}, 0);
    bool any = false;
    for (uint32_t b = 0; b < count; ++b) {
        poll();
        InstanceSet makers(count);
        for (const FormulaId conjunct : dependence.conjuncts[b]) dependence.add_makers(formulas, conjunct, makers);
        for (uint32_t a = 0; a < count; ++a) {
            const bool dependent = makers.has(a) || dependence.conflicts[a].has(b) || dependence.conflicts[b].has(a);
            const bool before = faults[b].most < faults[a].least || (faults[b].most <= faults[a].least && b < a);
            if (a == b || dependent || !before) continue;
            made.rows_[a * size_t{made.words_} + b / 64] |= uint64_t{1} << (b % 64);
            any = true;
        }
    }
    return any ? std::make_unique<const EdgeLean>(std::move(made)) : nullptr;
}

}  // namespace untorn::checker
