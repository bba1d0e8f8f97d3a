// What is asked, as functions in the circuit: properties, and what progress takes. The rest of the encoding is in
// encoder.cpp.
#include <set>

#include "checker/symbolic/encoder.h"

namespace untorn::checker::symbolic {

using system::ActorKind;
using system::ExprId;
using system::ExprPool;
using system::PropertyKind;

namespace {

constexpr uint64_t most_choice_vectors = uint64_t{1} << 16;

/// The numbers of the choices that an expression reads.
void choices_of(const ExprPool& pool, ExprId id, std::set<int64_t>& into, std::set<ExprId>& seen) {
    if (!seen.insert(id).second) return;
    if (pool[id].op == system::Op::choice) into.insert(pool[id].value);
    for (ExprId arg : pool.args(id)) choices_of(pool, arg, into, seen);
}

}  // namespace

/// Where `when` holds, too.
std::optional<Lit> Encoder::can_be_taken(const Closed& step, ExprId when) {
    // Only the choices that the guard or a fault reads are tried one by one; any value will do for the others.
    std::set<int64_t> read;
    std::set<ExprId> seen;
    choices_of(pool_, step.guard, read, seen);
    choices_of(pool_, when, read, seen);
    for (ExprId fault : step.faults) choices_of(pool_, fault, read, seen);
    std::vector<ChoiceBits> choices;
    uint64_t vectors = 1;
    for (size_t i = 0; i < step.step->choices.size(); ++i) {
        const system::Type& type = system_.types[step.step->choices[i].type];
        choices.push_back({type.lo, type.hi, {}});
        if (!read.contains(static_cast<int64_t>(i))) continue;
        vectors *= static_cast<uint64_t>(type.size());
        if (vectors > most_choice_vectors) return std::nullopt;
    }
    std::vector<Lit> ways;
    for (uint64_t vector = 0; vector < vectors; ++vector) {
        uint64_t rest = vector;
        for (int64_t i : read) {
            ChoiceBits& choice = choices[static_cast<size_t>(i)];
            const uint64_t size = static_cast<uint64_t>(choice.hi - choice.lo) + 1;
            choice.code.clear();
            for (uint64_t code = rest % size; code != 0; code >>= 1)
                choice.code.push_back(Circuit::constant((code & 1) != 0));
            rest /= size;
        }
        ExpressionBits bits(circuit_, pool_, out_.layout_, codes_, choices);
        Lit way = circuit_.both(bits.truth(step.guard), bits.truth(when));
        for (ExprId fault : step.faults) way = circuit_.both(way, !bits.truth(fault));
        ways.push_back(way);
    }
    return circuit_.any(ways);
}

std::optional<Lit> Encoder::moves(std::span<const Who> all) {
    std::vector<Lit> ways;
    for (const Who& who : all) {
        for (const Closed& step : who.steps) {
            const auto way = can_be_taken(step);
            if (!way) return std::nullopt;
            ways.push_back(circuit_.both(*way, arithmetic_.code_is(codes_[who.counter], step.from)));
        }
    }
    return circuit_.any(ways);
}

std::optional<Lit> Encoder::run_moves() {
    if (!run_moves_) run_moves_ = moves(actors_);
    return *run_moves_;
}

std::optional<Lit> Encoder::recovery_moves() {
    if (!recovery_moves_) recovery_moves_ = moves(recover_);
    return *recovery_moves_;
}

Lit Encoder::threads_ended() {
    std::vector<Lit> ended;
    for (const Who& who : actors_)
        if (system_.actors[who.actor].kind == ActorKind::thread)
            ended.push_back(arithmetic_.code_is(codes_[who.counter], system::ended));
    return circuit_.all(ended);
}

/// Somebody stands where it must not rest (rule 14).
Lit Encoder::stuck() {
    std::vector<Lit> places;
    for (const Who& who : actors_) {
        const system::Actor& actor = system_.actors[who.actor];
        if (actor.kind != ActorKind::thread && actor.kind != ActorKind::daemon) continue;
        for (system::LocationId location = 0; location < actor.locations.size(); ++location) {
            const bool may_rest =
                location == system::ended || (actor.kind == ActorKind::daemon && actor.locations[location].idle);
            if (!may_rest) places.push_back(arithmetic_.code_is(codes_[who.counter], location));
        }
    }
    return circuit_.any(places);
}

Lit Encoder::recovered() {
    if (recover_.empty()) return !out_.running_;
    return circuit_.both(!out_.running_, arithmetic_.code_is(codes_[recover_[0].counter], system::ended));
}

/// Rule 20.
void Encoder::make_claims() {
    ExpressionBits bits(circuit_, pool_, out_.layout_, codes_);
    Closer closer(pool_, system_.types, {});
    for (const system::Lemma& lemma : system_.lemmas) {
        const Lit claimed = lemma.after_loss ? !out_.running_ : out_.running_;
        const Lit holds = claimed == Circuit::no ? Circuit::yes : bits.truth(closer.close(lemma.expr));
        out_.transition_.claims.push_back(!circuit_.both(claimed, !holds));
    }
}

// Progress (rules 15 and 16).

namespace {

/// Where a step passes the label; it has one place for each of the label's statements.
ExprId passes(ExprPool& pool, const std::vector<std::pair<std::string, ExprId>>& labels, const std::string& label) {
    if (label.empty()) return ExprPool::yes;
    ExprId any = ExprPool::no;
    for (const auto& [name, when] : labels)
        if (name == label) any = pool.either(any, when);
    return any;
}

}  // namespace

void Encoder::note_taken(const Who& who, const Closed& step, Lit enabled, ExpressionBits& bits) {
    for (ExprId fault : step.faults) enabled = circuit_.both(enabled, !bits.truth(fault));
    for (size_t f = 0; f < system_.fairness.size(); ++f) {
        if (system_.fairness[f].actor != who.actor) continue;
        const Lit passed = bits.truth(passes(pool_, step.labels, system_.fairness[f].label));
        taken_[{f, who.identity}].push_back(circuit_.both(enabled, passed));
    }
}

/// Why it cannot be asked, or nothing.
std::optional<std::string> Encoder::make_progress() {
    TransitionCircuit& transition = out_.transition_;
    transition.goes_on = circuit_.both(transition.possible, !out_.loss_);
    std::vector<FairnessBits> made;
    for (size_t f = 0; f < system_.fairness.size(); ++f) {
        for (const Who& who : actors_) {
            if (system_.fairness[f].actor != who.actor) continue;
            std::vector<Lit> enabled;
            for (const Closed& step : who.steps) {
                const auto way = can_be_taken(step, passes(pool_, step.labels, system_.fairness[f].label));
                if (!way) return "too many choices to say where a fairness constraint is enabled";
                enabled.push_back(circuit_.both(*way, arithmetic_.code_is(codes_[who.counter], step.from)));
            }
            made.push_back(
                {circuit_.any(enabled), circuit_.any(taken_[{f, who.identity}]), system_.fairness[f].strong});
        }
    }
    transition.fairness = std::move(made);
    ExpressionBits bits(circuit_, pool_, out_.layout_, codes_);
    Closer closer(pool_, system_.types, {});
    for (uint32_t p = 0; p < system_.properties.size(); ++p) {
        const system::Property& property = system_.properties[p];
        if (!system::is_progress(property.kind)) continue;
        const Lit holds = bits.truth(closer.close(property.expr));
        ProgressBits asked{p, property.kind == PropertyKind::eventually, Circuit::yes, !holds};
        if (property.kind == PropertyKind::leads_to) {
            asked.triggers = holds;
            asked.unanswered = !bits.truth(closer.close(property.consequent));
        }
        transition.progress.push_back(asked);
    }
    return std::nullopt;
}

void Encoder::make_properties() {
    const auto why_no_progress = asks_for_progress_ ? make_progress() : std::nullopt;
    if (why_no_progress)
        for (uint32_t p = 0; p < system_.properties.size(); ++p)
            if (system::is_progress(system_.properties[p].kind)) out_.unasked_.push_back({p, *why_no_progress});
    for (uint32_t property = 0; property < system_.properties.size(); ++property) {
        if (system_.properties[property].kind == PropertyKind::antecedent) continue;
        if (auto why = add_judged(property)) out_.unasked_.push_back({property, std::move(*why)});
    }
}

/// Adds the bads of a property, or says why it has none.
std::optional<std::string> Encoder::add_judged(uint32_t p) {
    const system::Property& property = system_.properties[p];
    ExpressionBits bits(circuit_, pool_, out_.layout_, codes_);
    Closer closer(pool_, system_.types, {});
    const auto holds = [&] { return bits.truth(closer.close(property.expr)); };
    const auto add = [&](Lit where, Lit what, bool satisfied = false) {
        out_.transition_.bads.push_back({p, circuit_.both(where, what), satisfied, false});
        return std::nullopt;
    };
    const std::string too_many = "too many choices to say where nothing can move";
    const Lit running = out_.running_;
    switch (property.kind) {
        case PropertyKind::invariant: return add(running, !holds());
        case PropertyKind::cover: return add(running, holds(), true);
        case PropertyKind::final: return add(circuit_.both(running, threads_ended()), !holds());
        case PropertyKind::quiescent: {
            const auto moves = run_moves();
            if (!moves) return too_many;
            return add(circuit_.both(running, circuit_.both(threads_ended(), !*moves)), !holds());
        }
        case PropertyKind::crash_invariant: return add(recovered(), !holds());
        case PropertyKind::crash_cover: return add(recovered(), holds(), true);
        case PropertyKind::never:
        case PropertyKind::sometimes:
        case PropertyKind::always: {
            const Lit outcome = power_can_be_lost_ ? recovered() : threads_ended();
            add(outcome, holds(), true);
            return add(outcome, !holds());
        }
        case PropertyKind::assertion:
        case PropertyKind::range:
        case PropertyKind::lock:
        case PropertyKind::atomic_block:
            out_.transition_.bads.push_back({p, circuit_.any(failing_[p]), false, true});
            return std::nullopt;
        case PropertyKind::deadlock: {
            const auto moves = run_moves();
            if (!moves) return too_many;
            return add(circuit_.both(running, !*moves), stuck());
        }
        case PropertyKind::recovery: {
            if (recover_.empty()) return add(Circuit::no, Circuit::no);
            const auto moves = recovery_moves();
            if (!moves) return too_many;
            return add(circuit_.both(!running, !recovered()), !*moves);
        }
        case PropertyKind::eventually:
        case PropertyKind::always_eventually:
        case PropertyKind::leads_to:  // TransitionCircuit::progress
        case PropertyKind::antecedent: break;
    }
    return std::nullopt;
}

}  // namespace untorn::checker::symbolic
