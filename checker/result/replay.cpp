#include "checker/result/replay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "checker/result/description.h"

namespace untorn::checker {

using system::ActorKind;
using system::PropertyKind;
using system::State;

namespace {

struct Disagreement {
    std::string what;
};

void demand(bool holds, const std::string& what) {
    if (!holds) throw Disagreement{what};
}

class Replay {
 public:
    Replay(const system::System& system, const system::Evaluator& evaluator)
        : system_(system), evaluator_(evaluator), state_(evaluator.first()) {}

    Trace run(const Path& path, const Claim& claim);

 private:
    void move(const TraceStep& given, const std::vector<int64_t>* expected);
    void demand_enabled(const TraceStep& entry) const;
    void confirm(const Claim& claim);
    void confirm_property(uint32_t p, bool loops);
    void confirm_lemma(const system::Lemma& lemma) const;
    void confirm_progress(const system::Property& property);
    void confirm_fairness();
    FairnessReason reason(const system::Fairness& fairness, int64_t identity) const;
    bool enabled(const State& state, const system::Fairness& fairness, int64_t identity) const;
    void confirm_recovery(bool loops);
    bool recovered() const;
    bool in_outcome() const;
    bool moves_without_fault() const;
    void append_deadlock();

    const system::System& system_;
    const system::Evaluator& evaluator_;
    State state_;
    std::vector<State> after_;  ///< by entry of the trace; only of a run that goes on for ever
    bool power_lost_ = false;
    std::optional<uint32_t> failed_property_;  ///< of the check that failed in the last move
    Trace trace_;
};

Trace Replay::run(const Path& path, const Claim& claim) {
    demand(!path.moves.empty() && path.moves.front().kind == TraceStep::Kind::initial, "it does not begin initially");
    for (size_t i = 0; i < path.moves.size(); ++i) {
        demand(!failed_property_, "it goes on after a failed check");
        try {
            move(path.moves[i], i < path.states.size() ? &path.states[i] : nullptr);
        } catch (const std::logic_error& error) {
            throw Disagreement{fmt::format("entry {}: {}", i, error.what())};
        } catch (const Disagreement& error) {
            throw Disagreement{fmt::format("entry {}: {}", i, error.what)};
        }
        if (claim.loop_start || claim.stutters) after_.push_back(state_);
    }
    if (claim.loop_start) {
        demand(*claim.loop_start + 1 < after_.size() && after_[*claim.loop_start] == after_.back(), "it does not loop");
        trace_.loop_start = claim.loop_start;
    } else if (claim.stutters) {
        demand(!failed_property_, "it stays where a check has failed");
        trace_.loop_start = after_.size() - 1;
        after_.push_back(state_);
        TraceStep entry;
        entry.kind = TraceStep::Kind::stutter;
        trace_.steps.push_back(std::move(entry));
    }
    confirm(claim);
    return std::move(trace_);
}

void Replay::move(const TraceStep& given, const std::vector<int64_t>* expected) {
    TraceStep entry;
    entry.kind = given.kind;
    entry.transition = given.transition;
    entry.identity = given.identity;
    entry.choices = given.choices;
    demand_enabled(entry);
    const system::Executed executed = execute(system_, evaluator_, entry, state_);
    describe(system_, evaluator_, entry, state_, executed);
    trace_.faults += executed.faults.size();
    if (entry.kind == TraceStep::Kind::step) ++trace_.length;
    if (entry.kind == TraceStep::Kind::power_loss) {
        ++trace_.faults;
        power_lost_ = true;
    }
    if (executed.failed_check) failed_property_ = step_of(system_, entry).checks[*executed.failed_check].property;
    if (executed.next) {
        demand(expected != nullptr && *expected == executed.next->cells, "it leads to another state");
        state_ = *executed.next;
    } else {
        demand(expected == nullptr, "a check fails");
    }
    trace_.steps.push_back(std::move(entry));
}

void Replay::demand_enabled(const TraceStep& entry) const {
    if (entry.kind == TraceStep::Kind::initial) {
        demand(trace_.steps.empty(), "it begins twice");
    } else if (entry.kind == TraceStep::Kind::power_loss) {
        demand(system_.power_loss.has_value(), "power cannot be lost");
        const auto losses = std::ranges::count(trace_.steps, TraceStep::Kind::power_loss, &TraceStep::kind);
        demand(losses < system_.power_loss->budget, "power is lost too often");
    } else {
        demand(entry.kind == TraceStep::Kind::step && entry.transition < system_.transitions.size(), "no such step");
        const auto enabled = evaluator_.enabled(state_, power_lost_);
        const system::Instance instance{entry.transition, entry.identity, entry.choices};
        demand(std::ranges::find(enabled, instance) != enabled.end(), "the step is not enabled");
        return;
    }
    demand(evaluator_.can_choose(step_of(system_, entry), state_, system::none, 0, entry.choices),
           "these choices cannot be made");
}

void Replay::confirm(const Claim& claim) {
    if (!claim.outcome.empty()) demand(in_outcome(), "it does not end in an outcome");
    for (const auto& [cell, value] : claim.outcome)
        demand(state_.cells.at(cell) == value, "it ends in another outcome");
    if (claim.property) confirm_property(*claim.property, claim.loop_start.has_value());
    if (claim.lemma) confirm_lemma(system_.lemmas[*claim.lemma]);
}

/// Rule 20.
void Replay::confirm_lemma(const system::Lemma& lemma) const {
    demand(!failed_property_, "a check fails");
    demand(power_lost_ == lemma.after_loss, "the lemma is not claimed there");
    demand(evaluator_.evaluate(lemma.expr, state_) == 0, "the lemma holds");
}

void Replay::confirm_property(uint32_t p, bool loops) {
    const system::Property& property = system_.properties[p];
    const PropertyKind kind = property.kind;
    const auto demand_value = [&](bool value) {
        demand(!failed_property_, "a check fails");
        demand((evaluator_.evaluate(property.expr, state_) != 0) == value,
               value ? "the expression does not hold" : "the expression holds");
    };
    switch (kind) {
        case PropertyKind::invariant:
        case PropertyKind::cover:
            demand(!power_lost_, "power was lost");
            demand_value(kind == PropertyKind::cover);
            break;
        case PropertyKind::final:
        case PropertyKind::quiescent:
            demand(!power_lost_ && evaluator_.all_threads_ended(state_), "not all threads have ended");
            demand(kind == PropertyKind::final || !moves_without_fault(), "something can move");
            demand_value(false);
            break;
        case PropertyKind::crash_invariant:
        case PropertyKind::crash_cover:
            demand(recovered(), "recovery has not ended");
            demand_value(kind == PropertyKind::crash_cover);
            break;
        case PropertyKind::never:
        case PropertyKind::sometimes:
        case PropertyKind::always:
            demand(in_outcome(), "it does not end in an outcome");
            demand_value(kind != PropertyKind::always);
            break;
        case PropertyKind::assertion:
        case PropertyKind::range:
        case PropertyKind::lock:
        case PropertyKind::atomic_block: demand(failed_property_ == p, "no check of it fails"); break;
        case PropertyKind::deadlock:
            demand(!failed_property_ && !power_lost_ && evaluator_.deadlocked(state_), "there is no deadlock");
            append_deadlock();
            break;
        case PropertyKind::recovery: confirm_recovery(loops); break;
        case PropertyKind::eventually:
        case PropertyKind::always_eventually:
        case PropertyKind::leads_to: confirm_progress(property); break;
        case PropertyKind::antecedent: throw Disagreement{"an antecedent has no trace"};
    }
}

/// From some state on (`eventually`: from the first) what is promised never comes, and the cycle is fair.
void Replay::confirm_progress(const system::Property& property) {
    demand(!power_lost_ && !failed_property_, "it is no run that goes on");
    demand(trace_.loop_start.has_value(), "it does not go on for ever");
    const system::ExprId promised = property.kind == PropertyKind::leads_to ? property.consequent : property.expr;
    const auto holds = [&](system::ExprId e, const State& state) { return evaluator_.evaluate(e, state) != 0; };
    size_t waits = after_.size();  // since after this entry
    while (waits > 0 && !holds(promised, after_[waits - 1])) --waits;
    demand(waits <= *trace_.loop_start, "what is promised holds on the loop");
    if (property.kind == PropertyKind::eventually) demand(waits == 0, "what is promised holds on the way");
    if (property.kind == PropertyKind::leads_to)
        demand(std::any_of(after_.begin() + static_cast<ptrdiff_t>(waits), after_.end(),
                           [&](const State& state) { return holds(property.expr, state); }),
               "nothing was promised");
    confirm_fairness();
}

void Replay::confirm_fairness() {
    for (const system::Fairness& fairness : system_.fairness) {
        const auto& identity = system_.actors[fairness.actor].identity;
        const int64_t lo = identity ? system_.types[*identity].lo : 0, hi = identity ? system_.types[*identity].hi : 0;
        for (int64_t self = lo; self <= hi; ++self) trace_.fairness.push_back(reason(fairness, self));
    }
}

/// Why the loop is fair to a constraint (rule 16); a Disagreement if it is not.
FairnessReason Replay::reason(const system::Fairness& fairness, int64_t identity) const {
    const system::Actor& actor = system_.actors[fairness.actor];
    FairnessReason reason;
    reason.actor = actor.name;
    if (actor.identity) reason.id = system_.types.text(*actor.identity, identity);
    reason.label = fairness.label;
    reason.strong = fairness.strong;
    const size_t begin = *trace_.loop_start;
    for (size_t i = begin + 1; i < trace_.steps.size(); ++i) {
        const TraceStep& step = trace_.steps[i];
        const bool its = step.kind == TraceStep::Kind::step && step.fault.empty() && step.identity == identity &&
                         system_.transitions[step.transition].actor == fairness.actor;
        const bool passes =
            fairness.label.empty() || std::ranges::find(step.labels, fairness.label) != step.labels.end();
        if (!its || !passes) continue;
        reason.step = i;
        return reason;
    }
    reason.why = FairnessReason::Why::disabled;
    std::optional<size_t> disabled;
    bool ever = false;
    for (size_t i = begin; i + 1 < after_.size(); ++i) {
        if (enabled(after_[i], fairness, identity))
            ever = true;
        else if (!disabled)
            disabled = i;
    }
    const std::string subject = actor.identity ? fmt::format("{}[{}]", actor.name, reason.id) : actor.name;
    demand(fairness.strong ? !ever : disabled.has_value(), "the loop is unfair to " + subject);
    reason.step = disabled.value_or(begin);
    return reason;
}

/// Whether some step of the constraint is enabled: one without a fault that passes the label.
bool Replay::enabled(const State& state, const system::Fairness& fairness, int64_t identity) const {
    return std::ranges::any_of(evaluator_.enabled(state), [&](const system::Instance& instance) {
        const system::Transition& transition = system_.transitions[instance.transition];
        if (transition.actor != fairness.actor || instance.identity != identity) return false;
        const auto holds = [&](system::ExprId when) {
            return evaluator_.evaluate(when, state, transition.actor, identity, instance.choices) != 0;
        };
        if (std::ranges::any_of(transition.step.faults, [&](const auto& fault) { return holds(fault.when); }))
            return false;
        return fairness.label.empty() || std::ranges::any_of(transition.step.labels, [&](const auto& passed) {
                   return passed.label == fairness.label && holds(passed.when);
               });
    });
}

/// Recovery goes round without a fault, or stands still without having ended. A check that fails in it is no concern
/// here.
void Replay::confirm_recovery(bool loops) {
    demand(!failed_property_ && power_lost_ && !recovered(), "recovery has ended");
    if (loops) {
        for (size_t i = *trace_.loop_start + 1; i < trace_.steps.size(); ++i)
            demand(trace_.steps[i].fault.empty(), "a fault lies on the loop");
        return;
    }
    demand(!moves_without_fault(), "recovery can move");
    append_deadlock();
}

bool Replay::recovered() const {
    if (!power_lost_ || failed_property_) return false;
    const system::ActorId recover = system_.power_loss->recover;
    return recover == system::none ||
           state_.cells[evaluator_.cell(system_.actors[recover].counter, {})] == system::ended;
}

bool Replay::in_outcome() const {
    if (system_.power_loss && system_.power_loss->budget > 0) return recovered();
    return !failed_property_ && evaluator_.all_threads_ended(state_);
}

bool Replay::moves_without_fault() const {
    return std::ranges::any_of(evaluator_.enabled(state_, power_lost_), [&](const system::Instance& instance) {
        return evaluator_.execute(instance, state_).faults.empty();
    });
}

void Replay::append_deadlock() {
    TraceStep entry;
    entry.kind = TraceStep::Kind::deadlock;
    trace_.steps.push_back(std::move(entry));
}

std::string subject(const system::System& system, const Claim& claim) {
    if (claim.property) return "`" + system.properties[*claim.property].name + "`";
    if (claim.lemma) return "`" + system.lemmas[*claim.lemma].name + "`";
    return claim.outcome.empty() ? "a state" : "an outcome";
}

std::string list(const system::System& system, const Path& path) {
    std::string text;
    for (const TraceStep& move : path.moves) {
        if (move.kind == TraceStep::Kind::initial) text += "initial";
        if (move.kind == TraceStep::Kind::power_loss) text += "; power_loss";
        if (move.kind == TraceStep::Kind::step)
            text +=
                fmt::format("; {} {} of transition {}", system.actors[system.transitions[move.transition].actor].name,
                            move.identity, move.transition);
        if (!move.choices.empty()) text += fmt::format(" [{}]", fmt::join(move.choices, ", "));
    }
    return text;
}

}  // namespace

std::variant<Trace, Inconsistency> replay(const system::System& system, const system::Evaluator& evaluator,
                                          const Path& path, const Claim& claim) {
    try {
        return Replay(system, evaluator).run(path, claim);
    } catch (const Disagreement& error) {
        return Inconsistency{fmt::format("the trace for {} does not replay: {} (moves: {})", subject(system, claim),
                                         error.what, list(system, path))};
    }
}

}  // namespace untorn::checker
