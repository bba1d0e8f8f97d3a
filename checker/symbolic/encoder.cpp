#include "checker/symbolic/encoder.h"

#include <algorithm>

#include "checker/explicit/compile.h"
#include "checker/explicit/limits.h"
#include "model/system/evaluator.h"

namespace untorn::checker::symbolic {

using system::ActorKind;
using system::ExprId;
using system::ExprPool;

namespace {

constexpr size_t most_nodes = size_t{1} << 28;

}  // namespace

Encoder::Encoder(Encoding& encoding)
    : out_(encoding),
      system_(encoding.system_),
      pool_(system_.pool),
      circuit_(encoding.transition_.circuit),
      arithmetic_(circuit_) {
    asks_for_progress_ = std::ranges::any_of(system_.properties,
                                             [](const auto& property) { return system::is_progress(property.kind); });
    power_can_be_lost_ = system_.power_loss && system_.power_loss->budget > 0;
}

void Encoder::run(Encoding::Judged judged) {
    close_everything();
    find_changing();
    make_latches();
    make_inputs();
    make_initial();
    make_steps();
    make_claims();
    if (judged == Encoding::Judged::properties) {
        make_properties();
    } else {
        auto& bads = out_.transition_.bads;
        out_.transition_.initial_bads.clear();
        for (uint32_t lemma = 0; lemma < system_.lemmas.size(); ++lemma)
            bads.push_back({system::none, !out_.transition_.claims[lemma], false, false, lemma});
    }
    make_well_formed();
}

// Closing.

Encoder::Closed Encoder::closed(const system::Step& step, Closer& closer) const {
    Closed made;
    made.step = &step;
    for (const system::Choice& choice : step.choices)
        made.impossible = made.impossible || system_.types[choice.type].size() <= 0;
    made.guard = closer.close(step.guard);
    for (const system::Check& check : step.checks)
        if (const ExprId ok = closer.close(check.ok); ok != ExprPool::yes) made.checks.emplace_back(ok, check.property);
    for (const system::Update& update : step.updates) {
        system::Update copy{closer.close(update.when), update.var, {}, closer.close(update.value)};
        for (ExprId index : update.index) copy.index.push_back(closer.close(index));
        if (copy.when != ExprPool::no) made.updates.push_back(std::move(copy));
    }
    for (const system::FaultSpent& fault : step.faults)
        if (const ExprId when = closer.close(fault.when); when != ExprPool::no) made.faults.push_back(when);
    if (asks_for_progress_)
        for (const system::LabelPassed& passed : step.labels)
            made.labels.emplace_back(passed.label, closer.close(passed.when));
    return made;
}

void Encoder::close_everything() {
    Binding nobody;
    nobody.open_choices = true;
    Closer closer(pool_, system_.types, nobody);
    init_ = closed(system_.init, closer);
    if (power_can_be_lost_) loss_ = closed(system_.power_loss->step, closer);
    for (system::ActorId actor = 0; actor < system_.actors.size(); ++actor)
        if (power_can_be_lost_ || system_.actors[actor].kind != ActorKind::recover) add_actor(actor);
}

void Encoder::add_actor(system::ActorId id) {
    const system::Actor& actor = system_.actors[id];
    const int64_t lo = actor.identity ? system_.types[*actor.identity].lo : 0;
    const int64_t hi = actor.identity ? system_.types[*actor.identity].hi : 0;
    for (int64_t self = lo; self <= hi; ++self) {
        Who who{id, self, 0, {}};
        const std::vector<int64_t> index(actor.identity ? 1 : 0, self);
        who.counter = out_.layout_.at(actor.counter, index).value_or(0);
        Closer closer(pool_, system_.types, {self, 1 + int64_t{actor.first_instance} + (self - lo), {}, true});
        for (uint32_t t = 0; t < system_.transitions.size(); ++t) {
            if (system_.transitions[t].actor != id) continue;
            Closed step = closed(system_.transitions[t].step, closer);
            step.transition = t;
            step.from = system_.transitions[t].from;
            if (step.guard != ExprPool::no && !step.impossible) who.steps.push_back(std::move(step));
        }
        (actor.kind == ActorKind::recover ? recover_ : actors_).push_back(std::move(who));
    }
}

// Latches.

void Encoder::note_changes(const Closed& step, bool later) {
    for (const system::Update& update : step.updates) {
        const int64_t first = system_.types[system_.variables[update.var].type].first();
        const bool changes = !pool_.is_constant(update.value) || pool_.value(update.value) != first;
        for_each_cell(out_.layout_, pool_, update.var, update.index, [&](uint32_t cell) {
            if (changes) changing_[cell] = true;
            if (later) written_later_[cell] = true;
        });
    }
}

void Encoder::find_changing() {
    const size_t cells = out_.layout_.size();
    changing_.assign(cells, false);
    written_later_.assign(cells, false);
    out_.constant_.assign(cells, 0);
    note_changes(init_, false);
    for (const auto* all : {&actors_, &recover_})
        for (const Who& who : *all)
            for (const Closed& step : who.steps) note_changes(step, true);
    if (power_can_be_lost_) note_changes(loss_, true);
    for (const Who& who : recover_) changing_[who.counter] = written_later_[who.counter] = true;
    for (uint32_t cell = 0; cell < cells; ++cell) {
        const bool stays = !written_later_[cell] &&
                           (!power_can_be_lost_ || survives_power_loss(system_.variables[out_.layout_[cell].var]));
        if (!changing_[cell] || !stays) continue;
        if (const auto code = only_initial_code(cell)) {
            out_.constant_[cell] = *code;
            changing_[cell] = false;
        }
    }
}

/// The code of a cell that init alone writes, if that is the same in every initial state.
std::optional<uint64_t> Encoder::only_initial_code(uint32_t cell) {
    const Cell& domain = out_.layout_[cell];
    std::optional<uint64_t> code = 0;
    for (const system::Update& update : init_.updates) {
        if (update.var != domain.var) continue;
        size_t meant = 0;
        bool touched = false;
        for_each_cell(out_.layout_, pool_, update.var, update.index, [&](uint32_t other) {
            ++meant;
            touched = touched || other == cell;
        });
        if (!touched) continue;
        if (meant != 1 || update.when != ExprPool::yes || !pool_.is_constant(update.value)) return std::nullopt;
        const int64_t value = pool_.value(update.value);
        if (value < domain.lo || static_cast<uint64_t>(value - domain.lo) >= domain.size) return std::nullopt;
        code = static_cast<uint64_t>(value - domain.lo);
    }
    return code;
}

void Encoder::make_latches() {
    const Cells& cells = out_.layout_;
    codes_.resize(cells.size());
    out_.latches_of_.resize(cells.size() + 1);
    const auto add = [&](const std::string& name, uint32_t cell, size_t group, unsigned width, Bits& code) {
        for (unsigned bit = 0; bit < width; ++bit) {
            Latch latch;
            latch.current = circuit_.input();
            latch.name = name + "." + std::to_string(bit);
            latch.cell = cell;
            latch.bit = bit;
            out_.latches_of_[group].push_back(static_cast<uint32_t>(out_.transition_.latches.size()));
            code.push_back(latch.current);
            out_.transition_.latches.push_back(std::move(latch));
        }
    };
    const system::Evaluator names(system_);
    for (uint32_t cell = 0; cell < cells.size(); ++cell) {
        if (changing_[cell]) {
            add(names.cell_name(cell), cell, cell, system::bits_for(static_cast<int64_t>(cells[cell].size)),
                codes_[cell]);
        } else {
            for (uint64_t rest = out_.constant_[cell]; rest != 0; rest >>= 1)
                codes_[cell].push_back(Circuit::constant((rest & 1) != 0));
        }
    }
    if (power_can_be_lost_)
        add("losses", no_cell, cells.size(), system::bits_for(system_.power_loss->budget + 1), losses_);
    out_.running_ = arithmetic_.code_is(losses_, 0);
}

void Encoder::make_well_formed() {
    std::vector<Lit> parts;
    for (uint32_t cell = 0; cell < out_.layout_.size(); ++cell)
        if (changing_[cell]) parts.push_back(arithmetic_.code_at_most(codes_[cell], out_.layout_[cell].size - 1));
    if (power_can_be_lost_)
        parts.push_back(arithmetic_.code_at_most(losses_, static_cast<uint64_t>(system_.power_loss->budget)));
    out_.transition_.well_formed = circuit_.all(parts);
}

// Inputs.

void Encoder::make_inputs() {
    std::vector<Lit>& inputs = out_.transition_.step_inputs;
    std::vector<unsigned> widths;  // by number of the choice
    const auto widen = [&](const Closed& step) {
        for (size_t i = 0; i < step.step->choices.size(); ++i) {
            if (i == widths.size()) widths.push_back(0);
            widths[i] = std::max(widths[i], system::bits_for(system_.types[step.step->choices[i].type].size()));
        }
    };
    for (const auto* all : {&actors_, &recover_}) {
        for (const Who& who : *all) {
            Encoding::Mover mover;
            mover.actor = who.actor;
            mover.identity = who.identity;
            mover.counter = who.counter;
            mover.transitions.assign(system_.actors[who.actor].locations.size(), system::none);
            for (const Closed& step : who.steps) {
                mover.transitions[step.from] = step.transition;
                widen(step);
            }
            out_.movers_.push_back(std::move(mover));
        }
    }
    if (power_can_be_lost_) {
        widen(loss_);
        Encoding::Mover mover;
        mover.loss = true;
        out_.movers_.push_back(std::move(mover));
    }
    out_.selector_bits_ = system::bits_for(static_cast<int64_t>(out_.movers_.size()));
    inputs = circuit_.inputs(out_.selector_bits_);
    const Bits selector = inputs;
    for (size_t i = 0; i < out_.movers_.size(); ++i) selected_.push_back(arithmetic_.code_is(selector, i));
    if (power_can_be_lost_) out_.loss_ = selected_.back();
    for (unsigned width : widths) {
        out_.choice_inputs_.push_back(inputs.size());
        const Bits made = circuit_.inputs(width);
        inputs.insert(inputs.end(), made.begin(), made.end());
    }
}

std::vector<ChoiceBits> Encoder::choice_bits(const system::Step& step, const std::vector<Lit>& inputs,
                                             const std::vector<size_t>& first) const {
    std::vector<ChoiceBits> choices;
    for (size_t i = 0; i < step.choices.size(); ++i) {
        const system::Type& type = system_.types[step.choices[i].type];
        const auto begin = inputs.begin() + static_cast<ptrdiff_t>(first[i]);
        choices.push_back({type.lo, type.hi, Bits(begin, begin + system::bits_for(type.size()))});
    }
    return choices;
}

/// Each choice has a value of its type.
Lit Encoder::legal(std::span<const ChoiceBits> choices) {
    Lit all = Circuit::yes;
    for (const ChoiceBits& choice : choices)
        all = circuit_.both(all, arithmetic_.code_at_most(
                                     choice.code, static_cast<uint64_t>(choice.hi) - static_cast<uint64_t>(choice.lo)));
    return all;
}

// Steps.

std::map<uint32_t, Bits> Encoder::written(const Closed& step, ExpressionBits& bits, const std::vector<Bits>& before) {
    std::map<uint32_t, Bits> after;
    for (const system::Update& update : step.updates) {
        const Lit when = bits.truth(update.when);
        for (const ExpressionBits::Place& place : bits.places(update.var, update.index)) {
            if (!changing_[place.cell]) continue;  // it gets the only value that it ever has
            const Cell& cell = out_.layout_[place.cell];
            const size_t width = system::bits_for(static_cast<int64_t>(cell.size));
            const Bits code = arithmetic_.encoded(bits.number(update.value), cell.lo, width);
            Bits& now = after.try_emplace(place.cell, before[place.cell]).first->second;
            now.resize(width, Circuit::no);
            const Lit stores = circuit_.both(when, place.meant);
            for (size_t i = 0; i < width; ++i) now[i] = circuit_.choose(stores, code[i], now[i]);
        }
    }
    return after;
}

Bits Encoder::number_of_faults(const Closed& step, ExpressionBits& bits) {
    Bits number = Arithmetic::constant(0);
    int64_t most = 0;
    for (ExprId when : step.faults)
        number = Arithmetic::fit(arithmetic_.add(number, Arithmetic::boolean(bits.truth(when))), 0, ++most);
    number.pop_back();  // the sign
    return number;
}

void Encoder::make_initial() {
    TransitionCircuit& transition = out_.transition_;
    const std::vector<Bits> first(out_.layout_.size());  // every cell at its first value
    std::vector<size_t> begins;
    for (const system::Choice& choice : init_.step->choices) {
        begins.push_back(transition.initial_inputs.size());
        const Bits made = circuit_.inputs(system::bits_for(system_.types[choice.type].size()));
        transition.initial_inputs.insert(transition.initial_inputs.end(), made.begin(), made.end());
    }
    const std::vector<ChoiceBits> choices = choice_bits(*init_.step, transition.initial_inputs, begins);
    ExpressionBits bits(circuit_, pool_, out_.layout_, first, choices);
    Lit holds = init_.impossible ? Circuit::no : circuit_.both(legal(choices), bits.truth(init_.guard));
    for (const auto& [ok, property] : init_.checks) {
        const Lit fails = circuit_.both(holds, !bits.truth(ok));
        if (fails != Circuit::no) transition.initial_bads.push_back({property, fails, false, true});
        holds = circuit_.both(holds, bits.truth(ok));
    }
    transition.initial_possible = holds;
    std::map<uint32_t, Bits> after = written(init_, bits, first);
    for (Latch& latch : transition.latches) {
        const auto found = latch.cell == no_cell ? after.end() : after.find(latch.cell);
        latch.initial = found == after.end() ? Circuit::no : found->second[latch.bit];
    }
}

void Encoder::make_step(const Closed& step, Lit here, ExpressionBits& bits, std::vector<Made>& made) {
    Made result;
    result.here = here;
    result.enabled = circuit_.both(here, bits.truth(step.guard));
    for (const auto& [ok, property] : step.checks) {
        const Lit fine = bits.truth(ok);
        failing_[property].push_back(circuit_.both(result.enabled, !fine));
        result.enabled = circuit_.both(result.enabled, fine);
    }
    result.writes = written(step, bits, codes_);
    result.faults = number_of_faults(step, bits);
    made.push_back(std::move(result));
    if (circuit_.size() > most_nodes) throw LimitReached{"a circuit of more than 2^28 nodes"};
}

void Encoder::make_steps() {
    std::vector<Made> made;
    size_t mover = 0;
    for (const auto* all : {&actors_, &recover_}) {
        const Lit phase = all == &recover_ ? !out_.running_ : out_.running_;
        for (const Who& who : *all) {
            const Lit turn = circuit_.both(selected_[mover++], phase);
            for (const Closed& step : who.steps) {
                const auto choices = choice_bits(*step.step, out_.transition_.step_inputs, out_.choice_inputs_);
                ExpressionBits bits(circuit_, pool_, out_.layout_, codes_, choices);
                const Lit here = circuit_.both(turn, arithmetic_.code_is(codes_[who.counter], step.from));
                const size_t number = made.size();
                const Lit can = circuit_.both(here, legal(choices));
                make_step(step, can, bits, made);
                made[number].here = here;
                if (asks_for_progress_ && all == &actors_) note_taken(who, step, made[number].enabled, bits);
            }
        }
    }
    if (power_can_be_lost_) make_loss(made);
    std::vector<Lit> enabled;
    for (const Made& step : made) enabled.push_back(step.enabled);
    out_.transition_.possible = circuit_.any(enabled);
    make_next(made);
    make_recovery_returns();
}

void Encoder::make_loss(std::vector<Made>& made) {
    if (loss_.impossible) return;
    const auto budget = static_cast<uint64_t>(system_.power_loss->budget);
    const auto choices = choice_bits(*loss_.step, out_.transition_.step_inputs, out_.choice_inputs_);
    ExpressionBits bits(circuit_, pool_, out_.layout_, codes_, choices);
    const Lit remains = arithmetic_.code_at_most(losses_, budget - 1);
    const size_t number = made.size();
    make_step(loss_, circuit_.both(circuit_.both(out_.loss_, remains), legal(choices)), bits, made);
    Made& loss = made[number];
    loss.here = out_.loss_;
    Bits faults = loss.faults;
    faults.push_back(Circuit::no);
    loss.faults = arithmetic_.add(faults, Arithmetic::constant(1));
    loss.faults.pop_back();
    for (uint32_t cell = 0; cell < out_.layout_.size(); ++cell) {
        if (!changing_[cell] || survives_power_loss(system_.variables[out_.layout_[cell].var])) continue;
        loss.writes[cell] = Bits(codes_[cell].size(), Circuit::no);
    }
    for (const Who& who : recover_) {
        const bool has_points = system_.actors[who.actor].locations.size() > system::ended + 1;
        const uint64_t entry = has_points ? system::ended + 1 : system::ended;
        Bits& code = loss.writes[who.counter];
        for (size_t i = 0; i < code.size(); ++i) code[i] = Circuit::constant((entry >> i & 1) != 0);
    }
}

void Encoder::make_next(const std::vector<Made>& made) {
    std::map<uint32_t, std::vector<const Made*>> writers;
    size_t fault_bits = 0;
    for (const Made& step : made) {
        for (const auto& [cell, code] : step.writes) writers[cell].push_back(&step);
        fault_bits = std::max(fault_bits, step.faults.size());
    }
    for (Latch& latch : out_.transition_.latches) {
        if (latch.cell == no_cell) continue;
        std::vector<Lit> here, after;
        for (const Made* step : writers[latch.cell]) {
            here.push_back(step->here);
            after.push_back(circuit_.both(step->here, step->writes.at(latch.cell)[latch.bit]));
        }
        after.push_back(circuit_.both(!circuit_.any(here), latch.current));
        latch.next = circuit_.any(after);
    }
    if (power_can_be_lost_) {
        Bits losses = losses_;
        losses.push_back(Circuit::no);
        const Bits more = arithmetic_.add(losses, Arithmetic::boolean(out_.loss_));
        for (size_t i = 0; i < losses_.size(); ++i) out_.transition_.latches[out_.latches_of_.back()[i]].next = more[i];
    }
    for (size_t i = 0; i < fault_bits; ++i) {
        std::vector<Lit> parts;
        for (const Made& step : made)
            if (i < step.faults.size()) parts.push_back(circuit_.both(step.here, step.faults[i]));
        out_.faults_.push_back(circuit_.any(parts));
    }
}

void Encoder::make_recovery_returns() {
    if (recover_.empty()) return;
    const uint32_t counter = recover_[0].counter;
    Bits before = codes_[counter], after;
    for (uint32_t latch : out_.latches_of_[counter]) after.push_back(out_.transition_.latches[latch].next);
    const Lit ends = arithmetic_.code_is(after, system::ended);
    before.push_back(Circuit::no);
    after.push_back(Circuit::no);
    const std::vector<Lit> all{selected_[actors_.size()],   !out_.running_, out_.transition_.possible,
                               !circuit_.any(out_.faults_), !ends,          !arithmetic_.less(before, after)};
    out_.recovery_returns_ = circuit_.all(all);
}

}  // namespace untorn::checker::symbolic
