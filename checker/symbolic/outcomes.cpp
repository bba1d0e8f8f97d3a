#include "checker/symbolic/outcomes.h"

#include "checker/explicit/reads.h"
#include "model/system/evaluator.h"

namespace untorn::checker::symbolic {

using system::PropertyKind;

namespace {

constexpr std::string_view every_outcome = "every outcome", no_outcome = "no outcome";

}  // namespace

bool asks_for_outcomes(const system::System& system, uint32_t property) {
    const PropertyKind kind = system.properties[property].kind;
    return kind == PropertyKind::sometimes || kind == PropertyKind::always;
}

std::string_view word(const OutcomeClaim& claim) { return claim.every ? every_outcome : no_outcome; }

std::optional<bool> says_every(std::string_view word) {
    if (word != every_outcome && word != no_outcome) return std::nullopt;
    return word == every_outcome;
}

bool excludes(const system::System& system, const OutcomeClaim& claim, bool satisfied) {
    if (satisfied) return !claim.every;
    return claim.every || system.properties[claim.property].kind == PropertyKind::always;
}

// Asked first: `always`, whether there are outcomes that do not satisfy it. Of `sometimes` either kind may be missing;
// it is mostly the one that satisfies it.
OutcomeDecision decide_outcomes(const system::System& system, uint32_t property, bool some,
                                const std::function<std::optional<bool>(bool satisfied)>& exists) {
    using Known = OutcomeDecision::Known;
    const bool sometimes = system.properties[property].kind == PropertyKind::sometimes;
    if (sometimes) {
        const auto satisfying = exists(true);
        if (!satisfying) return {};
        if (!*satisfying) return {Known::claimed, {property, false}};
        some = true;
    }
    const auto other = exists(false);
    if (!other) return {};
    if (*other) return {Known::by_runs, {}};
    if (some) return {Known::claimed, {property, true}};
    const auto satisfying = exists(true);
    if (!satisfying) return {};
    return {Known::claimed, {property, *satisfying}};
}

std::variant<Outcome, Inconsistency> shown_outcome(const Program& program, const Path& path,
                                                   std::span<const OutcomeClaim> claims) {
    const system::System& system = program.system;
    const system::Evaluator evaluator(system);
    if (path.states.empty()) return Inconsistency{"a run to an outcome has no states"};
    const system::State last{path.states.back()};
    Claim claim;
    claim.outcome.emplace_back(0, last.cells.at(0));  // that it ends in an outcome, whatever its values
    Outcome outcome;
    outcome.after_power_loss = power_can_be_lost(system);
    for (const uint32_t cell : outcome_cells(program)) {
        claim.outcome.emplace_back(cell, last.cells.at(cell));
        const system::Variable& variable = system.variables[program.cells[cell].var];
        outcome.content.emplace_back(evaluator.cell_name(cell), system.types.text(variable.type, last.cells[cell]));
    }
    auto replayed = replay(system, evaluator, path, claim);
    if (const auto* wrong = std::get_if<Inconsistency>(&replayed)) return *wrong;
    outcome.witness = std::move(std::get<Trace>(replayed));
    for (const OutcomeClaim& one : claims) {
        const system::Property& property = system.properties[one.property];
        if (one.every && evaluator.evaluate(property.expr, last) == 0)
            return Inconsistency{"the run ends in an outcome that does not satisfy " + property.name};
    }
    return outcome;
}

}  // namespace untorn::checker::symbolic
