#include "checker/symbolic/encode.h"

#include <algorithm>

#include "checker/symbolic/encoder.h"

namespace untorn::checker::symbolic {

namespace {

uint64_t number(const std::vector<bool>& bits, size_t first, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; ++i)
        if (bits[first + i]) value |= uint64_t{1} << i;
    return value;
}

}  // namespace

Encoding::Encoding(const system::System& system, Judged judged) : system_(system), layout_(system) {
    Encoder(*this).run(judged);
}

uint32_t Encoding::ask_for(const std::map<uint32_t, int64_t>& cells, uint64_t losses) {
    Circuit& circuit = transition_.circuit;
    std::vector<Lit> parts;
    const auto demand = [&](const std::vector<uint32_t>& latches, uint64_t code) {
        for (size_t i = 0; i < latches.size(); ++i) {
            const Lit bit = transition_.latches[latches[i]].current;
            parts.push_back((code >> i & 1) != 0 ? bit : !bit);
        }
    };
    for (const auto& [cell, value] : cells) {
        const auto code = static_cast<uint64_t>(value - layout_[cell].lo);
        if (latches_of_[cell].empty() && code != constant_[cell]) parts.push_back(Circuit::no);
        demand(latches_of_[cell], code);
    }
    demand(latches_of_.back(), losses);
    transition_.bads.push_back({system::none, circuit.all(parts), true, false});
    return static_cast<uint32_t>(transition_.bads.size() - 1);
}

std::vector<int64_t> Encoding::cells(const std::vector<bool>& latches) const {
    std::vector<int64_t> values;
    for (uint32_t cell = 0; cell < layout_.size(); ++cell) {
        uint64_t code = constant_[cell];
        for (size_t i = 0; i < latches_of_[cell].size(); ++i)
            if (latches[latches_of_[cell][i]]) code |= uint64_t{1} << i;
        values.push_back(layout_[cell].lo + static_cast<int64_t>(code));
    }
    return values;
}

uint64_t Encoding::losses(const std::vector<bool>& latches) const {
    uint64_t value = 0;
    for (size_t i = 0; i < latches_of_.back().size(); ++i)
        if (latches[latches_of_.back()[i]]) value |= uint64_t{1} << i;
    return value;
}

bool Encoding::latches(const std::vector<int64_t>& cells, uint64_t losses, std::vector<bool>& into) const {
    into.assign(transition_.latches.size(), false);
    for (uint32_t cell = 0; cell < layout_.size(); ++cell) {
        const auto code = static_cast<uint64_t>(cells[cell] - layout_[cell].lo);
        if (latches_of_[cell].empty() && code != constant_[cell]) return false;
        for (size_t i = 0; i < latches_of_[cell].size(); ++i) into[latches_of_[cell][i]] = (code >> i & 1) != 0;
    }
    for (size_t i = 0; i < latches_of_.back().size(); ++i) into[latches_of_.back()[i]] = (losses >> i & 1) != 0;
    return true;
}

TraceStep Encoding::move(const std::vector<bool>& latches, const std::vector<bool>& inputs) const {
    TraceStep step;
    const Mover& mover = movers_.at(number(inputs, 0, selector_bits_));
    const system::Step* taken = nullptr;
    if (mover.loss) {
        step.kind = TraceStep::Kind::power_loss;
        taken = &system_.power_loss->step;
    } else {
        const auto location = static_cast<size_t>(cells(latches)[mover.counter]);
        step.kind = TraceStep::Kind::step;
        step.identity = mover.identity;
        step.transition = mover.transitions.at(location);
        taken = &system_.transitions.at(step.transition).step;
    }
    for (size_t i = 0; i < taken->choices.size(); ++i) {
        const system::Type& type = system_.types[taken->choices[i].type];
        const uint64_t code = number(inputs, choice_inputs_[i], system::bits_for(type.size()));
        step.choices.push_back(type.lo + static_cast<int64_t>(code));
    }
    return step;
}

std::vector<std::pair<size_t, bool>> Encoding::inputs(const TraceStep& move) const {
    std::vector<std::pair<size_t, bool>> values;
    const auto put = [&](size_t first, size_t bits, uint64_t code) {
        for (size_t i = 0; i < bits; ++i) values.emplace_back(first + i, (code >> i & 1) != 0);
    };
    const bool loss = move.kind == TraceStep::Kind::power_loss;
    const system::Step& step = loss ? system_.power_loss->step : system_.transitions.at(move.transition).step;
    const auto moves = [&](const Mover& mover) {
        if (mover.loss || loss) return mover.loss == loss;
        return mover.actor == system_.transitions[move.transition].actor && mover.identity == move.identity;
    };
    put(0, selector_bits_, static_cast<uint64_t>(std::ranges::find_if(movers_, moves) - movers_.begin()));
    for (size_t i = 0; i < step.choices.size(); ++i) {
        const system::Type& type = system_.types[step.choices[i].type];
        put(choice_inputs_[i], system::bits_for(type.size()), static_cast<uint64_t>(move.choices[i] - type.lo));
    }
    return values;
}

TraceStep Encoding::initial(const std::vector<bool>& inputs) const {
    TraceStep step;
    step.kind = TraceStep::Kind::initial;
    size_t first = 0;
    for (const system::Choice& choice : system_.init.choices) {
        const system::Type& type = system_.types[choice.type];
        const unsigned bits = system::bits_for(type.size());
        step.choices.push_back(type.lo + static_cast<int64_t>(number(inputs, first, bits)));
        first += bits;
    }
    return step;
}

}  // namespace untorn::checker::symbolic
