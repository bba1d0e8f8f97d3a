#include "checker/symbolic/verdicts.h"

#include <algorithm>

#include "checker/symbolic/cnf.h"

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

using system::PropertyKind;
using Known = BadAnswer::Known;

namespace {

class Decision {
 public:
    Decision(const Encoding& encoding, const std::vector<BadAnswer>& answers, const std::string& limit,
             bool recovery_ends)
        : encoding_(encoding), answers_(answers), limit_(limit), recovery_ends_(recovery_ends) {}

    PropertyResult on(uint32_t p) const {
        PropertyResult result;
        result.property = p;
        const PropertyKind kind = encoding_.system().properties[p].kind;
        const auto unasked = std::ranges::find(encoding_.unasked(), p, &Unasked::property);
        if (unasked != encoding_.unasked().end()) {
            result.limit = unasked->why;
            return result;
        }
        if (system::is_progress(kind)) {  // progress_search.h
            result.limit = limit_;
            return result;
        }
        const BadAnswer *yes = answer(p, true), *no = answer(p, false);
        switch (kind) {
            case PropertyKind::cover:
            case PropertyKind::crash_cover:
                if (yes->known == Known::happens) settle(result, Verdict::holds, "reached", yes);
                if (yes->known == Known::never) settle(result, Verdict::violated, "not reached");
                break;
            case PropertyKind::never:
            case PropertyKind::sometimes:
            case PropertyKind::always: outcomes(result, kind, *yes, *no); break;
            default:
                if (no->known == Known::happens) settle(result, Verdict::violated, "counterexample", no);
                if (no->known == Known::never) settle(result, Verdict::holds, no->how);
                if (kind == PropertyKind::recovery && result.verdict == Verdict::holds && !recovery_ends_) {
                    result = {};
                    result.property = p;
                    result.limit = "that recovery cannot go round for ever is not asked by this engine";
                }
        }
        if (result.verdict == Verdict::undecided && result.limit.empty()) result.limit = limit_;
        return result;
    }

 private:
    const BadAnswer* answer(uint32_t property, bool satisfied) const {
        const auto& bads = encoding_.transition().bads;
        for (size_t i = 0; i < bads.size(); ++i)
            if (bads[i].property == property && bads[i].satisfied == satisfied) return &answers_[i];
        return nullptr;
    }

    static void settle(PropertyResult& result, Verdict verdict, const std::string& how,
                       const BadAnswer* shown = nullptr) {
        result.verdict = verdict;
        result.how = how;
        if (shown == nullptr) return;
        result.trace = shown->trace;
        result.shortest = shown->shortest;
    }

    static void outcomes(PropertyResult& result, PropertyKind kind, const BadAnswer& yes, const BadAnswer& no) {
        const bool is = yes.known == Known::happens, is_not = no.known == Known::happens;
        const bool never = yes.known == Known::never, always = no.known == Known::never;
        if (is && is_not) result.answer = "Sometimes";
        if (is && always) result.answer = "Always";
        if (is_not && never) result.answer = "Never";
        if (kind == PropertyKind::never) {
            if (is) settle(result, Verdict::violated, "counterexample", &yes);
            if (never) settle(result, Verdict::holds, yes.how);
        } else if (kind == PropertyKind::always) {
            if (is_not) return settle(result, Verdict::violated, "counterexample", &no);
            if (never) settle(result, Verdict::violated, "no outcome");
            if (is && always) settle(result, Verdict::holds, no.how);
        } else {
            if (is && is_not) settle(result, Verdict::holds, "reached", &yes);
            if (never) settle(result, Verdict::violated, "no outcome");
            if (is && always) settle(result, Verdict::violated, "every outcome");
        }
    }

    const Encoding& encoding_;
    const std::vector<BadAnswer>& answers_;
    const std::string& limit_;
    bool recovery_ends_;
};

/// Whether a path that ends where the expression holds (`satisfied`), or fails, is what replay() takes for the
/// property.
bool is_claim(PropertyKind kind, bool satisfied) {
    const bool sought = kind == PropertyKind::cover || kind == PropertyKind::crash_cover ||
                        kind == PropertyKind::never || kind == PropertyKind::sometimes;
    return sought == satisfied;
}

Trace replayed(const system::System& system, const Path& path, const Claim& claim) {
    auto answer = replay(system, system::Evaluator(system), path, claim);
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) throw BrokenRule{wrong->what};
    return std::move(std::get<Trace>(answer));
}

Trace replayed(const system::System& system, const Path& path, uint32_t property, bool satisfied) {
    Claim claim;
    if (is_claim(system.properties[property].kind, satisfied)) {
        claim.property = property;
    } else {
        // An outcome on the other side of a litmus property: that it is one is replayed, on which side is asked here.
        if (path.states.empty()) throw BrokenRule{"a path to an outcome has no states"};
        claim.outcome.emplace_back(0, path.states.back().at(0));
        const system::Evaluator evaluator(system);
        const bool holds = evaluator.evaluate(system.properties[property].expr, {path.states.back()}) != 0;
        if (holds != satisfied)
            throw BrokenRule{"an outcome is on the other side of " + system.properties[property].name};
    }
    return replayed(system, path, claim);
}

}  // namespace

SearchResult verdicts(const Encoding& encoding, const std::vector<BadAnswer>& answers, const std::string& limit,
                      bool recovery_ends) {
    SearchResult result;
    result.limit = limit;
    result.state_bits = static_cast<unsigned>(encoding.transition().latches.size());
    const Decision decision(encoding, answers, limit, recovery_ends);
    const auto& properties = encoding.system().properties;
    for (uint32_t p = 0; p < properties.size(); ++p)
        if (properties[p].kind != PropertyKind::antecedent) result.properties.push_back(decision.on(p));
    return result;
}

SearchResult undecided(const system::System& system, const std::string& limit) {
    SearchResult result;
    result.limit = limit;
    for (uint32_t p = 0; p < system.properties.size(); ++p) {
        if (system.properties[p].kind == PropertyKind::antecedent) continue;
        PropertyResult property;
        property.property = p;
        property.limit = limit;
        result.properties.push_back(std::move(property));
    }
    return result;
}

Path path_of(const Encoding& encoding, const BitRun& run) {
    const Bad& bad = encoding.transition().bads[run.bad];
    Path path;
    path.moves.push_back(encoding.initial(run.initial_inputs));
    for (size_t i = 0; i < run.steps.size(); ++i) {
        path.states.push_back(encoding.cells(run.steps[i].state));
        if (i + 1 < run.steps.size() || bad.of_move)
            path.moves.push_back(encoding.move(run.steps[i].state, run.steps[i].inputs));
    }
    return path;
}

Trace replayed(const Encoding& encoding, const BitRun& run) {
    const Bad& bad = encoding.transition().bads[run.bad];
    const Path path = path_of(encoding, run);
    if (bad.property != system::none) return replayed(encoding.system(), path, bad.property, bad.satisfied);
    Claim claim;
    if (bad.lemma != system::none) claim.lemma = bad.lemma;
    return replayed(encoding.system(), path, claim);
}

Trace replayed_initial(const Encoding& encoding, const std::vector<bool>& initial_inputs, uint32_t property) {
    Path path;
    path.moves.push_back(encoding.initial(initial_inputs));
    return replayed(encoding.system(), path, property, false);
}

BitRun simulated(const TransitionCircuit& system, std::vector<bool> initial_inputs,
                 const std::vector<std::vector<bool>>& inputs, uint32_t bad) {
    BitRun run{std::move(initial_inputs), {}, bad};
    CircuitValues values(system.circuit);
    for (size_t i = 0; i < run.initial_inputs.size(); ++i) values.set(system.initial_inputs[i], run.initial_inputs[i]);
    values.evaluate();
    std::vector<bool> state;
    for (const Latch& latch : system.latches) state.push_back(values[latch.initial]);
    for (const std::vector<bool>& step : inputs) {
        run.steps.push_back({state, step});
        for (size_t i = 0; i < state.size(); ++i) values.set(system.latches[i].current, state[i]);
        for (size_t i = 0; i < step.size(); ++i) values.set(system.step_inputs[i], step[i]);
        values.evaluate();
        for (size_t i = 0; i < state.size(); ++i) state[i] = values[system.latches[i].next];
    }
    return run;
}

bool recovery_ends(const Encoding& encoding, const MakeSolver& make_solver) {
    const auto solver = make_solver();
    Cnf cnf(encoding.transition().circuit, *solver);
    solver->add_clause({cnf.literal(encoding.transition().well_formed)});
    const std::vector<int> returns{cnf.literal(encoding.recovery_returns())};
    return solver->solve(returns) == SatSolver::Answer::unsatisfiable;
}

std::string counted(uint64_t number, const std::string& what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace untorn::checker::symbolic
