#include "checker/explicit/reads.h"

#include <numeric>

namespace untorn::checker {

using system::PropertyKind;

Asked Asked::everything(const system::System& system, bool outcomes) {
    Asked asked;
    asked.properties.resize(system.properties.size());
    std::iota(asked.properties.begin(), asked.properties.end(), 0U);
    asked.outcomes = outcomes;
    return asked;
}

bool power_can_be_lost(const system::System& system) { return system.power_loss && system.power_loss->budget > 0; }

CellReads::CellReads(const Program& program)
    : program_(program), cell_seen_(program.cells.size(), 0), code_seen_(program.codes.size(), 0) {}

void CellReads::clear() {
    cells_.clear();
    ++round_;
}

void CellReads::add_cell(uint32_t cell) {
    if (cell_seen_[cell] == round_ || !program_.changing[cell]) return;
    cell_seen_[cell] = round_;
    cells_.push_back(cell);
}

void CellReads::add_indices(const Address& address) {
    for (uint32_t i = address.first; i < address.first + address.count; ++i)
        pending_.push_back(program_.indexings[i].index);
}

void CellReads::add(CodeId id) {
    pending_.push_back(id);
    while (!pending_.empty()) {
        const CodeId next = pending_.back();
        pending_.pop_back();
        if (code_seen_[next] == round_) continue;
        code_seen_[next] = round_;
        const Code& code = program_.codes[next];
        switch (code.op) {
            case Code::Op::constant:
            case Code::Op::choice: break;
            case Code::Op::cell:
            case Code::Op::cell_is: add_cell(code.a); break;
            case Code::Op::indexed:
                for_each_cell(program_, program_.addresses[code.a], [&](uint32_t cell) { add_cell(cell); });
                add_indices(program_.addresses[code.a]);
                break;
            case Code::Op::negation:
            case Code::Op::shift_one:
            case Code::Op::popcount: pending_.push_back(code.a); break;
            case Code::Op::ite: pending_.push_back(code.c); [[fallthrough]];
            case Code::Op::conjunction:
            case Code::Op::disjunction:
            case Code::Op::equal:
            case Code::Op::less:
            case Code::Op::less_equal:
            case Code::Op::add:
            case Code::Op::subtract:
            case Code::Op::multiply:
            case Code::Op::divide:
            case Code::Op::modulo:
            case Code::Op::bit_and:
            case Code::Op::bit_or:
            case Code::Op::bit_clear:
                pending_.push_back(code.a);
                pending_.push_back(code.b);
                break;
        }
    }
}

void CellReads::add(const WriteCode& write) {
    if (write.computed) add_indices(program_.addresses[write.target]);
    add(write.when);
    add(write.value);
}

void CellReads::add_decisions(const Instance& instance) {
    add(instance.guard);
    for (const CheckCode& check : instance.checks) add(check.ok);
    for (CodeId when : instance.faults) add(when);
    for (const FairCode& fair : instance.fair) add(fair.when);
    for (const PassCode& pass : instance.passes) add(pass.when);
}

void CellReads::add_property(uint32_t property) {
    add(program_.properties[property]);
    if (program_.system.properties[property].kind == PropertyKind::leads_to)
        add(program_.properties[program_.consequents[property]]);
}

Judged judged(PropertyKind kind, bool power_can_be_lost) {
    switch (kind) {
        case PropertyKind::invariant:
        case PropertyKind::cover:
        case PropertyKind::eventually:
        case PropertyKind::always_eventually:
        case PropertyKind::leads_to: return Judged::everywhere;
        case PropertyKind::final:
        case PropertyKind::quiescent: return Judged::at_end;
        case PropertyKind::crash_invariant:
        case PropertyKind::crash_cover: return power_can_be_lost ? Judged::after_power_loss : Judged::nowhere;
        case PropertyKind::never:
        case PropertyKind::sometimes:
        case PropertyKind::always: return power_can_be_lost ? Judged::after_power_loss : Judged::at_end;
        case PropertyKind::assertion:
        case PropertyKind::deadlock:
        case PropertyKind::range:
        case PropertyKind::lock:
        case PropertyKind::atomic_block:
        case PropertyKind::antecedent:
        case PropertyKind::recovery: return Judged::nowhere;  // by what steps do, not by an expression
    }
    return Judged::everywhere;
}

std::vector<uint32_t> outcome_cells(const Program& program) {
    const system::System& system = program.system;
    std::vector<uint32_t> cells;
    for (system::VarId var = 0; var < system.variables.size(); ++var) {
        const system::Variable& variable = system.variables[var];
        const bool is_result = variable.actor != system::none && system.actors[variable.actor].result == var &&
                               system.actors[variable.actor].kind == system::ActorKind::thread;
        const bool is_media = variable.storage == system::Storage::durable && !variable.hidden;
        if (!is_media && !(is_result && !power_can_be_lost(system))) continue;
        for (uint32_t i = 0; i < program.cells.count(var); ++i) cells.push_back(program.cells.base(var) + i);
    }
    return cells;
}

}  // namespace untorn::checker
